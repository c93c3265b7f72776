"""The hotline: one call, one link, one browser; the row of a caller who dropped stays."""

from dataclasses import replace

import pytest

from tests.rules.scenes import HOTLINE, NOW, POLICY
from xmpp_agent.model.appointments import Room
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Link, Session, SessionKind
from xmpp_agent.rules.hotline import (
    FOR_STAFF,
    FOR_SUPERVISORS,
    GRACE,
    LASTS,
    Act,
    Entry,
    Row,
    Stage,
    ended,
    follows,
    is_for_hotline,
    may_do,
    may_enter,
    offers,
    promised,
    stage,
)
from xmpp_agent.rules.hotline_words import STAGES, call_words

CALL = Call("c1", "Psykiatri", "mette", "a1", "r1", "+4512345678", CallState.SENT_FOR, NOW, NOW, NOW + 99_999)
LINK = Link("mark", "a1", "caller", NOW)
USED = replace(LINK, opened_at=NOW)
MINE = Session("s1", SessionKind.CITIZEN, "caller", NOW, NOW + 99_999, "a1", "mark")
FRESH = Entry(NOW + 5, LINK, CALL)
BACK = Entry(NOW + 60, USED, replace(CALL, state=CallState.INSIDE), MINE, "s1")
OVER = replace(BACK.call, state=CallState.ENDED, changed_at=NOW + 60)


def test_whoever_presses_first_comes_in() -> None:
    """A link nobody used is for the browser that presses."""
    assert may_enter(FRESH) is Reason.ALLOWED


def test_the_same_browser_comes_back() -> None:
    """A reload, a dropped line: it is known by its session."""
    assert may_enter(BACK) is Reason.ALLOWED
    assert may_enter(replace(BACK, call=replace(CALL, state=CallState.LOST))) is Reason.ALLOWED


@pytest.mark.parametrize(
    "other",
    [
        replace(BACK, session=None),
        replace(BACK, session=replace(MINE, link="another")),
        replace(BACK, session=replace(MINE, mark="s2")),
        replace(BACK, session=replace(MINE, expires_at=NOW)),
    ],
    ids=["unknown", "bound to another link", "bound later than the one inside", "session over"],
)
def test_another_browser_does_not(other: Entry) -> None:
    """Neither while the call goes on nor in the time after it."""
    assert may_enter(other) is Reason.SEAT_TAKEN
    assert may_enter(replace(other, call=OVER)) is Reason.CALL_OVER


def test_the_link_dies_with_the_call() -> None:
    """Unused or used, marked over it opens nothing; the same browser has ten minutes to come back."""
    assert may_enter(replace(FRESH, call=OVER)) is Reason.CALL_OVER
    assert may_enter(replace(BACK, call=OVER, now=OVER.changed_at + GRACE)) is Reason.ALLOWED
    assert may_enter(replace(BACK, call=OVER, now=OVER.changed_at + GRACE + 1)) is Reason.CALL_OVER


def test_a_link_nobody_used_dies_after_two_hours() -> None:
    """A call that goes on then may go on."""
    assert may_enter(replace(FRESH, now=NOW + LASTS + 1)) is Reason.CALL_OVER
    assert may_enter(replace(BACK, now=NOW + LASTS + 1)) is Reason.ALLOWED


def test_a_link_that_was_replaced_is_dead() -> None:
    """Also for the browser that used it."""
    assert may_enter(replace(BACK, link=replace(USED, revoked_at=NOW))) is Reason.NO_PASS


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (LetterState.QUEUED, Stage.SENDING),
        (LetterState.SENDING, Stage.SENDING),
        (LetterState.SENT, Stage.SENT),
        (LetterState.DELIVERED, Stage.DELIVERED),
        (LetterState.OPENED, Stage.OPENED),
        (LetterState.FAILED, Stage.NOT_SENT),
        (LetterState.DROPPED, Stage.NOT_SENT),
    ],
)
def test_the_row_says_what_became_of_the_message(state: LetterState, shown: Stage) -> None:
    """Until somebody pressed."""
    letter = Letter("l", "a1", "caller", About.HOTLINE, Channel.SMS, NOW, state)
    assert stage(CALL, letter, opened=False, inside=False) is shown
    assert stage(CALL, letter, opened=True, inside=False) is Stage.OPENED


def test_a_message_that_was_never_made_was_not_sent() -> None:
    """No letter is no promise."""
    assert stage(CALL, None, opened=False, inside=False) is Stage.NOT_SENT


@pytest.mark.parametrize(
    ("state", "inside", "shown"),
    [
        (CallState.SENT_FOR, True, Stage.INSIDE),
        (CallState.INSIDE, True, Stage.INSIDE),
        (CallState.INSIDE, False, Stage.LOST),
        (CallState.LOST, False, Stage.LOST),
        (CallState.LOST, True, Stage.INSIDE),
        (CallState.ENDED, False, Stage.ENDED),
        (CallState.ENDED, True, Stage.INSIDE),
    ],
)
def test_the_room_says_the_rest(state: CallState, inside: bool, shown: Stage) -> None:
    """Inside, lost, over."""
    assert stage(replace(CALL, state=state), None, opened=True, inside=inside) is shown


def test_what_is_remembered_follows_the_room() -> None:
    """In, out (lost), in again; somebody who never was inside is not lost, and over stays over."""
    at_hand = follows(CALL, inside=False, now=NOW + 1)
    assert at_hand is CALL
    within = follows(CALL, inside=True, now=NOW + 2)
    assert (within.state, within.changed_at) == (CallState.INSIDE, NOW + 2)
    assert follows(within, inside=True, now=NOW + 3) is within
    lost = follows(within, inside=False, now=NOW + 4)
    assert (lost.state, lost.changed_at) == (CallState.LOST, NOW + 4)
    assert follows(lost, inside=False, now=NOW + 5) is lost
    assert follows(lost, inside=True, now=NOW + 6).state is CallState.INSIDE
    assert follows(OVER, inside=True, now=NOW + 7) is OVER


def test_the_end_is_said_once_and_starts_the_erasure() -> None:
    """The number has the policy's time from then, never more than it had."""
    over = ended(CALL, 600.0, NOW + 10)
    assert (over.state, over.changed_at, over.erase_at) == (CallState.ENDED, NOW + 10, NOW + 610)
    assert ended(over, 600.0, NOW + 99) is over
    assert ended(replace(CALL, erase_at=NOW + 20), 600.0, NOW + 10).erase_at == NOW + 20


def test_only_what_asks_for_nothing_is_for_the_hotline() -> None:
    """A policy with a login or a lobby is never sent to a number that rang."""
    assert is_for_hotline(HOTLINE)
    assert not is_for_hotline(POLICY)
    assert not is_for_hotline(replace(HOTLINE, lobby=True))
    assert not is_for_hotline(replace(POLICY, lobby=False))


def test_a_call_says_nothing_of_itself() -> None:
    """Whatever prints it prints no number."""
    assert "12345678" not in repr(CALL) + str(CALL)


def call_row(at: Stage, state: CallState = CallState.LOST) -> Row:
    """A call as a supervisor of its unit sees it."""
    room = Room("r1", "Psykiatri", "mette", "")
    return Row(replace(CALL, state=state), room, at, "uid:1", frozenset({"Psykiatri"}))


def test_one_promise_to_ring_back_is_enough() -> None:
    """Lost: promised or rung back; promised: only rung back; coming in again takes the promise away."""
    assert offers(call_row(Stage.LOST), FOR_SUPERVISORS) == (Act.AGAIN, Act.PROMISE, Act.TAKEN)
    later = promised(replace(CALL, state=CallState.LOST), NOW + 9)
    assert (stage(later, None, opened=True, inside=False), later.changed_at) == (Stage.CALLBACK, NOW + 9)
    row = call_row(Stage.CALLBACK, CallState.CALLBACK)
    assert offers(row, FOR_SUPERVISORS) == (Act.AGAIN, Act.TAKEN)
    assert may_do(Act.PROMISE, row).reason is Reason.CALLBACK_PROMISED
    assert follows(later, inside=False, now=NOW + 99) is later
    assert follows(later, inside=True, now=NOW + 99).state is CallState.INSIDE
    assert ended(later, 60, NOW + 99).state is CallState.ENDED


@pytest.mark.parametrize("act", [Act.PROMISE, Act.TAKEN])
@pytest.mark.parametrize(
    ("at", "why"),
    [(Stage.INSIDE, Reason.IS_HERE), (Stage.ENDED, Reason.CALL_OVER), (Stage.DELIVERED, Reason.NOT_YET)],
)
def test_nobody_is_rung_back_with_whom_contact_is_not_lost(act: Act, at: Stage, why: Reason) -> None:
    """Inside, over, or not come yet; and never by whoever supervises another unit."""
    assert may_do(act, call_row(at)).reason is why
    assert may_do(act, replace(call_row(Stage.LOST), supervises=frozenset({"x"}))).reason is Reason.NOT_STAFF_HERE


def test_staff_promise_too_and_supervisors_see_no_number() -> None:
    """What the page offers, and what the console never does: ring, open, end."""
    mine = replace(call_row(Stage.LOST), person="mette")
    assert Act.PROMISE in offers(mine)
    assert Act.TAKEN not in FOR_STAFF
    assert not {Act.RING, Act.OPEN, Act.END, Act.NOTE} & set(FOR_SUPERVISORS)


def test_every_stage_has_words_and_says_why_it_was_not_sent() -> None:
    """Danish and English."""
    assert set(STAGES) == set(Stage)
    assert call_words(Stage.NOT_SENT, Failure.BUSY)[1].endswith("Why: the gateway is busy.")
