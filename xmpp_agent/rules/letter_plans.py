"""Letters as they are planned: for whom, on which rung, until when; and which of them still say what is true."""

from collections.abc import Collection
from hashlib import sha256
from uuid import UUID

from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.letters import About, Channel, Letter, LetterState

_WRITTEN = frozenset({LetterState.SENDING, LetterState.SENT, LetterState.DELIVERED, LetterState.OPENED})
_AFTER_THE_START = frozenset({About.FRESH_LINK, About.HOTLINE})
TAKES_BACK = frozenset({About.CANCELLED, About.NOT_NEEDED})
"""Only for whoever may know of the appointment; leads nowhere."""
_LEAST_PATIENCE = 60.0
"""Seconds a rung has, however near the meeting is."""
DEFAULT_WAIT = 900.0
"""Seconds, where no rung says how long."""


def planned(
    appointment: Appointment, person: str, about: About, rung: int, due_at: float, now: float, occasion: str = ""
) -> Letter:
    """A letter nobody has sent. Its id is a UUID made of what it is for, so that planning twice plans once.

    `occasion` tells those of one kind apart: which reminder, which fresh link.
    """
    named = "|".join((appointment.id, person, about, str(appointment.sequence), occasion))
    ident = _ident(named)
    return on_rung(appointment, person, about, rung, due_at, now, ident)


def following(appointment: Appointment, letter: Letter, now: float) -> Letter:
    """The same one rung further, now; after the last rung: a call by staff."""
    return on_rung(appointment, letter.person, letter.about, letter.rung + 1, now, now, next_id(letter))


def next_id(letter: Letter) -> str:
    """The id of the letter one rung further, if there ever is one."""
    return _ident(f"{letter.id}|next")


def on_rung(
    appointment: Appointment, person: str, about: About, rung: int, due_at: float, now: float, ident: str
) -> Letter:
    """A letter by its id; a rung beyond the ladder is a call."""
    ladder = appointment.policy.plan.ladder
    channel = ladder[rung].channel if rung < len(ladder) else Channel.CALL
    return Letter(
        id=ident,
        appointment=appointment.id,
        person=person,
        about=about,
        channel=channel,
        due_at=due_at,
        rung=rung,
        sequence=appointment.sequence,
        changed_at=now,
    )


def people(entry: Entry) -> tuple[str, ...]:
    """Ids of whoever is written to: the citizen, then companions."""
    return (entry.citizen.id, *(companion.person.id for companion in entry.companions))


def was_written(letter: Letter) -> bool:
    """Whether the person may have it, as far as anybody knows: also when no receipt came. A call made counts."""
    return letter.state in _WRITTEN or letter.may_have_arrived


def is_overtaken(entry: Entry, letter: Letter) -> bool:
    """Whether the letter says what is no longer true. Who is to come no longer need not come, whatever follows."""
    if letter.about is About.NOT_NEEDED:
        return letter.person in people(entry)
    cancelled = entry.appointment.cancelled
    wrong = cancelled is not (letter.about is About.CANCELLED)
    return wrong or letter.sequence < entry.appointment.sequence or letter.person not in people(entry)


def deadline(appointment: Appointment, about: About) -> float:
    """After this nothing of the kind is sent: the start; for links into a meeting that goes on, when its door shuts."""
    return appointment.ends_at + appointment.policy.late if about in _AFTER_THE_START else appointment.starts_at


def rung_that_worked(appointment: Appointment, person: str, letters: Collection[Letter]) -> int | None:
    """Where the newest letter that reached the person (else: that was taken) stands on the ladder; None: none did."""
    channels = [rung.channel for rung in appointment.policy.plan.ladder]
    tried = [one for one in letters if one.person == person and one.channel in channels]
    sent = [one for one in tried if one.channel is not Channel.CALL and one.state is LetterState.SENT]
    arrived = [one for one in tried if one.channel is not Channel.CALL and one.has_arrived]
    newest = max(arrived or sent, key=lambda one: (one.changed_at, one.id), default=None)
    return None if newest is None else channels.index(newest.channel)


def wait_of(appointment: Appointment, rung: int) -> float:
    """Seconds this rung of the ladder waits for a receipt."""
    ladder = appointment.policy.plan.ladder
    return ladder[rung].wait if rung < len(ladder) else DEFAULT_WAIT


def share(appointment: Appointment, letter: Letter, now: float) -> float:
    """Seconds this rung has of the time that is left: rungs still to come, and the call, have theirs."""
    rungs = max(len(appointment.policy.plan.ladder) - letter.rung, 0) + 1
    return max(_LEAST_PATIENCE, (deadline(appointment, letter.about) - now) / rungs)


def _ident(text: str) -> str:
    """Always the same for the same text. In the form of version 4: MeMo's schema takes no other as messageUUID."""
    return str(UUID(bytes=sha256(text.encode()).digest()[:16], version=4))
