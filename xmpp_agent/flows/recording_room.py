"""The recording room: takes in what recorders leave, files it, and goes on whatever happens to either.

Two loops side by side, so that a journal that hangs never keeps a recording on the recorder's disk.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from xmpp_agent.flows import filing, taking_in
from xmpp_agent.flows.archive import Archive
from xmpp_agent.flows.taking_in import MOST, Intake
from xmpp_agent.rules.recording import custody

LOOK_EVERY = 2.0
"""Seconds between looks into the recorders' folder, and at what is due to be filed when nothing woke it."""
REST = 10.0
"""Seconds after a look that failed."""
log = structlog.get_logger("recordings")


class RecordingRoom:
    """One per agent. `leads`: whether this agent is the one that works; a standby touches nothing."""

    def __init__(
        self,
        intake: Intake,
        archive: Archive,
        on_error: Callable[[BaseException], None],
        *,
        leads: Callable[[], bool],
    ) -> None:
        self._intake, self._archive, self._on_error, self._leads = intake, archive, on_error, leads
        self._woken = asyncio.Event()
        archive.office.on_appointment.append(self.wake)

    def wake(self, _appointment_id: str = "") -> None:
        """Something may be due to be filed."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; what was begun is found again by the next."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._loop(self.take_in, asyncio.Event()))
            both.create_task(self._loop(self.file, self._woken))

    async def take_in(self) -> None:
        """One look at the recorders' folder. Raises Unavailable."""
        if self._leads():
            await self._wake_strayed()
            await taking_in.look(self._intake)

    async def file(self) -> None:
        """One look at what is due to be filed. Raises Unavailable."""
        if self._leads():
            await filing.look(self._archive)

    async def _wake_strayed(self) -> None:
        """A clock that was ahead for a while, and set back since, left them to wait until it has come so far again."""
        now = self._archive.office.clock.now()
        beyond = now + 2 * custody.LONGEST_PAUSE
        for recording in await self._archive.recordings.strayed(custody.WAITS_SHORTLY, beyond, MOST):
            log.warning("recording_strayed", recording=recording.id, stage=recording.stage.value)
            await self._archive.keep("recording-woken", recording.id, custody.woken(recording, now))

    async def _loop(self, look: Callable[[], Awaitable[None]], woken: asyncio.Event) -> None:
        while True:
            woken.clear()
            pause = LOOK_EVERY
            try:
                await look()
            except Exception as error:  # noqa: BLE001  # the boundary that keeps recordings coming in
                self._on_error(error)
                pause = REST
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await woken.wait()
