"""Working the doors from the keyboard, against an agent that answers over a real socket."""

import asyncio
import time
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.a_day import person, room
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import Opened, opened
from tui.board.happenings import Course
from tui.screens.dialogs import AskWords, Confirm
from tui.screens.reading import Why
from tui.widgets.revealed import RevealedName
from xmpp_agent import wire

P = wire.RoomPhase


def _two_waiting(**more: object) -> wire.RoomRow:
    return room("q", "Mette Holm", waiting=(person("k1", "A. H.", 5), person("k2", "L. B.", 3)), **more)


def _visit() -> wire.RoomRow:
    return room("q", "Mette Holm", phase=P.VISIT, citizen="J. K.", visit=3, visit_since=time.time() - 60)


def _courses(console: Opened) -> list[tuple[str, Course | None]]:
    return [(line.kind, line.course) for line in console.app.watched.happenings.lines]


async def _typed(console: Opened, text: str) -> None:
    await console.until(lambda: isinstance(console.app.screen, AskWords))
    console.app.screen.query_one(Input).value = text
    await console.pilot.press("enter")


async def test_let_in_is_done_only_when_the_agent_says_so(tmp_path: Path) -> None:
    """Until the answer comes the person still waits and the act is only asked; the stream shows the rest."""
    agent = FakeAgent(holds_answers=asyncio.Event())
    async with opened(tmp_path, [_two_waiting()], agent=agent) as console:
        await console.pilot.press("a")
        await console.until(lambda: agent.asked)
        assert _courses(console) == [("let_in", Course.ASKED)]
        assert console.shift.grid("lobby").order == ["k1", "k2"]
        assert console.app.watched.board.rooms["s1/q"].citizen is None

        await console.pilot.press("a")
        await console.until(lambda: "allerede spurgt" in console.notices())
        assert len(agent.asked) == 1
        assert agent.holds_answers is not None
        agent.holds_answers.set()

        await console.until(lambda: _courses(console) == [("let_in", Course.DONE)])
        await console.until(lambda: console.shift.grid("lobby").order == ["k2"])
        assert console.app.watched.board.rooms["s1/q"].citizen == "A. H."
        verb, name, act = agent.asked[0]
        assert (verb, name) == ("let-in", "q@conference.meet.example.dk")
        assert isinstance(act, wire.LetIn)
        assert act.knock == "k1"


async def test_a_name_is_not_revealed_of_nobody(tmp_path: Path) -> None:
    """The lobby has the focus and nobody is in it any more: the key is grey and says so, though there is a visit."""
    async with opened(tmp_path, [_visit()]) as console:
        console.shift.grid("lobby").focus()
        await console.pilot.pause()
        assert console.shift.hindrance("reveal") == console.app.words.code("reason", "not_waiting")


async def test_the_next_in_line_is_not_let_in_by_a_late_key(tmp_path: Path) -> None:
    """When the chosen person leaves, the cursor is on nobody; the key then only chooses, and a second press acts."""
    async with opened(tmp_path, [_two_waiting()]) as console:
        await console.until(lambda: console.shift.grid("lobby").cursor == "k1")
        console.agent.put(room("q", "Mette Holm", waiting=(person("k2", "L. B.", 3),)))
        await console.until(lambda: console.shift.grid("lobby").order == ["k2"])
        assert console.shift.grid("lobby").cursor is None

        await console.pilot.press("a")
        await console.until(lambda: "L. B. er valgt" in console.notices())
        assert console.agent.asked == []

        await console.pilot.press("a")
        await console.until(lambda: _courses(console) == [("let_in", Course.DONE)])


async def test_a_refusal_is_shown_in_the_agents_words(tmp_path: Path) -> None:
    """409 and 503 alike: refused, with the words that came, in the events and as a notice."""
    agent = FakeAgent(refuses={"let-in": wire.Problem(title="En anden er inde", status=409, detail="Afslut først")})
    async with opened(tmp_path, [_two_waiting()], agent=agent) as console:
        await console.pilot.press("a")

        await console.until(lambda: _courses(console) == [("let_in", Course.REFUSED)])
        await console.until(lambda: "AFVIST: En anden er inde. Afslut først." in console.text())
        assert "AFVIST" in console.notices()


async def test_no_answer_is_called_unknown(tmp_path: Path) -> None:
    """An answer that cannot be read is neither done nor refused."""
    agent = FakeAgent(nonsense=True)
    async with opened(tmp_path, [_two_waiting()], agent=agent) as console:
        await console.pilot.press("a")

        await console.until(lambda: _courses(console) == [("let_in", Course.UNKNOWN)])
        assert "INTET SVAR" in console.notices()


async def test_turn_away_needs_a_reason(tmp_path: Path) -> None:
    """The dialog names whom and where; without words nothing is sent; with words the person goes, with that reason."""
    async with opened(tmp_path, [_two_waiting()]) as console:
        await console.pilot.press("tab", "down", "d")
        await console.until(lambda: "Afvis L. B." in console.text())
        assert "hos Mette Holm, Jobcenter Nord" in console.text()
        await console.pilot.press("enter")
        await console.until(lambda: "Skriv mindst 1 tegn" in console.text())
        assert console.agent.asked == []

        await _typed(console, "Kom igen i morgen")

        await console.until(lambda: _courses(console) == [("turn_away", Course.DONE)])
        act = console.agent.asked[0][2]
        assert isinstance(act, wire.TurnAway)
        assert (act.knock, act.reason) == ("k2", "Kom igen i morgen")


@pytest.mark.parametrize(("key", "knock"), [("w", "k1"), ("W", None)])
async def test_write_to_one_or_to_all(tmp_path: Path, key: str, knock: str | None) -> None:
    """Small w writes to the chosen person, big W to each who waits."""
    async with opened(tmp_path, [_two_waiting()]) as console:
        await console.pilot.press(key)
        await _typed(console, "Vi er 5 min. forsinket")

        await console.until(lambda: [course for _, course in _courses(console)] == [Course.DONE])
        act = console.agent.asked[0][2]
        assert isinstance(act, wire.Write)
        assert (act.knock, act.text) == (knock, "Vi er 5 min. forsinket")


async def test_finish_asks_and_names_whom(tmp_path: Path) -> None:
    """The question names citizen and staff; Enter on it is the harmless answer; j finishes that very visit."""
    async with opened(tmp_path, [_visit()]) as console:
        await console.pilot.press("f")
        await console.until(lambda: "Afslut besøget med J. K.?" in console.text())
        await console.pilot.press("enter")
        await console.until(lambda: not isinstance(console.app.screen, Confirm))
        assert console.agent.asked == []

        await console.pilot.press("f")
        await console.until(lambda: isinstance(console.app.screen, Confirm))
        await console.pilot.press("j")

        await console.until(lambda: _courses(console) == [("finish", Course.DONE)])
        act = console.agent.asked[0][2]
        assert isinstance(act, wire.Finish)
        assert act.visit == 3


async def test_a_visit_that_changed_under_the_question_is_not_finished(tmp_path: Path) -> None:
    """Another citizen came in while the question stood: nothing is sent."""
    async with opened(tmp_path, [_visit()]) as console:
        await console.pilot.press("f")
        await console.until(lambda: isinstance(console.app.screen, Confirm))
        console.agent.put(room("q", "Mette Holm", phase=P.VISIT, citizen="E. P.", visit=4))
        await console.until(lambda: console.app.watched.board.rooms["s1/q"].visit == 4)

        await console.pilot.press("j")

        await console.until(lambda: "ændrede sig imens" in console.notices())
        assert console.agent.asked == []


async def test_a_picture_that_grew_old_under_the_question_stops_the_act(tmp_path: Path) -> None:
    """The picture is checked again when the answer is given, not only when the key was pressed."""
    async with opened(tmp_path, [_visit()]) as console:
        await console.pilot.press("f")
        await console.until(lambda: isinstance(console.app.screen, Confirm))
        console.clock.ahead += 60

        await console.pilot.press("j")

        await console.until(lambda: "ikke aktuelt" in console.notices())
        assert console.agent.asked == []


async def test_somebody_to_be_judged_is_not_let_in_by_one_key(tmp_path: Path) -> None:
    """A person who is not the one invited is let in only after a question that says so."""
    judged = person("k9", "S. R.", 1, lane="judge", reason="wrong_person", reason_text="Ikke den inviterede")
    async with opened(tmp_path, [room("q", "Mette Holm", waiting=(judged,))]) as console:
        await console.pilot.press("a")
        await console.until(lambda: "Den bekræftede person er ikke den inviterede" in console.text())
        await console.pilot.press("escape")
        await console.pilot.pause()
        assert console.agent.asked == []


async def test_a_name_needs_a_reason_and_goes_by_itself(tmp_path: Path) -> None:
    """Under three characters is no reason; then the name is shown, counted down, and forgotten when its time is up."""
    agent = FakeAgent(names={"k1": "Anna Hansen"})
    async with opened(tmp_path, [_two_waiting()], agent=agent) as console:
        await console.pilot.press("tab", "r")
        await _typed(console, "ja")
        assert "mindst 3 tegn" in console.text()
        assert agent.asked == []
        await _typed(console, "Ringer til borgeren")

        await console.until(lambda: "Anna Hansen   skjules om 20 s" in console.text())
        act = agent.asked[0][2]
        assert isinstance(act, wire.Reveal)
        assert (act.knock, act.reason) == ("k1", "Ringer til borgeren")
        console.clock.ahead += 19.9
        agent.put(_two_waiting())
        await console.until(lambda: not console.shift.query(RevealedName))
        await console.until(lambda: "Anna Hansen" not in console.text())
        assert "Anna" not in repr(console.app.watched)


@pytest.mark.parametrize("how", ["escape", "blur", "move", "help"])
async def test_a_name_goes_when_one_looks_away(tmp_path: Path, how: str) -> None:
    """Escape, loss of the terminal's focus, another room, another screen: each hides the name at once."""
    async with opened(tmp_path, [_visit(), room("z", "Zenia Ask")]) as console:
        await console.pilot.press("r")
        await _typed(console, "Ringer til borgeren")
        await console.until(lambda: "Anna Hansen" in console.text())
        act = console.agent.asked[0][2]
        assert isinstance(act, wire.Reveal)
        assert act.knock is None

        if how == "blur":
            console.app.app_focus = False
        else:
            await console.pilot.press({"escape": "escape", "move": "down", "help": "question_mark"}[how])

        await console.until(lambda: not console.shift.query(RevealedName))
        assert "Anna Hansen" not in console.text()


async def test_a_name_that_comes_when_nobody_looks_is_not_shown(tmp_path: Path) -> None:
    """The answer to a reveal that arrives after the focus was lost is thrown away."""
    agent = FakeAgent(holds_answers=asyncio.Event())
    async with opened(tmp_path, [_visit()], agent=agent) as console:
        await console.pilot.press("r")
        await _typed(console, "Ringer til borgeren")
        await console.until(lambda: agent.asked)
        console.app.app_focus = False
        assert agent.holds_answers is not None
        agent.holds_answers.set()

        await console.until(lambda: "Navnet blev ikke vist" in console.notices())
        assert not console.shift.query(RevealedName)


async def test_why_explains_every_rule(tmp_path: Path) -> None:
    """Enter on a room goes to its lobby, Enter on a person shows each rule asked with its verdict in words."""
    async with opened(tmp_path, [_two_waiting()], size=(80, 24)) as console:
        await console.pilot.press("enter", "enter")

        await console.until(lambda: isinstance(console.app.screen, Why))
        assert "✓ Rette person               i orden" in console.text()
        assert "… Lukket ind af personale    ikke lukket ind endnu" in console.text()
