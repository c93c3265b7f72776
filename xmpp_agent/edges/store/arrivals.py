"""How steps of an arrival are kept: each writes its own columns, so that two at once take nothing from each other."""

from collections.abc import Mapping

from sqlalchemy import and_, bindparam, exists, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from xmpp_agent.edges.store.changes import Change, Statement
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.tables import arrivals
from xmpp_agent.model.visitors import Arrival, ArrivalStep, Part

_OWN: Mapping[Part, tuple[str, ...]] = {
    Part.DEVICE: ("device", "device_at"),
    Part.AGE: ("of_age_at",),
    Part.LOGIN: ("level", "verified", "login_at"),
    Part.LINE: ("waiting_since", "seen_at"),
    Part.SEEN: ("seen_at",),
    Part.PASSED: ("passed_at", "passed_by"),
    Part.INSIDE: ("inside_at",),
}
_EVERYTHING_BUT_INSIDE = tuple(c.name for c in arrivals.c if c.name not in {"appointment", "person", "inside_at"})
_COLUMNS = {**_OWN, Part.PERSON: _EVERYTHING_BUT_INSIDE}
_FIRST_STANDS = frozenset({(Part.LINE, "waiting_since"), (Part.INSIDE, "inside_at")})
_SAME = and_(arrivals.c.appointment == bindparam("p_appointment"), arrivals.c.person == bindparam("p_person"))


def _new(name: str) -> ColumnElement[object]:
    return bindparam(f"n_{name}", type_=arrivals.c[name].type)


def _value(part: Part, name: str) -> ColumnElement[object]:
    return func.coalesce(arrivals.c[name], _new(name)) if (part, name) in _FIRST_STANDS else _new(name)


_MADE = insert(arrivals).from_select(
    [c.name for c in arrivals.c], select(*(_new(c.name) for c in arrivals.c)).where(~exists().where(_SAME))
)
_STATEMENTS: Mapping[Part, tuple[Statement, ...]] = {
    part: (update(arrivals).where(_SAME).values({name: _value(part, name) for name in names}), _MADE)
    for part, names in _COLUMNS.items()
}


def arrival_change(step: ArrivalStep) -> Change:
    """Writes the columns of one part; a row that is not there yet is made with nothing else in it."""
    arrival, own = step.arrival, _COLUMNS[step.part]
    blank, given = _values(Arrival(arrival.appointment, arrival.person)), _values(arrival)
    values = {f"n_{name}": (given if name in own else blank)[name] for name in given}
    return Change(_STATEMENTS[step.part], {**values, "p_appointment": arrival.appointment, "p_person": arrival.person})


def _values(arrival: Arrival) -> Values:
    return {
        "appointment": arrival.appointment,
        "person": arrival.person,
        "device": arrival.device.value if arrival.device else None,
        "device_at": arrival.device_at,
        "level": int(arrival.level),
        "verified": arrival.verified,
        "login_at": arrival.login_at,
        "of_age_at": arrival.of_age_at,
        "waiting_since": arrival.waiting_since,
        "seen_at": arrival.seen_at,
        "passed_at": arrival.passed_at,
        "passed_by": arrival.passed_by,
        "inside_at": arrival.inside_at,
    }
