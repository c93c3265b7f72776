"""A town for the benchmark: rooms with staff, appointments of today, and passes, written in bulk."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert

from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.rows import memory_values, pass_text
from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.edges.store.tables import appointments, companions, passes, people, room_memory, rooms
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.people import CompanionKind, Level, Pass, Role
from xmpp_agent.model.rooms import RoomMemory, Visit
from xmpp_agent.rules.passes import seat_of

_UNIT = "Jobcenter"
_HOUR = 3600.0
_INVITED = "ab" * 32
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Household:
    """One room: its staff, the citizens invited into it, and the companion of the first of them, if any."""

    node: str
    staff: Pass
    citizens: tuple[Pass, ...]
    companion: Pass | None = None

    @property
    def inside(self) -> tuple[Pass, ...]:
        """Who is in the room during the first citizen's visit."""
        return (self.staff, self.citizens[0], *((self.companion,) if self.companion else ()))


class Town:
    """Makes households and keeps their rows until `build` writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._now = time.time()
        self._day = datetime.fromtimestamp(self._now, UTC).date().isoformat()
        self._rows: dict[str, list[Row]] = {
            table.name: [] for table in (people, rooms, appointments, companions, passes, room_memory)
        }

    def household(self, citizens: int = 0, *, busy: bool = False) -> Household:
        """A room with staff and citizens; `busy`: the first citizen's visit goes on, with a companion."""
        node = new_id()
        staff = self._person(Role.STAFF, "Mette Madsen")
        self._rows["rooms"].append({"node": node, "unit": _UNIT, "owner": staff, "day": self._day, "covers": ""})
        invited = tuple(self._invited(node) for _ in range(max(citizens, busy)))
        home = Household(
            node,
            self._pass(Role.STAFF, staff, node, None),
            invited,
            self._companion(node, invited[0].appointment or "") if busy else None,
        )
        if busy:
            self._go_on(home)
        return home

    async def build(self) -> None:
        """Write everything made so far."""
        async with writing(self._database.engine) as db:
            for table in (people, rooms, appointments, companions, passes, room_memory):
                if self._rows[table.name]:
                    await db.execute(insert(table), self._rows[table.name])
                    self._rows[table.name].clear()

    def _person(self, role: Role, name: str) -> str:
        person = new_id()
        sealed = self._database.cipher.seal(name, f"people.name:{person}")
        self._rows["people"].append({"id": person, "unit": _UNIT, "role": role.value, "name": sealed})
        return person

    def _invited(self, node: str) -> Pass:
        person, appointment = self._person(Role.CITIZEN, "Anna Hansen"), new_id()
        self._rows["appointments"].append(
            {
                "id": appointment,
                "unit": _UNIT,
                "citizen": person,
                "invited": _INVITED,
                "room": node,
                "policy": "samtale",
                "starts_at": self._now - 60,
                "ends_at": self._now + _HOUR,
                "case_ref": "",
                "external_id": "",
            }
        )
        return self._pass(Role.CITIZEN, person, node, appointment)

    def _companion(self, node: str, appointment: str) -> Pass:
        person = self._person(Role.COMPANION, "Bo Berg")
        self._rows["companions"].append({"appointment": appointment, "person": person, "kind": "interpreter"})
        return self._pass(Role.COMPANION, person, node, appointment)

    def _pass(self, role: Role, person: str, node: str, appointment: str | None) -> Pass:
        return Pass(
            id=new_id(),
            role=role,
            person=person,
            seat=seat_of(person, appointment or node),
            room=node,
            issued_at=self._now,
            not_before=self._now,
            expires_at=self._now + 4 * _HOUR,
            appointment=appointment,
            level=Level.SUBSTANTIAL,
            proved=_INVITED if role is Role.CITIZEN else "",
            kind=CompanionKind.INTERPRETER if role is Role.COMPANION else None,
        )

    def _go_on(self, home: Household) -> None:
        """What the database holds of a room in which a visit goes on."""
        for used in home.inside:
            self._rows["passes"].append({"id": used.id, "claims": pass_text(used), "first_used_at": self._now})
        visit = Visit(1, home.citizens[0].appointment or "", self._now, home.staff.person, arrived=True)
        self._rows["room_memory"].append(dict(memory_values(RoomMemory(home.node, 1, visit))))


def crowd_file(homes: Iterable[Household]) -> str:
    """The lines that lua/mod_bench_crowd.lua reads."""
    return "".join(f"{home.node} {' '.join(who.id for who in home.inside)}\n" for home in homes)
