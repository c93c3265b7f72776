"""Rooms of a day, read from the database."""

from collections.abc import Collection

from sqlalchemy import select

from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import room_of
from xmpp_agent.edges.store.tables import rooms
from xmpp_agent.model.appointments import Room


class SqlDayRooms(Reader):
    """The `DayRooms` of ports."""

    async def on_day(self, day: str, units: Collection[str]) -> tuple[Room, ...]:
        """See `xmpp_agent.ports.rooms.DayRooms.on_day`."""
        wanted = select(rooms).where(rooms.c.day == day, rooms.c.unit.in_(sorted(units))).order_by(rooms.c.node)
        async with self.reading() as db:
            return tuple(room_of(row) for row in (await db.execute(wanted)).mappings())
