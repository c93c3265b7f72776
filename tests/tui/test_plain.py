"""The console in lines: one part at a time, each change above a level, and the truth about the connection."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import replace
from pathlib import Path

import pytest

from tests.edges.web.lone_agent import JOBCENTER, WARD, lone_agent
from tests.tui.a_day import alert, notes, person, recording, room
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.listening import ENGLISH, first_lines, following, once
from tests.tui.opened import Clock
from tui.board.heard import Alive, Happened, Picture
from tui.board.watch import Watch
from tui.following import Level, Watcher
from tui.plain import NEEDS_SOMEBODY, NO_PICTURE, WELL, Part
from tui.settings import Settings
from tui.text.plain import Sentences
from tui.text.words import Words
from xmpp_agent import wire
from xmpp_agent.wiring import Agent

DANISH = Settings()
BUS = "Jeg sidder i bussen, kan vi vente lidt?"


def live(agent: Agent) -> None:
    """As if it saw Prosody."""
    agent._link("live")


async def test_the_real_agent_is_read_part_by_part(tmp_path: Path) -> None:
    """Calm: everything ends with 0. A room that is stuck: status and alerts end with 2, and say which."""
    async with lone_agent(tmp_path) as agent:
        live(agent)
        socket = tmp_path / "agent.sock"
        code, lines = await once(socket, Part.LOBBY)
        assert (code, lines[1:]) == (WELL, ["Nobody is waiting."])
        code, lines = await once(socket, Part.STATUS)
        assert (code, lines[1:]) == (WELL, ["– (Jobcenter): Ready", "– (Psykiatri): Ready"])
        assert "LIVE. 2 open rooms" in lines[0]
        assert lines[0].endswith("Nothing needs anybody.")

        agent.house.settle(replace(WARD, turnover_open=True, stuck=True))
        code, lines = await once(socket, Part.ALERTS)
        assert (code, lines[1:]) == (
            NEEDS_SOMEBODY,
            ["NEEDS SOMEBODY: – (Psykiatri): the room could not be cleared, 0 waiting"],
        )
        assert (await once(socket, Part.STATUS))[0] == NEEDS_SOMEBODY
        assert (await once(socket, Part.LOBBY))[0] == WELL


async def test_the_real_agent_without_prosody_is_no_current_picture(tmp_path: Path) -> None:
    """Whatever is on the board, a picture that may be old is not called well; scripts see it, too."""
    async with lone_agent(tmp_path):
        code, lines = await once(tmp_path / "agent.sock", Part.STATUS)
        assert (code, "NO LINK TO PROSODY" in lines[0]) == (NO_PICTURE, True)
        code, lines = await once(tmp_path / "agent.sock", Part.ALERTS, None)
        head = json.loads(lines[0])
        assert (code, head["current"], head["state"]) == (NO_PICTURE, False, "link_lost")


async def test_without_an_agent_it_says_so(tmp_path: Path) -> None:
    """No agent: one line that says lost, no sums that nobody knows, and 1."""
    code, lines = await once(tmp_path / "s", Part.STATUS)
    assert (code, len(lines)) == (NO_PICTURE, 1)
    assert "LOST" in lines[0]
    assert lines[0].endswith("the agent does not answer. No picture yet.")


async def test_the_lobby_is_one_queue_over_all_rooms(tmp_path: Path) -> None:
    """Who came first is read first, with the room, the place in it, the proof and the verdict."""
    agent = FakeAgent(
        rooms={
            "s1/a": room("a", "Mette Holm", waiting=(person("k1", "A. H.", 2), person("k2", "B. I.", 1))),
            "s1/b": room("b", "Ole Juhl", waiting=(person("k3", "C. J.", 1.5),)),
        }
    )
    async with serving(agent, tmp_path / "s"):
        code, lines = await once(tmp_path / "s", Part.LOBBY, DANISH)
        _, objects = await once(tmp_path / "s", Part.LOBBY, None)
    assert code == WELL
    assert lines[1] == (
        "A. H. hos Mette Holm (Jobcenter Nord), nr. 1, MitID betydelig, ventet 2 min: "
        "Vent, Venter på at blive lukket ind"
    )
    assert [line.split()[0] for line in lines[1:]] == ["A.", "C.", "B."]
    assert [(each["type"], each["place"], each["row"]["knock"]) for each in map(json.loads, objects[1:])] == [
        ("waiting", 1, "k1"), ("waiting", 1, "k3"), ("waiting", 2, "k2"),
    ]  # fmt: skip


async def test_json_is_the_wires_own_rows_without_what_leads_to_a_case(tmp_path: Path) -> None:
    """Rooms can be read back as the wire's; a recording's case, number and appointment are not there; ASCII only."""
    row = room("a", "Ærø \x1b[2J\u202e", phase=wire.RoomPhase.VISIT, citizen="J. K.", visit_since=1.0)
    filed = recording("r", "missing", stuck=True, case="sag-17", number="J-4711", appointment="apt-9")
    raised = alert("a", "stuck_recording", filed.key, attempts=3, seen_by="", words=("Ærø", "x"))
    agent = FakeAgent(rooms={row.key: row}, recordings={filed.key: filed}, alerts={raised.key: raised})
    async with serving(agent, tmp_path / "s"):
        code, lines = await once(tmp_path / "s", Part.STATUS, None)
        assert wire.RoomRow.of(json.loads(lines[1])["row"]) == row
        head = json.loads(lines[0])
        assert (code, head["alerts"], head["rooms"], head["current"]) == (NEEDS_SOMEBODY, 1, 1, True)
        told = json.loads((await once(tmp_path / "s", Part.ALERTS, None))[1][1])
        watched = await first_lines(tmp_path / "s", 3, None)
    assert (told["type"], told["alert"], told["about"]) == ("alert", "stuck_recording", "s1/recording/r")
    assert told["numbers"]["attempts"] == 3
    assert json.loads(watched[2])["row"]["recording"] == "r"
    everything = "\n".join((*lines, *watched))
    assert everything.isascii()
    assert everything.replace("\n", "").isprintable()
    assert not any(word in everything for word in ("sag-17", "J-4711", "apt-9"))


async def test_watching_the_real_agent_tells_what_changes(tmp_path: Path) -> None:
    """The picture; then one line for the room that froze; then that the link is gone."""
    async with lone_agent(tmp_path) as agent, following(tmp_path / "agent.sock") as lines:
        live(agent)
        while "LIVE" not in await lines.get():
            pass
        while (await lines.get()) != "– (Psykiatri): Ready":
            pass
        agent.house.settle(replace(JOBCENTER, frozen_since=1.0))
        assert await lines.get() == "– (Jobcenter): Frozen"
        assert "NEEDS SOMEBODY: – (Jobcenter): without staff for " in await lines.get()
        agent.house.settle(JOBCENTER)
        assert await lines.get() == "– (Jobcenter): Ready"
        assert await lines.get() == "IN ORDER AGAIN: – (Jobcenter): nobody is alone in the room"
        agent._link("lost")
        assert "NO LINK TO PROSODY" in await lines.get()


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Level.ALL, ["note", "room", "alert", "room", "over"]),
        (Level.NOTES, ["note", "alert", "over"]),
        (Level.ALERTS, ["alert", "over"]),
    ],
)
async def test_only_what_is_above_the_level_is_told(tmp_path: Path, level: Level, told: list[str]) -> None:
    """A note, a room that gets stuck, and the same room ready again; a citizen's words at no level."""
    agent = FakeAgent(rooms={"s1/r1": room("r1", "Mette Holm", waiting=(person("k3", "L. B.", 2),))})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s", level, None) as lines:
        for _ in range(2 if level is Level.ALL else 1):
            await lines.get()
        agent.tell("note", notes()[2])
        agent.put(room("r1", "Mette Holm", phase=wire.RoomPhase.STUCK))
        agent.put_alert(alert("a", "stuck_turnover", "s1/r1"))
        agent.put(room("r1", "Mette Holm"))
        agent.end_alert("s1/alert/a")
        heard = [await lines.get() for _ in told]
        agent.tell("link", wire.Link(state="lost", since=1, now=2))
        assert json.loads(await lines.get())["type"] == "head"
    assert [json.loads(line)["type"] for line in heard] == told
    assert BUS not in "".join(heard)


async def test_people_hear_that_somebody_wrote_and_not_what(tmp_path: Path) -> None:
    """The words themselves stay in the console."""
    agent = FakeAgent(rooms={"s1/r1": room("r1", "Mette Holm", waiting=(person("k3", "L. B.", 2),))})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s", Level.NOTES, DANISH) as lines:
        await lines.get()
        agent.tell("note", notes()[2])
        assert await lines.get() == "L. B. skrev til Mette Holm. Læs det i konsollen."


def test_an_alert_is_told_once_and_again_when_somebody_saw_it_or_has_it() -> None:
    """After a break the same picture is not read again; who has it and who saw it are told; then that it is over."""
    watcher = Watcher(Watch(Clock(frozen=True)), Level.ALERTS, Sentences(Words(ENGLISH)))
    link = wire.Link(state="live", since=0, now=1000)
    row = alert("a", "long_wait", "s1/a", knock="k", masked="A. H.", began=400.0, since=1000.0)
    picture = Picture(wire.Board(at_event="s1:0", now=1000, link=link, rooms=(), alerts=(row,)))
    raised = "NEEDS SOMEBODY: Mette Holm (Jobcenter Nord): A. H. waited 10 min"
    assert watcher.hear(picture)[1:] == [raised]
    assert watcher.hear(Alive()) == []
    assert watcher.hear(Picture(picture.board.but(at_event="s1:1"))) == []
    taken = row.but(owner="Anna", owner_id="a")
    assert watcher.hear(Happened("s1", 2, wire.AlertChanged(now=1000, row=taken))) == [f"{raised}, Anna has it"]
    seen = taken.but(seen_by="Anna", seen_at=1000.0)
    [line] = watcher.hear(Happened("s1", 3, wire.AlertChanged(now=1000, row=seen)))
    assert line.startswith("SEEN: Mette Holm (Jobcenter Nord): A. H. waited 10 min, Anna has it (seen by Anna ")
    assert watcher.hear(Happened("s1", 4, wire.AlertGone(key=row.key))) == [
        "IN ORDER AGAIN: Mette Holm (Jobcenter Nord): no longer a long wait"
    ]


async def test_what_somebody_has_seen_pages_nobody(tmp_path: Path) -> None:
    """It is read, last, and the command ends as if all were well."""
    rows = (alert("a", "frozen", "s1/a", seen_by="Anna", seen_at=1.0), alert("b", "not_reached", "s1/b"))
    agent = FakeAgent(alerts={row.key: row for row in rows})
    async with serving(agent, tmp_path / "s"):
        code, lines = await once(tmp_path / "s", Part.ALERTS)
        assert (code, [line.split(":")[0] for line in lines[1:]]) == (NEEDS_SOMEBODY, ["NEEDS SOMEBODY", "SEEN"])
        assert lines[0].endswith("Needs somebody: 1.")
        del agent.alerts[rows[1].key]
        code, lines = await once(tmp_path / "s", Part.ALERTS)
        assert (code, len(lines)) == (WELL, 2)


async def command(folder: Path, *words: str) -> asyncio.subprocess.Process:
    """`portner tui …`, with nothing but these settings."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PORTNER_")}
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    started = (sys.executable, "-m", "xmpp_agent", "tui", *words)
    return await asyncio.create_subprocess_exec(*started, cwd=folder, env=env, stdout=PIPE, stderr=PIPE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--plain", "status", "--socket", "nowhere"), "TABT"),
        (("--json", "alerts", "--socket", "nowhere"), '"current": false'),
        (("--plain", "status"), "Setting domain"),
    ],
    ids=["no agent", "json", "no settings"],
)
async def test_scripts_never_take_a_fault_for_an_alert(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """No agent and no settings both end with 1: 2 is kept for what needs a person."""
    process = await command(tmp_path, *words)
    out, err = await process.communicate()
    assert (process.returncode, said in (out + err).decode()) == (NO_PICTURE, True)
    assert b"Traceback" not in err


async def test_a_reader_who_has_enough_is_no_fault(tmp_path: Path) -> None:
    """`watch | head -1`: each line comes at once, and the command ends without a complaint."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    async with serving(agent, tmp_path / "s"), asyncio.timeout(30):
        process = await command(tmp_path, "--plain", "watch", "--socket", str(tmp_path / "s"))
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"LIVE" in await process.stdout.readline()
        process.stdout._transport.close()  # type: ignore[attr-defined]  # asyncio has no other way to stop reading
        agent.put(room("a", "Mette Holm", phase=wire.RoomPhase.STUCK))
        assert await process.wait() == WELL
        assert await process.stderr.read() == b""
