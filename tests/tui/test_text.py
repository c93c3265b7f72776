"""Words: made safe, fitted, complete in both languages."""

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tui.a_day import a_day, recording
from tests.tui.some_numbers import NO_TARGET
from tui.board.board import Board
from tui.board.freshness import Standing, State
from tui.board.happenings import Course
from tui.board.heard import Picture
from tui.board.need import NOTHING
from tui.board.numbers import WALL
from tui.keys import GROUPS, KEYS
from tui.settings import Settings, UnknownChoice
from tui.text import people, rooms
from tui.text.ages import clock, day_clock, exact, glance
from tui.text.catalogue import TEXTS
from tui.text.cells import GAP, Column, lay_out
from tui.text.plain import Sentences
from tui.text.recordings import size_of
from tui.text.safe import fit, safe
from tui.text.signs import SIGNS
from tui.text.words import Words
from xmpp_agent import wire
from xmpp_agent.model.verdicts import Reason

DANISH = Words(Settings())
ENGLISH = Words(Settings(lang="en", signs="ascii"))
OFFICE_TEXTS = ["title", "empty", "no_match", "hint", "calm", "one", "choose"]
NOW = 1_795_381_467.0
ALERT_ACTS = tuple(f"alert_{act}" for act in get_args(wire.AlertAct))
OFFICE_ACTS = ("send_link", "call_link", "promise", "taken")
RECORDING_ACTS = ("retry", "assign", "discard", "hold", "release")


@given(st.text(), st.integers(1, 40))
def test_safe_text_commands_nothing(text: str, limit: int) -> None:
    """Whatever comes in, one line comes out, without control, format or line characters, within the limit."""
    line = safe(text, limit)

    assert len(line) <= limit
    assert not {unicodedata.category(char) for char in line} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert safe(line, limit) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Anna\x1b[2J\x07 Hansen", "Anna[2J Hansen"),
        ("Anna \u202eneslaH", "Anna neslaH"),
        ("An\u200bna\u00ad\ufeff", "Anna"),
        ("Anna\u2028\n\tHansen", "Anna Hansen"),
        ("\u3164\u2800", ""),
        ("Z" + "\u0336" * 50, "Z\u0336\u0336"),
        ("Ærø Åse", "Ærø Åse"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_known_tricks(text: str, line: str) -> None:
    """Escapes, reversed text, invisible and stacked characters lose their power; markup stays plain characters."""
    assert safe(text) == line


@given(st.text(alphabet=st.sampled_from("aÆ漢\U0001f600e\u0301 "), max_size=20), st.integers(0, 15))
def test_fit_is_exact(text: str, width: int) -> None:
    """Fitted text has exactly the width asked for in terminal cells, wide characters included."""
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit(text, width, "right")) == width


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(0, 200),
)
def test_columns_fill_the_width_or_give_way(shapes: list[tuple[int, int, int]], width: int) -> None:
    """Columns stay in order, are never too narrow, fit when they can, and use the space when they grow."""
    columns = [
        Column(str(index), "", least, grows=grows, gives_way=way) for index, (least, grows, way) in enumerate(shapes)
    ]

    placed = lay_out(columns, width)

    indexes = [index for index, _ in placed]
    assert indexes == sorted(indexes)
    assert all(cells >= columns[index].least for index, cells in placed)
    used = sum(cells for _, cells in placed) + GAP * max(0, len(placed) - 1)
    if any(columns[index].gives_way for index in indexes) or used <= width:
        assert used <= width
        if any(columns[index].grows for index in indexes):
            assert used == width


def test_every_column_has_a_cell() -> None:
    """Rows have as many cells as the grids have columns, in both languages."""
    for words in (DANISH, ENGLISH):
        for row in a_day(NOW):
            assert len(rooms.cells(row, NOW, NOTHING, NO_TARGET, words)) == len(rooms.columns(words))
            for place, person in enumerate(row.waiting, 1):
                assert len(people.cells(place, person, NOW, NO_TARGET, words)) == len(people.columns(words))


def test_ages() -> None:
    """Glances are coarse, queues exact, and a clock set back never shows a negative age."""
    ages = [glance(each, DANISH) for each in (-5, 59, 60, 3599, 3900)]
    assert ages == ["0 s", "59 s", "1 min", "59 min", "1:05 t"]
    assert glance(3900, ENGLISH) == "1:05 h"
    assert [exact(each) for each in (-1, 133, 3733)] == ["0:00", "2:13", "1:02:13"]


def test_times_numbers_and_one_or_many_as_the_language_has_them() -> None:
    """Danish writes 12.04, 26.11 and 2,5; English 12:04, 26/11 and 2.5; one of a thing is not called many."""
    at, row = 1_795_691_045.0, recording("r", "here", size=2_500_000)
    here = datetime.fromtimestamp(at, tz=UTC).astimezone()
    assert [clock(at, DANISH), clock(at, ENGLISH)] == [f"{here:%H.%M}", f"{here:%H:%M}"]
    assert [clock(at, DANISH, seconds=True), day_clock(at, ENGLISH)] == [f"{here:%H.%M.%S}", f"{here:%d/%m %H:%M}"]
    assert day_clock(at, DANISH) == f"{here:%d.%m %H.%M}"
    assert [size_of(row, DANISH), size_of(row, ENGLISH)] == ["2,5 MB", "2.5 MB"]
    assert [DANISH.say("top.stuck", n=n) for n in (0, 1, 2)] == [
        "0 optagelser sidder fast", "1 optagelse sidder fast", "2 optagelser sidder fast",
    ]  # fmt: skip
    assert [ENGLISH.say("top.visits", n=n) for n in (0, 1, 2)] == ["0 visits", "1 visit", "2 visits"]


def _code() -> str:
    folder = Path(__file__).parents[2] / "tui"
    return "\n".join(
        path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if not path.stem.startswith("catalogue")
    )


def _families() -> set[str]:
    members: dict[str, list[str]] = {
        "state": [state.value for state in State],
        "phase": [phase.value for phase in wire.RoomPhase],
        "stage": [stage.value for stage in wire.RecordingStage],
        "may": [*get_args(wire.RecordingAct), "nothing", *OFFICE_ACTS, *ALERT_ACTS, "alert_owned"],
        "course": [course.value for course in Course],
        "verdict": ["open", "wait", "refuse", "judge"],
        "key": list(KEYS),
        "tip": list(KEYS),
        "note": ["wrote", "turned_away", "stuck", "left", "arrived", "lost"],
        "act": [
            *(*(act.value for act in wire.DoorAct), "write_unit", "shift_note"),
            *(*RECORDING_ACTS, *OFFICE_ACTS, *ALERT_ACTS),
        ],
        "device": [found for found in get_args(wire.DeviceTest) if found],
        "help.group": list(GROUPS),
        **{family: [kind.value for kind in wire.AlertKind] for family in ("alarm", "over", "alert.there")},
        "lost": [
            *("ended", "no_answer", "not_allowed", "refused", "unreadable", "signed_out"),
            *(f"sign_in_{why}" for why in ("denied", "expired", "refused", "unreadable", "no_device", "down", "off")),
        ],
        "ask": [
            f"{act}{more}"
            for act in ("turn_away", "write", "reveal", "put_back", *RECORDING_ACTS[2:], *OFFICE_ACTS)
            for more in ("", ".help")
        ],
        "call": [*(stage.value for stage in wire.CallStage), "who"],
        "alert": [*(kind.value for kind in wire.AlertKind), "people", "attempts"],
        "next": [step.value for step in wire.InvitationNext],
        "channel": ["digital-post", "sms", "email", "call"],
        **dict.fromkeys(("rooms", "recordings", "queue", "audit"), OFFICE_TEXTS[:5]),
        **dict.fromkeys(("hotline", "invitations", "alerts"), OFFICE_TEXTS),
        "number": [*WALL[1:], "answer_p50", "rooms_live"],
        "light": ["green", "amber", "red", "none"],
        "column": ["alert", "decision"],
        "charts": ["hour", "day"],
        "recording": ["of", "by", "room", "began", "file", "number", "id"],
    }
    return {f"{family}.{member}" for family, names in members.items() for member in names}


def test_no_text_is_missing_and_none_is_left_over() -> None:
    """Every text the code asks for is in the catalogue; every text there is asked for."""
    code = _code()
    asked = set(re.findall(r"""(?:say|tell)\(\s*['"]([a-z_.]+)['"]""", code)) | _families()
    named = {key for key in TEXTS if f'"{key}"' in code or f"'{key}'" in code}
    free = {key for key in TEXTS if key.split(".")[0] in ("reason", "rule")}

    assert asked - TEXTS.keys() == set()
    assert TEXTS.keys() - asked - named - free == set()


def test_every_rule_and_reason_of_the_agent_has_words() -> None:
    """The agent's rules and reason codes are all known here; an unknown one is shown as it is."""
    assert {f"reason.{reason.value}" for reason in Reason} - TEXTS.keys() == set()
    rules = Path(__file__).parents[2] / "xmpp_agent" / "rules" / "admission"
    names = {path.stem for path in rules.glob("*.py")} - {"__init__", "order", "facts"}
    assert {f"rule.{name}" for name in names} - TEXTS.keys() == set()
    assert DANISH.code("reason", "quite_new") == "quite new"


def test_no_text_names_a_key_outright() -> None:
    """Keys can be others than those they come with: a text says `{keys[back]}`, or it sends people to the wrong one.

    (Enter in a field of words is the field's own.)
    """
    outright = re.compile(r"\((?:[A-Za-z]|[A-Z][a-z]+)\)|\b(?:Esc|Enter)\b")
    assert {name for name, both in TEXTS.items() if any(map(outright.search, both))} == {"ask.keys"}


def test_both_languages_take_the_same_values() -> None:
    """A text has the same places for values in Danish and English."""
    places = re.compile(r"\{([\w\[\]]+)[:}]")
    for key, (danish, english) in TEXTS.items():
        assert set(places.findall(danish)) == set(places.findall(english)), key


def test_signs_have_an_ascii_form() -> None:
    """The plain set is ASCII throughout, and states differ by sign as well as by word."""
    assert all(plain.isascii() for _, plain in SIGNS.values())
    for form in (0, 1):
        phases = [SIGNS[phase.value][form] for phase in wire.RoomPhase]
        assert len(set(phases)) == len(phases)


def test_settings_refuse_what_they_do_not_know() -> None:
    """A misspelt language is an error that names the choices, not silently Danish."""
    assert Settings.from_env({"PORTNER_LANG": "en"}).lang == "en"
    assert Settings.from_env({}).lang == "da"
    with pytest.raises(UnknownChoice, match="PORTNER_LANG must be one of da, en"):
        Settings.from_env({"PORTNER_LANG": "dk"})


def test_plain_lines_say_everything() -> None:
    """The plain form names connection first, then each room, then each person with verdict and reason."""
    board = Board()
    link = wire.Link(state="live", since=NOW, now=NOW)
    board.take(Picture(wire.Board(at_event="s1:0", now=NOW, link=link, rooms=tuple(a_day(NOW)))))

    voice = Sentences(ENGLISH)
    lines = voice.head(board, NOW, Standing(State.LATE, 9)) + voice.everything(board, NOW)

    assert "LATE 9 s" in lines[0]
    assert "10 open rooms, 4 visits, 6 waiting, longest 12 min" in lines[0]
    assert lines[1] == "Bo Dam (Psykiatri Syd): Stuck"
    assert "  4. S. R., MitID høj, waited 1 min: Judge, Ikke den inviterede" in lines
    assert "Sara Lund (Psykiatri Syd): Visit, E. P. +1, 48 min, being recorded" in lines
    assert all(line.isprintable() for line in lines)
