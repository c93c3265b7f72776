"""The real console, worked by keys, on the real agent's socket, with real Prosody and clients behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from xml.etree.ElementTree import Element

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.agent_process import OutsideClinic, open_outside_clinic
from tests.clients.base import CLIENT
from tests.clinic import Clinic, Person, is_inside, is_refusal_to_lobby, lobby_chat
from tests.tui.opened import WIDE, Clock
from tui.app import PortnerApp
from tui.board.freshness import LATE_AFTER, State
from tui.board.happenings import Course
from tui.screens.dialogs import AskWords, Confirm
from tui.screens.shift import ShiftScreen
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.wire import RoomPhase, RoomRow

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]


@dataclass
class Supervisor:
    """Somebody who looks at the console and presses keys."""

    app: PortnerApp
    pilot: Pilot[None]
    clock: Clock

    @property
    def shift(self) -> ShiftScreen:
        """The shift screen, whatever lies over it."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, ShiftScreen)
        return bottom

    @property
    def state(self) -> State:
        """What the console says of its picture."""
        return self.app.watched.standing().state

    def room(self, booked: Booked) -> RoomRow | None:
        """The room as the console holds it."""
        return self.app.watched.board.named(booked.room)

    def screen(self) -> str:
        """What is on the screen, as lines of characters."""
        self.shift.flush()
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def notices(self) -> str:
        """All short notices given so far."""
        return "\n".join(notice.message for notice in self.app._notifications)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what the console comes to show, at most about twenty seconds."""
        for _ in range(1000):
            self.shift.flush()
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come about; the screen:\n{self.screen()}")

    async def choose(self, booked: Booked, waiting: int) -> None:
        """Put the cursor on a room once so many wait there."""
        await self.until(lambda: (row := self.room(booked)) is not None and len(row.waiting) == waiting)
        row = self.room(booked)
        assert row is not None
        self.shift.go_to(row.key)
        await self.until(lambda: len(self.shift.grid("lobby").order) == waiting)
        if (
            self.shift.chosen_person() is None and waiting
        ):  # the lobby was empty when it was looked at: a first press only chooses
            before = self.last_act()
            await self.pilot.press("a")
            assert self.last_act() == before
            assert self.shift.chosen_person() is not None

    async def press(self, key: str) -> None:
        """Press a door key once it is lit: on a busy machine the agent may lose sight of Prosody for a moment, and a
        key that is grey then only says so."""
        await self.until(lambda: (it := self.app.screen.active_bindings.get(key)) is not None and it.enabled)
        await self.pilot.press(key)

    async def ask(self, key: str, words: str) -> None:
        """Press a key that asks for words, and give them."""
        await self.press(key)
        await self.until(lambda: isinstance(self.app.screen, AskWords))
        self.app.screen.query_one(Input).value = words
        await self.pilot.press("enter")

    def last_act(self) -> tuple[str, Course | None]:
        """What was asked for last, and what came of it."""
        acts = [line for line in self.app.watched.happenings.lines if line.course is not None]
        return (acts[-1].kind, acts[-1].course) if acts else ("", None)


@asynccontextmanager
async def console_on(socket: Path) -> AsyncIterator[Supervisor]:
    """The console, opened and live."""
    clock = Clock()
    app = PortnerApp(socket, None, clock)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        supervisor = Supervisor(app, pilot, clock)
        await supervisor.until(lambda: supervisor.state is State.LIVE)
        yield supervisor


async def knocked(clinic: Clinic, booked: Booked) -> Person:
    """The citizen of an appointment, sent to the lobby and waiting there."""
    person = await clinic.citizen(booked)
    assert is_refusal_to_lobby(await person.join())
    await person.knock("Typed Name")
    return person


async def test_a_visit_from_knock_to_finish_by_keys(clinic: Clinic) -> None:
    """Masked name, proof and reason are seen; one key lets in and the citizen's client is invited and inside; another
    finishes, the citizen is out, and the room is ready. The full name is never on the screen unasked."""
    booked = await clinic.book("Anna Hansen", staff=clinic.somebody())
    async with console_on(clinic.settings.socket) as supervisor:
        citizen = await knocked(clinic, booked)
        await supervisor.choose(booked, 1)
        await supervisor.until(lambda: "A. H." in supervisor.screen() and "MitID" in supervisor.screen())
        await supervisor.pilot.press("a")
        await supervisor.until(lambda: "Luk ind: ikke nu" in supervisor.notices())
        row = supervisor.room(booked)
        assert row is not None
        assert len(row.waiting) == 1
        assert supervisor.last_act() == ("", None)

        await clinic.open_room(booked)
        await supervisor.until(lambda: (row := supervisor.room(booked)) is not None and row.phase is RoomPhase.READY)
        await supervisor.press("a")
        await citizen.invited()
        assert is_inside(await citizen.join())
        await supervisor.until(lambda: supervisor.last_act() == ("let_in", Course.DONE))
        await supervisor.until(
            lambda: (
                (row := supervisor.room(booked)) is not None
                and (row.phase, row.citizen, row.waiting) == (RoomPhase.VISIT, "A. H.", ())
            )
        )
        assert "Hansen" not in supervisor.screen()

        await supervisor.press("f")
        await supervisor.until(lambda: isinstance(supervisor.app.screen, Confirm))
        await supervisor.pilot.press("j")
        await citizen.client.wait(lambda e: e.get("type") == "unavailable" and e.get("from") == citizen.seat_in_meeting)
        await supervisor.until(lambda: supervisor.last_act() == ("finish", Course.DONE))
        await supervisor.until(lambda: (row := supervisor.room(booked)) is not None and row.phase is RoomPhase.READY)


async def test_the_next_in_line_is_let_in_only_after_finishing(clinic: Clinic) -> None:
    """While one visit goes on, letting in the next is refused in words; the interpreter of the first follows alone."""
    name = clinic.somebody()
    first = await clinic.book("Anna Hansen", staff=name, companions=((CompanionKind.INTERPRETER, "Ida Tolk"),))
    second = await clinic.book("Bo Berg", staff=name)
    async with console_on(clinic.settings.socket) as supervisor:
        await clinic.open_room(first)
        anna = await knocked(clinic, first)
        await supervisor.choose(first, 1)
        await supervisor.press("a")
        await anna.invited()
        assert is_inside(await anna.join())
        interpreter = await clinic.companion(first)
        assert is_inside(await interpreter.join())
        bo = await knocked(clinic, second)
        await supervisor.choose(first, 1)
        await supervisor.until(lambda: "B. B." in supervisor.screen())
        await supervisor.pilot.press("a")
        await supervisor.until(lambda: "Luk ind: ikke nu – en anden er inde" in supervisor.notices())
        assert supervisor.last_act() == ("let_in", Course.DONE)
        assert is_refusal_to_lobby(await bo.join())


async def test_refused_with_a_reason(clinic: Clinic) -> None:
    """The words typed at the console are what the citizen's client is shown; the person is off the list."""
    booked = await clinic.book("Carl Carlsen", staff=clinic.somebody())
    async with console_on(clinic.settings.socket) as supervisor:
        citizen = await knocked(clinic, booked)
        await supervisor.choose(booked, 1)
        await supervisor.ask("d", "Ring til os på 12 34 56 78 & vent <hjemme>")
        assert "Ring til os på 12 34 56 78 & vent <hjemme>" in await citizen.ended()
        await supervisor.until(lambda: supervisor.last_act() == ("turn_away", Course.DONE))
        await supervisor.until(lambda: (row := supervisor.room(booked)) is None or not row.waiting)


def _is_out(seat: str, stanza: Element) -> bool:
    return stanza.get("type") == "unavailable" and stanza.get("from") == seat


async def test_the_meeting_is_closed_for_all(clinic: Clinic) -> None:
    """By one key and words: citizen and staff are out, the room is gone, the words are in what the citizen's client is
    told; who waits goes on waiting."""
    name = clinic.somebody()
    first, second = await clinic.book("Fie Frost", staff=name), await clinic.book("Gro Gram", staff=name)
    async with console_on(clinic.settings.socket) as supervisor:
        staff = await clinic.open_room(first)
        fie = await knocked(clinic, first)
        await supervisor.choose(first, 1)
        await supervisor.press("a")
        await fie.invited()
        assert is_inside(await fie.join())
        await knocked(clinic, second)
        await supervisor.until(lambda: (row := supervisor.room(first)) is not None and row.citizen == "F. F.")
        await supervisor.choose(first, 1)
        await supervisor.ask("X", "Brandalarm. Vi ringer til dig.")
        for person in (fie, staff):
            gone = await person.client.wait(partial(_is_out, person.seat_in_meeting))
            assert "Brandalarm. Vi ringer til dig." in "".join(gone.itertext())
        await supervisor.until(lambda: supervisor.last_act() == ("end", Course.DONE))
        await supervisor.until(lambda: (row := supervisor.room(first)) is not None and row.phase is RoomPhase.CLOSED)
        row = supervisor.room(first)
        assert row is not None
        assert [one.masked for one in row.waiting] == ["G. G."]


async def test_written_to(clinic: Clinic) -> None:
    """What is written to the waiting reaches their clients; what they answer is seen at the console."""
    booked = await clinic.book("Dina Dahl", staff=clinic.somebody())
    async with console_on(clinic.settings.socket) as supervisor:
        citizen = await knocked(clinic, booked)
        await supervisor.choose(booked, 1)
        await supervisor.ask("w", "Vi er 5 min. forsinket")
        await citizen.client.wait(lambda e: "Vi er 5 min. forsinket" in "".join(e.itertext()))
        await supervisor.until(lambda: supervisor.last_act() == ("write", Course.DONE))
        await citizen.client.send(
            f"<message xmlns='{CLIENT}' type='chat' to='{citizen.lobby}/portner'>{lobby_chat('Det er fint')}</message>"
        )
        await supervisor.until(lambda: "Det er fint" in supervisor.screen())


async def test_a_console_whose_agent_fails_never_shows_the_picture_as_current(tmp_path: Path) -> None:
    """Stopped: late, then going on; killed: lost; Prosody gone: link lost. Keys do nothing meanwhile, and each time the
    console is live again by itself, with whoever still waits and can be written to."""
    async with open_outside_clinic(tmp_path) as clinic:
        booked = await clinic.book("Eva Eg", staff=clinic.somebody())
        citizen = await knocked(clinic, booked)
        async with console_on(clinic.agent_process.socket) as supervisor:
            await supervisor.choose(booked, 1)
            await _stopped(clinic, supervisor)
            await _killed(clinic, supervisor, booked)
            await supervisor.choose(booked, 1)
            await supervisor.ask("w", "Vi er her igen")
            await citizen.client.wait(lambda e: "Vi er her igen" in "".join(e.itertext()))
            await _prosody_gone(clinic, supervisor)


LAST_WORDS = 50
"""Turns of the loop in which what the agent had said before it was stopped is read."""


async def _stopped(clinic: OutsideClinic, supervisor: Supervisor) -> None:
    clinic.agent_process.signal(SIGSTOP)
    for _ in range(LAST_WORDS):
        await asyncio.sleep(0)
    supervisor.clock.ahead += LATE_AFTER + 1
    assert supervisor.state is State.LATE
    await _keys_do_nothing(supervisor)
    clinic.agent_process.signal(SIGCONT)
    await supervisor.until(lambda: supervisor.state is State.LIVE)


async def _killed(clinic: OutsideClinic, supervisor: Supervisor, booked: Booked) -> None:
    await clinic.agent_process.kill()
    await supervisor.until(lambda: supervisor.state is State.LOST)
    await _keys_do_nothing(supervisor)
    begin = clinic.agent_process.heard
    await clinic.agent_process.start()
    await clinic.agent_process.live(begin=begin)
    await supervisor.until(lambda: supervisor.state is State.LIVE)
    row = supervisor.room(booked)
    assert row is not None
    assert [person.masked for person in row.waiting] == ["E. E."]


async def _prosody_gone(clinic: OutsideClinic, supervisor: Supervisor) -> None:
    begin = clinic.agent_process.heard
    await clinic.prosody.stop(kill=True)
    await supervisor.until(lambda: supervisor.state is State.LINK_LOST)
    await _keys_do_nothing(supervisor)
    await clinic.prosody.start()
    await clinic.agent_process.live(begin=begin)
    await supervisor.until(lambda: supervisor.state is State.LIVE)


async def _keys_do_nothing(supervisor: Supervisor) -> None:
    """No door key is offered, none asks anything, and nothing is sent."""
    before = supervisor.last_act()
    for key in ("a", "d", "w", "W", "f"):
        await supervisor.pilot.press(key)
    await supervisor.pilot.pause()
    assert supervisor.app.screen is supervisor.shift
    assert supervisor.last_act() == before
    assert supervisor.state is not State.LIVE
