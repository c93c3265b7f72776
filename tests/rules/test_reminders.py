"""Reminders: when they are planned, which way they go, and when they are better not sent."""

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.invited import ANNA, DAY, EMAIL, HOUR, SMS, TELLS, became, entry, moved, plan, told
from tests.rules.scenes import NOW, appointment, citizen, inside, room, standing
from xmpp_agent.model.letters import About, Failure, Letter, LetterState
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.ladder import next_steps, on_booking, on_change
from xmpp_agent.rules.last_look import as_it_may_go
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.rules.reminders import QUIET, has_come

QUEUED, SENT, DELIVERED = LetterState.QUEUED, LetterState.SENT, LetterState.DELIVERED
DROPPED, FAILED, OPENED = LetterState.DROPPED, LetterState.FAILED, LetterState.OPENED
BOOKED = entry(plan(reminders=(HOUR, DAY)))
STARTS = BOOKED.appointment.starts_at
AT_DOOR = replace(appointment(), staff="mette")
SEAT = seat_of(ANNA, AT_DOOR.id)
KNOCK = replace(standing(citizen()), seat=SEAT)
IN_LINE = Arrival(ANNA, ANNA, waiting_since=NOW - 300, seen_at=NOW - 5)


def letters() -> tuple[Letter, Letter, Letter]:
    """Invitation, the day before, the hour before."""
    invitation, day, hour = on_booking(BOOKED, NOW)
    return invitation, day, hour


def look(reminder: Letter, *others: Letter, now: float) -> LetterState:
    """What becomes of it when it is about to be handed over."""
    return as_it_may_go(BOOKED, reminder, (reminder, *others), now).state


def test_they_are_planned_with_the_booking() -> None:
    """Each at its time before the start; one whose time is past is not planned."""
    assert [(one.about, one.due_at) for one in letters()[1:]] == [
        (About.REMINDER, STARTS - DAY),
        (About.REMINDER, STARTS - HOUR),
    ]
    soon = on_booking(entry(plan(reminders=(HOUR, DAY)), starts_in=HOUR * 2), NOW)
    assert [one.due_at for one in soon if one.about is About.REMINDER] == [NOW + HOUR]
    assert len(on_booking(entry(plan(reminders=(HOUR, DAY)), starts_in=HOUR), NOW)) == 1


def test_they_go_the_way_that_worked() -> None:
    """As soon as that is known; also when the appointment moves later."""
    invitation, day, hour = letters()
    arrived = replace(became(invitation, DELIVERED), rung=1, channel=SMS)
    changed = next_steps(BOOKED, (arrived, day, hour), NOW, TELLS)
    assert told(changed) == [(ANNA, "reminder", "sms", "queued")] * 2
    assert next_steps(BOOKED, (arrived, *changed), NOW, TELLS) == ()
    anew = on_change(moved(BOOKED), (arrived, *changed), NOW)
    assert told(anew)[2:] == [(ANNA, "changed", "sms", "queued"), *[(ANNA, "reminder", "sms", "queued")] * 2]


def test_one_that_was_tried_stays_on_its_channel() -> None:
    """A receipt that comes meanwhile does not begin it anew."""
    invitation, day, _ = letters()
    tried = became(day, QUEUED, attempts=1)
    assert next_steps(BOOKED, (became(invitation, SENT, channel=EMAIL, rung=2), tried), NOW, TELLS) == ()


def test_whoever_was_never_reached_is_not_reminded() -> None:
    """The ladder is still being climbed, or staff call them."""
    invitation, _, hour = letters()
    failed = became(invitation, FAILED, failure=Failure.NOT_REGISTERED)
    assert look(hour, failed, now=STARTS - HOUR) is DROPPED
    assert look(hour, became(invitation, DELIVERED), now=STARTS - HOUR) is QUEUED
    assert look(hour, became(invitation, FAILED, failure=Failure.NO_RECEIPT), now=STARTS - HOUR) is QUEUED


@pytest.mark.parametrize("state", [SENT, DELIVERED, OPENED], ids=lambda state: str(state.value))
def test_whoever_heard_of_it_just_now_is_not_reminded(state: LetterState) -> None:
    """Written to, or on the page, within ten minutes."""
    invitation, _, hour = letters()
    now = STARTS - HOUR
    assert look(hour, became(invitation, state, changed_at=now - QUIET + 1), now=now) is DROPPED
    assert look(hour, became(invitation, state, changed_at=now - QUIET), now=now) is QUEUED


def test_of_two_that_are_late_one_is_sent() -> None:
    """The agent was away: the earlier one is left out, the later one goes, and none after the start."""
    invitation, day, hour = letters()
    arrived, now = became(invitation, DELIVERED), STARTS - HOUR + 60
    assert look(day, arrived, hour, now=now) is DROPPED
    assert look(hour, arrived, day, now=now) is QUEUED
    assert look(day, arrived, hour, now=now - 120) is QUEUED
    assert look(hour, arrived, now=STARTS) is DROPPED


def test_a_reminder_that_fails_is_not_followed_by_a_call() -> None:
    """It is shown as failed; the person had the invitation."""
    invitation, day, _ = letters()
    arrived = became(invitation, DELIVERED)
    assert next_steps(BOOKED, (arrived, became(day, FAILED, failure=Failure.BUSY)), STARTS - DAY, TELLS) == ()


@pytest.mark.parametrize(
    ("where", "came"),
    [
        ({}, False),
        ({"state": room(queue=(KNOCK,))}, True),
        ({"state": room(queue=(replace(KNOCK, jid=""),))}, False),
        ({"state": room(replace(inside(citizen()), seat=SEAT), of=ANNA)}, True),
        ({"state": room(inside(citizen("bo")), of="bo")}, False),
        ({"booked": replace(AT_DOOR, staff=""), "arrival": IN_LINE}, True),
        ({"booked": replace(AT_DOOR, staff=""), "arrival": replace(IN_LINE, seen_at=NOW - 99)}, False),
    ],
    ids=["nobody", "in the lobby", "away from the lobby", "inside", "another is", "in line", "away from the line"],
)
def test_whoever_has_come_is_not_reminded(where: dict[str, object], came: bool) -> None:
    """Waits at this moment, or is inside."""
    known: dict[str, Any] = {"booked": AT_DOOR, "arrival": None, "state": None, **where}
    here = has_come(known["booked"], ANNA, known["arrival"], known["state"], NOW)
    assert here is came
    invitation, _, hour = letters()
    arrived, now = became(invitation, DELIVERED), STARTS - HOUR
    looked = as_it_may_go(BOOKED, hour, (hour, arrived), now, has_come=here)
    assert looked.state is (DROPPED if came else QUEUED)
