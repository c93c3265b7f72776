"""The post room: hands over what is due, hears that time is up, and picks up what a killed agent left half done.

Written down before and after each hand-over. Between the two nobody knows; what is found there is in_doubt.py's.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable

from xmpp_agent.flows.hand_over import Counter
from xmpp_agent.flows.in_doubt import Doubts
from xmpp_agent.flows.letter_book import Change, LetterBook
from xmpp_agent.flows.office import Office
from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.letters import Channel, Failure, Letter, LetterState
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.ports.diary import Visitors
from xmpp_agent.ports.mailroom import Mailroom
from xmpp_agent.ports.post import Carrier
from xmpp_agent.rules import letter_steps
from xmpp_agent.rules.reminders import has_come

AT_ONCE = 8
"""Letters handed over to one gateway at the same time."""
LONGEST_SLEEP, REST = 60.0, 5.0
"""Seconds between looks when nothing is known to come, and after one that failed."""
_MOST = 50
"""Of what needs no gateway, looked at in one go."""
_SENT_OUT = tuple(channel for channel in Channel if channel is not Channel.CALL)


class PostRoom:
    """One per agent. Woken by whatever changes an appointment, and by the clock."""

    def __init__(
        self,
        office: Office,
        visitors: Visitors,
        mailroom: Mailroom,
        carriers: Collection[Carrier],
        origin: str,
        on_error: Callable[[BaseException], None],
        *,
        leads: Callable[[], bool],
    ) -> None:
        """`origin`: where links lead, `https://moede.lilleby.example`. One carrier for a channel.

        `leads`: whether this agent is the one that works. A second one stands by: what the first has in hand would
        look to it like what a killed agent left. Whoever changes that wakes the room.
        """
        self.book = LetterBook(office, mailroom, {carrier.channel: carrier for carrier in carriers})
        self._counter = Counter(self.book, visitors, origin.rstrip("/"), on_error, self._has_come)
        self._office, self._mailroom, self._on_error, self._leads = office, mailroom, on_error, leads
        self._woken = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._doubts = Doubts(self.book, mailroom, on_error)
        self._ailing = False
        office.on_appointment.append(self.wake)

    def wake(self, _appointment_id: str = "") -> None:
        """Look again soon."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; then wait a moment for what is being handed over."""
        try:
            while True:
                self._woken.clear()
                try:
                    pause = await self.look()
                except Exception as error:  # noqa: BLE001  # the boundary that keeps the post going
                    self._fault(error)
                    pause = REST
                await self._sleep(pause)
        finally:
            await self._close()

    async def look(self) -> float:
        """Do what is due now, begin what is to be handed over, and say how many seconds may pass until the next look.

        Nothing is done while another agent leads. Raises Unavailable.
        """
        if not self._leads():
            return LONGEST_SLEEP
        await self._hear_nothing()
        await self._doubts.look()
        for channel in _SENT_OUT:
            await self._begin(channel)
        now = self._office.clock.now()
        times = [await self._mailroom.next_due(channel, now) for channel in _SENT_OUT]
        times += self._doubts.times()
        return min((at - now for at in times if at is not None), default=LONGEST_SLEEP)

    def _has_come(self, appointment: Appointment, person: str, arrival: Arrival | None) -> bool:
        state = self._office.house.rooms.get(appointment.room)
        return has_come(appointment, person, arrival, state, self._office.clock.now())

    async def quiet(self) -> None:
        """Return when nothing is being handed over."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _hear_nothing(self) -> None:
        """Letters of which no receipt came in time: the ladder goes on."""
        for channel in self.book.tells:
            overdue = await self._mailroom.unheard(channel, self._office.clock.now(), _MOST)
            for appointment in {letter.appointment for letter in overdue}:
                await self._move("letter-unheard", appointment, _unheard)
            if len(overdue) == _MOST:
                self.wake()

    async def _move(self, act: str, appointment: str, change: Change) -> bool:
        """Whether it could be; one appointment that cannot be read must not halt all post."""
        try:
            await self.book.move(act, "agent", appointment, change)
        except Exception as error:  # noqa: BLE001  # as in `run`
            self._on_error(error)
            return False
        return True

    async def _begin(self, channel: Channel) -> None:
        """Begin to hand over what is due, as far as the gateway has hands free; one letter at a time to one person."""
        carrier, now = self.book.carriers.get(channel), self._office.clock.now()
        if carrier is None:
            for letter in await self._mailroom.due(channel, now, _MOST):
                if await self._move("letter-not-sent", letter.appointment, _nobody_carries(channel)):
                    self.wake()
            return
        in_flight = self.book.in_flight
        free = AT_ONCE - sum(letter.channel is channel for letter in in_flight.values())
        if free <= 0:
            return
        for letter in await self._mailroom.due(channel, now, free + len(in_flight)):
            busy = any(
                (one.appointment, one.person) == (letter.appointment, letter.person) for one in in_flight.values()
            )
            if free and not busy:
                free -= 1
                in_flight[letter.id] = letter
                task = asyncio.get_running_loop().create_task(self._hand_over(carrier, letter))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _hand_over(self, carrier: Carrier, letter: Letter) -> None:
        try:
            await self._counter.hand_over(carrier, letter)
        except Exception as error:  # noqa: BLE001  # as in `run`; what was written of the letter says where it stands
            self._fault(error)
        finally:
            del self.book.in_flight[letter.id]
            self.wake()

    async def _sleep(self, pause: float) -> None:
        if not self._ailing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(pause, 1.0), LONGEST_SLEEP)):
                    await self._woken.wait()
        if self._ailing:  # also when that is what it was woken by
            self._ailing = False
            await asyncio.sleep(REST)

    async def _close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=REST)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _fault(self, error: BaseException) -> None:
        self._ailing = True
        self._on_error(error)


def _unheard(entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
    """The ladder knows what follows; of an appointment that is gone nothing does."""
    lost = (one for one in letters if entry is None and one.state is LetterState.SENT)
    return [letter_steps.failed(one, Failure.NO_RECEIPT, now) for one in lost]


def _nobody_carries(channel: Channel) -> Change:
    def change(_entry: Entry | None, letters: tuple[Letter, ...], now: float) -> Iterable[Letter]:
        due = (one for one in letters if one.channel is channel and one.state is LetterState.QUEUED)
        return [letter_steps.failed(one, Failure.NOT_ALLOWED, now) for one in due if one.due_at <= now]

    return change
