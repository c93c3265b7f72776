"""A letter in doubt: between the gateway's yes and our writing it down the agent was killed, or the answer was lost.

Nothing is doubled on a channel and nothing is lost, as far as that can be had (docs/decisions/0008): where the gateway
says that it never had the letter, or counts it once, it is handed over again; else the ladder goes on by its next way,
and only where there is none the same way is used once more. Above them all stands a call by staff.
"""

from collections.abc import Collection
from dataclasses import replace
from enum import Enum, auto

from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.letters import Channel, Failure, Letter, LetterState
from xmpp_agent.rules.ladder import climbs
from xmpp_agent.rules.letter_steps import MOST_ATTEMPTS, failed

RECEIPT_WINDOW = 120.0
"""Seconds to wait for a receipt, which names the letter, before anything is done; and between questions to a gateway
that can be asked (CPSMS takes one in two minutes). Another agent's last hand-over is over by then, too."""
MOST_UNSURE = 3
"""Times a letter is handed over when a repetition may reach the person twice."""


class Word(Enum):
    """What its gateway is known to say of the letter."""

    COUNTS_ONCE = auto()
    """The same letter handed over twice is one there."""
    NEVER_CAME = auto()
    """It was asked, and has no such letter."""
    NOTHING = auto()
    """It cannot be asked, or did not answer."""


def settled(letter: Letter, appointment: Appointment, word: Word, ways: Collection[Channel], now: float) -> Letter:
    """The letter as it goes on: to be handed over again, or failed so that the ladder goes on.

    `ways`: the channels that have a gateway and an address of the person.
    """
    if word is Word.NOTHING and _has_another_way(letter, appointment, ways):
        return failed(letter, Failure.IN_DOUBT, now)
    known = replace(letter, failure=None if word is Word.NEVER_CAME else Failure.IN_DOUBT)
    if letter.attempts >= (MOST_UNSURE if word is Word.NOTHING else MOST_ATTEMPTS):
        return failed(known, Failure.UNREACHABLE, now)
    return replace(known, state=LetterState.QUEUED, due_at=now, changed_at=now)


def given_up(letter: Letter, looked: Letter, word: Word, now: float) -> Letter:
    """One that may not go out any more (`looked`: as it would be had nobody tried). Whoever may have it counts as
    written to, so that they are told what is true.
    """
    return looked if word is Word.NEVER_CAME else failed(letter, Failure.IN_DOUBT, now)


def _has_another_way(letter: Letter, appointment: Appointment, ways: Collection[Channel]) -> bool:
    higher = appointment.policy.plan.ladder[letter.rung + 1 :]
    return climbs(letter) and any(rung.channel in ways for rung in higher)
