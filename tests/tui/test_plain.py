"""The console read aloud: the picture once, then each change, and the truth about the connection."""

import asyncio
from pathlib import Path

from tests.tui.a_day import notes, person, room
from tests.tui.fake_agent import FakeAgent, serving
from tui.plain import read_aloud
from tui.settings import Settings
from xmpp_agent import wire


async def test_once_ends_after_the_picture(tmp_path: Path) -> None:
    """Without following, the whole picture and then the end."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm", waiting=(person("k", "A. H.", 2),))})
    lines: list[str] = []
    async with serving(agent, tmp_path / "s"):
        await read_aloud(tmp_path / "s", lines.append, follow=False, settings=Settings())

    assert lines[1:] == [
        "Mette Holm (Jobcenter Nord): Klar",
        "  1. A. H., MitID betydelig, ventet 2 min: Vent, Venter på at blive lukket ind",
    ]
    assert "LIVE" in lines[0]


async def test_without_an_agent_it_says_so(tmp_path: Path) -> None:
    """No agent: one line that says lost, and the end."""
    lines: list[str] = []
    await read_aloud(tmp_path / "s", lines.append, follow=False, settings=Settings(lang="en"))

    assert len(lines) == 1
    assert "LOST" in lines[0]
    assert "the agent does not answer" in lines[0]


async def test_following_tells_each_change(tmp_path: Path) -> None:
    """A changed room, a note and a lost link are each told as they come."""
    agent = FakeAgent(rooms={"s1/r1": room("r1", "Mette Holm", waiting=(person("k3", "L. B.", 2),))})
    lines: asyncio.Queue[str] = asyncio.Queue()
    async with serving(agent, tmp_path / "s"), asyncio.timeout(10):
        task = asyncio.create_task(read_aloud(tmp_path / "s", lines.put_nowait, follow=True, settings=Settings()))
        for _ in range(3):
            await lines.get()
        agent.tell("note", notes()[2])
        assert await lines.get() == "L. B. skrev: Jeg sidder i bussen, kan vi vente lidt?"
        agent.put(room("r1", "Mette Holm", phase=wire.RoomPhase.FROZEN))
        assert await lines.get() == "Mette Holm (Jobcenter Nord): Frosset"
        agent.tell("link", wire.Link(state="lost", since=1, now=2))
        assert "INGEN FORBINDELSE TIL PROSODY" in await lines.get()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
