"""Reminders: planned with the booking, sent the way that worked, and left out when they would only be noise."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.letters import About, Letter, LetterState
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.letter_plans import planned, rung_that_worked, was_written
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.rules.staff_day import in_line, is_at_the_page

QUIET = 600.0
"""Seconds after somebody was written to, or was on the page, in which they need no reminder."""


def reminders(appointment: Appointment, person: str, before: Collection[Letter], now: float) -> Iterator[Letter]:
    """One for each of the policy's times that is not past."""
    rung = rung_that_worked(appointment, person, before) or 0
    for ahead in sorted(appointment.policy.plan.reminders, reverse=True):
        due_at = appointment.starts_at - ahead
        if due_at > now:
            yield planned(appointment, person, About.REMINDER, rung, due_at, now, f"{ahead:g}")


def by_the_way_that_worked(appointment: Appointment, letters: Collection[Letter]) -> Iterator[Letter]:
    """Reminders that wait, put on the channel by which the person was reached."""
    for letter in letters:
        if letter.about is About.REMINDER and letter.state is LetterState.QUEUED and not letter.attempts:
            rung = rung_that_worked(appointment, letter.person, letters)
            if rung is not None and rung != letter.rung:
                yield replace(letter, rung=rung, channel=appointment.policy.plan.ladder[rung].channel)


def has_come(
    appointment: Appointment, person: str, arrival: Arrival | None, state: RoomState | None, now: float
) -> bool:
    """Whether somebody of an appointment waits at this moment, in line or in the lobby, or is inside."""
    seat = seat_of(person, appointment.id)
    stands = in_line(appointment, arrival) and is_at_the_page(arrival, now)
    waits = state is not None and any(one.seat == seat and one.jid for one in state.queue)
    inside = state is not None and any(one.seat == seat for one in state.visitors())
    return stands or waits or inside


def is_needless(reminder: Letter, letters: Collection[Letter], now: float) -> bool:
    """Whether it is better not sent.

    Nothing reached the person before (the ladder is still being climbed, or staff call them); they were written to or
    on the page within ten minutes; or the next reminder is due already, because the agent or the gateway was away.
    """
    others = [one for one in letters if one.person == reminder.person and one.id != reminder.id]
    reached = [one for one in others if was_written(one)]
    lately = any(one.changed_at > now - QUIET for one in reached)
    overtaken = any(
        one.about is About.REMINDER
        and one.state is LetterState.QUEUED
        and one.sequence == reminder.sequence
        and reminder.due_at < one.due_at <= now
        for one in others
    )
    return not reached or lately or overtaken
