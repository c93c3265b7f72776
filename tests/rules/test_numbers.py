"""Telephone numbers as people write them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.rules.numbers import e164, ending, takes_messages


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("20 12 34 56", "+4520123456"),
        ("20-12-34-56", "+4520123456"),
        ("+45 20123456", "+4520123456"),
        ("(+45) 20 12 34 56", "+4520123456"),
        ("0045 20 12 34 56", "+4520123456"),
        ("4520123456", "+4520123456"),
        ("\u202a+45 20 12 34 56\u202c", "+4520123456"),
        ("20\u00a012\u00a034\u00a056", "+4520123456"),
        ("+299 32 10 00", "+299321000"),
        ("299321000", "+299321000"),
        ("+298 21 23 45", "+298212345"),
        ("298 212345", "+298212345"),
        ("0046 70 123 45 67", "+46701234567"),
        ("+49 30 123456", "+4930123456"),
        ("+1 (202) 555-0143", "+12025550143"),
    ],
)
def test_numbers_are_stored_in_one_form(typed: str, number: str) -> None:
    """Danish unless they say otherwise; Greenland, the Faroes and abroad work too."""
    assert e164(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "112", "2012345", "12345678", "00 00 00 00", "0701234567", "45 12 34 56 78", "ring 20123456", "20 12 ABCD"],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    """Too short, too long, an area code nobody knows, or letters."""
    assert e164(typed) is None


@pytest.mark.parametrize("typed", ["+4520123456;ext=5", "tel:+4520123456", "+4520123456\n+4520123457", "+" * 30])
def test_what_carries_more_than_a_number_is_none(typed: str) -> None:
    """Extensions, addresses and two numbers at once are not guessed at."""
    assert e164(typed) is None


@pytest.mark.parametrize("typed", ["90 12 34 56", "80 12 34 56"])
def test_numbers_of_no_person_are_none(typed: str) -> None:
    """Nothing is sent to premium-rate and freephone numbers."""
    assert e164(typed) is None


def test_a_landline_abroad_takes_no_messages() -> None:
    """Where the plan tells landlines from mobiles it is known before sending; in Denmark it does not."""
    assert not takes_messages("+4930123456")
    assert not takes_messages("+299321000")
    assert takes_messages("+46701234567")
    assert takes_messages("+4533123456")
    assert not takes_messages("20123456")
    assert not takes_messages("+")


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet="+0123456789() -./", max_size=30)))
def test_the_answer_is_a_number_or_none(typed: str) -> None:
    """Whatever is typed: E.164 or None, and E.164 is its own answer."""
    number = e164(typed)
    if number is not None:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number, re.ASCII)
        assert e164(number) == number


def test_of_a_number_only_the_last_two_digits_are_shown() -> None:
    """And none of one too short to hide in, or erased."""
    assert [ending(number) for number in ("+4520123456", "+45123", "")] == ["** ** ** 56", "", ""]
