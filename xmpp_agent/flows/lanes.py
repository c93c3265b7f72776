"""One queue per room: what concerns a room happens one thing at a time, in the order it arrived."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Job = Callable[[], Awaitable[None]]


class Lanes:
    """Lanes by key. A lane exists only while it has work; a job that fails is reported and the lane goes on.

    Source: slixmpp starts coroutine handlers side by side; two knocks handled so were both let in (DESIGN §3.3).
    """

    def __init__(self, on_error: Callable[[BaseException], None], depth: int = 2000) -> None:
        self._lanes: dict[str, deque[Job]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_error = on_error
        self._depth = depth

    def put(self, key: str, job: Job) -> bool:
        """Queue a job behind what the lane has; False when the lane is full (the job is not taken)."""
        lane = self._lanes.get(key)
        if lane is not None:
            if len(lane) >= self._depth:
                return False
            lane.append(job)
            return True
        self._lanes[key] = deque((job,))
        task = asyncio.get_running_loop().create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def do(self, key: str, job: Job) -> None:
        """Queue a job and wait until it has run."""
        done = asyncio.get_running_loop().create_future()

        async def watched() -> None:
            try:
                await job()
            finally:
                if not done.done():
                    done.set_result(None)

        if self.put(key, watched):
            await done

    @asynccontextmanager
    async def held(self, key: str) -> AsyncIterator[bool]:
        """A lane to oneself for as long as the block runs, behind what it has; False when it is full and is not held.

        What the block puts into the same lane runs after it: waiting for that inside would be waiting for oneself.
        """
        mine, over = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            mine.set()
            await over.wait()

        taken = self.put(key, hold)
        try:
            if taken:
                await mine.wait()
            yield taken
        finally:
            over.set()

    @property
    def idle(self) -> bool:
        """Whether no lane has work at this moment."""
        return not self._lanes

    async def quiet(self) -> None:
        """Return when no lane has work."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, key: str) -> None:
        lane = self._lanes[key]
        try:
            while lane:
                try:
                    await lane[0]()
                except Exception as error:  # noqa: BLE001  # the boundary that keeps a lane alive
                    self._on_error(error)
                lane.popleft()
        finally:
            del self._lanes[key]
