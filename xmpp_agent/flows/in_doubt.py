"""Letters of which nobody knows whether they were taken: a receipt is waited for, the gateway asked, and on they go."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from xmpp_agent.flows.letter_book import Change, LetterBook
from xmpp_agent.flows.receipts import FATES
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.letters import Channel, Letter, LetterState
from xmpp_agent.ports.mailroom import Mailroom
from xmpp_agent.ports.post import Carrier, CarrierFault, Receipt, Remembers
from xmpp_agent.rules.guests import channels
from xmpp_agent.rules.in_doubt import RECEIPT_WINDOW, Word, given_up, settled
from xmpp_agent.rules.last_look import as_it_may_go
from xmpp_agent.rules.letter_steps import dropped, told


@dataclass
class Doubts:
    """What a killed agent left in hand, and what lost its answer."""

    book: LetterBook
    mailroom: Mailroom
    on_error: Callable[[BaseException], None]
    _since: dict[tuple[str, int], float] = field(default_factory=dict)
    """By letter and attempt: since when nobody here knows. Another agent's attempt is another one."""
    _asked_at: dict[Channel, float] = field(default_factory=dict)

    def times(self) -> list[float]:
        """When something is to be done about one of them."""
        return [since + RECEIPT_WINDOW for since in self._since.values()]

    async def look(self) -> None:
        """Settle those whose time has come; one that cannot be is reported and holds up none. Raises Unavailable."""
        now = self.book.register.clock.now()
        lost = [letter for letter in await self.mailroom.in_hand() if letter.id not in self.book.in_flight]
        self._since = {_attempt(letter): self._since.get(_attempt(letter), now) for letter in lost}
        for channel in dict.fromkeys(letter.channel for letter in lost):
            carrier = self.book.carriers.get(channel)
            theirs = [one for one in lost if one.channel is channel and self._is_time(one, carrier, now)]
            if theirs:
                await self._settle(carrier, theirs)

    def _is_time(self, letter: Letter, carrier: Carrier | None, now: float) -> bool:
        if carrier is not None and carrier.repeatable:
            return True
        waited = now >= self._since[_attempt(letter)] + RECEIPT_WINDOW
        return waited and now >= self._asked_at.get(letter.channel, 0.0) + RECEIPT_WINDOW

    async def _settle(self, carrier: Carrier | None, letters: list[Letter]) -> None:
        known = await self._asked(carrier, letters) if carrier is not None and not carrier.repeatable else None
        word = Word.NOTHING if known is None else Word.NEVER_CAME
        if carrier is not None and carrier.repeatable:
            word = Word.COUNTS_ONCE
        for letter in letters:
            receipt = known.get(letter.id) if known is not None else None
            try:
                await self._settle_one(letter, word, receipt)
            except Exception as error:  # noqa: BLE001  # what of one person cannot be read must not halt all post
                self._since[_attempt(letter)] = self.book.register.clock.now()
                self.on_error(error)
            else:
                del self._since[_attempt(letter)]

    async def _settle_one(self, letter: Letter, word: Word, receipt: Receipt | None) -> None:
        reach = await self.book.register.diary.reach(letter.person)
        change = _settled(letter.id, word, receipt, channels(reach) & frozenset(self.book.carriers))
        await self.book.move("letter-in-doubt", "agent", letter.appointment, change)

    async def _asked(self, carrier: Carrier, letters: list[Letter]) -> Mapping[str, Receipt] | None:
        """What the gateway knows of them; None: it cannot say."""
        if not isinstance(carrier, Remembers):
            return None
        now = self.book.register.clock.now()
        self._asked_at[carrier.channel] = now
        oldest = min(letter.changed_at for letter in letters)
        try:
            return await carrier.look_up([letter.id for letter in letters], now - oldest)
        except CarrierFault:
            return None
        except Exception as error:  # noqa: BLE001  # a gateway's odd answer must not keep the rest of the post waiting
            self.on_error(error)
            return None


def _attempt(letter: Letter) -> tuple[str, int]:
    return letter.id, letter.attempts


def _settled(letter_id: str, word: Word, receipt: Receipt | None, ways: frozenset[Channel]) -> Change:
    def change(entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
        for one in letters:
            if one.id != letter_id or one.state is not LetterState.SENDING:
                continue
            if entry is None:
                yield dropped(one, now)
            elif receipt is not None:
                yield told(one, entry.appointment, FATES[receipt.fate], receipt.failure, now)
            else:
                looked = as_it_may_go(entry, one, letters, now)
                goes_on = looked is one
                yield settled(one, entry.appointment, word, ways, now) if goes_on else given_up(one, looked, word, now)

    return change
