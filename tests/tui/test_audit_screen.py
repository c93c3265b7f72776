"""The audit on the console: on the real agent's application what is seen, looked up, opened and taken away."""

import json
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.edges.web.office_console import OfficeConsole, office_console
from tests.edges.web.test_audit import OURS, WARD, WHY, looks, on_record, two_units
from tests.tui.a_day import line
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import NARROW, WIDE, Opened, opened
from tests.tui.test_hostile import EVIL, Harmed, _clean, _nothing_to_click
from tui.app import PortnerApp
from tui.board.audit import KEPT
from tui.screens.audit import AuditScreen
from tui.screens.dialogs import AskWords
from tui.screens.reading import Why
from tui.settings import Settings
from tui.text.audit import explained, spoken
from xmpp_agent import wire

AUDIT = "7"


@dataclass
class Real:
    """A console of a supervisor of the job centre, on the real application."""

    office: OfficeConsole
    app: PortnerApp
    pilot: Pilot[None]

    @property
    def screen(self) -> AuditScreen:
        """The screen looked at, whatever lies over it."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, AuditScreen)
        return bottom

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, drawing in between."""
        for _ in range(250):
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come about:\n{self.text()}")

    async def sees(self, *words: str) -> None:
        """Wait until all of it is on the screen."""
        await self.until(lambda: all(each in self.text() for each in words))

    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def notices(self) -> str:
        """All short notices given so far."""
        return "\n".join(notice.message for notice in self.app._notifications)

    async def choose(self, act: str, **facts: str) -> wire.AuditRow:
        """Put the cursor on a line of that act."""
        wanted = {"act": act, **facts}
        rows = self.screen.rows().values()
        row = next(row for row in rows if all(getattr(row, name) == value for name, value in wanted.items()))
        self.screen.grid("audit").put_cursor(row.key)
        await self.until(lambda: self.screen.chosen() == row)
        return row

    async def answer(self, text: str) -> None:
        """Type into the dialog that is open."""
        await self.until(lambda: isinstance(self.app.screen, AskWords))
        self.app.screen.query_one(Input).value = text
        await self.pilot.press("enter")


@asynccontextmanager
async def real(folder: Path, settings: Settings | None = None, size: tuple[int, int] = WIDE) -> AsyncIterator[Real]:
    """Anna waits at the job centre, Bo is booked at the ward; the console is on the audit."""
    async with office_console(folder, OURS) as office:
        await two_units(office.unit)
        await office.audit.look()
        console = PortnerApp(office.socket, settings)
        async with console.run_test(size=size, notifications=True) as pilot:
            opened_ = Real(office, console, pilot)
            await opened_.until(lambda: console.watched.standing().may_act)
            await pilot.press(AUDIT)
            await opened_.until(lambda: isinstance(console.screen, AuditScreen))
            await opened_.sees("Bank på")
            yield opened_


async def test_the_newest_lines_follow_and_anothers_are_never_seen(tmp_path: Path) -> None:
    """What stood is there, masked; what is written next comes by itself, on top; nothing of the ward."""
    async with real(tmp_path) as console:
        await console.sees("A. H.", "Mette Holm", "Log · sortering: kl. ↓")
        office = console.office.unit.office
        await office.records.keep(office.line("hours", "nurse", WARD.id))
        await office.records.keep(office.line("close", "mette", "jobcenter"))
        await console.office.audit.look()
        await console.sees("Enhed lukket")
        rows = console.app.watched.board.audit.rows
        assert {row.unit for row in rows.values()} == OURS
        assert "Åbningstid" not in console.text()
        assert "Hansen" not in console.text()
        first = console.screen.view.order[0]
        assert max(rows.values(), key=lambda row: row.at.seq).key == first


async def test_a_line_is_opened_and_says_why(tmp_path: Path) -> None:
    """Enter on somebody told to wait: the rule, its answer and its sentence, ids and hash."""
    async with real(tmp_path) as console:
        await console.choose("join", decision="wait")
        await console.pilot.press("enter")
        await console.sees("Lukket ind af personale", "Vent her, så lukker vi dig ind.", "Hash")
        await console.sees("Alle andre regler havde intet at indvende.")
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.screen)


async def test_everything_about_a_person_after_why_was_said(tmp_path: Path) -> None:
    """p on their line: asked why; no words, nothing shown or written; with words it is shown, marked as looked up,
    stands on record with the supervisor, and Esc goes back to the newest lines."""
    async with real(tmp_path) as console:
        await console.choose("knock")
        await console.pilot.press("p")
        await console.sees("Hvorfor ser du efter: alt om A. H.?")
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.screen)
        assert (on_record(console.office, "audit-look"), console.screen.looked_up) == ([], None)
        await console.pilot.press("p")
        await console.answer(WHY)
        await console.sees("SLÅET OP", "IKKE LIVE", "alt om A. H.", "Esc: live")
        assert {row.appointment for row in console.screen.rows().values()} == {"anna"}
        [written] = on_record(console.office, "audit-look")
        assert str(written["actor"]).startswith("uid:")
        assert [(person, why) for person, _, _, why in looks(console.office)] == [("anna", WHY)]
        await console.pilot.press("escape")
        await console.until(lambda: "SLÅET OP" not in console.text())
        assert console.screen.rows() == console.app.watched.board.audit.rows


async def test_searched_by_fields_and_words(tmp_path: Path) -> None:
    """o: kind in Danish; a colleague needs a reason; a time that is none is said so; nothing found is said so."""
    async with real(tmp_path) as console:
        await console.pilot.press("o")
        await console.answer("slags:bank_på fra:00:00")
        await console.sees("SLÅET OP", "slags:bank_på")
        assert {row.act for row in console.screen.rows().values()} == {"knock"}
        await console.pilot.press("o")
        await console.answer("medarbejder:mette medarbejder:holm")
        await console.sees("Hvorfor ser du efter: medarbejder:mette")
        await console.answer(WHY)
        await console.until(lambda: {row.by or row.who for row in console.screen.rows().values()} == {"Mette Holm"})
        await console.pilot.press("o")
        await console.answer("fra:25:99")
        await console.until(lambda: "Ikke et tidspunkt: 25:99" in console.notices())
        await console.pilot.press("o")
        await console.answer("aldrig hørt om")
        await console.sees("Intet fundet i dine enheder")
        await console.pilot.press("escape")
        await console.choose("knock")
        await console.pilot.press("m")
        await console.sees("lokalet fra")
        assert len({row.room for row in console.screen.rows().values()}) == 1


async def test_older_pages_are_read_with_one_key(tmp_path: Path) -> None:
    """More than a page: + goes on where it ended, until there is nothing older."""
    async with real(tmp_path) as console:
        office = console.office.unit.office
        for _ in range(150):
            office.records.jot(office.line("hours", "mette", "jobcenter"))
        await office.records.keep(office.line("hours", "mette", "jobcenter"))
        await console.pilot.press("o")
        await console.answer("slags:hours")
        await console.sees("+ henter ældre")
        assert len(console.screen.rows()) == 100
        await console.pilot.press("plus")
        await console.until(lambda: len(console.screen.rows()) == 151)
        await console.until(lambda: "+ henter ældre" not in console.text())
        assert console.screen.check_action("audit_more", ()) is None


async def test_a_citizen_is_saved_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """x: asked why; what it contains is said; the file is the owner's alone, named without anybody, and verifies."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    async with real(tmp_path) as console:
        await console.choose("knock")
        await console.pilot.press("x")
        await console.sees("Gem i en fil: alt om A. H.", "ingen navne, CPR- eller")
        await console.answer(WHY)
        await console.until(lambda: "linjer gemt i" in console.notices())
        [path] = home.iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name.startswith("portner-audit-2026")
        assert path.suffix == ".jsonl"
        head, *lines = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
        assert (head["about"], head["lines"], head["complete"]) == ("appointment:anna", len(lines), True)
        assert {json.loads(each["line"])["act"] for each in lines} >= {"book", "join", "knock"}
        assert "Hansen" not in path.read_text("utf-8")
        assert len(on_record(console.office, "audit-take")) == 1
        await console.pilot.press("X")
        await console.sees("Gem i en fil: lokalet fra")


async def test_no_file_without_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent cannot write: neither an export nor a list is saved, and that is said."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    async with real(tmp_path) as console:
        await console.choose("knock")
        await console.pilot.press("E")
        await console.until(lambda: "rækker gemt" in console.notices())
        [written] = on_record(console.office, "list-take")
        assert written["note"] == f"list=audit rows={len(console.screen.view.order)}"
        [path] = home.iterdir()
        path.unlink()
        await console.office.unit.around.database.ledger._writer.close()
        await console.pilot.press("x")
        await console.answer(WHY)
        await console.until(lambda: console.notices().count("ingen fil er skrevet") == 1)
        await console.pilot.press("E")
        await console.until(lambda: console.notices().count("ingen fil er skrevet") == 2)
        assert list(home.iterdir()) == []


async def _look_at(console: Opened) -> AuditScreen:
    await console.pilot.press(AUDIT)
    await console.until(lambda: isinstance(console.live, AuditScreen) and console.live.is_mounted)
    assert isinstance(console.live, AuditScreen)
    return console.live


async def test_filter_order_and_next_refusal_in_english_at_eighty_columns(tmp_path: Path) -> None:
    """Fields and words narrow the newest lines; S turns the order; n goes to the next refusal; ASCII signs."""
    rows = [line(1), line(2, "let-in", who="B. M."), line(3, decision="refuse", reason="too_early", unit="Ward 7")]
    agent = FakeAgent(audit=rows)
    async with opened(tmp_path, [], agent=agent, settings=Settings(lang="en", signs="ascii"), size=NARROW) as console:
        screen = await _look_at(console)
        await console.until(lambda: screen.view.order == [row.key for row in reversed(rows)])
        assert "x 1 refused" in console.text()
        await console.pilot.press("n")
        await console.until(lambda: screen.grid("audit").cursor == rows[2].key)
        await console.pilot.press("S")
        await console.until(lambda: screen.view.order == [row.key for row in rows])
        for typed, left in (
            ("kind:let", rows[1:2]),
            ("unit:ward", rows[2:]),
            ("citizen:b", rows[1:2]),
            ("early", rows[2:]),
        ):
            await console.pilot.press("slash")
            console.live.query_one("#filter", Input).value = typed
            await console.until(lambda left=left: screen.view.order == [row.key for row in left])  # type: ignore[misc]  # bound
        await console.pilot.press("escape", "question_mark")
        await console.until(lambda: "Search everything on record" in console.text())


async def test_however_many_lines_come_the_newest_are_kept(tmp_path: Path) -> None:
    """Memory stays bounded; what went too fast is said; the cursor is on nothing once its line is gone."""
    agent = FakeAgent(audit=[line(1)])
    async with opened(tmp_path, [], agent=agent) as console:
        screen = await _look_at(console)
        await console.pilot.press("down")
        await console.until(lambda: screen.grid("audit").cursor == "s1/audit/1")
        agent.put_audit(*(line(seq) for seq in range(2, KEPT + 2)), skipped=7)
        await console.until(lambda: "7 gik for hurtigt" in console.text())
        assert len(screen.rows()) == KEPT
        assert "s1/audit/1" not in screen.rows()
        assert screen.grid("audit").cursor is None


async def test_nothing_is_taken_on_a_late_picture(tmp_path: Path) -> None:
    """Grey and without a dialog; reading the lines goes on."""
    async with opened(tmp_path, [], agent=FakeAgent(audit=[line(1)])) as console:
        screen = await _look_at(console)
        await console.pilot.press("down")
        await console.until(lambda: screen.check_action("audit_take", ()) is True)
        await console.pilot.press("z")
        assert screen.check_action("audit_take", ()) is None
        assert screen.check_action("audit_person", ()) is True
        await console.pilot.press("x", "X")
        await console.pilot.pause()
        assert console.app.screen is screen


@pytest.mark.parametrize("name", EVIL, ids=range(len(EVIL)))
async def test_an_opened_line_takes_hostile_text(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules, facts, ids and notes made to do harm are drawn as characters."""
    monkeypatch.setattr("tests.tui.opened.PortnerApp", Harmed)
    code = name[:200] or "x"
    said = wire.AuditSaid(rule=code, decision=code, reason=code, words=(name, name), facts=name)
    row = line(1, who=name, by=name, words=(name, name))
    whole = wire.AuditWhy(row=row, subject=name, actor=name, note=name, said=(said,) * 2, prev=code, hash=code)
    async with opened(tmp_path, [], size=NARROW, agent=FakeAgent(audit=[row])) as console:
        screen = await _look_at(console)
        _ = console.app.push_screen(Why(spoken(row, console.app.words)[0], explained(whole, console.app.words)))
        await console.until(lambda: console.app.screen is not screen)
        await console.pilot.pause()
        _nothing_to_click(console.app)
        _clean(console.text())
