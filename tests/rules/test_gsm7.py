"""What a text message costs, and what is done to keep it from costing more."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.rules.gsm7 import Measure, may_be_sender, measure, plain


@pytest.mark.parametrize(
    ("text", "gsm7", "units", "parts"),
    [
        ("æøåÆØÅ" * 26 + "abcd", True, 160, 1),
        ("æøåÆØÅ" * 26 + "abcde", True, 161, 2),
        ("€" * 80, True, 160, 1),
        ("€" * 81, True, 162, 2),
        ("a" * 306, True, 306, 2),
        ("a" * 307, True, 307, 3),
        ("–" * 70, False, 70, 1),
        ("–" * 71, False, 71, 2),
        ("–" * 134, False, 134, 2),
        ("–" * 135, False, 135, 3),
        ("😀", False, 2, 1),
        ("😀" * 35, False, 70, 1),
        ("éÉäöüñà¿¡§", True, 10, 1),
        ("áíóúĸ", False, 5, 1),
        ("", True, 0, 1),
    ],
    ids=range(15),
)
def test_length_and_parts(text: str, gsm7: bool, units: int, parts: int) -> None:
    """The vectors of the fact sheet, and the first text that needs one more part."""
    assert measure(text) == Measure(gsm7, units, parts)


def test_an_escape_is_not_split_between_two_parts() -> None:
    """A euro sign that would straddle the end of a part begins the next one: 153 septets are 152 used."""
    assert measure("€" * 153).units == 306
    assert measure("€" * 153).parts == 3


def test_an_emoji_is_not_split_between_two_parts() -> None:
    """A pair of surrogates that would straddle the end of a part begins the next one."""
    assert measure("😀" * 67).units == 134
    assert measure("😀" * 67).parts == 3


@settings(deadline=None)
@given(st.text(max_size=400))
def test_parts_hold_the_units_and_not_many_more(text: str) -> None:
    """The parts have room for the text, and one fewer would not."""
    found = measure(text)
    single, part = (160, 153) if found.gsm7 else (70, 67)
    assert found.parts >= 1
    if found.parts == 1:
        assert found.units <= single
    else:
        assert (found.parts - 1) * (part - 1) < found.units <= found.parts * part


def test_typographic_characters_are_written_plainly() -> None:
    """What a word processor puts in costs no UCS-2."""
    typed = "„Møde“ – kl.\u00a010.30…\r\nHusk: ‘kamera’ · lyd\u200b\u00ad"
    assert plain(typed) == "\"Møde\" - kl. 10.30...\nHusk: 'kamera' - lyd"
    assert measure(plain(typed)).gsm7


def test_letters_typed_in_two_pieces_become_one() -> None:
    """å as a and ring (file names and some phones write it so) is one septet."""
    assert plain(unicodedata.normalize("NFD", "på Ærø blåbær")) == "på Ærø blåbær"
    assert plain("a\u200d\u030a") == "å"


def test_a_name_is_not_rewritten() -> None:
    """Letters outside the table stay, and the measure says what that costs."""
    assert plain("Łukasz Ásdís") == "Łukasz Ásdís"
    assert not measure("Łukasz").gsm7


@settings(deadline=None)
@given(st.text(max_size=200))
def test_plain_is_plain(text: str) -> None:
    """Done twice is done once, and what was in the table stays in it."""
    once = plain(text)
    assert plain(once) == once
    if measure(text).gsm7:
        assert measure(once).gsm7


@pytest.mark.parametrize("sender", ["Lilleby", "Region X", "A", "K9", "Jobnet.dk", "4570102030", "1234", "+4570102030"])
def test_senders_that_go(sender: str) -> None:
    """Names of at most eleven plain characters, and numbers."""
    assert may_be_sender(sender)


@pytest.mark.parametrize(
    "sender", ["", "Lilleby Kommune", "Ærø", "a\n", " A", "A ", "12", "1" * 16, "0123", "Køge", "<b>", "😀"]
)
def test_senders_that_do_not_go(sender: str) -> None:
    """Too long, letters outside A-Z, blanks at the ends, or too many digits."""
    assert not may_be_sender(sender)
