"""What erasing each kind of piece means in the database: afterwards no ciphertext of it stands in any column.

Ids, times and how an appointment ended stay. Every statement can be repeated; an appointment that ends later by now
than the decision knew is left alone, and so is everybody who has one.
"""

from collections.abc import Collection

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    null,
    select,
    update,
)

from xmpp_agent.edges.store.alert_tables import alerts, shift_notes
from xmpp_agent.edges.store.changes import Change, Statement
from xmpp_agent.edges.store.custody_tables import consents
from xmpp_agent.edges.store.tables import (
    appointments,
    arrivals,
    calls,
    companions,
    external_ids,
    hooks,
    letters,
    links,
    looks,
    notes,
    passes,
    people,
    places,
    sessions,
)
from xmpp_agent.model.notes import NoteState
from xmpp_agent.ports.privacy import Held, Piece
from xmpp_agent.rules.retention import ALERTS_KEPT
from xmpp_agent.rules.shift_note import KEPT

_KEY: BindParameter[str] = bindparam("p_key")
_SECOND: BindParameter[str] = bindparam("p_second")
_SEEN: BindParameter[float] = bindparam("p_seen")
_NOW: BindParameter[float] = bindparam("p_at")
_ALERTS_BEFORE = _NOW - literal_column(f"{ALERTS_KEPT}")
_NOTES_BEFORE = _NOW - literal_column(f"{KEPT}")
_NOTHING: ColumnElement[str] = literal_column("''")
_FILED: ColumnElement[str] = literal_column(f"'{NoteState.FILED.value}'")

_LATER = appointments.c.ends_at > _SEEN
_STILL = exists().where(and_(appointments.c.id == _KEY, appointments.c.ends_at <= _SEEN))
_PERSON = and_(
    people.c.id == _KEY,
    ~exists().where(and_(appointments.c.citizen == _KEY, _LATER)),
    ~exists().where(and_(companions.c.person == _KEY, companions.c.appointment == appointments.c.id, _LATER)),
)
_CALLED = and_(
    external_ids.c.caller == select(appointments.c.caller).where(appointments.c.id == _KEY).scalar_subquery(),
    external_ids.c.external_id == select(appointments.c.external_id).where(appointments.c.id == _KEY).scalar_subquery(),
    _STILL,
)

_APPOINTMENT: tuple[Statement, ...] = (
    *(
        delete(table).where(and_(table.c.appointment == _KEY, _STILL))
        for table in (links, letters, arrivals, places, consents)
    ),
    delete(external_ids).where(_CALLED),
    update(notes).where(and_(notes.c.appointment == _KEY, notes.c.state == _FILED, _STILL)).values(text=_NOTHING),
    update(calls).where(and_(calls.c.appointment == _KEY, _STILL)).values(number=_NOTHING),
    update(appointments)
    .where(and_(appointments.c.id == _KEY, ~_LATER))
    # Whoever still has it in hand as it was must not write it back: their version is over.
    .values(
        case_ref=_NOTHING,
        subject=_NOTHING,
        description=_NOTHING,
        external_id=_NOTHING,
        version=literal_column("version + 1"),
    ),
)
_TRACES: tuple[Statement, ...] = tuple(
    delete(table).where(and_(table.c.appointment == _KEY, table.c.person == _SECOND))
    for table in (links, letters, arrivals, consents)
)

_STATEMENTS: dict[Held, tuple[Statement, ...]] = {
    Held.REACH: (update(people).where(_PERSON).values(reach=null()),),
    Held.NAME: (update(people).where(_PERSON).values(name=_NOTHING, reach=null()),),
    Held.APPOINTMENT: _APPOINTMENT,
    Held.TRACES: _TRACES,
    Held.IDENTITY: (update(appointments).where(and_(appointments.c.id == _KEY, ~_LATER)).values(invited=_NOTHING),),
    Held.NUMBER: (
        update(calls).where(calls.c.id == _KEY).values(number=_NOTHING),
        # A caller nobody had booked is a person of the call's own id, reached by the same number.
        update(people).where(people.c.id == _KEY).values(reach=null()),
    ),
    Held.SESSION: (delete(sessions).where(sessions.c.mark == _KEY),),
    Held.PASS: (delete(passes).where(passes.c.id == _KEY),),
    Held.LIVE_PASS: (
        update(passes)
        .where(passes.c.id == _KEY)
        .values(claims=null(), revoked_at=func.coalesce(passes.c.revoked_at, _NOW)),
    ),
    Held.HOOK: (delete(hooks).where(hooks.c.id == _KEY),),
    Held.PLACE: (delete(places).where(and_(places.c.node == _KEY, places.c.seat == _SECOND)),),
    Held.LOOK: (delete(looks).where(looks.c.id == _KEY),),
    # Either may have been written anew since it was looked for.
    Held.ALERT: (delete(alerts).where(and_(alerts.c.id == _KEY, alerts.c.changed_at < _ALERTS_BEFORE)),),
    Held.SHIFT_NOTE: (delete(shift_notes).where(and_(shift_notes.c.unit == _KEY, shift_notes.c.at < _NOTES_BEFORE)),),
}

_OF_TWO = frozenset({Held.TRACES, Held.PLACE})
"""Whose keys are two ids; a unit's may have a blank in it."""


def erasures(pieces: Collection[Piece], at: float) -> tuple[Change, ...]:
    """The changes that erase these pieces."""
    return tuple(_erasure(piece, at) for piece in pieces)


def _erasure(piece: Piece, at: float) -> Change:
    first, _, second = piece.key.partition(" ") if piece.held in _OF_TWO else (piece.key, "", "")
    return Change(_STATEMENTS[piece.held], {"p_key": first, "p_second": second, "p_seen": piece.seen_until, "p_at": at})
