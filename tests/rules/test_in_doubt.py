"""A letter in doubt: handed over again where that cannot double it, else by the next way, else once more."""

import pytest

from tests.rules.invited import EMAIL, POST, SMS, became, entry, plan
from tests.rules.scenes import NOW
from xmpp_agent.model.appointments import Rung
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.rules.in_doubt import MOST_UNSURE, Word, settled
from xmpp_agent.rules.ladder import on_booking, on_hotline, on_new_address
from xmpp_agent.rules.letter_plans import was_written
from xmpp_agent.rules.letter_steps import MOST_ATTEMPTS, dropped, failed, taken, try_again

BOOKED = entry(plan((Rung(SMS), Rung(EMAIL))))
[LETTER] = on_booking(BOOKED, NOW)
QUEUED, SENDING, FAILED = LetterState.QUEUED, LetterState.SENDING, LetterState.FAILED
BOTH = frozenset({SMS, EMAIL})


def after(word: Word, ways: frozenset[Channel] = BOTH, letter: Letter = LETTER, attempts: int = 1) -> Letter:
    """What becomes of it."""
    return settled(became(letter, SENDING, attempts=attempts), BOOKED.appointment, word, ways, NOW)


@pytest.mark.parametrize("word", [Word.COUNTS_ONCE, Word.NEVER_CAME])
def test_what_cannot_be_doubled_is_handed_over_again(word: Word) -> None:
    """At once, and not for ever."""
    assert (after(word).state, after(word).due_at) == (QUEUED, NOW)
    assert after(word, attempts=MOST_ATTEMPTS - 1).state is QUEUED
    assert after(word, attempts=MOST_ATTEMPTS).state is FAILED


def test_what_may_be_doubled_goes_the_next_way() -> None:
    """The person may have it: it counts as written, and a receipt that comes late is believed."""
    letter = after(Word.NOTHING)
    assert (letter.state, letter.failure, letter.may_have_arrived) == (FAILED, Failure.IN_DOUBT, True)


@pytest.mark.parametrize("ways", [frozenset({SMS}), frozenset({SMS, POST}), frozenset[Channel]()])
def test_without_a_next_way_the_same_is_used_once_more(ways: frozenset[Channel]) -> None:
    """Else it might be lost; given up after a few times, and then staff call."""
    assert after(Word.NOTHING, ways).state is QUEUED
    assert after(Word.NOTHING, ways, attempts=MOST_UNSURE - 1).state is QUEUED
    assert after(Word.NOTHING, ways, attempts=MOST_UNSURE).failure is Failure.IN_DOUBT


def test_what_climbs_no_ladder_has_no_next_way() -> None:
    """A reminder and the link of a hotline call."""
    [link] = on_hotline(BOOKED, (), LETTER.person, NOW)
    for letter in (link, became(LETTER, SENDING, about=About.REMINDER)):
        assert after(Word.NOTHING, letter=letter).state is QUEUED


@pytest.mark.parametrize("why", Failure)
def test_a_doubt_stays_until_somebody_knows(why: Failure) -> None:
    """A later attempt that failed says nothing of the one before, unless there is no such address at all."""
    doubted = became(after(Word.COUNTS_ONCE), SENDING, attempts=2)
    sure = why in (Failure.BAD_ADDRESS, Failure.NOT_REGISTERED)
    assert failed(doubted, why, NOW).may_have_arrived is not sure
    assert was_written(dropped(try_again(doubted, BOOKED.appointment, why, 0.0, NOW), NOW)) is not sure
    assert taken(doubted, BOOKED.appointment, "g", 1, NOW).failure is None
    assert settled(doubted, BOOKED.appointment, Word.NEVER_CAME, BOTH, NOW).failure is None


def test_a_doubt_about_an_address_that_was_wrong_is_about_somebody_else() -> None:
    """What may have gone to it counts for nothing: they are invited, not told of a change."""
    for state in (QUEUED, LetterState.DROPPED):
        gone, fresh = on_new_address(BOOKED, (became(after(Word.COUNTS_ONCE), state),), NOW)
        assert (gone.state, fresh.about) == (LetterState.ASTRAY, About.INVITATION)
