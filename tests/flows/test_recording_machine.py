"""Random days of recordings: news from the door, films, faults of vault and journal, restarts, clocks that jump.

After every step: each film is somewhere, the journal has none twice, and no row says what is not so.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from tests.an_office import DOMAIN, StoppedClock
from tests.flows.custodian import DAY, RECORDED, SESSION, Custodian, open_custodian
from tests.flows.untrue import untrue
from tests.rules import scenes
from tests.rules.scenes import ROOM
from xmpp_agent.flows.follow import Told, follow
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.questions import Question
from xmpp_agent.flows.recording import record
from xmpp_agent.model.recordings import Agreement, Fault, Recording
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.custody import Happened

JID = f"{ROOM.node}@conference.{DOMAIN}"
VAULT = st.sampled_from(["take-in", "read-back", "read", "destroy"])
SESSIONS = st.sampled_from([SESSION, "s-2", "s-9"])


class Days(RuleBasedStateMachine):
    """One appointment's recordings."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory(prefix="portner-days-")
        self.clock, self.films = StoppedClock(), 0
        self.held = AsyncExitStack()
        self.here: Custodian
        self.erased: set[str] = set()

    def does(self, act: Callable[[], Awaitable[object]]) -> None:
        """Something that may be refused, or not possible at this moment; it is never lost for that."""

        async def done() -> None:
            try:
                await act()
            except (Refused, Unavailable, custody.OutOfOrder):
                return

        self.loop.run_until_complete(done())

    @initialize()
    def opens(self) -> None:
        """The office opens, and Anna says yes."""

        async def opened() -> None:
            await self._open()
            await self.here.book()
            await self.here.says(Agreement.YES)

        self.loop.run_until_complete(opened())

    async def _open(self) -> None:
        self.here = await self.held.enter_async_context(
            open_custodian(Path(self.folder.name), self.clock, receipts=True)
        )
        house, staff, anna = self.here.around.office.house, scenes.staff(), scenes.citizen(policy=RECORDED)
        house.known.update({known.pass_.id: known for known in (staff, anna)})
        running = any(row.stage in custody.RUNNING for row in await self.here.rows())
        house.settle(scenes.room(scenes.inside(staff), scenes.inside(anna), of="anna", recording=running))

    @rule()
    def restarts(self) -> None:
        """Another agent goes on, with vault and journal as they are."""

        async def again() -> None:
            fails, fault, may = self.here.vault.fails, self.here.journal.fault, self.here.journal.again
            await self.held.aclose()
            await self._open()
            self.here.vault.fails, self.here.journal.fault, self.here.journal.again = fails, fault, may

        self.loop.run_until_complete(again())

    @rule(ask=st.sampled_from(["record-start", "record-stop"]))
    def presses(self, ask: str) -> None:
        """Staff press the button."""
        question = Question(ask, self.clock.at, JID, "u-mette@meet.test/r", pass_id="pass-mette", mode="file")
        self.does(lambda: record(self.here.around.office.house, question))

    @rule(news=st.sampled_from(["on", "off", "failed"]), session=SESSIONS)
    def jicofo_says(self, news: str, session: str) -> None:
        """In whatever order."""
        told = Told("recording", self.clock.at, JID, why=news, session=session, meeting="m-1")
        self.does(lambda: follow(self.here.around.office.house, told))

    @rule(session=SESSIONS, done=st.booleans(), size=st.sampled_from([5, 9]))
    def a_film_is_left(self, session: str, done: bool, size: int) -> None:
        """Each another one, some of the same size."""
        self.films += 1
        media = f"{self.films:04}.mp4"
        self.here.leave(f"{self.films:0{size}}".encode(), session, media, done=done, meeting="m-1")

    @rule(act=VAULT, fault=st.sampled_from([Fault.VAULT_FULL, Fault.VAULT_AWAY, Fault.VAULT_DAMAGED]))
    def the_vault_fails(self, act: str, fault: Fault) -> None:
        """At one act from now on; damaged is only what is read back."""
        self.here.vault.fails[act] = fault if act == "read-back" or fault is Fault.VAULT_FULL else Fault.VAULT_AWAY

    @rule(again=st.booleans())
    def the_journal_fails(self, again: bool) -> None:
        """For now or for good."""
        self.here.journal.fault = Fault.JOURNAL_AWAY if again else Fault.CASE_CLOSED
        self.here.journal.again = again

    @rule()
    def all_is_well(self) -> None:
        """Vault and journal work again."""
        self.here.vault.fails.clear()
        self.here.journal.fault = None

    @rule()
    def the_journal_answers(self) -> None:
        """For every recording it has."""
        for entry in self.here.filed("recording"):
            (self.here.journal_folder / f"{entry}.receipt.json").write_text(f'{{"number": "N-{entry}"}}')

    @rule(seconds=st.sampled_from([1.0, 31.0, 61.0, 3600.0, DAY, 4 * DAY, -3600.0, -DAY]))
    def time_passes(self, seconds: float) -> None:
        """Or is set back; and both loops look."""
        self.clock.at += seconds
        self.does(self.here.room.take_in)
        self.does(self.here.room.file)

    @rule(answer=st.sampled_from([Agreement.WITHDRAWN, Agreement.YES]))
    def anna_says(self, answer: Agreement) -> None:
        """She may change her mind."""
        self.does(lambda: self.here.says(answer))
        self.does(self.here.room.file)  # what was being filed at this moment is known by now

    @rule(happened=st.sampled_from([Happened.RETRIED, Happened.MAPPED, Happened.DISCARDED]))
    def a_person_acts(self, happened: Happened) -> None:
        """On the first one that is stuck so."""

        async def acted() -> None:
            rows = [row for row in await self.here.rows() if (row.stage, happened) in custody.TRANSITIONS]
            for row in rows[:1]:
                await self.here.write(self._after(row, happened))

        self.does(acted)
        self.does(self.here.room.file)

    def _after(self, row: Recording, happened: Happened) -> Recording:
        if happened is Happened.DISCARDED:
            self.erased.add(row.id)
            return custody.disowned(row, self.clock.at)
        after = custody.step(row, happened, custody.NO_TERMS, self.clock.at)
        return replace(after, appointment="anna", room=ROOM.node) if happened is Happened.MAPPED else after

    @invariant()
    def nothing_is_lost_twice_or_untrue(self) -> None:
        """What must hold at every moment."""
        if hasattr(self, "here"):
            assert self.loop.run_until_complete(untrue(self.here, erased=self.erased)) == []

    @override
    def teardown(self) -> None:
        """The office closes."""
        self.loop.run_until_complete(self.held.aclose())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=8, stateful_step_count=40, deadline=None)
