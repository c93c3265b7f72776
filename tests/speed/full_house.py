"""A full house for the console's benchmark: the real agent's web app and feed on its socket, rooms that change.

A process of its own: `python -m tests.speed.full_house FOLDER ROOMS CHANGES_A_SECOND`, ended by SIGTERM. There is no
Prosody: rooms are put into the agent's house as its flows would, and the link is said to be live. Everything from there
on is the product's (rules judged for each who waits, masked rows, gathering, events, HTTP).
"""

import asyncio
import gc
import random
import signal
import sys
from dataclasses import replace
from pathlib import Path

import uvloop

from tests.edges.web.lone_agent import lone_agent
from xmpp_agent.flows.house import House
from xmpp_agent.model.appointments import Appointment, Known, Policy, Room
from xmpp_agent.model.people import Level, Pass, Person, Role
from xmpp_agent.model.rooms import Occupant, RoomState, Visit, Waiting

SOCKET = "agent.sock"
STAFF = "Sagsbehandler"
"""What the names of staff begin with; no heading of the console has this word."""
UNITS = ("Jobcenter Nord", "Jobcenter Syd", "Psykiatri Syd", "Borgerservice")
_LINE = 3
"""Citizens of a room, at most waiting at once."""
_TURN = 0.005


class FullHouse:
    """Rooms with their people, all of them known, each room in a state drawn by chance (the same at each run)."""

    def __init__(self, house: House, rooms: int) -> None:
        self._house = house
        self._chance = random.Random(1)  # noqa: S311  # a repeatable load, not a secret
        self._rooms = [Room(f"room{n}", UNITS[n % len(UNITS)], f"staff{n}", "2026-11-26") for n in range(rooms)]
        for number, room in enumerate(self._rooms):
            self._people(number, room)
            self.change(number)

    def change(self, number: int) -> None:
        """Another state for a room: closed, ready, a visit, frozen, being cleared; up to three people wait."""
        room, now, chance = self._rooms[number], self._house.clock.now(), self._chance
        line = tuple(
            Waiting(
                *(f"seat-{room.node}-{each}", f"pass-{room.node}-{each}", Role.CITIZEN, f"app-{room.node}-{each}"),
                since=now - chance.random() * 900,
                jid=f"{room.node}-{each}@meet.example.dk/x",
                nick=f"n{each}",
            )
            for each in range(chance.randrange(_LINE + 1))
        )
        state = RoomState(room, queue=line, seq=chance.randrange(9))
        kind = chance.choice(("closed", "ready", "expecting", "visit", "visit", "frozen", "turnover", "stuck"))
        if kind != "closed":
            state = replace(state, exists=True, inside=(self._staff(room, now),))
        if kind in ("expecting", "visit", "frozen"):
            citizen = self._citizen(room, now, arrived=kind != "expecting")
            visit = Visit(state.seq, citizen.appointment or "", now - chance.random() * 3600, "policy")
            state = replace(state, visit=visit, inside=(*state.inside, citizen))
        if kind == "frozen":
            state = replace(state, inside=state.inside[1:], frozen_since=now - chance.random() * 120)
        if kind in ("turnover", "stuck"):
            state = replace(state, turnover_open=True, stuck=kind == "stuck")
        self._house.settle(state)

    async def go_on(self, per_second: float) -> None:
        """Rooms change at that rate, any of them, until cancelled."""
        loop, done = asyncio.get_running_loop(), 0
        began = loop.time()
        while True:
            await asyncio.sleep(_TURN)
            while done < (loop.time() - began) * per_second:
                self.change(self._chance.randrange(len(self._rooms)))
                done += 1

    def _people(self, number: int, room: Room) -> None:
        now = self._house.clock.now()
        for each in range(_LINE + 1):
            ident = f"{room.node}-{each}"
            booked = Appointment(
                f"app-{ident}", room.unit, f"p-{ident}", "proof", room.node, _POLICY, now - 3600, now + 7200
            )
            self._know(ident, Role.CITIZEN, f"Anna Beate Citizen{number}", room, booked)
        self._know(f"{room.node}-staff", Role.STAFF, f"{STAFF} {number}", room, None)

    def _know(self, ident: str, role: Role, name: str, room: Room, booked: Appointment | None) -> None:
        now = self._house.clock.now()
        pass_ = Pass(
            f"pass-{ident}", role, f"p-{ident}", f"seat-{ident}", room.node, now, now, now + 86_400,
            booked.id if booked else None, Level.SUBSTANTIAL, "proof" if booked else "",
        )  # fmt: skip
        self._house.known[pass_.id] = Known(pass_, Person(f"p-{ident}", room.unit, name), room, booked)
        self._house.used[pass_.id] = now

    def _staff(self, room: Room, now: float) -> Occupant:
        ident = f"{room.node}-staff"
        return Occupant(f"{ident}@meet.example.dk/x", "s", f"pass-{ident}", f"seat-{ident}", Role.STAFF, None, now)

    def _citizen(self, room: Room, now: float, *, arrived: bool) -> Occupant:
        ident = f"{room.node}-{_LINE}"
        who = (f"{ident}@meet.example.dk/x", "c", f"pass-{ident}", f"seat-{ident}")
        return Occupant(*who, Role.CITIZEN, f"app-{ident}", now, arrived)


_POLICY = Policy("samtale", Level.SUBSTANTIAL)


async def serve(folder: Path, rooms: int, per_second: float) -> None:
    """Until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with lone_agent(folder, sock=folder / SOCKET) as agent:
        full = FullHouse(agent.house, rooms)
        agent._link("live")
        changing = asyncio.create_task(full.go_on(per_second))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.wait({changing, asyncio.create_task(stopped.wait())}, return_when=asyncio.FIRST_COMPLETED)
        changing.cancel()


def main() -> None:
    """Command line."""
    folder, rooms, per_second = sys.argv[1:]
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], 100)  # as the agent does (xmpp_agent/__main__.py)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(folder), int(rooms), float(per_second)))


if __name__ == "__main__":
    main()
