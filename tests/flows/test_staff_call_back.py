"""Contact with a hotline caller is lost: somebody promises to ring back, and everybody sees so."""

from pathlib import Path

from tests.flows.staffed import open_staffed
from tests.flows.test_staff_hotline import called, goes_in, presses, row, why
from xmpp_agent.flows import hotline
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.hotline import Act, Stage


async def test_who_promises_to_ring_back_says_so_once(tmp_path: Path) -> None:
    """Lost: offered to whoever may act, and seen by all; the call stays open until somebody says that it is over."""
    async with open_staffed(tmp_path) as unit:
        call, code = await called(unit)
        assert await why(hotline.promise_call_back(unit.desk, unit.who(), call)) is Reason.NOT_YET
        await goes_in(unit, await presses(unit, code))
        await unit.leaves("caller")
        assert Act.PROMISE in (await row(unit)).acts
        assert await why(hotline.promise_call_back(unit.desk, unit.who("kim"), call)) is Reason.NOT_STAFF_HERE
        await hotline.promise_call_back(unit.desk, unit.who(), call)
        assert (await row(unit)).stage is Stage.CALLBACK
        assert (await row(unit)).acts == (Act.RING, Act.OPEN, Act.AGAIN, Act.END, Act.NOTE)
        assert await why(hotline.promise_call_back(unit.desk, unit.who(), call)) is Reason.CALLBACK_PROMISED
        await hotline.end_call(unit.desk, unit.who(), call)
        assert (await row(unit)).stage is Stage.ENDED
