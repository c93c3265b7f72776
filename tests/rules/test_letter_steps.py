"""What may become of one letter."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.invited import CALL, DAY, HOUR, POST, SMS, became, entry, plan
from tests.rules.scenes import NOW
from xmpp_agent.model.appointments import Rung
from xmpp_agent.model.letters import Failure, LetterState
from xmpp_agent.rules import letter_steps
from xmpp_agent.rules.ladder import on_booking
from xmpp_agent.rules.letter_steps import COMES_FROM, MOST_ATTEMPTS, called, opened, taken, told

QUEUED, SENDING, SENT = LetterState.QUEUED, LetterState.SENDING, LetterState.SENT
DELIVERED, OPENED = LetterState.DELIVERED, LetterState.OPENED
FAILED, DROPPED = LetterState.FAILED, LetterState.DROPPED
FAR = entry()
[LETTER] = on_booking(FAR, NOW)
IN_HAND = letter_steps.claimed(LETTER, NOW)


def pauses(booked_in: float, wait: float = 1800.0) -> list[float]:
    """Seconds between attempts at a gateway that is down, until the rung is given up."""
    booked = entry(plan((Rung(POST, wait), Rung(SMS))), starts_in=booked_in)
    [letter] = on_booking(booked, NOW)
    now = NOW
    found: list[float] = []
    while True:
        letter = letter_steps.try_again(
            letter_steps.claimed(letter, now), booked.appointment, Failure.UNREACHABLE, 0.0, now
        )
        if letter.state is FAILED:
            return found
        found.append(letter.due_at - now)
        now = letter.due_at


def test_a_gateway_that_is_down_is_tried_again_after_longer_and_longer() -> None:
    """Doubled from half a minute to a quarter of an hour, within the rung's own time, and not for ever."""
    assert pauses(30 * DAY) == [30, 60, 120, 240, 480]
    assert pauses(30 * DAY, wait=7200) == [30, 60, 120, 240, 480, *[900] * 6]
    assert len(pauses(90 * DAY, wait=90 * DAY)) == MOST_ATTEMPTS - 1


def test_a_short_wait_for_receipts_is_not_a_short_wait_for_the_gateway() -> None:
    """A rung that waits for no receipt is still tried for a quarter of an hour."""
    assert pauses(DAY, wait=0) == [30, 60, 120, 240]


def test_near_the_meeting_the_next_rungs_have_their_time() -> None:
    """Ten minutes before it, the first of two rungs is given up after four minutes."""
    assert pauses(600) == [30, 60, 120]
    assert pauses(20) == []


def test_a_gateway_may_say_when() -> None:
    """Not before that, but never later than our own longest pause."""
    letter = letter_steps.try_again(IN_HAND, FAR.appointment, Failure.BUSY, 300.0, NOW)
    assert (letter.state, letter.failure, letter.due_at) == (QUEUED, Failure.BUSY, NOW + 300)
    letter = letter_steps.try_again(IN_HAND, FAR.appointment, Failure.BUSY, 1e9, NOW)
    assert letter.due_at == NOW + 900


def test_how_long_a_receipt_is_waited_for() -> None:
    """As the rung says; near the meeting only this rung's share of the time, but a minute at least."""
    assert taken(IN_HAND, FAR.appointment, "g", 2, NOW).due_at == NOW + 1800
    soon = entry(starts_in=HOUR).appointment
    assert taken(IN_HAND, soon, "g", 1, NOW).due_at == NOW + HOUR / 4
    assert taken(IN_HAND, entry(starts_in=30).appointment, "g", 1, NOW).due_at == NOW + 60


def test_taken() -> None:
    """The gateway's id and the parts it counted are kept; a failure before is forgotten."""
    letter = taken(became(IN_HAND, SENDING, failure=Failure.BUSY), FAR.appointment, "g", 2, NOW)
    assert (letter.state, letter.gateway_id, letter.parts, letter.failure) == (SENT, "g", 2, None)


@pytest.mark.parametrize("state", [DELIVERED, OPENED, FAILED, SENT], ids=lambda state: str(state.value))
def test_a_receipt_may_be_quicker_than_the_answer(state: LetterState) -> None:
    """What it said stands; the gateway's id is added."""
    letter = taken(became(IN_HAND, state), FAR.appointment, "g", 1, NOW + 9)
    assert (letter.state, letter.gateway_id, letter.changed_at) == (state, "g", NOW)


def test_dropped_while_it_was_on_its_way() -> None:
    """It went out all the same, and is shown so."""
    assert taken(became(IN_HAND, DROPPED), FAR.appointment, "g", 1, NOW).state is SENT


@pytest.mark.parametrize(
    ("stands", "says"), itertools.product(LetterState, [SENT, DELIVERED, FAILED]), ids=lambda state: str(state.value)
)
def test_receipts(stands: LetterState, says: LetterState) -> None:
    """A final word stands against all but a delivery (never to a wrong address); a doubled one changes nothing."""
    letter = became(IN_HAND, stands)
    final = {DELIVERED, OPENED, LetterState.ASTRAY}
    news = stands not in final and says is not stands and (says is DELIVERED or stands in (QUEUED, SENDING, SENT))
    if stands is SENT and says is SENT:
        news = False
    after = told(letter, FAR.appointment, says, None, NOW + 5)
    assert (after.state, after is letter) == ((says, False) if news else (stands, True))
    assert told(after, FAR.appointment, says, None, NOW + 9) is after


@given(st.permutations([SENT, DELIVERED, DELIVERED, SENT]), st.sampled_from([SENDING, SENT, QUEUED]))
def test_in_whatever_order_receipts_come(order: list[LetterState], stands: LetterState) -> None:
    """The end is the same."""
    letter = became(IN_HAND, stands)
    for says in order:
        letter = told(letter, FAR.appointment, says, None, NOW)
    assert letter.state is DELIVERED


def test_on_its_way_is_waited_for_as_if_the_gateway_had_answered() -> None:
    """The answer was lost, the receipt says that it was taken: its own time for the next one begins."""
    assert told(IN_HAND, FAR.appointment, SENT, None, NOW + 5).due_at == NOW + 1805


def test_an_undelivered_one_has_a_reason() -> None:
    """The gateway's, or that it was not delivered."""
    assert told(IN_HAND, FAR.appointment, FAILED, None, NOW).failure is Failure.UNDELIVERABLE
    assert told(IN_HAND, FAR.appointment, FAILED, Failure.BAD_ADDRESS, NOW).failure is Failure.BAD_ADDRESS


def test_a_call_has_no_receipt_and_no_page() -> None:
    """Only staff say what became of it."""
    call = became(LETTER, QUEUED, channel=CALL)
    assert told(call, FAR.appointment, DELIVERED, None, NOW) is call
    assert opened(became(call, DELIVERED), NOW).state is DELIVERED
    assert called(call, reached=True, now=NOW).state is DELIVERED
    assert called(call, reached=False, now=NOW).state is FAILED


def test_only_what_was_handed_over_can_have_been_opened() -> None:
    """Also what counted as lost; not what waits, failed for good or was dropped."""
    done = {state for state in LetterState if opened(became(IN_HAND, state), NOW).state is OPENED}
    assert done == {SENDING, SENT, DELIVERED, OPENED}
    for unheard in (Failure.NO_RECEIPT, Failure.IN_DOUBT):
        assert opened(became(IN_HAND, FAILED, failure=unheard), NOW).failure is None
    again = became(IN_HAND, OPENED)
    assert opened(again, NOW + 9) is again


def test_every_step_is_one_that_the_store_takes() -> None:
    """No step leads from a state to one that may not come from it."""
    for state in LetterState:
        letter = became(IN_HAND, state)
        for says in (SENT, DELIVERED, FAILED):
            after = told(letter, FAR.appointment, says, None, NOW)
            assert after is letter or state in COMES_FROM[after.state]
        for after in (opened(letter, NOW), taken(letter, FAR.appointment, "", 1, NOW)):
            assert after.state is state or state in COMES_FROM[after.state]


def test_what_went_out_is_never_planned_dropped_or_taken_in_hand_again() -> None:
    """Only what waits is taken in hand, and only what was not handed over for certain waits or is dropped."""
    assert COMES_FROM[SENDING] == {QUEUED}
    assert COMES_FROM[QUEUED] | COMES_FROM[DROPPED] == {QUEUED, SENDING, DROPPED}
    assert not {DELIVERED, OPENED} & COMES_FROM[FAILED]
    assert OPENED not in COMES_FROM[DELIVERED]
