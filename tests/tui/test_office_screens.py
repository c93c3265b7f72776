"""Hotline and invitations on the console, on the real agent's application: what is seen, done, and when it is not."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.edges.web.lone_agent import ALL
from tests.edges.web.office_console import OfficeConsole, office_console
from tests.edges.web.test_office import actors, lost_call
from tests.flows.test_staff_hotline import called
from tests.tui.a_day import call, invitation, tried
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.listening import first_lines
from tests.tui.opened import NARROW, WIDE, Opened, opened
from tui.app import PortnerApp
from tui.screens.hotline import ACTS, HotlineScreen
from tui.screens.invitations import InvitationsScreen
from tui.screens.office import OfficeScreen
from tui.settings import Settings
from xmpp_agent import wire
from xmpp_agent.model.letters import About, Channel, LetterState

HOTLINE, INVITATIONS = "3", "5"


@dataclass
class Real:
    """A console on the real application."""

    office: OfficeConsole
    app: PortnerApp
    pilot: Pilot[None]

    @property
    def screen(self) -> OfficeScreen[wire.CallRow] | OfficeScreen[wire.InvitationRow]:
        """The screen looked at, whatever lies over it."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, HotlineScreen | InvitationsScreen)
        return bottom

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, drawing in between."""
        for _ in range(250):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come about:\n{self.text()}")

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def stages(self) -> list[str]:
        """Of the calls, as the console knows them from the stream."""
        return [row.stage.value for row in self.app.watched.board.calls.values()]


@asynccontextmanager
async def real(folder: Path, key: str, units: frozenset[str] = ALL) -> AsyncIterator[Real]:
    """The console on the screen behind that key."""
    async with office_console(folder, units) as office:
        console = PortnerApp(office.socket)
        async with console.run_test(size=WIDE, notifications=True) as pilot:
            opened_ = Real(office, console, pilot)
            await opened_.until(lambda: console.watched.standing().may_act)
            await pilot.press(key)
            await opened_.until(lambda: isinstance(console.screen, HotlineScreen | InvitationsScreen))
            yield opened_


async def test_a_link_is_sent_again_and_only_the_stream_shows_it(tmp_path: Path) -> None:
    """Who is to be called, each way in words; l, who it is about repeated, yes: asked, done, on record with who."""
    async with real(tmp_path, INVITATIONS) as console:
        await console.until(lambda: "Alle invitationer er kommet frem" in console.text())
        await console.office.unreached()
        await console.until(lambda: "! 1 skal ringes op" in console.text())
        wanted = {"A. H.", "Mette Holm", "Ring op", "Sms: kom ikke frem, adressen er forkert", "sende et nyt link"}
        await console.until(lambda: all(words in console.text() for words in wanted))
        console.office.unit.around.clock.at += 1
        await console.pilot.press("l")
        await console.until(lambda: "Send et nyt link til A. H.?" in console.text())
        assert actors(console.office.unit, "fresh-link") == []
        await console.pilot.press("j")
        await console.until(lambda: "✓ Send et nyt link til A. H. – udført: Et nyt" in console.text())
        await console.until(lambda: "Sms forsøges som det næste." in console.text())
        assert [why for _, why in actors(console.office.unit, "fresh-link")] == ["allowed"]
        [fresh] = [one for one in await console.office.unit.office.mailroom.letters_of("anna") if one.rung == 1][-1:]
        sent = {"id": fresh.id, "about": About.FRESH_LINK}
        await console.office.letter("anna", Channel.SMS, LetterState.DELIVERED, **sent)
        await console.until(lambda: "Alle invitationer er kommet frem" in console.text())


async def test_a_lost_call_is_promised_and_rung_back(tmp_path: Path) -> None:
    """The call is there; lost: an event and the bell; c, no: nothing; c, yes: all see it; b: it goes."""
    async with real(tmp_path, HOTLINE) as console:
        rung: list[int] = []
        console.app.bell = lambda: rung.append(1)  # type: ignore[method-assign]  # what a terminal would do
        await lost_call(console.office.unit)
        await console.until(lambda: console.stages() == ["lost"])
        await console.until(lambda: "Mistet kontakt med ** ** ** 56" in console.text())
        await console.until(lambda: "! 1 opkald kræver dig" in console.text())
        console.office.alerts.look()
        await console.until(lambda: rung == [1])
        assert "2012" not in console.text()
        console.office.unit.around.clock.at += 1
        await console.pilot.press("c")
        await console.until(lambda: "Lov at ringe tilbage (** ** ** 56" in console.text())
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.screen)
        assert actors(console.office.unit, "call-back-promised") == []
        await console.pilot.press("c")
        await console.until(lambda: console.app.screen is not console.screen)
        await console.pilot.press("j")
        await console.until(lambda: console.stages() == ["callback"])
        assert console.screen.check_action("promise", ()) is None
        await console.pilot.press("b")
        await console.until(lambda: "Er der ringet tilbage (** ** ** 56" in console.text())
        await console.pilot.press("j")
        await console.until(lambda: console.stages() == [])
        await console.until(lambda: "Ingen opkald" in console.text())
        assert rung == [1]


async def test_what_changed_while_one_was_asked_is_not_done(tmp_path: Path) -> None:
    """The dialog is open, the message arrives after all: said so, nothing sent."""
    async with real(tmp_path, INVITATIONS) as console:
        await console.office.unreached()
        await console.until(lambda: console.screen.check_action("send_link", ()) is True)
        await console.pilot.press("l")
        await console.until(lambda: console.app.screen is not console.screen)
        console.office.unit.around.clock.at += 1
        await console.office.letter("anna", Channel.EMAIL, LetterState.OPENED)
        await console.until(lambda: not console.app.watched.board.invitations)
        await console.pilot.press("j")
        await console.until(lambda: [n for n in console.app._notifications if "intet blev sendt" in n.message])
        assert actors(console.office.unit, "fresh-link") == []


async def test_another_units_supervisor_sees_nothing(tmp_path: Path) -> None:
    """Neither at first nor as it changes; no alarm either."""
    async with real(tmp_path, HOTLINE, frozenset({"ward"})) as console:
        await console.office.unreached()
        await called(console.office.unit)
        console.office.office.look_again()
        for work in ("_calls", "_invitations"):
            await vars(vars(console.office.office)[work])["_work"]
        await console.until(lambda: "Ingen opkald" in console.text())
        board = console.app.watched.board
        assert (board.calls, board.invitations) == ({}, {})


def _two_screens() -> FakeAgent:
    """A call and an invitation with whatever may be done."""
    lost, missed = call("a", "lost", may=("again", "promise", "taken")), invitation("b", "call", may=("again",))
    return FakeAgent(calls={lost.key: lost}, invitations={missed.key: missed})


async def _look_at(console: Opened, key: str) -> None:
    mode = {HOTLINE: "hotline", INVITATIONS: "invitations"}[key]
    await console.pilot.press(key)
    await console.until(lambda: console.live.is_mounted and mode == console.live.MAIN)


@pytest.mark.parametrize("key", [HOTLINE, INVITATIONS])
async def test_nothing_is_done_on_a_late_picture(tmp_path: Path, key: str) -> None:
    """Keys grey, why said in the panel and across the screen; pressed all the same, no dialog opens."""
    async with opened(tmp_path, [], agent=_two_screens()) as console:
        await _look_at(console, key)
        await console.until(lambda: console.live.check_action("send_link", ()) is True)
        console.agent.silent = True
        console.clock.ahead += 30
        await console.until(lambda: "IKKE AKTUELT" in console.text() and "intet: billedet" in console.text())
        await console.pilot.pause()
        assert {console.live.check_action(action, ()) for action in ACTS} & {True} == (
            set() if key == HOTLINE else {True}
        )
        assert console.live.check_action("send_link", ()) is None
        assert console.live.grid(console.live.MAIN).stale
        for act in "lcb":
            await console.pilot.press(act)
        await console.pilot.pause()
        assert console.app.screen is console.live
        assert console.agent.asked == []


async def test_an_act_hits_the_row_that_was_under_the_cursor(tmp_path: Path) -> None:
    """Rows move under the cursor while it is asked: the dialog and what would be sent stay with the one chosen."""
    rows = [invitation(f"i{each}", "retry", masked=f"{each}. X.", may=("again",)) for each in range(5)]
    agent = FakeAgent(invitations={row.key: row for row in rows})
    async with opened(tmp_path, [], agent=agent) as console:
        await _look_at(console, INVITATIONS)
        await console.until(lambda: len(console.live.grid("invitations").order) == 5)
        await console.pilot.press("down", "down")
        chosen = console.live.grid("invitations").cursor
        for each in (4, 3):
            agent.put_invitation(rows[each].but(next=wire.InvitationNext.CALL))
        console.clock.ahead += 3
        await console.until(lambda: console.live.grid("invitations").order[0] == rows[3].key)
        assert console.live.grid("invitations").cursor == chosen == rows[2].key
        await console.pilot.press("l")
        await console.until(lambda: "Send et nyt link til 2. X.?" in console.text())


async def test_filter_sort_next_help_in_english_and_ascii_at_eighty_columns(tmp_path: Path) -> None:
    """To be called first; the filter knows ways and reasons; n goes round; help lists the screen's own keys."""
    rows = [
        invitation("late", "way", ways=(tried("email", "failed", ("E-mail: fuld", "E-mail: full")),), starts_at=1e9),
        invitation("soon", "call"),
        invitation("stop", "nothing", staff="Åse", cancelled=True),
    ]
    agent = FakeAgent(invitations={row.key: row for row in rows})
    settings = Settings(lang="en", signs="ascii")
    async with opened(tmp_path, [], agent=agent, settings=settings, size=NARROW) as console:
        await _look_at(console, INVITATIONS)
        grid = console.live.grid
        await console.until(lambda: grid("invitations").order == [rows[1].key, rows[2].key, rows[0].key])
        assert "! 1 to be called" in console.text()
        assert "! Call" in console.text()
        await console.pilot.press("n")
        await console.until(lambda: grid("invitations").cursor == rows[2].key)
        await console.pilot.press("n")
        await console.until(lambda: grid("invitations").cursor == rows[1].key)
        console.clock.ahead += 3
        await console.pilot.press("s")
        await console.until(lambda: grid("invitations").order[0] == rows[0].key)
        await console.pilot.press("slash", *"full", "enter")
        await console.until(lambda: grid("invitations").order == [rows[0].key])
        await console.pilot.press("escape", "question_mark")
        await console.until(lambda: "Send a fresh link; the old one dies" in console.text())
        assert "Destroy key and file" not in console.text()
        await console.pilot.press("escape", HOTLINE)
        await console.until(lambda: "No calls" in console.text())
        await console.pilot.press("1")
        await console.until(lambda: console.app.screen is console.shift)


async def test_both_are_read_aloud(tmp_path: Path) -> None:
    """A line for each, those that need somebody first."""
    agent = _two_screens()
    agent.calls |= {row.key: row for row in (call("z", "inside"),)}
    async with serving(agent, tmp_path / "s"):
        lines = await first_lines(tmp_path / "s", 4)
    assert lines[1].startswith("Call ** ** ** 56, rang ")
    assert lines[1].endswith(": Lost, 1 min, Karen Vig (Psykiatri Syd). Contact is lost.")
    assert ": Inside, 1 min, " in lines[2]
    assert lines[3].startswith("Did not arrive: A. H., ")
    assert "Digital Post: did not arrive; Text message: the address is wrong" in lines[3]
