"""`portner recording`: through the agent's socket, in words; without an agent nothing is done."""

import asyncio
import json

import pytest

from tests.command_line import Portner, bare, portner
from tests.edges.web.lone_agent import acts_on_record, lone_agent
from tests.edges.web.test_recordings import STUCK, put

__all__ = ["bare", "portner"]


async def test_what_is_stuck_is_listed_and_handled(bare: Portner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed in a line and as JSON; tried again; refused in words where that is not possible; on record."""
    sock = bare.data.parent / "s"
    monkeypatch.setenv("PORTNER_SOCKET", str(sock))

    async def run(*words: str) -> tuple[int, str, str]:
        return await asyncio.to_thread(bare.run, "recording", *words)

    async with lone_agent(bare.data, sock=sock) as agent:
        await put(agent, STUCK)
        code, out, _ = await run("list", "--stuck")
        assert (code, out.split()[0], "The recorder delivered no file." in out) == (0, "r1", True)
        row = json.loads((await run("list", "--json"))[1])
        assert (row["stage"], row["may"]) == ("missing", ["retry", "discard", "hold"])
        assert await run("retry", "r1") == (0, "It is being tried again.\n", "")
        assert (await run("list", "--stuck"))[1] == ""
        code, _, err = await run("map", "r1", "a1")
        assert (code, "cannot be done to the recording" in err) == (1, True)
        assert (await run("hold", "r1", "--reason", "klagesag"))[0] == 0
        assert (await run("discard", "r1", "--reason", "x"))[0] == 2
        assert (await run("discard", "r1"))[0] == 2
        assert (await run("discard", "r1", "--reason", "kassér \udce9"))[0] == 2  # bytes that are no UTF-8
    assert {"recording-retry", "recording-hold"} <= set(acts_on_record(bare.data))


def test_without_an_agent_nothing_is_done(portner: Portner) -> None:
    """Said in one sentence."""
    code, _, err = portner.run("recording", "retry", "r1")
    assert (code, "No agent runs here" in err) == (1, True)
