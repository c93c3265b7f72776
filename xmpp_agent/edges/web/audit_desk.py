"""The audit over HTTP on the agent's socket: looked through, opened, taken away; and lists that are taken away."""

import asyncio
from collections import OrderedDict
from typing import Annotated

from fastapi import FastAPI, Path, Request
from fastapi.responses import Response
from msgspec.json import encode

from xmpp_agent.edges.web.answers import body_of, done, found, shown, who_asks
from xmpp_agent.edges.web.audit_rows import rows_of, spot_of, taken, why_of
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.problems import language, problem, refusal
from xmpp_agent.flows import audit_looks
from xmpp_agent.flows.audit_looks import Archives, Found, Search, Who
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.wire import AuditExport, AuditPage, AuditSearch, AuditSpot, AuditTake, ListTaken
from xmpp_agent.wire_base import Wire

PAGE = 100
"""Lines in one answer."""
REMEMBERED = 500
"""Searches on record that are remembered, so that their next pages are not put there again."""
LINES_AT_ONCE = 100
"""Lines of an export made before anybody else has a turn."""
ON_RECORD_FOR = 3600.0
"""Seconds for which they are: who asks the same again later looks again."""
AT_ONCE = 4
"""Searches and exports that read at the same time. Others wait, so that the door finds a reader free at any time."""
_TAKEN = ("Står i loggen.", "It is on record.")


class AuditDesk:
    """The console's side of the archives."""

    def __init__(self, archives: Archives) -> None:
        self._archives = archives
        self._begun: OrderedDict[tuple[str, AuditSearch], float] = OrderedDict()
        self._some_at_a_time = asyncio.Semaphore(AT_ONCE)

    async def search(self, asked: AuditSearch, who: Supervisor) -> tuple[Found, AuditPage]:
        """One page; of a refusal an empty one. Raises Unavailable."""
        begun = (who.actor, asked.but(before=None))
        before = spot_of(asked.before) if asked.before is not None else None
        wish = Search(
            room=asked.room,
            appointment=asked.appointment,
            kind=asked.kind,
            staff=asked.staff,
            since=asked.since,
            until=asked.until,
            words=asked.words,
            why=asked.reason,
        )
        now = self._archives.clock.now()
        anew = now - self._begun.get(begun, float("-inf")) >= ON_RECORD_FOR
        async with self._some_at_a_time:
            found = await audit_looks.look_up(self._archives, _who(who), wish, before, PAGE + 1, anew=anew)
            if found.verdict.is_open and anew:
                self._begun[begun] = now
            while len(self._begun) > REMEMBERED:
                self._begun.popitem(last=False)
            return found, await self._page(found)

    async def _page(self, found: Found) -> AuditPage:
        rows = await rows_of(self._archives.trail, found.lines[:PAGE])
        more: AuditSpot | None = rows[-1].at if len(found.lines) > PAGE else None
        return AuditPage(now=self._archives.clock.now(), rows=rows, more=more, complete=found.complete)

    async def take(self, asked: AuditTake, who: Supervisor) -> tuple[Found, bytes]:
        """An `AuditExport` as it goes over the wire; of a refusal one without lines. Raises Unavailable."""
        wish = Search(room=asked.room, appointment=asked.appointment, why=asked.reason)
        async with self._some_at_a_time:
            looked = await audit_looks.take(self._archives, _who(who), wish)
        return looked, await _written(looked, self._archives.clock.now())

    async def why(self, shard: str, seq: int, who: Supervisor) -> Wire | None:
        """One line with everything it holds; None: there is none in their units. Raises Unavailable."""
        line = await audit_looks.read_line(self._archives, _who(who), shard, seq)
        return await why_of(self._archives.trail, line) if line is not None else None

    async def list_taken(self, asked: ListTaken, who: Supervisor) -> None:
        """Put it on record. Raises Unavailable."""
        await audit_looks.list_taken(self._archives, _who(who), asked.name, asked.rows)


def add_audit(app: FastAPI, desk: AuditDesk) -> None:
    """The routes; `app` is served behind a `Door`."""

    @app.post("/v1/audit/search")
    async def search(request: Request) -> Response:
        asked = await body_of(request, AuditSearch)
        looked, page = await desk.search(asked, who_asks(request))
        return found(request, looked.verdict, page)

    @app.post("/v1/audit/export")
    async def export(request: Request) -> Response:
        asked = await body_of(request, AuditTake)
        looked, written = await desk.take(asked, who_asks(request))
        if not looked.verdict.is_open:
            return refusal(looked.verdict.reason, language=language(request))
        return Response(written, media_type="application/json")

    @app.get("/v1/audit/{shard}/{seq}")
    async def why(shard: str, seq: Annotated[int, Path(lt=2**63)], request: Request) -> Response:
        line = await desk.why(shard, seq, who_asks(request))
        return shown(line) if line is not None else problem(404, language=language(request))

    @app.post("/v1/lists/taken")
    async def list_taken(request: Request) -> Response:
        asked = await body_of(request, ListTaken)
        await desk.list_taken(asked, who_asks(request))
        return done(request, asked.command, Reason.ALLOWED, _TAKEN)


async def _written(looked: Found, now: float) -> bytes:
    """Thousands of lines are megabytes of JSON: written some at a time, so that no door waits for all of them."""
    lines = list[bytes]()
    for begin in range(0, len(looked.lines), LINES_AT_ONCE):
        lines.append(encode([taken(line) for line in looked.lines[begin : begin + LINES_AT_ONCE]])[1:-1])
        await asyncio.sleep(0)
    frame = AuditExport(now=now, lines=(), complete=looked.complete).json().encode()
    return frame.replace(b'"lines":[]', b'"lines":[%s]' % b",".join(lines))


def _who(supervisor: Supervisor) -> Who:
    return Who(supervisor.actor, supervisor.units)
