"""The recordings screen, on the real agent's application: what is seen, what is done, and when it is not."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from tests.an_office import StoppedClock
from tests.edges.web.lone_agent import ALL, acts_on_record, lone_agent
from tests.edges.web.test_people import WARD, a_past_visit
from tests.edges.web.test_recordings import on, put
from tests.tui.a_day import alert, recording
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.listening import first_lines
from tests.tui.opened import WIDE, opened
from tui.app import PortnerApp
from tui.screens.custody import ACTS
from tui.screens.recordings import RecordingsScreen
from tui.settings import Settings
from xmpp_agent import wire
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.edges.store.bookings import Booked, register_of
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.edges.web.app import console_app
from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.recordings import add_recordings
from xmpp_agent.edges.web.server import SocketServer
from xmpp_agent.model.recordings import Fault, Recording, Stage, Terms
from xmpp_agent.wiring import Agent

STUCK = Recording("r1", "", "", Stage.MISSING, "", 1.0, 1.0, fault=Fault.NO_FILE)
MAY = ("retry", "discard", "hold")


@dataclass
class Real:
    """A console on a real agent."""

    agent: Agent
    app: PortnerApp
    pilot: Pilot[None]
    folder: Path

    @property
    def screen(self) -> RecordingsScreen:
        """The recordings, whatever lies over them."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, RecordingsScreen)
        return bottom

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, drawing in between."""
        for _ in range(250):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it did not come about")

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def stage(self, ident: str = "r1") -> str:
        """As the console knows it from the stream."""
        row = self.app.watched.board.recordings.get(f"main/recording/{ident}") or next(
            (row for row in self.app.watched.board.recordings.values() if row.recording == ident), None
        )
        return row.stage.value if row is not None else ""

    def is_held(self, held: bool) -> bool:
        """Whether the chosen one is under legal hold, or is not."""
        row = self.screen.chosen()
        return row is not None and row.held is held

    async def answer(self, words: str) -> None:
        """Type into the dialog that opens, and Enter."""
        await self.until(lambda: self.app.screen is not self.screen)
        self.app.screen.query_one(Input).value = words
        await self.pilot.press("enter")


@asynccontextmanager
async def real(folder: Path, *recordings: Recording, units: frozenset[str] = ALL) -> AsyncIterator[Real]:
    """The real application on a socket of its own, with a link that is said to be live; the console on recordings."""
    async with lone_agent(folder) as agent:
        await put(agent, *recordings)
        live = agent.link().but(state="live")
        confirm, cancel = agent.inside.confirm, agent.cancel
        lists = (agent.recordings, agent.numbers, agent.alerts)
        desk = Desk(agent.house, agent.feed, lambda: live, agent.rooms, confirm, cancel, *lists)
        app = console_app(desk, agent.feed, lambda: True)
        add_recordings(app, agent.recording_desk)
        server = SocketServer(Door(app, {os.getuid(): units}), folder / "console.sock")
        server.start()
        try:
            console = PortnerApp(folder / "console.sock")
            async with console.run_test(size=WIDE, notifications=True) as pilot:
                opened_ = Real(agent, console, pilot, folder)
                await opened_.until(lambda: console.watched.standing().may_act)
                await pilot.press("2")
                await opened_.until(lambda: isinstance(console.screen, RecordingsScreen))
                yield opened_
        finally:
            await server.stop()


async def test_one_key_tries_again_and_the_stream_shows_it(tmp_path: Path) -> None:
    """Chosen, p: asked, done, and the stage changes only because the agent says so; on record with who."""
    async with real(tmp_path, STUCK) as console:
        await console.until(lambda: "Optagemaskinen leverede ingen fil." in console.text())
        assert "▲ 1 optagelse sidder fast" in console.text()
        await console.pilot.press("p")
        await console.until(lambda: console.stage() == "expected")
        await console.until(lambda: "✓ Prøv optagelsen igen (ukendt) – udført: Der" in console.text())
        await console.until(lambda: "ingen optagelse sidder fast" in console.text())
        assert acts_on_record(tmp_path)[-1] == "recording-retry"
        assert console.screen.check_action("retry", ()) is None


async def test_discarding_asks_why_and_escape_does_nothing(tmp_path: Path) -> None:
    """x then Esc: nothing sent; x, too few words: said so; with a reason: deleted."""
    async with real(tmp_path, STUCK) as console:
        await console.until(lambda: console.screen.chosen() is not None)
        await console.pilot.press("x")
        await console.until(lambda: console.app.screen is not console.screen)
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.screen)
        await console.pilot.press("x")
        await console.answer("ab")
        await console.until(lambda: "mindst 3 tegn" in console.text())
        assert "recording-discard" not in acts_on_record(tmp_path)
        await console.answer("Der var ingen optagelse")
        await console.until(lambda: console.stage() == "deleted")


async def test_a_hold_is_put_on_and_lifted_with_the_same_key(tmp_path: Path) -> None:
    """Held, it cannot be discarded: the key is grey and does nothing."""
    async with real(tmp_path, STUCK) as console:
        await console.until(lambda: console.screen.chosen() is not None)
        for verb in ("hold", "release"):
            await console.pilot.press("h")
            await console.answer("klagesag")
            held = verb == "hold"
            await console.until(partial(console.is_held, held))
            assert acts_on_record(tmp_path)[-1] == f"recording-{verb}"
            assert (console.screen.check_action("discard", ()) is None) is held


async def test_mapping_by_id_is_confirmed_and_what_does_not_fit_is_refused_in_words(tmp_path: Path) -> None:
    """No appointment fits, so an id is asked for; the agent's refusal is shown, the recording stays on its shelf."""
    async with real(tmp_path, replace(STUCK, stage=Stage.UNMAPPED, made_at=9e8)) as console:
        visit, _ = await a_past_visit(tmp_path)
        await console.until(lambda: console.screen.check_action("assign", ()) is True)
        await console.pilot.press("m")
        await console.until(lambda: "Ingen aftale passer" in console.text())
        await console.answer(visit.appointment)
        await console.until(lambda: "Læg optagelsen i sagen" in console.text())
        await console.pilot.press("j")
        await console.until(lambda: console.app._notifications)
        [notice] = console.app._notifications
        assert "AFVIST: Optagelsen kan ikke være fra den aftales tid." in notice.message
        assert console.stage() == "unmapped"


async def _may_be_recorded(folder: Path, visit: Booked) -> None:
    """The question is asked on the tape: nobody needs to have answered before."""
    ring = read_keys(folder / "keys")
    async with open_database(
        folder / "portner.sqlite3", ring.columns, ring.identity.own_mark, "tests", "normal"
    ) as base:
        entry = await base.diary.entry(visit.appointment)
        assert entry is not None
        policy = entry.appointment.policy
        plan = replace(policy.plan, recording=Terms(on_tape=True))
        line = register_of(base, ring.identity, StoppedClock(0.0)).line("policy-load", "test")
        await base.records.keep(line, replace(policy, recording_allowed=True, plan=plan))


async def test_an_unmapped_one_is_mapped_to_the_appointment_chosen(tmp_path: Path) -> None:
    """m, the nearest appointment by Enter, yes: off the shelf, and on its way into the case."""
    async with real(tmp_path) as console:
        visit, _ = await a_past_visit(tmp_path)
        await _may_be_recorded(tmp_path, visit)
        await put(console.agent, replace(STUCK, stage=Stage.UNMAPPED, made_at=1.5, on_at=1.5))
        await console.until(lambda: console.screen.check_action("assign", ()) is True)
        await console.pilot.press("m")
        await console.until(lambda: "A. H." in console.text())
        await console.pilot.press("enter")
        await console.until(lambda: "Læg optagelsen i sagen" in console.text())
        await console.pilot.press("j")
        await console.until(lambda: console.stage() == "encrypted")
        row = console.screen.chosen()
        assert row is not None
        assert (row.appointment, row.citizen) == (visit.appointment, "A. H.")
        assert "recording-map" in acts_on_record(tmp_path)


async def test_another_units_supervisor_sees_nothing(tmp_path: Path) -> None:
    """Neither what is another unit's, nor what nobody knows the unit of; no alarm either."""
    async with real(tmp_path, STUCK, units=WARD) as console:
        await put(console.agent, on(STUCK, Stage.EXPECTED))
        await console.until(lambda: "Ingen optagelser" in console.text())
        assert console.app.watched.board.recordings == {}
        assert console.app.watched.board.stuck == set()


async def test_a_stuck_recording_is_seen_on_the_first_screen_and_rings_once(tmp_path: Path) -> None:
    """In the heading; the bell rings once, not again when the picture is taken anew, nor for another version of it."""
    rung: list[int] = []
    agent = FakeAgent()
    async with opened(tmp_path, [], agent=agent) as console:
        console.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]  # what a terminal would do
        agent.put_recording(recording("a", "missing", stuck=True))
        agent.put_alert(alert("a", "stuck_recording", "s1/recording/a"))
        await console.until(lambda: "1 optagelse sidder fast" in console.text())
        agent.put_recording(recording("a", "missing", stuck=True, version=2))
        agent.raw = b"event: resync\nid: s1:0\ndata: {}\n\n"
        agent.wake()
        await console.until(lambda: agent.boards_read == 2 and console.app.watched.standing().may_act)
        await console.pilot.pause()
        assert rung == [1]
        agent.put_recording(recording("b", "unmapped", stuck=True))
        agent.put_alert(alert("b", "stuck_recording", "s1/recording/b"))
        await console.until(lambda: "2 optagelser sidder fast" in console.text())
        await console.until(lambda: rung == [1, 1])


async def test_nothing_is_done_on_a_late_picture(tmp_path: Path) -> None:
    """Keys grey, rows dimmed, said across the screen; pressed all the same, nothing is sent."""
    may = ("retry", "discard", "map", "hold")
    agent = FakeAgent(recordings={"s1/recording/a": recording("a", "unmapped", stuck=True, may=may)})
    async with opened(tmp_path, [], agent=agent) as console:
        await console.pilot.press("2")
        await console.until(lambda: console.live.check_action("retry", ()) is True)
        agent.silent = True
        console.clock.ahead += 30
        await console.until(lambda: "IKKE AKTUELT" in console.text())
        await console.pilot.pause()
        assert {console.live.check_action(action, ()) for action in ACTS} == {None}
        assert console.live.grid("recordings").stale
        for key in "pmxh":
            await console.pilot.press(key)
        await console.pilot.pause()
        assert console.app.screen is console.live
        assert agent.asked == []


async def test_english_and_ascii_filter_sort_help_and_back(tmp_path: Path) -> None:
    """Every word English, every sign ASCII; the filter knows causes; help lists this screen's keys; 1 leads back."""
    rows = [
        recording(f"r{each}", stage, stuck=each == 2, staff=f"Staff {9 - each}", seconds=61.0, size=2_500_000)
        for each, stage in enumerate(("filed", "on", "missing"))
    ]
    agent = FakeAgent(recordings={row.key: row for row in rows})
    async with opened(tmp_path, [], agent=agent, settings=Settings(lang="en", signs="ascii")) as console:
        await console.pilot.press("2")
        grid = console.live.grid
        await console.until(lambda: grid("recordings").order[:1] == ["s1/recording/r2"])
        text = console.text()
        assert not set("æøåÆØÅ■▶▲✓") & set(text)
        assert "X Missing" in text
        assert "2.5 MB" in text
        assert "#####.." in text
        console.clock.ahead += 3
        await console.pilot.press(*"ssss")
        await console.until(lambda: grid("recordings").order[0] == "s1/recording/r2")
        await console.pilot.press("slash", *"filed", "enter")
        await console.until(lambda: grid("recordings").order == ["s1/recording/r0"])
        await console.pilot.press("escape", "question_mark")
        await console.until(lambda: "Destroy key and file" in console.text())
        assert "Let the chosen person in" not in console.text()
        await console.pilot.press("escape", "1")
        await console.until(lambda: console.app.screen is console.shift)


async def test_recordings_are_read_aloud(tmp_path: Path) -> None:
    """The plain form has a line for each, the stuck first."""
    stuck, on_now = recording("a", "missing", stuck=True), recording("b", "on", since=time.time() - 5)
    agent = FakeAgent(recordings={row.key: row for row in (on_now, stuck)})
    async with serving(agent, tmp_path / "s"):
        lines = await first_lines(tmp_path / "s", 3)
    assert lines[1] == "Recording a: Missing, 1 min, A. H., Mette Holm (Jobcenter Nord). The file is missing."
    assert lines[2].startswith("Recording b: Recording, ")
    assert wire.RecordingStage.ON in {row.stage for row in agent.recordings.values()}
