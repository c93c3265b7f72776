"""Whose a line of the audit is, what it is called, and what words typed by somebody mean."""

import re
from pathlib import Path

import pytest

from xmpp_agent.model.audit_trail import About
from xmpp_agent.model.audit_words import ACTS, act_words
from xmpp_agent.rules.audit_lines import NOTHING, Thing, about
from xmpp_agent.rules.audit_words import kinds, reason_words, terms

CITIZEN = Thing("job", "a1", "anna")
STAFF = Thing("ward", person="mette", is_staff=True)
FLOWS = Path(__file__).parents[2] / "xmpp_agent" / "flows"


@pytest.mark.parametrize(
    ("room", "subject", "actor", "actor_id", "expected"),
    [
        ("job", CITIZEN, STAFF, "mette", About("job", "a1", "anna", "mette")),
        ("", CITIZEN, STAFF, "mette", About("job", "a1", "anna", "mette")),
        ("", NOTHING, STAFF, "mette", About("ward", "", "", "mette")),
        ("", NOTHING, CITIZEN, "pass", About("job", "a1", "anna", "anna")),
        ("ward", NOTHING, NOTHING, "uid:1000", About("ward", "", "", "uid:1000")),
        ("", NOTHING, NOTHING, "agent", About("", "", "", "agent")),
        ("ward", CITIZEN, NOTHING, "", About("ward", "a1", "anna", "")),
    ],
)
def test_whose_a_line_is(room: str, subject: Thing, actor: Thing, actor_id: str, expected: About) -> None:
    """The room's unit, else the subject's, else that of who did it; what staff did is about nobody by itself."""
    assert about(room, subject, actor, actor_id) == expected


def test_every_act_has_words_of_its_own_or_its_familys() -> None:
    """Whatever the flows write down is said in both languages; an act of another version as its code.

    (`looks` is written down as `person-looks`; `agent` is who does it.)
    """
    code = "\n".join(path.read_text("utf-8") for path in FLOWS.glob("*.py"))
    written = set(re.findall(r'(?:line|house\.write|house\.jot|judge|\.move|_press|_note)\([^"\n]*"([a-z-]+)"', code))
    assert len(written) > 60
    assert {act for act in written if act_words(act) == (act.replace("-", " "),) * 2} == {"agent", "looks"}
    assert {"alert-acknowledge", "alert-take", "alert-give-back", "shift-note"} <= ACTS.keys()
    assert act_words("recording-receipt_late") == ("Optagelse: receipt late", "Recording: receipt late")
    assert act_words("quite-new") == ("quite new", "quite new")
    assert all(len(word) <= 24 for both in ACTS.values() for word in both)


def test_kinds_are_found_by_code_or_words_of_either_language() -> None:
    """Exactly called so first; else whatever has it; nothing for what nobody is called."""
    acts = ("let-in", "record-start", "turn-away", "recording-on")
    assert kinds("Luk ind", acts) == ("let-in",)
    assert kinds("refuse", acts) == ("turn-away",)
    assert kinds("record", acts) == ("record-start",)
    assert kinds("opta", acts) == ("record-start", "recording-on")
    assert kinds("nothing like it", acts) == ()


def test_words_are_reasons_acts_and_text() -> None:
    """Each word by itself; short ones are not looked for in the lines' own text, where ids are."""
    early, luk = terms("Tidligt luk", ("let-in",))
    assert "too_early" in early.reasons
    assert early.text == "tidligt"
    assert (luk.text, luk.acts) == ("", ("let-in",))
    assert len(terms("a b c d e f g h", ())) == 6
    assert reason_words("of_another_day") == ("of another day", "of another day")
