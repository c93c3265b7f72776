"""How sure a login is: every broker's spelling is read, and nothing else."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xmpp_agent.model.people import Level
from xmpp_agent.rules.levels import level_of, lowest, reaches

NSIS = "https://data.gov.dk/concept/core/nsis/"
WORDS = {"low": Level.LOW, "substantial": Level.SUBSTANTIAL, "high": Level.HIGH}
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (f"{NSIS}Low", Level.LOW),
        (f"{NSIS}Substantial", Level.SUBSTANTIAL),
        (f"{NSIS}High", Level.HIGH),
        ("SUBSTANTIAL", Level.SUBSTANTIAL),
        ("substantial", Level.SUBSTANTIAL),
        ("Substantial", Level.SUBSTANTIAL),
        ("urn:grn:authn:dk:mitid:high", Level.HIGH),
    ],
)
def test_every_broker_is_understood(said: str, level: Level) -> None:
    """URI, URN, capitals and bare words mean the same three levels."""
    assert level_of(said) is level


@pytest.mark.parametrize(
    "said",
    [
        *("", "/", ":", "high/", "high:", " high", "high ", "high\n", "higher", "not-high", "3", "none", "mitid"),
        *("urn:grn:authn:dk:mitid:business", "loa.high", "high?x=y", "high#low", "hi\u0307gh", "\u017fubstantial"),
        *(None, 3, 3.0, True, Level.HIGH, b"high", ["high"], {"high": 1}),
    ],
)
def test_anything_else_is_no_level(said: object) -> None:
    """What is not exactly one of the three words at the end is refused, whatever it may have meant."""
    assert level_of(said) is None


@given(st.text(), st.sampled_from("/:"), st.sampled_from(sorted(WORDS)), st.randoms())
def test_only_the_last_part_counts(before: str, mark: str, word: str, chance: Random) -> None:
    """Whatever stands before the last / or :, and however the word is capitalised, the word decides."""
    spelt = "".join(chance.choice((sign.upper(), sign)) for sign in word)
    assert level_of(f"{before}{mark}{spelt}") is WORDS[word]


@given(ANYTHING)
def test_nothing_breaks_it_and_nothing_slips_through(said: object) -> None:
    """Any value has an answer, and a level only if it ends in the word for it."""
    level = level_of(said)
    assert level is None or str(said).lower().endswith(level.name.lower())


@given(st.lists(st.sampled_from(sorted(WORDS))))
def test_the_whole_is_as_sure_as_its_least_sure_part(words: list[str]) -> None:
    """The lowest part counts; no part at all is no level."""
    assert lowest(tuple(words)) == (min(WORDS[word] for word in words) if words else None)


@given(st.lists(st.sampled_from(sorted(WORDS))), ANYTHING, st.lists(st.sampled_from(sorted(WORDS))))
def test_one_part_that_cannot_be_read_is_no_level(before: list[str], said: object, after: list[str]) -> None:
    """A part nobody can read is never passed over."""
    if level_of(said) is None:
        assert lowest((*before, said, *after)) is None


@given(st.sampled_from(Level), st.sampled_from(Level))
def test_a_level_reaches_itself_and_what_is_below(level: Level, needed: Level) -> None:
    """Higher than needed is enough, lower is not."""
    assert reaches(level, needed) is (level >= needed)


@given(st.sampled_from(Level))
def test_an_unreadable_level_reaches_nothing(needed: Level) -> None:
    """Not even where none is needed."""
    assert not reaches(None, needed)
