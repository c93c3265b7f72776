"""Lanes: one thing at a time per room, in order; rooms do not wait for each other; a failure stops nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from xmpp_agent.flows.lanes import Lanes


class Work:
    """Jobs that note when they begin and end, and wait until the test lets them go on."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.go = asyncio.Event()

    def job(self, name: str, *, waits: bool = False, fails: bool = False) -> Callable[[], Awaitable[None]]:
        """One job."""

        async def run() -> None:
            self.notes.append(f"{name} begins")
            if waits:
                await self.go.wait()
            await asyncio.sleep(0)
            self.notes.append(f"{name} ends")
            if fails:
                raise ValueError(name)

        return run


def no_error(error: BaseException) -> None:
    """For tests in which no job may fail."""
    raise AssertionError(error)


async def test_one_room_does_one_thing_at_a_time_in_order() -> None:
    """The second job of a key begins when the first has ended."""
    lanes, work = Lanes(no_error), Work()
    for name in "abc":
        assert lanes.put("room", work.job(name))
    await lanes.quiet()
    assert work.notes == ["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]


async def test_a_job_put_by_a_job_comes_after_those_that_wait_already() -> None:
    """What happens meanwhile stands behind what came before."""
    lanes, work = Lanes(no_error), Work()

    async def puts_another() -> None:
        lanes.put("room", work.job("late"))

    lanes.put("room", puts_another)
    lanes.put("room", work.job("early"))
    await lanes.quiet()
    assert work.notes == ["early begins", "early ends", "late begins", "late ends"]


async def test_rooms_do_not_wait_for_each_other() -> None:
    """A room whose job waits for Prosody holds up nobody else."""
    lanes, work = Lanes(no_error), Work()
    lanes.put("slow", work.job("slow", waits=True))
    await lanes.do("fast", work.job("fast"))
    assert work.notes == ["slow begins", "fast begins", "fast ends"]
    work.go.set()
    await lanes.quiet()
    assert work.notes[-1] == "slow ends"


async def test_a_job_that_fails_is_reported_and_the_lane_goes_on() -> None:
    """The error reaches the reporter once; the next job runs; the lane is usable afterwards."""
    errors: list[BaseException] = []
    lanes, work = Lanes(errors.append), Work()
    lanes.put("room", work.job("bad", fails=True))
    lanes.put("room", work.job("good"))
    await lanes.quiet()
    await lanes.do("room", work.job("later"))
    assert [str(error) for error in errors] == ["bad"]
    assert work.notes[2:] == ["good begins", "good ends", "later begins", "later ends"]


async def test_a_lane_is_bounded_and_says_so() -> None:
    """A full lane takes no more, other lanes do, and room is made as work is done."""
    lanes, work = Lanes(no_error, depth=3), Work()
    lanes.put("room", work.job("first", waits=True))
    assert [lanes.put("room", work.job(name)) for name in "abc"] == [True, True, False]
    assert lanes.put("other", work.job("other"))
    await asyncio.wait_for(lanes.do("room", work.job("not taken")), 1)
    work.go.set()
    await lanes.quiet()
    assert "c begins" not in work.notes
    assert "not taken begins" not in work.notes
    assert lanes.put("room", work.job("again"))
    await lanes.quiet()


async def test_waiting_for_a_job_ends_when_it_has_run_or_failed() -> None:
    """`do` returns after its job, also when the job fails, and not before those in front."""
    errors: list[BaseException] = []
    lanes, work = Lanes(errors.append), Work()
    lanes.put("room", work.job("first"))
    await lanes.do("room", work.job("mine", fails=True))
    assert work.notes == ["first begins", "first ends", "mine begins", "mine ends"]
    assert len(errors) == 1


async def test_quiet_waits_for_work_that_comes_up_meanwhile() -> None:
    """Quiet means quiet: work put by work is waited for, also in another lane."""
    lanes, work = Lanes(no_error), Work()

    async def puts_elsewhere() -> None:
        await asyncio.sleep(0)
        lanes.put("other", work.job("other"))

    lanes.put("room", puts_elsewhere)
    await lanes.quiet()
    assert work.notes == ["other begins", "other ends"]


async def test_a_lane_without_work_leaves_nothing_behind() -> None:
    """Ten thousand rooms that had something to do once cost nothing afterwards."""
    lanes, work = Lanes(no_error), Work()
    for number in range(10_000):
        lanes.put(f"room {number}", work.job("x"))
    await lanes.quiet()
    assert vars(lanes)["_lanes"] == {}
    assert vars(lanes)["_tasks"] == set()


async def test_cancelling_who_waits_does_not_cancel_the_work() -> None:
    """A console that goes away in the middle does not leave an act half done."""
    lanes, work = Lanes(no_error), Work()
    waiter = asyncio.create_task(lanes.do("room", work.job("act", waits=True)))
    await asyncio.sleep(0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    work.go.set()
    await lanes.quiet()
    assert work.notes == ["act begins", "act ends"]
