"""Who was not reached: each way tried, what happens next, who is called first, and when a fresh link may be sent."""

from dataclasses import replace

import pytest

from tests.rules.invited import CALL, DAY, EMAIL, HOUR, POST, SMS, TELLS, cancelled, entry
from tests.rules.scenes import NOW
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.unreached import Next, Unreached, Way, is_worth_a_look, may_send_again, unreached
from xmpp_agent.rules.unreached_words import CHANNELS, FAILURES, NEXT, STATES, next_words, way_words

BOOKED = entry().appointment
QUEUED, SENDING, SENT = LetterState.QUEUED, LetterState.SENDING, LetterState.SENT
DELIVERED, OPENED, FAILED = LetterState.DELIVERED, LetterState.OPENED, LetterState.FAILED
UNIT = frozenset({BOOKED.unit})


def letter(channel: Channel, state: LetterState, at: float = 0.0, **more: object) -> Letter:
    """A letter to Anna that came to stand there that many seconds ago or hence."""
    made = Letter(f"{channel}{state}{at}", "a", "anna", About.INVITATION, channel, NOW + at, state, changed_at=NOW + at)
    return replace(made, **more)  # type: ignore[arg-type]  # fields named by the test


POST_FAILED = letter(POST, FAILED, -900, failure=Failure.NOT_REGISTERED)
SMS_FAILED = letter(SMS, FAILED, -300, failure=Failure.BAD_ADDRESS)
TO_CALL = letter(CALL, QUEUED, -200)


def found(*letters: Letter, now: float = NOW, is_here: bool = False) -> Unreached | None:
    """What stands of Anna's invitation."""
    return unreached(BOOKED, letters, now, tells=TELLS, is_here=is_here)


def step(*letters: Letter) -> Next | None:
    """What happens next."""
    seen = found(*letters)
    assert seen is None or any(map(is_worth_a_look, letters))
    return seen.next if seen is not None else None


def test_a_quiet_day_shows_nothing() -> None:
    """Waiting to be sent, sent, delivered, opened: no trouble, no row; nor without a letter."""
    for state in (QUEUED, SENDING, SENT, DELIVERED, OPENED):
        assert found(letter(POST, state)) is None
    assert found() is None


def test_every_way_is_told_in_order_and_then_the_call() -> None:
    """Ladder exhausted: the ways as they went, the call beside them and not among them."""
    seen = found(TO_CALL, SMS_FAILED, POST_FAILED)
    assert seen is not None
    assert (seen.next, seen.next_at, seen.since) == (Next.CALL, None, NOW - 200)
    assert seen.ways == (
        Way(POST, FAILED, Failure.NOT_REGISTERED, NOW - 900, 0),
        Way(SMS, FAILED, Failure.BAD_ADDRESS, NOW - 300, 0),
    )


@pytest.mark.parametrize(
    ("last", "step_", "at"),
    [
        (letter(EMAIL, QUEUED, 60), Next.WAY, NOW + 60),
        (letter(EMAIL, QUEUED, -60), Next.WAY, NOW),
        (letter(EMAIL, QUEUED, 60, attempts=2, failure=Failure.BUSY), Next.RETRY, NOW + 60),
        (letter(EMAIL, SENDING), Next.SENDING, None),
        (letter(SMS, SENT, due_at=NOW + 600), Next.RECEIPT, NOW + 600),
        (letter(EMAIL, FAILED, failure=Failure.TOO_LATE), Next.NOTHING, None),
    ],
)
def test_what_happens_next_and_when(last: Letter, step_: Next, at: float | None) -> None:
    """After a way that failed."""
    seen = found(POST_FAILED, last)
    assert seen is not None
    assert (seen.next, seen.next_at) == (step_, at)
    assert (seen.channel is last.channel) is (step_ is not Next.NOTHING)
    assert "{" not in "".join(next_words(seen, cancelled=False))


def test_a_letter_tried_again_is_trouble_by_itself() -> None:
    """The first way's gateway is down: shown although nothing has failed for good."""
    assert step(letter(POST, QUEUED, 60, attempts=1, failure=Failure.UNREACHABLE)) is Next.RETRY


def test_the_matter_is_over_once_it_arrived_by_any_way() -> None:
    """Delivered; or sent where nobody tells; a reminder that arrived counts, one that failed does not."""
    assert found(POST_FAILED, letter(SMS, DELIVERED)) is None
    assert found(POST_FAILED, letter(EMAIL, SENT)) is None
    assert found(POST_FAILED, letter(SMS, DELIVERED, about=About.REMINDER)) is None
    assert found(letter(POST, DELIVERED), letter(SMS, FAILED, about=About.REMINDER, failure=Failure.REFUSED)) is None


def test_only_what_says_when_it_is_now_counts() -> None:
    """Who opened the link for the old time and could not be told of the new one is shown."""
    moved = letter(SMS, FAILED, failure=Failure.UNDELIVERABLE, about=About.CHANGED, sequence=1)
    assert step(letter(POST, OPENED), moved) is Next.NOTHING


def test_a_call_to_make_stays_until_somebody_opened_or_called() -> None:
    """As on staff's page: a late receipt does not take it away, the button behind the link does."""
    assert step(letter(POST, DELIVERED), SMS_FAILED, TO_CALL) is Next.CALL
    assert found(letter(POST, OPENED), SMS_FAILED, TO_CALL) is None
    assert step(SMS_FAILED, replace(TO_CALL, state=FAILED, failure=Failure.UNDELIVERABLE)) is Next.NOTHING
    assert found(SMS_FAILED, replace(TO_CALL, state=DELIVERED)) is None


def test_after_a_fresh_link_only_fresh_links_count() -> None:
    """Every link before it is dead: what arrived before leads nowhere, and the old call waits for the new link."""

    def fresh(state: LetterState, at: float = 0.0) -> Letter:
        failure = Failure.REFUSED if state is FAILED else None
        return letter(SMS, state, at, failure=failure, about=About.FRESH_LINK)

    assert step(letter(POST, DELIVERED), fresh(FAILED)) is Next.NOTHING
    assert step(SMS_FAILED, TO_CALL, fresh(QUEUED)) is Next.WAY
    assert found(SMS_FAILED, TO_CALL, fresh(DELIVERED)) is None
    assert step(SMS_FAILED, TO_CALL, fresh(FAILED)) is Next.CALL
    assert step(fresh(DELIVERED, -60), fresh(FAILED)) is Next.NOTHING


def test_it_is_over_when_they_are_here_or_the_time_is_past() -> None:
    """At the door; attended or absent; the door shut."""
    assert found(POST_FAILED, TO_CALL, is_here=True) is None
    assert found(POST_FAILED, TO_CALL, now=BOOKED.ends_at + BOOKED.policy.late) is not None
    assert found(POST_FAILED, TO_CALL, now=BOOKED.ends_at + BOOKED.policy.late + 1) is None
    absent = replace(BOOKED, outcome=Outcome.ABSENT)
    assert unreached(absent, [POST_FAILED, TO_CALL], NOW, tells=TELLS, is_here=False) is None


def test_of_a_meeting_that_is_off_only_that_it_is_off_counts() -> None:
    """Who could not be told is called; who never got the invitation has nothing to be told."""
    off = cancelled(entry()).appointment
    told = letter(POST, FAILED, failure=Failure.REFUSED, about=About.CANCELLED, sequence=1)
    call = replace(TO_CALL, about=About.CANCELLED, sequence=1)
    assert unreached(off, [POST_FAILED], NOW, tells=TELLS, is_here=False) is None
    seen = unreached(off, [POST_FAILED, told, call], NOW, tells=TELLS, is_here=False)
    assert seen is not None
    assert next_words(seen, cancelled=True)[1].endswith("the meeting is off.")


def reason(
    units: frozenset[str] = UNIT, *letters: Letter, now: float = NOW, is_here: bool = False, **more: object
) -> Reason:
    """What sending again is answered."""
    booked = replace(BOOKED, **more)  # type: ignore[arg-type]  # fields named by the test
    seen = unreached(booked, letters, now, tells=TELLS, is_here=False)
    return may_send_again(units, booked, seen, now, is_here=is_here).reason


def test_a_link_is_sent_again_to_whom_it_did_not_reach() -> None:
    """Also long before the start, by a supervisor of the unit or of all."""
    assert reason(UNIT, POST_FAILED, TO_CALL) is Reason.ALLOWED
    assert reason(frozenset({"*"}), POST_FAILED) is Reason.ALLOWED


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (reason(frozenset({"another"}), POST_FAILED), Reason.NOT_YOUR_UNIT),
        (reason(frozenset(), POST_FAILED), Reason.NOT_YOUR_UNIT),
        (reason(UNIT, POST_FAILED, cancelled_at=NOW), Reason.APPOINTMENT_CANCELLED),
        (reason(UNIT, POST_FAILED, outcome=Outcome.ATTENDED), Reason.APPOINTMENT_OVER),
        (reason(UNIT, POST_FAILED, now=NOW + 7 * DAY + 2 * HOUR), Reason.APPOINTMENT_OVER),
        (reason(UNIT, POST_FAILED, is_here=True), Reason.IS_HERE),
        (reason(UNIT, letter(POST, DELIVERED)), Reason.HAS_THEIR_LINK),
        (reason(UNIT, POST_FAILED, letter(SMS, SENDING)), Reason.LETTER_ON_ITS_WAY),
        (may_send_again(UNIT, None, None, NOW, is_here=False).reason, Reason.NO_APPOINTMENT),
    ],
)
def test_and_to_nobody_else(answer: Reason, why: Reason) -> None:
    """Each no has its own reason."""
    assert answer is why


def test_every_way_has_words() -> None:
    """Danish and English for whatever a letter can come to; why it failed stands in them, and no time does."""
    assert (set(CHANNELS), set(STATES), set(FAILURES), set(NEXT)) == (
        set(Channel), set(LetterState), set(Failure), set(Next),
    )  # fmt: skip
    assert way_words(Way(SMS, FAILED, Failure.BAD_ADDRESS, NOW, 1)) == (
        "Sms: kom ikke frem, adressen er forkert",
        "Text message: did not arrive, the address is wrong",
    )
    assert way_words(Way(CALL, FAILED, Failure.UNDELIVERABLE, NOW, 0))[1] == "Call: the citizen was not reached"
