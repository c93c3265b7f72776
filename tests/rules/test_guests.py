"""Whoever is to come, from what was typed to what is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.guests import Guest, Typed, channels, is_email, plain_name, read


def test_everything_is_kept_in_one_form() -> None:
    """Blanks go, numbers get their country, a CPR number is ten digits."""
    typed = Typed("  Anna Hansen ", "20 12 34 56", " anna@borger.example ", "010101-0101")
    guest = read(typed)
    assert isinstance(guest, Guest)
    assert (guest.name, guest.reach) == ("Anna Hansen", Reach("+4520123456", "anna@borger.example", "0101010101"))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (Typed(" "), Reason.BAD_NAME),
        (Typed("A" * 201), Reason.BAD_NAME),
        (Typed("Anna\nHansen"), Reason.BAD_NAME),
        (Typed("Anna\u202eHansen"), Reason.BAD_NAME),
        (Typed("Anna", "112"), Reason.NO_NUMBER),
        (Typed("Anna", "ring til mig"), Reason.NO_NUMBER),
        (Typed("Anna", email="anna"), Reason.BAD_EMAIL),
        (Typed("Anna", email="anna@borger.example\nBcc: x@y.dk"), Reason.BAD_EMAIL),
        (Typed("Anna", email="<anna@borger.example>"), Reason.BAD_EMAIL),
        (Typed("Anna", email="anna@@borger.example"), Reason.BAD_EMAIL),
        (Typed("Anna", email="anna@borger"), Reason.BAD_EMAIL),
        (Typed("Anna", email="a" * 250 + "@b.dk"), Reason.BAD_EMAIL),
        (Typed("Anna", cpr="010101-010"), Reason.BAD_CPR),
        (Typed("Anna", cpr="abcdef-1234"), Reason.BAD_CPR),
        (Typed("Anna", cpr="٠١٠١٠١٠١٠١"), Reason.BAD_CPR),
    ],
)
def test_the_first_thing_wrong_is_named(typed: Typed, reason: Reason) -> None:
    """Nothing that cannot be used later is kept."""
    assert read(typed) is reason


@pytest.mark.parametrize("email", ["anna@borger.example", "a.b+c@d-e.co.uk", "søren@blåbær.dk", "o'hara@x.dk"])
def test_addresses_people_have_are_addresses(email: str) -> None:
    """Plus signs, Danish letters and apostrophes are nothing odd."""
    assert is_email(email)


def test_the_ways_to_somebody_are_those_they_gave() -> None:
    """A telephone number is one for messages and calls, unless it takes no messages."""
    assert channels(Reach()) == frozenset()
    assert channels(Reach(cpr="0101010101")) == {Channel.DIGITAL_POST}
    assert channels(Reach(email="a@b.dk")) == {Channel.EMAIL}
    assert channels(Reach(phone="+4520123456")) == {Channel.SMS, Channel.CALL}
    assert channels(Reach(phone="+493012345678")) == {Channel.CALL}


@settings(deadline=None)
@given(st.text(max_size=250))
def test_a_name_that_is_kept_can_be_shown_anywhere(typed: str) -> None:
    """No line breaks, no control characters, nothing at the ends, never longer than a field."""
    name = plain_name(typed)
    if name is not None:
        assert name.isprintable()
        assert name == name.strip()
        assert 0 < len(name) <= 200


@settings(deadline=None)
@given(st.builds(Typed, st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text(max_size=20)))
def test_whatever_is_typed_is_read_or_refused(typed: Typed) -> None:
    """No input makes the reader fall over, and reading what was kept changes nothing."""
    guest = read(typed)
    if isinstance(guest, Guest):
        again = Typed(guest.name, guest.reach.phone, guest.reach.email, guest.reach.cpr)
        assert read(again) == guest


def test_nothing_of_a_person_is_in_what_logs_print() -> None:
    """Neither what was typed nor what is kept shows itself."""
    typed = Typed("Anna Hansen", "20123456", "anna@borger.example", "0101010101")
    for text in (repr(typed), repr(read(typed))):
        assert "Anna" not in text
        assert "0101" not in text
