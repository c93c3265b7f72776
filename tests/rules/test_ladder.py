"""Who is written to, over which channel, when; and what follows when that fails."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.rules.invited import (
    ANNA,
    CALL,
    DAY,
    EMAIL,
    HOUR,
    LADDER,
    POST,
    SMS,
    TELLS,
    TOLK,
    became,
    cancelled,
    entry,
    moved,
    plan,
    told,
)
from tests.rules.scenes import NOW
from xmpp_agent.model.appointments import Rung
from xmpp_agent.model.letters import About, Failure, Letter, LetterState
from xmpp_agent.rules.ladder import next_steps, on_booking, on_cancel, on_change, on_fresh_link, on_hotline, on_parting
from xmpp_agent.rules.last_look import as_it_may_go, worded_as

QUEUED, SENDING, SENT = LetterState.QUEUED, LetterState.SENDING, LetterState.SENT
DELIVERED, OPENED = LetterState.DELIVERED, LetterState.OPENED
FAILED, DROPPED = LetterState.FAILED, LetterState.DROPPED
BOOKED = entry()


def first() -> Letter:
    """Anna's invitation as booking plans it."""
    [letter] = on_booking(BOOKED, NOW)
    return letter


def steps(*letters: Letter, now: float = NOW) -> list[tuple[str, str, str, str]]:
    """What follows."""
    return told(next_steps(BOOKED, letters, now, TELLS))


def test_everybody_is_invited_on_the_first_rung() -> None:
    """One invitation for the citizen and one for each companion, due now."""
    letters = on_booking(entry(companion=True), NOW)
    assert told(letters) == [
        (ANNA, "invitation", "digital-post", "queued"),
        (TOLK, "invitation", "digital-post", "queued"),
    ]
    assert {(letter.due_at, letter.rung, letter.sequence) for letter in letters} == {(NOW, 0, 0)}
    assert all(UUID(letter.id).version == 4 for letter in letters)


def test_without_a_ladder_nobody_is_written_to() -> None:
    """Neither when it is booked nor when it moves or is called off."""
    bare = entry(plan((), (HOUR,)))
    assert on_booking(bare, NOW) == on_change(moved(bare), (), NOW) == on_cancel(cancelled(bare), (), NOW) == ()


def test_planning_twice_plans_once() -> None:
    """The same booking gives the same ids; another appointment, person, sequence or reminder gives others."""
    with_reminders = entry(plan(reminders=(DAY, HOUR)), companion=True)
    assert on_booking(with_reminders, NOW) == on_booking(with_reminders, NOW)
    other = replace(with_reminders, appointment=replace(with_reminders.appointment, id="b"))
    made = [*on_booking(with_reminders, NOW), *on_booking(moved(with_reminders), NOW), *on_booking(other, NOW)]
    assert len({letter.id for letter in made}) == len(made) == 18


def test_booked_into_a_meeting_that_has_begun() -> None:
    """An invitation would come too late: they get their link, by SMS."""
    assert told(on_booking(entry(plan(reminders=(HOUR,)), starts_in=-60), NOW)) == [
        (ANNA, "fresh-link", "sms", "queued")
    ]


@pytest.mark.parametrize("why", [Failure.NO_ADDRESS, Failure.NOT_REGISTERED, Failure.UNREACHABLE])
def test_a_rung_that_failed_is_followed_by_the_next(why: Failure) -> None:
    """At once; and asked again nothing more is planned."""
    failed = became(first(), FAILED, failure=why)
    [following] = next_steps(BOOKED, (failed,), NOW, TELLS)
    assert told([following]) == [(ANNA, "invitation", "sms", "queued")]
    assert (following.rung, following.due_at) == (1, NOW)
    assert steps(failed, following) == []


def test_after_the_last_rung_somebody_calls() -> None:
    """The call waits for staff; nothing follows it, whether it was made or not."""
    letters = [became(first(), FAILED, failure=Failure.NO_ADDRESS)]
    for channel in ("sms", "email", "call"):
        [following] = next_steps(BOOKED, letters, NOW, TELLS)
        assert following.channel.value == channel
        letters.append(became(following, FAILED, failure=Failure.NO_ADDRESS))
    assert steps(*letters) == []
    assert steps(*letters[:-1], became(letters[-1], QUEUED, failure=None)) == []


def test_a_call_may_stand_on_the_ladder_itself() -> None:
    """It ends the ladder there."""
    booked = entry(plan((Rung(CALL),)))
    [letter] = on_booking(booked, NOW)
    assert told([letter]) == [(ANNA, "invitation", "call", "queued")]
    assert next_steps(booked, (became(letter, FAILED),), NOW, TELLS) == ()


def test_no_receipt_in_time_is_a_failure() -> None:
    """Only when the time is up, and only where the gateway gives receipts; in one step with the next rung."""
    sent = became(first(), SENT, due_at=NOW + 1800)
    assert steps(sent, now=NOW + 1799) == []
    assert steps(sent, now=NOW + 1800) == [
        (ANNA, "invitation", "digital-post", "failed"),
        (ANNA, "invitation", "sms", "queued"),
    ]
    assert next_steps(BOOKED, (sent,), NOW + 1800, frozenset({SMS})) == ()


def test_what_arrived_ends_the_climb() -> None:
    """A receipt that comes after all, for whichever rung, drops the rungs that wait; also the call."""
    letter = became(first(), FAILED, failure=Failure.NO_RECEIPT)
    [sms] = next_steps(BOOKED, (letter,), NOW, TELLS)
    assert steps(became(letter, DELIVERED), sms) == [(ANNA, "invitation", "sms", "dropped")]
    assert steps(letter, became(sms, OPENED)) == []
    [email] = next_steps(BOOKED, (letter, became(sms, FAILED)), NOW, TELLS)
    sent = became(email, SENT)
    assert steps(letter, became(sms, FAILED), sent) == []
    assert steps(letter, became(sms, DELIVERED), became(email, FAILED)) == []


@pytest.mark.parametrize("about", About)
@pytest.mark.parametrize("failure", [None, Failure.BUSY, Failure.IN_DOUBT])
def test_after_the_start_nothing_is_sent_but_staff_call(about: About, failure: Failure | None) -> None:
    """Whoever was to hear of the time, of a new one or that it is off: what waits is too late, and is called at once.

    A reminder is dropped, and a companion who is not needed is told so at the door.
    """
    begun = BOOKED.appointment.starts_at
    booked = cancelled(BOOKED) if about is About.CANCELLED else BOOKED
    entry_now = replace(booked, citizen=replace(booked.citizen, id="x")) if about is About.NOT_NEEDED else booked
    waits = replace(first(), about=about, sequence=booked.appointment.sequence)
    letter = became(waits, FAILED, failure=failure) if failure else waits
    after = next_steps(entry_now, (letter,), begun, TELLS)
    calls = [(one.about, one.state) for one in after if one.channel is CALL]
    assert calls == ([(about, QUEUED)] if about in (About.INVITATION, About.CHANGED, About.CANCELLED) else [])
    link = about in (About.FRESH_LINK, About.HOTLINE)
    late = [one.state for one in after if one.id == letter.id]
    assert late == ([] if failure or link else [DROPPED if about is About.REMINDER else FAILED])
    stands = {one.id: one for one in (letter, *after)}
    assert next_steps(entry_now, tuple(stands.values()), begun, TELLS) == ()


def test_moved_before_anybody_was_reached() -> None:
    """What waits is dropped and the invitation planned anew with the new time; a failed one is tried again, too."""
    letters = on_booking(entry(companion=True), NOW)
    failed = became(letters[1], FAILED, failure=Failure.UNDELIVERABLE)
    assert told(on_change(moved(entry(companion=True)), (letters[0], failed), NOW)) == [
        (ANNA, "invitation", "digital-post", "dropped"),
        (ANNA, "invitation", "digital-post", "queued"),
        (TOLK, "invitation", "digital-post", "queued"),
    ]


@pytest.mark.parametrize(
    "reached",
    [
        became(first(), SENDING),
        became(first(), SENT),
        became(first(), DELIVERED),
        became(first(), OPENED),
        became(first(), FAILED, failure=Failure.NO_RECEIPT),
    ],
    ids=lambda letter: f"{letter.state.value}",
)
def test_moved_after_somebody_was_written_to(reached: Letter) -> None:
    """Whoever may have the old time in hand is told of the change; asked again, nothing more is planned."""
    after = moved(BOOKED)
    [change] = on_change(after, (reached,), NOW)
    assert told([change]) == [(ANNA, "changed", "digital-post", "queued")]
    assert change.sequence == 1
    assert on_change(after, (reached, change), NOW) == ()


def test_a_companion_who_comes_later_is_invited_and_the_others_are_left_alone() -> None:
    """Without a new sequence; one who went is not written to any more."""
    letters = on_booking(BOOKED, NOW)
    [new] = on_change(entry(companion=True), letters, NOW)
    assert told([new]) == [(TOLK, "invitation", "digital-post", "queued")]
    assert told(on_change(BOOKED, (*letters, new), NOW)) == [(TOLK, "invitation", "digital-post", "dropped")]


def test_called_off() -> None:
    """What waits is dropped; whoever was written to is told by the way that worked, whoever was not is left alone."""
    both = entry(companion=True)
    one, other = on_booking(both, NOW)
    by_sms = replace(became(one, DELIVERED), rung=1, channel=SMS)
    after = cancelled(both)
    dropped, word = on_cancel(after, (by_sms, other), NOW)
    assert told((dropped, word)) == [
        (TOLK, "invitation", "digital-post", "dropped"),
        (ANNA, "cancelled", "sms", "queued"),
    ]
    assert on_cancel(after, (by_sms, dropped, word), NOW) == ()
    failed = became(word, FAILED, failure=Failure.UNDELIVERABLE)
    assert told(next_steps(after, (by_sms, dropped, failed), NOW, TELLS)) == [(ANNA, "cancelled", "email", "queued")]


def test_a_change_goes_the_way_that_worked() -> None:
    """The newest that arrived counts before one that was only taken; a call does not count."""
    arrived = replace(became(first(), DELIVERED, changed_at=NOW), id="1", rung=1, channel=SMS)
    taken = replace(became(first(), SENT, changed_at=NOW + 9), id="2", rung=2, channel=EMAIL)
    called = replace(became(first(), DELIVERED, changed_at=NOW + 10), id="3", rung=3, channel=CALL)
    [change] = on_change(moved(BOOKED), (arrived, taken, called), NOW)
    assert (change.channel, change.rung) == (SMS, 1)
    [change] = on_change(moved(BOOKED), (taken, called), NOW)
    assert (change.channel, change.rung) == (EMAIL, 2)
    [change] = on_change(moved(BOOKED), (called,), NOW)
    assert (change.channel, change.rung) == (POST, 0)


def test_a_fresh_link_goes_by_sms() -> None:
    """Each press is another letter, but one that waits is tried at once and one in hand is left alone."""
    [one] = on_fresh_link(BOOKED, (), ANNA, NOW)
    assert told([one]) == [(ANNA, "fresh-link", "sms", "queued")]
    assert on_fresh_link(BOOKED, (), ANNA, NOW) == (one,)
    assert on_fresh_link(BOOKED, (became(one, SENDING),), ANNA, NOW) == ()
    waits = became(one, QUEUED, attempts=2, due_at=NOW + 60)
    assert on_fresh_link(BOOKED, (waits,), ANNA, NOW) == (replace(waits, due_at=NOW),)
    [two] = on_fresh_link(BOOKED, (became(one, SENT),), ANNA, NOW)
    assert two.id != one.id
    [other] = on_fresh_link(entry(companion=True), (one, two), TOLK, NOW)
    assert other.id not in {one.id, two.id}


def test_a_fresh_link_is_sent_while_the_meeting_goes_on() -> None:
    """After the start, too; when it fails the next rung follows, until the door is shut."""
    during = BOOKED.appointment.starts_at + 180
    [link] = on_fresh_link(BOOKED, (), ANNA, during)
    assert as_it_may_go(BOOKED, link, (link,), during) is link
    failed = became(link, FAILED, failure=Failure.UNDELIVERABLE)
    assert steps(failed, now=during) == [(ANNA, "fresh-link", "email", "queued")]
    shut = BOOKED.appointment.ends_at + BOOKED.appointment.policy.late
    assert steps(failed, now=shut) == []
    assert as_it_may_go(BOOKED, link, (link,), shut).failure is Failure.TOO_LATE


def test_a_hotline_caller_gets_an_sms_and_no_call() -> None:
    """Its policy has no ladder; a failure is told to staff, who are on the telephone with them."""
    hotline = entry(plan(()), starts_in=0)
    [link] = on_hotline(hotline, (), ANNA, NOW)
    assert told([link]) == [(ANNA, "hotline", "sms", "queued")]
    assert next_steps(hotline, (became(link, FAILED, failure=Failure.BUSY),), NOW, TELLS) == ()
    [fresh] = on_fresh_link(hotline, (), ANNA, NOW)
    assert fresh.channel is SMS


def test_what_is_no_longer_true_is_not_handed_over() -> None:
    """Moved, called off, gone, or no longer coming: dropped. After the start: too late."""
    [letter, companions] = on_booking(entry(companion=True), NOW)
    both = entry(companion=True)
    assert as_it_may_go(both, letter, (letter,), NOW) is letter
    for now_true in (None, moved(both), cancelled(both)):
        assert as_it_may_go(now_true, letter, (letter,), NOW).state is DROPPED
    assert as_it_may_go(BOOKED, companions, (companions,), NOW).state is DROPPED
    late = as_it_may_go(both, letter, (letter,), both.appointment.starts_at)
    assert (late.state, late.failure) == (FAILED, Failure.TOO_LATE)
    off = replace(letter, about=About.CANCELLED)
    assert as_it_may_go(both, off, (off,), NOW).state is DROPPED
    off = replace(off, sequence=1)
    assert as_it_may_go(cancelled(both), off, (off, became(letter, SENT)), NOW) is off
    assert as_it_may_go(cancelled(both), off, (off, became(letter, DROPPED)), NOW).state is DROPPED


def test_cancelled_by_somebody_who_did_not_plan() -> None:
    """What waits is dropped when the letters are looked at, however the appointment was cancelled."""
    after = replace(BOOKED, appointment=replace(BOOKED.appointment, cancelled_at=NOW))
    assert told(next_steps(after, (first(),), NOW, TELLS)) == [(ANNA, "invitation", "digital-post", "dropped")]


def test_an_older_letter_that_fails_is_not_followed() -> None:
    """The change has a ladder of its own."""
    after = moved(BOOKED)
    sent = became(first(), SENT, due_at=NOW + 60)
    [change] = on_change(after, (sent,), NOW)
    assert told(next_steps(after, (sent, change), NOW + 60, TELLS)) == [(ANNA, "invitation", "digital-post", "failed")]


def test_a_letter_says_what_the_person_has_to_know_by_now() -> None:
    """Who got the old time after all reads of a change, and who did not is invited, whatever was planned."""
    old = first()
    _, new = on_change(moved(BOOKED), (old,), NOW)
    assert worded_as(new, (became(old, DROPPED), new)) is About.INVITATION
    assert worded_as(new, (became(old, SENT), new)) is About.CHANGED
    change = replace(new, about=About.CHANGED)
    assert worded_as(change, (became(old, FAILED, failure=Failure.UNDELIVERABLE), change)) is About.INVITATION
    assert worded_as(replace(new, about=About.REMINDER), (became(old, SENT),)) is About.REMINDER


def test_every_rung_of_the_ladder_is_used_in_order() -> None:
    """The channels tried are those of the policy, each once, then the call."""
    letters: list[Letter] = []
    following = on_booking(BOOKED, NOW)
    while following:
        letters += [became(one, FAILED, failure=Failure.REFUSED) for one in following]
        following = next_steps(BOOKED, letters, NOW, TELLS)
    assert [one.channel for one in letters] == [*(rung.channel for rung in LADDER), CALL]


def test_a_companion_who_is_to_come_no_longer_is_told() -> None:
    """By the way that worked, if they were written to; by the next when it fails, and nobody calls them."""
    both = entry(companion=True)
    annas, theirs = on_booking(both, NOW)
    alone = replace(both, companions=())
    assert on_parting(alone, TOLK, (annas, theirs), NOW) == ()
    reached = became(theirs, DELIVERED, channel=SMS, rung=1)
    [letter] = on_parting(alone, TOLK, (annas, reached), NOW)
    assert told([letter]) == [(TOLK, "not-needed", "sms", "queued")]
    assert as_it_may_go(alone, letter, (annas, reached, letter), NOW) is letter
    assert as_it_may_go(moved(alone), letter, (annas, reached, letter), NOW) is letter
    assert as_it_may_go(alone, letter, (annas, became(theirs, DROPPED), letter), NOW).state is DROPPED
    lost = became(letter, FAILED, failure=Failure.BAD_ADDRESS)
    [again] = next_steps(alone, (reached, lost), NOW, TELLS)
    assert told([again]) == [(TOLK, "not-needed", "email", "queued")]
    assert next_steps(alone, (reached, lost, became(again, FAILED, failure=Failure.BAD_ADDRESS)), NOW, TELLS) == ()
