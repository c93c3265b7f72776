"""What the site says: the same in both languages, all of it in the catalogues, none of it in templates or scripts."""

import re
import string
from pathlib import Path

import pytest

from xmpp_agent.edges.web.site import dates, rendering
from xmpp_agent.edges.web.site.texts import LANGUAGES
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.model.visitors import DeviceTest

HERE = Path(rendering.__file__).parent
TEMPLATES = sorted((HERE / "templates").glob("*.j2"))
_KEY = re.compile(r"""\bt\("([a-z_.]+)["] *(~?)""")
_SHOWN = ("aria-label", "alt", "title", "placeholder")


def _fields(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_both_languages_say_the_same_things() -> None:
    """The same keys, with the same facts in each."""
    da, en = LANGUAGES["da"], LANGUAGES["en"]
    assert da.keys() == en.keys()
    assert {key for key in da if _fields(da[key]) != _fields(en[key])} == set()
    assert [key for key in da if da[key] == en[key] and key not in ("kind.bisidder",)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words(path: Path) -> None:
    """Every word comes from a catalogue."""
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", path.read_text("utf-8"), flags=re.DOTALL)
    for name in _SHOWN:
        assert not re.search(rf'{name}="[^"]*[a-zæøå]', text), name
    assert not re.search(r"[A-Za-zÆØÅæøå]", re.sub(r"<[^>]*>", "", text))


def test_every_key_of_a_template_is_in_the_catalogue_and_none_is_idle() -> None:
    """Nothing is said that is not written, nothing written that is never said."""
    source = "".join(path.read_text("utf-8") for path in TEMPLATES)
    source += (HERE / "rendering.py").read_text("utf-8")
    used = {key for key, joined in _KEY.findall(source.replace("t('", 't("').replace("'", '"')) if not joined}
    families = ("stop.", "kind.", "test.")
    known = LANGUAGES["da"]
    assert used - known.keys() == set()
    idle = {key for key in known if key not in used and not key.startswith(families)}
    assert idle <= {"language.name"}


def test_every_kind_and_every_result_has_its_words() -> None:
    """Companions' roles and what the device test finds."""
    for words in LANGUAGES.values():
        assert all(words[f"kind.{kind}"] for kind in CompanionKind)
        assert all(words[f"test.{found}"] for found in DeviceTest if found is not DeviceTest.SKIPPED)


def test_no_page_asks_in_the_words_of_fraud_or_says_what_is_private() -> None:
    """Nothing of wards or job centres stands in a text: a unit's own words may say it, ours never."""
    for words in LANGUAGES.values():
        said = " ".join(words.values()).lower()
        for word in ("psykiatri", "psychiatr", "jobcenter", "job centre", "cpr", "kontanthjælp"):
            assert word not in said


def test_scripts_say_nothing_of_their_own() -> None:
    """Their words come with the page; what is quoted in them is the names of things."""
    for path in (HERE / "static").glob("*.js"):
        code = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        quoted = re.findall(r"'([^']*)'", code)
        assert [text for text in quoted if re.search(r"[æøåÆØÅ]|\w \w+ \w", text)] == []
        assert "innerHTML =" not in code


def test_times_are_said_as_people_say_them() -> None:
    """Danish and English, in the unit's own time zone, summer and winter."""
    may = 1_778_574_600.0
    assert dates.when(may, "Europe/Copenhagen", "da") == "tirsdag den 12. maj 2026 kl. 10.30"
    assert dates.when(may, "Europe/Copenhagen", "en") == "Tuesday 12 May 2026 at 10:30"
    assert dates.when(may, "America/Nuuk", "da") == "tirsdag den 12. maj 2026 kl. 07.30"
    assert dates.clock(may + 86400 * 200, "Europe/Copenhagen", "da") == "09.30"
    assert dates.machine(may, "Europe/Copenhagen") == "2026-05-12T10:30+02:00"


def test_css_is_short_and_asks_nobody() -> None:
    """Fewer than 400 lines, nothing loaded from anywhere, no fixed widths wider than a small phone."""
    css = (HERE / "static" / "site.css").read_text("utf-8")
    assert css.count("\n") < 400
    assert "url(" not in css
    assert "@import" not in css
    assert not re.search(r"\bwidth:\s*\d{3,}px", css)
