"""A second recorder's part of a recording that somebody on it did not want."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.custodian import RECORDED, TERMS, open_custodian
from xmpp_agent.model.appointments import Plan
from xmpp_agent.model.recordings import Agreement, Fault, Stage

ON_TAPE = replace(RECORDED, plan=Plan(recording=replace(TERMS, on_tape=True)))


@pytest.mark.parametrize("said_after", [1.0, 30.0])
async def test_a_no_on_the_recording_keeps_each_part_of_it_out_of_the_case(tmp_path: Path, said_after: float) -> None:
    """Also the part of the recorder that took over, whose row is made only when its file is found."""
    async with open_custodian(tmp_path) as room:
        await room.book(policy=ON_TAPE)
        pressed = await room.at(Stage.EXPECTED, on_at=room.around.clock.at + 5)
        room.around.clock.at += said_after
        await room.says(Agreement.NO)
        room.around.clock.at += 60
        room.leave(b"film 1")
        room.leave(b"film 2", media="b.mp4")
        for _ in range(3):
            await room.passes(1)
        parts = await room.rows()
        assert [(row.part, row.stage, row.fault) for row in parts] == [
            (1, Stage.DELETED, Fault.SAID_NO),
            (2, Stage.DELETED, Fault.SAID_NO),
        ]
        assert {row.made_at for row in parts} == {pressed.made_at}
        assert room.filed("recording") == {}
