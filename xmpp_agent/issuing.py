"""Making passes by hand, for tests and the command line; who comes by a page gets theirs from `flows/issue.py`."""

from dataclasses import dataclass

from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.store.bookings import companion_kind, find_staff
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.people import Level, Pass, Role
from xmpp_agent.rules.passes import STAFF_LIFE, seat_of, visitor_until


class IssueFault(Exception):
    """A pass that cannot be made as asked; the text names no person."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a login proved: how sure it was, and the keyed hash of the identity (empty: none)."""

    level: Level
    proved: str


class Issuer:
    """Makes passes as of one moment; each answer is the pass and its token."""

    def __init__(self, database: Database, passes: SignedPasses, now: float) -> None:
        self._database = database
        self._passes = passes
        self._now = now

    async def for_visitor(self, appointment_id: str, companion: str | None, login: Login) -> tuple[Pass, str]:
        """For the citizen of an appointment, or for one of the companions (person id). Raises IssueFault."""
        appointment = await self._database.store.appointment(appointment_id)
        if appointment is None:
            raise IssueFault("There is no such appointment.")
        expires_at = visitor_until(appointment)
        if expires_at <= self._now:
            raise IssueFault("The appointment is over.")
        person = companion or appointment.citizen
        kind = await companion_kind(self._database.engine, appointment_id, companion) if companion else None
        if companion and kind is None:
            raise IssueFault("There is no such companion of that appointment.")
        return await self._mint(
            Pass(
                id=new_id(),
                role=Role.COMPANION if kind else Role.CITIZEN,
                person=person,
                seat=seat_of(person, appointment_id),
                room=appointment.room,
                issued_at=self._now,
                not_before=self._now,
                expires_at=expires_at,
                appointment=appointment_id,
                level=login.level,
                proved=login.proved,
                kind=kind,
            )
        )

    async def for_staff(
        self, name_or_id: str, room: str | None, appointment_id: str | None, login: Login
    ) -> tuple[Pass, str]:
        """For a member of staff and one room, named or that of an appointment. Raises IssueFault."""
        async with self._database.engine.connect() as db:
            person = await find_staff(db, self._database.cipher, None, name_or_id)
        if person is None:
            raise IssueFault("There is no such member of staff.")
        node = room or await self._room_of(appointment_id)
        return await self._mint(
            Pass(
                id=new_id(),
                role=Role.STAFF,
                person=person,
                seat=seat_of(person, node),
                room=node,
                issued_at=self._now,
                not_before=self._now,
                expires_at=self._now + STAFF_LIFE,
                level=login.level,
                proved=login.proved,
            )
        )

    async def _room_of(self, appointment_id: str | None) -> str:
        if appointment_id is None:
            raise IssueFault("Staff need a room or an appointment.")
        appointment = await self._database.store.appointment(appointment_id)
        if appointment is None:
            raise IssueFault("There is no such appointment.")
        return appointment.room

    async def _mint(self, pass_: Pass) -> tuple[Pass, str]:
        person = await self._database.store.person(pass_.person)
        if person is None:
            raise IssueFault("There is no such person.")
        try:
            return pass_, self._passes.mint(pass_, person.name)
        except ValueError:
            raise IssueFault("The room or an id given is not one of ours.") from None
