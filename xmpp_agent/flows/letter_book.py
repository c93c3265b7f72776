"""Where letters are moved on: one appointment's letters at a time, with what follows from it, in one transaction."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from xmpp_agent.flows.hooks import tells_of_letters
from xmpp_agent.flows.office import Register
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.letters import Channel, Letter
from xmpp_agent.ports.mailroom import Mailroom
from xmpp_agent.ports.post import Carrier
from xmpp_agent.rules.ladder import next_steps

Change = Callable[[Entry | None, tuple[Letter, ...], float], Iterable[Letter]]
"""From an appointment with its people (None: it is gone), its letters and the time to the letters that change."""


@dataclass
class LetterBook:
    """Everything that moves letters. Booking writes its own beside it; the store lets no letter go back."""

    register: Register
    mailroom: Mailroom
    carriers: Mapping[Channel, Carrier]
    in_flight: dict[str, Letter] = field(default_factory=dict)
    """By id: letters that are being handed over in this process."""
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @property
    def tells(self) -> frozenset[Channel]:
        """Channels whose carrier says later what became of a letter."""
        return frozenset(channel for channel, carrier in self.carriers.items() if carrier.gives_receipts)

    async def move(self, act: str, actor: str, appointment_id: str, change: Change) -> tuple[Letter, ...]:
        """Change letters by what stands now, add what follows on the ladder, and keep all of it with its audit line.

        Answers the letters that are new or changed. Raises Unavailable: then nothing of it stands.
        """
        turn = self._turns.setdefault(appointment_id, asyncio.Lock())
        async with turn:
            entry = await self.register.diary.entry(appointment_id)
            before = {letter.id: letter for letter in await self.mailroom.letters_of(appointment_id)}
            now = self.register.clock.now()
            after = {**before, **{one.id: one for one in change(entry, tuple(before.values()), now)}}
            if entry is not None:
                after.update((one.id, one) for one in next_steps(entry, tuple(after.values()), now, self.tells))
            new = tuple(one for one in after.values() if before.get(one.id) != one)
            if not new:
                return ()
            line = replace(self.register.line(act, actor, appointment_id), note=" ".join(map(_said, new)))
            await self.register.records.keep(line, *new, *tells_of_letters(entry, before, new, now))
        self.register.changed(appointment_id)
        return new


def only(letter_id: str, change: Callable[[Letter, Entry, float], Letter]) -> Change:
    """Changes one letter, if it and its appointment are there."""

    def changed(entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
        return (change(one, entry, now) for one in letters if one.id == letter_id and entry is not None)

    return changed


def _said(letter: Letter) -> str:
    """A letter in the audit: ids and codes."""
    why = f"/{letter.failure.value}" if letter.failure else ""
    return f"{letter.id}:{letter.about.value}:{letter.channel.value}:{letter.state.value}{why}"
