"""The ladder: who is written to when an appointment is booked, moved or cancelled, and what follows when one way fails.

Pure: each function says which letters are new or have changed, to be kept together with what brought them about.
Letters of one person about one thing are a chain, each one rung above the one before; a call by staff ends it.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.rules.letter_plans import (
    deadline,
    following,
    is_overtaken,
    next_id,
    on_rung,
    people,
    planned,
    rung_that_worked,
    was_written,
)
from xmpp_agent.rules.letter_steps import astray, dropped, failed, too_late
from xmpp_agent.rules.reminders import by_the_way_that_worked, reminders

_CLIMBS = frozenset({About.INVITATION, About.CHANGED, About.CANCELLED, About.NOT_NEEDED, About.FRESH_LINK})
"""A reminder is not worth another way; a hotline caller is on the telephone anyway."""
_NOT_OUT = frozenset({LetterState.QUEUED, LetterState.DROPPED, LetterState.ASTRAY})
_ENDS_IN_A_CALL = _CLIMBS - {About.NOT_NEEDED}
"""Who comes and is not needed is told so at the door."""
_CALLED_ALSO_LATE = frozenset({About.INVITATION, About.CHANGED, About.CANCELLED})
"""They wait for a meeting that is off, or miss the one there is. A fresh link is too late when the door is shut."""


def on_booking(entry: Entry, now: float) -> tuple[Letter, ...]:
    """An invitation for each person on the first rung, and their reminders; nothing for a policy without a ladder.

    Whoever is booked into a meeting that has begun gets their link instead.
    """
    return tuple(letter for person in people(entry) for letter in _invited(entry.appointment, person, (), now))


def on_change(entry: Entry, before: Collection[Letter], now: float) -> tuple[Letter, ...]:
    """The appointment moved (`entry` is as it is now, with its new sequence), or a companion came or went.

    What waits of an older sequence is dropped. Whoever was written to is told of the change; others are invited.
    """
    made = list(_no_longer_true(entry, before, now))
    for person in people(entry):
        if not any(letter.person == person and _says_when(letter, entry.appointment) for letter in before):
            made += _invited(entry.appointment, person, before, now)
    return tuple(made)


def on_cancel(entry: Entry, before: Collection[Letter], now: float) -> tuple[Letter, ...]:
    """It will not take place (`entry` is as it is now): what waits is dropped, and whoever was written to is told."""
    made = list(_no_longer_true(entry, before, now))
    known = {letter.id for letter in before}
    for person in people(entry):
        if any(letter.person == person and was_written(letter) for letter in before):
            made += _on_the_ladder(entry.appointment, person, About.CANCELLED, before, now)
    return tuple(letter for letter in made if letter.state is LetterState.DROPPED or letter.id not in known)


def on_parting(entry: Entry, person: str, before: Collection[Letter], now: float) -> tuple[Letter, ...]:
    """A companion is to come no longer (`entry` is without them): told by the way that worked, if they were written to.

    What waits for them is dropped by `on_change`.
    """
    if not any(letter.person == person and was_written(letter) for letter in before):
        return ()
    return tuple(_on_the_ladder(entry.appointment, person, About.NOT_NEEDED, before, now))


def on_new_address(entry: Entry, before: Collection[Letter], now: float) -> tuple[Letter, ...]:
    """The citizen's address, or who they are, was put right: they are invited anew, from the lowest rung.

    What went to the address of before counts for nothing; reminders that wait go to the new one.
    """
    person, booked = entry.citizen.id, entry.appointment
    made = {letter.id: letter for letter in on_change(entry, before, now)}
    invited = any(letter.person == person and _says_when(letter, booked) for letter in made.values())
    for letter in before:
        if letter.person == person and letter.id not in made:
            made.update((gone.id, gone) for gone in _to_nobody(letter, now))
    if booked.policy.plan.ladder and not invited:
        about = About.INVITATION if now < booked.starts_at else About.FRESH_LINK
        known, number = {letter.id for letter in before}, 1
        while (fresh := planned(booked, person, about, 0, now, now, f"address-{number}")).id in known:
            number += 1
        made[fresh.id] = fresh
    return tuple(made.values())


def on_fresh_link(entry: Entry, before: Collection[Letter], person: str, now: float) -> tuple[Letter, ...]:
    """Their link once more, by SMS when the ladder has it: it must be read now. One that waits is tried at once."""
    return _link(entry.appointment, About.FRESH_LINK, before, person, now)


def on_hotline(entry: Entry, before: Collection[Letter], person: str, now: float) -> tuple[Letter, ...]:
    """The link of a hotline call, by SMS; again when they lost contact."""
    return _link(entry.appointment, About.HOTLINE, before, person, now)


def next_steps(entry: Entry, letters: Collection[Letter], now: float, tells: Collection[Channel]) -> tuple[Letter, ...]:
    """What has to change about an appointment's letters, and which come next; nothing twice, however often asked.

    `tells`: the channels whose carrier gives receipts. On the others SENT is as good as arrived.
    """
    before = {letter.id: letter for letter in letters}
    known = before | {letter.id: letter for letter in _off_after_all(entry, letters, now)}
    after = {ident: _by_itself(entry, letter, now, tells) for ident, letter in known.items()}
    for chain in _chains(after):
        after.update((step.id, step) for step in _climb(entry, chain, now, tells))
    after.update((step.id, step) for step in tuple(by_the_way_that_worked(entry.appointment, after.values())))
    return tuple(letter for letter in after.values() if before.get(letter.id) != letter)


def climbs(letter: Letter) -> bool:
    """Whether the next rung is tried when this one fails."""
    return letter.about in _CLIMBS


def _invited(appointment: Appointment, person: str, before: Collection[Letter], now: float) -> Iterator[Letter]:
    if not appointment.policy.plan.ladder:
        return
    if now >= appointment.starts_at:
        yield from _link(appointment, About.FRESH_LINK, before, person, now)
        return
    known = any(letter.person == person and was_written(letter) for letter in before)
    about = About.CHANGED if known else About.INVITATION
    yield from _on_the_ladder(appointment, person, about, before, now)
    yield from reminders(appointment, person, before, now)


def _on_the_ladder(
    appointment: Appointment, person: str, about: About, before: Collection[Letter], now: float
) -> Iterator[Letter]:
    """The first letter of a chain: on the rung that worked before, else on the lowest."""
    if appointment.policy.plan.ladder:
        rung = rung_that_worked(appointment, person, before) or 0
        yield planned(appointment, person, about, rung, now, now)


def _link(
    appointment: Appointment, about: About, before: Collection[Letter], person: str, now: float
) -> tuple[Letter, ...]:
    known = {letter.id: letter for letter in before}
    channels = [rung.channel for rung in appointment.policy.plan.ladder]
    rung = channels.index(Channel.SMS) if Channel.SMS in channels else 0
    number, last = 0, None
    while True:
        letter = planned(appointment, person, about, rung, now, now, str(number))
        if letter.id not in known:
            break
        number, last = number + 1, known[letter.id]
    if last is not None and last.state is LetterState.SENDING:
        return ()
    if last is not None and last.state is LetterState.QUEUED:
        return (replace(last, due_at=now),)
    return (letter if channels else replace(letter, channel=Channel.SMS),)


def _no_longer_true(entry: Entry, before: Collection[Letter], now: float) -> Iterator[Letter]:
    for letter in before:
        if letter.state is LetterState.QUEUED and is_overtaken(entry, letter):
            yield dropped(letter, now)


def _off_after_all(entry: Entry, letters: Collection[Letter], now: float) -> Iterator[Letter]:
    """Whoever has a letter that was on its way in the moment of the cancellation, and was not known to, is told too."""
    if not entry.appointment.cancelled:
        return
    for person in people(entry):
        theirs = [letter for letter in letters if letter.person == person]
        told = any(one.about is About.CANCELLED and one.sequence == entry.appointment.sequence for one in theirs)
        heard = any(one.state is not LetterState.SENDING and was_written(one) for one in theirs)
        if heard and not told:
            yield from _on_the_ladder(entry.appointment, person, About.CANCELLED, letters, now)


def _to_nobody(letter: Letter, now: float) -> Iterator[Letter]:
    """What is left of a letter to an address that is no longer theirs; nothing when it stays as it is."""
    if letter.may_have_arrived or letter.state not in _NOT_OUT:
        yield astray(letter, now)
    elif letter.state is LetterState.QUEUED and letter.about is not About.REMINDER:
        yield dropped(letter, now)


def _says_when(letter: Letter, appointment: Appointment) -> bool:
    return letter.sequence == appointment.sequence and letter.about in (About.INVITATION, About.CHANGED)


def _by_itself(entry: Entry, letter: Letter, now: float, tells: Collection[Channel]) -> Letter:
    """What time alone makes of it."""
    if letter.state is LetterState.QUEUED and is_overtaken(entry, letter):
        return dropped(letter, now)
    called = letter.channel is Channel.CALL
    if letter.state is LetterState.QUEUED and not called and now >= deadline(entry.appointment, letter.about):
        return too_late(letter, now)
    if letter.state is LetterState.SENT and letter.channel in tells and now >= letter.due_at:
        return failed(letter, Failure.NO_RECEIPT, now)
    return letter


def _chains(letters: Mapping[str, Letter]) -> Iterator[tuple[Letter, ...]]:
    """Letters from the first rung of each chain upwards."""
    higher = {next_id(letter) for letter in letters.values()}
    for letter in tuple(letters.values()):
        if letter.id in higher:
            continue
        chain = [letter]
        while (one_up := letters.get(next_id(chain[-1]))) is not None:
            chain.append(one_up)
        yield tuple(chain)


def _climb(entry: Entry, chain: tuple[Letter, ...], now: float, tells: Collection[Channel]) -> Iterator[Letter]:
    """Nothing more once it has arrived; the next rung once the last one failed."""
    if any(one.has_arrived or (one.state is LetterState.SENT and one.channel not in tells) for one in chain):
        yield from (dropped(one, now) for one in chain if one.state is LetterState.QUEUED)
        return
    last, booked = chain[-1], entry.appointment
    ends = last.channel is Channel.CALL or not climbs(last)
    if last.state is not LetterState.FAILED or ends or is_overtaken(entry, last):
        return
    if now >= deadline(booked, last.about):
        if last.about in _CALLED_ALSO_LATE:
            yield on_rung(booked, last.person, last.about, len(booked.policy.plan.ladder), now, now, next_id(last))
        return
    step = following(booked, last, now)
    if step.channel is not Channel.CALL or last.about in _ENDS_IN_A_CALL:
        yield step
