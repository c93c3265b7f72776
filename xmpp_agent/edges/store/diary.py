"""Units, policies, people and appointments, read from the database."""

from collections.abc import Collection

from sqlalchemy import select

from xmpp_agent.edges.store.nouns import REACH, UNIT
from xmpp_agent.edges.store.reading import ENTRIES, Reader
from xmpp_agent.edges.store.rows import policy_of, room_of
from xmpp_agent.edges.store.stays import in_chunks
from xmpp_agent.edges.store.tables import appointments, people, policies, rooms, units
from xmpp_agent.model.appointments import Entry, Policy, Room
from xmpp_agent.model.people import Person, Reach, Role
from xmpp_agent.model.units import Unit


class SqlDiary(Reader):
    """The `Diary` of ports."""

    async def unit(self, unit_id: str) -> Unit | None:
        """See `xmpp_agent.ports.diary.Diary.unit`."""
        async with self.reading() as db:
            body = await db.scalar(select(units.c.body).where(units.c.id == unit_id))
            return None if body is None else UNIT.validate_json(body)

    async def units(self) -> tuple[Unit, ...]:
        """See `xmpp_agent.ports.diary.Diary.units`."""
        async with self.reading() as db:
            bodies = await db.scalars(select(units.c.body).order_by(units.c.id))
            return tuple(UNIT.validate_json(body) for body in bodies)

    async def policy(self, policy_id: str) -> Policy | None:
        """See `xmpp_agent.ports.diary.Diary.policy`."""
        async with self.reading() as db:
            row = (await db.execute(select(policies).where(policies.c.id == policy_id))).mappings().first()
            return None if row is None else policy_of(row)

    async def policies(self) -> tuple[Policy, ...]:
        """See `xmpp_agent.ports.diary.Diary.policies`."""
        async with self.reading() as db:
            rows = (await db.execute(select(policies).order_by(policies.c.id))).mappings()
            return tuple(policy_of(row) for row in rows)

    async def person(self, person_id: str) -> Person | None:
        """See `xmpp_agent.ports.diary.Diary.person`."""
        async with self.reading() as db:
            row = (await db.execute(select(people).where(people.c.id == person_id))).mappings().first()
            return None if row is None else self.person_of(row)

    async def role(self, person_id: str) -> Role | None:
        """See `xmpp_agent.ports.diary.Diary.role`."""
        async with self.reading() as db:
            role = await db.scalar(select(people.c.role).where(people.c.id == person_id))
            return None if role is None else Role(role)

    async def reach(self, person_id: str) -> Reach:
        """See `xmpp_agent.ports.diary.Diary.reach`."""
        async with self.reading() as db:
            sealed = await db.scalar(select(people.c.reach).where(people.c.id == person_id))
            return REACH.validate_json(self.cipher.open(sealed, f"people.reach:{person_id}")) if sealed else Reach()

    async def staff_by_account(self, account: str) -> Person | None:
        """See `xmpp_agent.ports.diary.Diary.staff_by_account`."""
        wanted = select(people).where(people.c.account == account, people.c.role == Role.STAFF.value)
        async with self.reading() as db:
            row = (await db.execute(wanted)).mappings().first()
            return None if row is None or not account else self.person_of(row)

    async def staff_of(self, unit: str) -> tuple[Person, ...]:
        """See `xmpp_agent.ports.diary.Diary.staff_of`."""
        wanted = select(people).where(people.c.unit == unit, people.c.role == Role.STAFF.value).order_by(people.c.id)
        async with self.reading() as db:
            return tuple(self.person_of(row) for row in (await db.execute(wanted)).mappings())

    async def room(self, node: str) -> Room | None:
        """See `xmpp_agent.ports.diary.Diary.room`."""
        async with self.reading() as db:
            row = (await db.execute(select(rooms).where(rooms.c.node == node))).mappings().first()
            return None if row is None else room_of(row)

    async def room_of(self, owner: str, day: str) -> Room | None:
        """See `xmpp_agent.ports.diary.Diary.room_of`."""
        wanted = select(rooms).where(rooms.c.owner == owner, rooms.c.day == day).order_by(rooms.c.node)
        async with self.reading() as db:
            row = (await db.execute(wanted)).mappings().first()
            return None if row is None else room_of(row)

    async def entry(self, appointment_id: str) -> Entry | None:
        """See `xmpp_agent.ports.diary.Diary.entry`."""
        async with self.reading() as db:
            return next(iter(await self.entries(db, ENTRIES.where(appointments.c.id == appointment_id))), None)

    async def entries_of(self, appointment_ids: Collection[str]) -> tuple[Entry, ...]:
        """See `xmpp_agent.ports.diary.Diary.entries_of`."""
        found: list[Entry] = []
        async with self.reading() as db:
            for some in in_chunks(appointment_ids):
                found += await self.entries(db, ENTRIES.where(appointments.c.id.in_(some)))
        return tuple(sorted(found, key=lambda entry: (entry.appointment.starts_at, entry.appointment.id)))

    async def day(
        self, since: float, until: float, *, units: Collection[str] | None = None, staff: str = "", caller: str = ""
    ) -> tuple[Entry, ...]:
        """See `xmpp_agent.ports.diary.Diary.day`."""
        wanted = ENTRIES.where(appointments.c.starts_at >= since, appointments.c.starts_at < until)
        for column, value in (
            (appointments.c.staff, staff),
            (appointments.c.caller, caller),
        ):
            wanted = wanted.where(column == value) if value else wanted
        if units:
            wanted = wanted.where(appointments.c.unit.in_(sorted(units)))
        async with self.reading() as db:
            return await self.entries(db, wanted.order_by(appointments.c.starts_at, appointments.c.id))
