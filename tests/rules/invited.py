"""An appointment whose people are written to, for tests of the ladder."""

from collections.abc import Iterable
from dataclasses import replace

from tests.rules.scenes import NOW, ROOM
from xmpp_agent.model.appointments import Appointment, Companion, Entry, Plan, Policy, Rung
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.model.people import CompanionKind, Level, Person

ANNA, TOLK = "anna", "tolk"
POST, SMS, EMAIL, CALL = Channel.DIGITAL_POST, Channel.SMS, Channel.EMAIL, Channel.CALL
LADDER = (Rung(POST, 1800.0), Rung(SMS, 600.0), Rung(EMAIL, 600.0))
HOUR, DAY = 3600.0, 86400.0
TELLS = frozenset({POST, SMS})
"""Channels whose gateways give receipts."""


def plan(ladder: tuple[Rung, ...] = LADDER, reminders: tuple[float, ...] = ()) -> Policy:
    """A policy that writes to people that way."""
    return Policy(id="samtale", level=Level.SUBSTANTIAL, plan=Plan(ladder=ladder, reminders=reminders))


def entry(
    policy: Policy | None = None, *, starts_in: float = 7 * DAY, companion: bool = False, sequence: int = 0
) -> Entry:
    """Anna's appointment, an hour long."""
    starts_at = NOW + starts_in
    booked = Appointment(
        "a", "unit", ANNA, "id", ROOM.node, policy or plan(), starts_at, starts_at + HOUR, sequence=sequence
    )
    helper = Companion("a", Person(TOLK, "unit", "Ole Tolk"), CompanionKind.INTERPRETER)
    return Entry(booked, Person(ANNA, "unit", "Anna"), (helper,) if companion else ())


def moved(was: Entry, *, starts_in: float = 8 * DAY) -> Entry:
    """The same at another time."""
    booked = was.appointment
    return replace(
        was,
        appointment=replace(
            booked, starts_at=NOW + starts_in, ends_at=NOW + starts_in + HOUR, sequence=booked.sequence + 1
        ),
    )


def cancelled(was: Entry, at: float = NOW) -> Entry:
    """The same, called off."""
    booked = was.appointment
    return replace(was, appointment=replace(booked, cancelled_at=at, sequence=booked.sequence + 1))


def became(letter: Letter, state: LetterState, **fields: object) -> Letter:
    """The letter later."""
    return replace(letter, state=state, **fields)  # type: ignore[arg-type]  # fields named by the test


def told(letters: Iterable[Letter]) -> list[tuple[str, str, str, str]]:
    """Letters as (person, about, channel, state)."""
    return [(one.person, one.about.value, one.channel.value, one.state.value) for one in letters]


def invitations(letters: Iterable[Letter]) -> list[Letter]:
    """All but reminders."""
    return [letter for letter in letters if letter.about is not About.REMINDER]
