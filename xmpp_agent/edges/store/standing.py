"""What booking looks up, each answer in one statement: a wish is judged by one look, a day is listed without names."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, Select, and_, bindparam, literal, or_, select, tuple_

from xmpp_agent.edges.store.nouns import UNIT
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import policy_of, room_of
from xmpp_agent.edges.store.tables import appointments, external_ids, people, policies, rooms, units
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.people import Role
from xmpp_agent.ports.booking import Listed, Named, Span, Standing

_DAYS = ("yesterday", "today", "tomorrow")
_THEM = and_(
    people.c.role == Role.STAFF.value,
    or_(people.c.id == bindparam("staff"), people.c.account == bindparam("account")),
)
_THEN = and_(rooms.c.owner == people.c.id, or_(*(rooms.c.day == bindparam(day) for day in _DAYS)))
_SO = and_(external_ids.c.caller == bindparam("caller"), external_ids.c.external_id == bindparam("external_id"))
_STANDING = (
    select(units.c.body, policies, people, rooms, external_ids.c.appointment, external_ids.c.content)
    .select_from(select(literal(1).label("one")).subquery())
    .outerjoin(units, units.c.id == bindparam("unit"))
    .outerjoin(policies, policies.c.id == bindparam("policy"))
    .outerjoin(people, _THEM)
    .outerjoin(rooms, _THEN)
    .outerjoin(external_ids, _SO)
)
"""One row, or one for each room."""
_LISTED = select(
    appointments.c.id,
    appointments.c.unit,
    appointments.c.policy,
    appointments.c.starts_at,
    appointments.c.ends_at,
    appointments.c.staff,
    appointments.c.caller,
    appointments.c.external_id,
    appointments.c.cancelled_at,
    appointments.c.outcome,
    appointments.c.version,
).join(rooms, and_(rooms.c.node == appointments.c.room, rooms.c.day != ""))
"""Hotline calls, whose rooms are of no day, were never booked."""


class SqlBookings(Reader):
    """The `Bookings` of ports."""

    async def standing(self, named: Named) -> Standing:
        """See `xmpp_agent.ports.booking.Bookings.standing`."""
        asked = {
            "unit": named.unit,
            "policy": named.policy,
            "staff": named.staff,
            "account": named.account,
            "caller": named.caller,
            "external_id": named.external_id,
            **dict(zip(_DAYS, named.days, strict=True)),
        }
        async with self.reading() as db:
            return self._standing((await db.execute(_STANDING, asked)).mappings().all())

    async def listed(self, span: Span) -> tuple[Listed, ...]:
        """See `xmpp_agent.ports.booking.Bookings.listed`."""
        async with self.reading() as db:
            rows = (await db.execute(_narrowed(span))).all()
            return tuple(
                Listed(
                    *(ident, unit, policy, starts_at, ends_at, staff, caller, external_id),
                    cancelled=cancelled_at is not None,
                    outcome=Outcome(outcome) if outcome else None,
                    version=version,
                )
                for (
                    *(ident, unit, policy, starts_at, ends_at, staff, caller, external_id),
                    cancelled_at,
                    outcome,
                    version,
                ) in rows
            )

    def _standing(self, rows: Sequence[RowMapping]) -> Standing:
        row = rows[0]
        return Standing(
            unit=UNIT.validate_json(row[units.c.body]) if row[units.c.body] is not None else None,
            policy=policy_of(row) if row[policies.c.id] is not None else None,
            staff=self.person_of(row) if row[people.c.id] is not None else None,
            rooms=tuple(room_of(each) for each in rows if each[rooms.c.node] is not None),
            booked=row[external_ids.c.appointment] or "",
            content=row[external_ids.c.content] or "",
        )


def _narrowed(span: Span) -> Select[tuple[object, ...]]:
    """The statement; by the index of whatever narrows most."""
    begun, last = span.after
    wanted = _LISTED.where(
        appointments.c.starts_at >= max(span.since, begun),
        appointments.c.starts_at < span.until,
    )
    if last:
        wanted = wanted.where(
            tuple_(appointments.c.starts_at, appointments.c.id) > tuple_(literal(begun), literal(last))
        )
    if span.units is not None:
        wanted = wanted.where(appointments.c.unit.in_(sorted(span.units)))
    if span.staff:
        wanted = wanted.where(appointments.c.staff == span.staff)
    if span.begins:
        wanted = wanted.where(appointments.c.id >= span.begins, appointments.c.id < span.begins + "\uffff")
    return wanted.order_by(appointments.c.starts_at, appointments.c.id).limit(span.most)
