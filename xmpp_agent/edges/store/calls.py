"""Hotline calls in the database; the number lies sealed."""

from sqlalchemy import ColumnElement, RowMapping, or_, select

from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import calls
from xmpp_agent.model.calls import Call, CallState


def call_values(cipher: Cipher, call: Call) -> Values:
    """A row of `calls`."""
    return {
        "id": call.id,
        "unit": call.unit,
        "staff": call.staff,
        "appointment": call.appointment,
        "room": call.room,
        "number": cipher.seal(call.number, f"calls.number:{call.id}") if call.number else "",
        "state": call.state.value,
        "made_at": call.made_at,
        "changed_at": call.changed_at,
        "erase_at": call.erase_at,
    }


class SqlCalls(Reader):
    """The `Calls` of ports."""

    async def call(self, call_id: str) -> Call | None:
        """See `xmpp_agent.ports.calls.Calls.call`."""
        return next(iter(await self._where(calls.c.id == call_id)), None)

    async def for_appointment(self, appointment_id: str) -> Call | None:
        """See `xmpp_agent.ports.calls.Calls.for_appointment`."""
        return next(iter(await self._where(calls.c.appointment == appointment_id)), None)

    async def in_room(self, node: str) -> Call | None:
        """See `xmpp_agent.ports.calls.Calls.in_room`."""
        return next(iter(await self._where(calls.c.room == node)), None)

    async def not_over(self) -> tuple[Call, ...]:
        """See `xmpp_agent.ports.calls.Calls.not_over`."""
        return await self._where(calls.c.state != CallState.ENDED.value)

    async def of_unit(self, unit: str, since: float) -> tuple[Call, ...]:
        """See `xmpp_agent.ports.calls.Calls.of_unit`."""
        shown = or_(calls.c.state != CallState.ENDED.value, calls.c.changed_at > since)
        return await self._where(calls.c.unit == unit, shown)

    async def _where(self, *conditions: ColumnElement[bool]) -> tuple[Call, ...]:
        wanted = select(calls).where(*conditions).order_by(calls.c.made_at.desc(), calls.c.id)
        async with self.reading() as db:
            return tuple(self._call(row) for row in (await db.execute(wanted)).mappings())

    def _call(self, row: RowMapping) -> Call:
        ident, sealed = row[calls.c.id], row[calls.c.number]
        return Call(
            id=ident,
            unit=row[calls.c.unit],
            staff=row[calls.c.staff],
            appointment=row[calls.c.appointment],
            room=row[calls.c.room],
            number=self.cipher.open(sealed, f"calls.number:{ident}") if sealed else "",
            state=CallState(row[calls.c.state]),
            made_at=row[calls.c.made_at],
            changed_at=row[calls.c.changed_at],
            erase_at=row[calls.c.erase_at],
        )
