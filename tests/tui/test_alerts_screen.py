"""The alerts screen on the real agent's application: seen, taken, given back, gone to; the note to the next shift."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.pilot import Pilot

from tests.edges.web.lone_agent import ALL, JOBCENTER, WARD, acts_on_record, lone_agent
from tests.edges.web.test_alerts import HER
from tests.edges.web.test_numbers import queue
from tests.edges.web.test_office import lost_call
from tests.tui.a_day import a_days_alerts, alert, call, invitation, recording, room
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import NARROW, WIDE, Opened, opened
from tests.tui.test_office_screens import HOTLINE, real
from tui.app import PortnerApp
from tui.screens.alerts import ACTS, AlertsScreen
from tui.screens.live import LiveScreen
from tui.settings import Settings
from xmpp_agent import wire
from xmpp_agent.rules.alerts import Act
from xmpp_agent.wire import Retry
from xmpp_agent.wiring import Agent

ALERTS = "6"
NOTE = "Lokale 4 driller."


@dataclass
class Real:
    """A console on the real agent, on its alerts."""

    agent: Agent
    app: PortnerApp
    pilot: Pilot[None]
    folder: Path

    @property
    def screen(self) -> LiveScreen:
        """The screen of the mode looked at."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, LiveScreen)
        return bottom

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, drawing in between; at most about half a minute."""
        for _ in range(600):
            if self.screen.is_mounted:
                self.screen.flush()
            if condition():
                return
            await self.pilot.pause(0.05)
        raise AssertionError(f"it did not come about:\n{self.text()}")

    async def press(self, *keys: str) -> None:
        """Keys."""
        await self.pilot.press(*keys)


@asynccontextmanager
async def on_alerts(folder: Path, units: frozenset[str] = ALL, key: str = ALERTS) -> AsyncIterator[Real]:
    """The real agent with a link that is said to be live, and the console on it."""
    async with lone_agent(folder, {os.getuid(): units}) as agent:
        agent._link("live")
        console = PortnerApp(folder / "agent.sock")
        async with console.run_test(size=WIDE, notifications=True) as pilot:
            opened_ = Real(agent, console, pilot, folder)
            await opened_.until(lambda: console.watched.standing().may_act)
            await pilot.press(key)
            await opened_.until(lambda: key != ALERTS or isinstance(console.screen, AlertsScreen))
            yield opened_


def freeze(console: Real) -> None:
    """Somebody is inside the job centre's room without staff, for 90 seconds."""
    now = console.agent.house.clock.now()
    console.agent.house.settle(replace(JOBCENTER, frozen_since=now - 90))


async def test_an_alert_is_seen_taken_and_given_back(tmp_path: Path) -> None:
    """It comes with the agent's second, rule and numbers in words, rings once; a, m, m: by the stream, on record."""
    async with on_alerts(tmp_path) as console:
        rung: list[int] = []
        console.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]  # what a terminal would do
        await console.until(lambda: "Ingen alarmer" in console.text())
        freeze(console)
        wanted = {"Uden personale", "Borgere er inde uden personale i mere end 1 min.", "grænsen er 1 min",
                  "! 1 alarm er ikke set", "afslut besøget (f)", "Jobcenter"}  # fmt: skip
        await console.until(lambda: all(words in console.text() for words in wanted))
        await console.until(lambda: rung == [1])
        await console.press("a")
        await console.until(lambda: "Set: Uden personale: Jobcenter – udført: Alle kan se" in console.text())
        await console.until(lambda: "alle alarmer er set" in console.text())
        assert console.screen.check_action("acknowledge", ()) is None
        await console.press("m")
        await console.until(lambda: "1 er din" in console.text())
        assert "give den fra dig (m)" in console.text()
        await console.press("m")
        await console.until(lambda: "0 er dine" in console.text())
        assert acts_on_record(tmp_path) == ["alert-acknowledge", "alert-take", "alert-give-back"]
        console.agent.house.settle(JOBCENTER)
        await console.until(lambda: "Ingen alarmer" in console.text())
        assert rung == [1]


async def test_what_is_somebody_elses_is_theirs(tmp_path: Path) -> None:
    """Grey, and why; pressed in the moment it was taken, the agent says no in words."""
    async with on_alerts(tmp_path) as console:
        freeze(console)
        await console.until(lambda: console.screen.check_action("mine", ()) is True)
        [row] = console.app.watched.board.alerts.values()
        assert (await console.agent.alerts.handle(Act.TAKE, row.alert, Retry(command="x"), HER)).is_open
        await console.until(lambda: "intet: her har taget den" in console.text())
        assert {console.screen.check_action(each, ()) for each in ("acknowledge", "mine")} == {None}
        console.app.watched.board.alerts[row.key] = row  # as it was a moment ago
        await console.press("a")
        await console.until(lambda: "AFVIST: En anden har t" in console.text())
        assert acts_on_record(tmp_path) == ["alert-take", "alert-acknowledge"]


async def test_another_units_supervisor_sees_no_alert_and_no_note(tmp_path: Path) -> None:
    """Neither at first nor as it comes; the numbers of theirs count none."""
    async with on_alerts(tmp_path, frozenset({"Psykiatri"})) as console:
        freeze(console)
        command = wire.WriteShiftNote(command="n", text=NOTE)
        assert (await console.agent.alerts.write("Jobcenter", command, HER)).is_open
        console.agent.house.settle(replace(WARD, frozen_since=console.agent.house.clock.now() - 90))
        await console.until(lambda: len(console.app.watched.board.alerts) == 1)
        assert "Jobcenter" not in console.text()
        assert console.app.watched.board.shift_notes == {}


async def test_from_an_alert_to_the_person_it_is_about(tmp_path: Path) -> None:
    """Two have waited too long; o on the second: everybody who waits, with the cursor on that one."""
    async with on_alerts(tmp_path) as console:
        queue(console.agent, JOBCENTER, 2000.0, 1000.0, 10.0)
        await console.until(lambda: len(console.app.watched.board.alerts) == 2)
        await console.press("down", "o")
        await console.until(lambda: console.screen.MAIN == "queue" and console.screen.is_mounted)
        key = f"{next(iter(console.app.watched.board.alerts.values())).about}\0s1"
        await console.until(lambda: console.screen.grid("queue").cursor == key)


async def test_the_note_to_the_next_shift(tmp_path: Path) -> None:
    """N, a unit, words: on top of the alerts, and before anything else when a console is opened; N changes it."""
    async with on_alerts(tmp_path) as console:
        await console.until(lambda: console.screen.check_action("shift_note", ()) is True)
        await console.press("N")
        await console.until(lambda: "Hvilken enhed?" in console.text())
        await console.press("enter")
        await console.until(lambda: "Besked til næste vagt, Jobcenter" in console.text())
        await console.press(*"150585-1234", "enter")
        await console.until(lambda: "AFVIST: Der kan stå" in console.text())
        await console.press("N", "enter")
        await console.until(lambda: "Besked til næste vagt, Jobcenter" in console.text())
        await console.press(*"Tjek lokale 4.", "enter")
        await console.until(lambda: "Til næste vagt, Jobcenter (" in console.text())
        await console.until(lambda: "Tjek lokale 4." in console.text())
        again = PortnerApp(tmp_path / "agent.sock")
        async with again.run_test(size=NARROW) as pilot:
            other = Real(console.agent, again, pilot, tmp_path)
            await other.until(lambda: "Besked fra vagten før" in other.text() and "Tjek lokale 4." in other.text())
            await other.press("escape", ALERTS)
            await other.until(lambda: isinstance(again.screen, AlertsScreen) and "Tjek lokale 4." in other.text())
            await other.press("N", "enter")
            await other.until(lambda: "Besked til næste vagt" in other.text())
            await other.press("ctrl+u", "enter")
            await other.until(lambda: again.watched.board.shift_notes == {})
        await console.until(lambda: "Tjek lokale 4." not in console.text().split("Hændelser")[0])
        assert acts_on_record(tmp_path) == ["shift-note"] * 3


async def test_a_lost_call_rings_and_is_gone_to(tmp_path: Path) -> None:
    """On the real office: the alert about it; o goes to the call, where it is promised; then it is over."""
    async with real(tmp_path, HOTLINE) as console:
        await lost_call(console.office.unit)
        await console.until(lambda: console.stages() == ["lost"])
        await console.pilot.press(ALERTS)
        console.office.alerts.look()
        await console.until(lambda: isinstance(console.app.screen, AlertsScreen) and console.app.watched.board.alerts)
        await console.until(lambda: "Opkald mistet" in console.text())
        await console.pilot.press("o")
        await console.until(lambda: console.app.screen is console.screen)
        console.office.unit.around.clock.at += 1
        await console.pilot.press("c")
        await console.until(lambda: console.app.screen is not console.screen)
        await console.pilot.press("j")
        await console.until(lambda: console.stages() == ["callback"])
        console.office.alerts.look()
        await console.until(lambda: not console.app.watched.board.alerts)


def _all_kinds() -> FakeAgent:
    """One alert of each kind, each about a row that is there."""
    about = dict.fromkeys(wire.AlertKind, "s1/r1") | {
        wire.AlertKind.STUCK_RECORDING: "s1/recording/a",
        wire.AlertKind.LOST_CALL: "s1/call/a",
        wire.AlertKind.NOT_REACHED: "s1/invitation/a/p",
    }
    alerts = [alert(kind.value, kind.value, about[kind]) for kind in wire.AlertKind]
    return FakeAgent(
        recordings={"s1/recording/a": recording("a", "missing", stuck=True)},
        calls={"s1/call/a": call("a", "lost")},
        invitations={"s1/invitation/a/p": invitation("a", "call")},
        alerts={row.key: row for row in alerts},
    )


async def _look(console: Opened) -> None:
    await console.pilot.press(ALERTS)
    await console.until(lambda: console.live.is_mounted and console.live.MAIN == "alerts")


async def test_each_kind_leads_to_its_own_row(tmp_path: Path) -> None:
    """Rooms, hotline, recordings, waiting, invitations: the screen is open, and the cursor on what it is about."""
    where = ["rooms", "rooms", "hotline", "recordings", "queue", "queue", "invitations"]
    async with opened(tmp_path, [room("r1", "Mette Holm")], agent=_all_kinds(), frozen=True) as console:
        await _look(console)
        await console.until(lambda: len(console.live.grid("alerts").order) == len(where))
        for number, main in enumerate(where):
            row = console.agent.alerts[f"s1/alert/{list(wire.AlertKind)[number].value}"]
            console.live.go_to(row.key)  # type: ignore[attr-defined]  # of the alerts
            await console.pilot.press("o")
            await console.until(lambda main=main: console.live.is_mounted and main == console.live.MAIN)  # type: ignore[misc]  # bound
            if main != "queue":
                await console.until(lambda main=main, row=row: console.live.grid(main).cursor == row.about)  # type: ignore[misc]  # bound
            await _look(console)


async def test_nothing_is_done_on_a_late_picture(tmp_path: Path) -> None:
    """Keys grey but for going there; pressed all the same, nothing is sent and nothing asked."""
    async with opened(tmp_path, [], agent=_all_kinds()) as console:
        await _look(console)
        await console.until(lambda: console.live.check_action("acknowledge", ()) is True)
        console.agent.silent = True
        console.clock.ahead += 30
        await console.until(lambda: "IKKE AKTUELT" in console.text() and "intet: billedet" in console.text())
        assert {console.live.check_action(each, ()) for each in set(ACTS) - {"go_there"}} == {None}
        await console.pilot.press("a", "m", "N")
        await console.pilot.pause()
        assert console.app.screen is console.live
        assert console.agent.asked == []


async def test_an_act_hits_the_row_that_was_under_the_cursor(tmp_path: Path) -> None:
    """Others come above it and sink below it: the cursor stays with its alert."""
    rows = a_days_alerts(1000.0)
    async with opened(tmp_path, [], agent=FakeAgent(alerts={row.key: row for row in rows[1:3]})) as console:
        await _look(console)
        await console.until(lambda: console.live.grid("alerts").order == [rows[1].key, rows[2].key])
        await console.pilot.press("down")
        console.clock.ahead += 3
        console.agent.put_alert(rows[0], rows[3], rows[1].but(seen_at=1.0, seen_by="Anna"))
        await console.until(lambda: [key[-1] for key in console.live.grid("alerts").order] == ["t", "w", "f", "j"])
        assert console.live.grid("alerts").cursor == rows[2].key


async def test_filter_and_sort_in_english_and_ascii_at_eighty_columns(tmp_path: Path) -> None:
    """By kind, owner and age; n goes round those nobody has seen; help lists the screen's own keys."""
    agent = FakeAgent(now=lambda: 5000.0, link=wire.Link(state="live", since=5000, now=5000))
    agent.alerts = {row.key: row for row in a_days_alerts(5000.0)}
    settings = Settings(lang="en", signs="ascii")
    async with opened(tmp_path, [], agent=agent, settings=settings, size=NARROW, frozen=True) as console:
        await _look(console)

        def order() -> str:
            return "".join(key[-1] for key in console.live.grid("alerts").order)

        await console.until(lambda: order() == "tfwj")
        assert "! 3 alerts not seen yet" in console.text()
        for _ in range(3):
            await console.pilot.press("n")
        assert console.live.grid("alerts").cursor == "s1/alert/t"
        console.clock.ahead += 3
        await console.pilot.press("s", "s")
        await console.until(lambda: order() == "wfjt")
        for words, left in (("owner:anna", "j"), ("state:waited", "w"), ("age>10m", "w"), ("!unit:syd", "wfj")):
            await console.pilot.press("slash", "ctrl+u", *words, "enter")
            await console.until(lambda left=left: order() == left)  # type: ignore[misc]  # bound
        await console.pilot.press("escape", "question_mark")
        await console.until(lambda: "Read and write the next shift's note" in console.text())
