"""The real agent on its real socket, with nobody at the other end of its link: for what needs no Prosody."""

import json
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx

from tests.prosody import free_ports
from tests.ready_made import furnish
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.model.appointments import Room
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.settings import Settings
from xmpp_agent.wire import Problem
from xmpp_agent.wiring import Agent

ALL = frozenset({"*"})
JOBCENTER, WARD = (
    RoomState(Room("k3v9", "Jobcenter", "mette", "2026-11-22"), exists=True),
    RoomState(Room("w7q2", "Psykiatri", "lars", "2026-11-22"), exists=True),
)
"""One room each of two units."""


@asynccontextmanager
async def lone_agent(
    folder: Path, supervisors: Mapping[int, frozenset[str]] | None = None, *, sock: Path | None = None
) -> AsyncIterator[Agent]:
    """An agent that listens for consoles; two rooms stand in its house. `sock`: where, else in `folder`."""
    settings = Settings(
        domain="meet.example.dk",
        data_dir=folder,
        component_port=free_ports(1)[0],
        socket=sock or folder / "agent.sock",
        supervisors=supervisors or {os.getuid(): ALL},
        audit_sync="normal",
    )
    ring = await furnish(folder)
    passes = SignedPasses(ring.signing, settings.domain, settings.audience)
    async with open_database(settings.database, ring.columns, ring.identity.own_mark, settings.shard, "normal") as base:
        agent = Agent(settings, passes, base, "no secret")
        agent.start()
        agent.house.settle(JOBCENTER)
        agent.house.settle(WARD)
        try:
            yield agent
        finally:
            await agent.stop()


@asynccontextmanager
async def visitor(path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """HTTP on a socket."""
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=10) as http:
        yield http


def acts_on_record(folder: Path) -> list[str]:
    """What the audit of the agent in this folder holds, oldest first."""
    with closing(sqlite3.connect(f"file:{folder}/portner.sqlite3?mode=ro", uri=True)) as database:
        lines = database.execute("SELECT line FROM audit ORDER BY seq")
        return [str(json.loads(line)["act"]) for (line,) in lines]


def problem_of(answer: httpx.Response) -> Problem:
    """The problem details of a refusal; AssertionError when it is none or does not say its own status."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = Problem.read(answer.content)
    assert problem.status == answer.status_code
    assert problem.title
    return problem
