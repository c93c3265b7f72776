"""The last look at a letter before it is handed over: may it still go, and what does it have to say by now?"""

from collections.abc import Collection

from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.letters import About, Letter
from xmpp_agent.rules.letter_plans import TAKES_BACK, deadline, is_overtaken, was_written
from xmpp_agent.rules.letter_steps import dropped, too_late
from xmpp_agent.rules.reminders import is_needless


def as_it_may_go(
    entry: Entry | None, letter: Letter, letters: Collection[Letter], now: float, *, has_come: bool = False
) -> Letter:
    """The letter that is about to be handed over: the same, or dropped or failed, by what is true at this moment.

    `has_come`: whoever it is for waits already, or is inside.
    """
    if entry is None or is_overtaken(entry, letter):
        return dropped(letter, now)
    if letter.about in TAKES_BACK and not _knows_of_it(letter.person, letters):
        return dropped(letter, now)
    if now >= deadline(entry.appointment, letter.about):
        return too_late(letter, now)
    if letter.about is About.REMINDER and (has_come or is_needless(letter, letters, now)):
        return dropped(letter, now)
    return letter


def worded_as(letter: Letter, letters: Collection[Letter]) -> About:
    """What the letter has to say: who has an older time in hand reads of a change, whatever it was planned as."""
    if letter.about not in (About.INVITATION, About.CHANGED):
        return letter.about
    older = tuple(one for one in letters if one.sequence < letter.sequence)
    return About.CHANGED if _knows_of_it(letter.person, older) else About.INVITATION


def _knows_of_it(person: str, letters: Collection[Letter]) -> bool:
    """Whether they were written to about the appointment, as far as anybody knows."""
    return any(one.person == person and one.about not in TAKES_BACK and was_written(one) for one in letters)
