"""Many lines of the audit asked for at once, on the loop a door is answered on."""

import asyncio
import gc
import time
from pathlib import Path

from tests.edges.store.samples import OPEN
from tests.edges.web.office_console import office_console
from tests.edges.web.test_audit import OURS, WHY, two_units
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.wire import AuditExport

LINES = 2401


async def turns(taken: list[float]) -> None:
    """How long the loop worked between two turns of somebody who always wants one: seconds of its own time."""
    while True:
        began = time.thread_time()
        await asyncio.sleep(0)
        taken.append(time.thread_time() - began)


async def test_an_export_of_many_lines_lets_others_have_their_turn(tmp_path: Path) -> None:
    """No turn takes an eighth of the whole work (it is a twenty-fifth); all lines are there, in order."""
    async with office_console(tmp_path, OURS) as console:
        await two_units(console.unit)
        [room], database = console.unit.house.rooms, console.unit.around.database
        for number in range(LINES):
            database.ledger.jot(AuditLine(1000.0 + number, "test", room, "", "mette", OPEN))
        while await database.audit_trail.follow():
            pass
        taken = list[float]()
        beside = asyncio.get_running_loop().create_task(turns(taken))
        gc.disable()
        try:
            asked = {"command": "x", "room": room, "reason": WHY}
            answer = await console.http.post("/v1/audit/export", json=asked)
        finally:
            gc.enable()
            beside.cancel()
        export = AuditExport.read(answer.content)
        tested = [one.seq for one in export.lines if '"act":"test"' in one.line]
        assert (len(tested), tested) == (LINES, sorted(tested))
        assert max(taken) < sum(taken) / 8
