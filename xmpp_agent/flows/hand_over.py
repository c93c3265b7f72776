"""One letter is handed over: written down, made ready from what is true now, given to the gateway, written down."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from xmpp_agent.flows.letter_book import Change, LetterBook, only
from xmpp_agent.flows.office import new_code
from xmpp_agent.flows.parcels import pack
from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.letters import About, Failure, Letter, LetterState
from xmpp_agent.model.visitors import Arrival, Link
from xmpp_agent.ports.diary import Conflict, NewLink, Visitors
from xmpp_agent.ports.post import Carrier, CarrierFault, Handed, Parcel
from xmpp_agent.rules import letter_steps
from xmpp_agent.rules.last_look import as_it_may_go, worded_as

WITHIN = 120.0
"""Seconds after which a carrier that promised an end is not waited for."""


@dataclass(frozen=True)
class Counter:
    """Where letters are handed over."""

    book: LetterBook
    visitors: Visitors
    origin: str
    """Where links lead: `https://moede.lilleby.example`."""
    on_error: Callable[[BaseException], None]
    who_came: Callable[[Appointment, str, Arrival | None], bool]
    """Whether a person of an appointment waits at this moment, or is inside."""

    async def hand_over(self, carrier: Carrier, letter: Letter) -> None:
        """Hand over, or drop what is no longer true. Raises Unavailable when it cannot be written down."""
        has_come = await self._has_come(letter)
        try:
            claimed = await self.book.move("letter-sending", "agent", letter.appointment, _claim(letter, has_come))
        except Conflict:  # dropped at this very moment by whoever moved the appointment
            return
        if not any(one.id == letter.id and one.state is LetterState.SENDING for one in claimed):
            return
        outcome = await self._outcome(carrier, letter)
        if outcome is None:
            await self.book.move("letter-dropped", "agent", letter.appointment, _last_look(letter))
            return
        act = "letter-sent" if isinstance(outcome, Handed) else "letter-not-sent"
        await self.book.move(act, "agent", letter.appointment, _came_of_it(letter, outcome, carrier))

    async def _has_come(self, letter: Letter) -> bool:
        """Asked for reminders only, which is what it makes a difference to."""
        entry = await self.book.register.diary.entry(letter.appointment) if letter.about is About.REMINDER else None
        if entry is None:
            return False
        arrival = await self.visitors.arrival(letter.appointment, letter.person)
        return self.who_came(entry.appointment, letter.person, arrival)

    async def _outcome(self, carrier: Carrier, letter: Letter) -> Handed | CarrierFault | None:
        """What the gateway said; None: there was nothing to be handed over any more."""
        begun = False
        try:
            parcel = await self._parcel(letter)
            if parcel is None:
                return None
            begun = True
            async with asyncio.timeout(WITHIN):
                return await carrier.hand_over(parcel)
        except CarrierFault as fault:
            return fault
        except Exception as error:  # noqa: BLE001  # one letter's fault must not hold up the others, nor be lost
            self.on_error(error)
            return CarrierFault(Failure.UNREACHABLE, again=True, perhaps=begun)

    async def _parcel(self, letter: Letter) -> Parcel | None:
        """Made of what is true after it was written down. Raises CarrierFault, Unavailable."""
        register, now = self.book.register, self.book.register.clock.now()
        entry = await register.diary.entry(letter.appointment)
        letters = await self.book.mailroom.letters_of(letter.appointment)
        found = next((one for one in letters if one.id == letter.id), None)
        if entry is None or found is None or found.state is not LetterState.SENDING:
            return None
        if as_it_may_go(entry, found, letters, now) is not found:
            return None
        unit = await register.diary.unit(entry.appointment.unit)
        if unit is None:
            raise CarrierFault(Failure.NOT_ALLOWED, again=False)
        reach = await register.diary.reach(letter.person)
        return pack(found, worded_as(found, letters), entry, unit, reach, await self._url(found, now))

    async def _url(self, letter: Letter, now: float) -> str:
        """The person's newest link; made when there is none, but for a meeting that is off."""
        links = await self.visitors.links_of(letter.appointment)
        code = next((one.code for one in links if one.link.person == letter.person), "")
        if letter.about is About.NOT_NEEDED or (not code and letter.about is About.CANCELLED):
            return self.origin
        return f"{self.origin}/m/{code or await self._new_link(letter, now)}"

    async def _new_link(self, letter: Letter, now: float) -> str:
        code, register = new_code(), self.book.register
        link = Link(register.marks.mark("link", code), letter.appointment, letter.person, now)
        await register.records.keep(register.line("link-made", "agent", letter.appointment), NewLink(link, code))
        return code


def _claim(letter: Letter, has_come: bool) -> Change:
    def change(entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
        for one in letters:
            if one.id == letter.id and one.state is LetterState.QUEUED and one.channel is letter.channel:
                looked = as_it_may_go(entry, one, letters, now, has_come=has_come)
                yield letter_steps.claimed(one, now) if looked is one else looked

    return change


def _last_look(letter: Letter) -> Change:
    def change(entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
        still = (one for one in letters if one.id == letter.id and one.state is LetterState.SENDING)
        return [as_it_may_go(entry, one, letters, now) for one in still]

    return change


def _came_of_it(letter: Letter, outcome: Handed | CarrierFault, carrier: Carrier) -> Change:
    """What a receipt, quicker than the answer, said of it stands."""

    def change(found: Letter, entry: Entry, now: float) -> Letter:
        if isinstance(outcome, Handed):
            return letter_steps.taken(found, entry.appointment, outcome.gateway_id, outcome.parts, now)
        if found.state is not LetterState.SENDING:
            return found
        if outcome.perhaps and not carrier.repeatable:
            return found  # it may have been taken, and once more may be twice: left as it is for a receipt to come
        why = Failure.IN_DOUBT if outcome.perhaps else outcome.failure
        if outcome.again:
            return letter_steps.try_again(found, entry.appointment, why, outcome.after, now)
        return letter_steps.failed(found, why, now)

    return only(letter.id, change)
