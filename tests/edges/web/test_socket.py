"""The socket: who may open it, who is believed to be a supervisor, whose it is, and how it ends."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import uvloop

from tests.edges.web.lone_agent import ALL, lone_agent, visitor
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.server import SocketFault, SocketServer
from xmpp_agent.wire import Note

NOBODY = 65534
"""Some other user of the machine."""
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
ASK = """
import json, os, socket, sys
os.chdir(sys.argv[1]); os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
connection = socket.socket(socket.AF_UNIX); connection.settimeout(10)
try:
    connection.connect("agent.sock")
except PermissionError:
    print(json.dumps(["no permission", ""])); sys.exit()
connection.sendall(f"GET {sys.argv[3]} HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n{sys.argv[4]}\\r\\n".encode())
answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
print(json.dumps([answer.split(" ")[1], answer.partition("\\r\\n\\r\\n")[2]]))
"""


@pytest.fixture
def square() -> Iterator[Path]:
    """A folder every user of the machine can look into."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


async def _ask_as(uid: int, folder: Path, path: str, header: str = "") -> tuple[str, str]:
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASK, str(folder), str(uid), path, header), stdout=subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(asked.communicate(), 20)
    status, body = json.loads(out)
    return status, body


@as_root
async def test_another_user_cannot_even_open_the_socket(tmp_path: Path, square: Path) -> None:
    """The file is for its owner and group only."""
    async with lone_agent(tmp_path, sock=square / "agent.sock"):
        assert stat.S_IMODE((square / "agent.sock").stat().st_mode) == 0o660
        assert await _ask_as(NOBODY, square, "/v1/board") == ("no permission", "")


@as_root
@pytest.mark.parametrize("path", ["/v1/board", "/v1/events", "/v1/nowhere", "/v1/rooms/k3v9/let-in"])
async def test_who_is_no_supervisor_is_refused_by_what_the_kernel_says(
    tmp_path: Path, square: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Even with the file open to all, another user gets 403 everywhere, whatever their headers claim."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    async with lone_agent(tmp_path, sock=square / "agent.sock"):
        (square / "agent.sock").chmod(0o666)
        for header in ("", "X-Forwarded-For: uid\r\n", "X-Forwarded-For: uid:0\r\nForwarded: for=uid\r\n"):
            status, body = await _ask_as(NOBODY, square, path, header)
            assert status == "403"
            assert json.loads(body)["status"] == 403
        assert await _ask_as(NOBODY, square, "/healthz") == ("503", "not live\n")


@as_root
async def test_a_supervisor_of_one_unit_is_known_by_their_user(tmp_path: Path, square: Path) -> None:
    """The uid decides which rooms are seen."""
    async with lone_agent(tmp_path, {NOBODY: frozenset({"Psykiatri"}), 0: ALL}, sock=square / "agent.sock"):
        (square / "agent.sock").chmod(0o666)
        status, body = await _ask_as(NOBODY, square, "/v1/board")
        assert status == "200"
        assert [room["room"] for room in json.loads(body)["rooms"]] == ["w7q2"]
        status, body = await _ask_as(0, square, "/v1/board")
        assert sorted(room["room"] for room in json.loads(body)["rooms"]) == ["k3v9", "w7q2"]


def test_the_peer_is_known_under_uvloop_too(tmp_path: Path) -> None:
    """The agent runs on uvloop, whose transports are not asyncio's: no supervisor but the uid itself is let through."""

    async def ask() -> tuple[int, int]:
        async with lone_agent(tmp_path) as agent, visitor(tmp_path / "agent.sock") as http:
            allowed = (await http.get("/v1/board")).status_code
            vars(_door(vars(agent)["_server"]))["_supervisors"] = {os.getuid() + 1: ALL}
            return allowed, (await http.get("/v1/board")).status_code

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(ask()) == (200, 403)


def _door(server: SocketServer) -> Door:
    door = vars(vars(server)["_server"])["config"].app
    assert isinstance(door, Door)
    return door


async def test_a_living_agents_socket_is_left_alone(tmp_path: Path) -> None:
    """A second server on the same path is refused, and the first goes on being reached."""
    async with lone_agent(tmp_path) as agent, visitor(tmp_path / "agent.sock") as http:
        second = SocketServer(_door(vars(agent)["_server"]), tmp_path / "agent.sock")
        with pytest.raises(SocketFault, match="another agent"):
            second.start()
        await second.stop()
        assert (await http.get("/healthz")).status_code == 503


async def test_a_dead_agents_socket_is_replaced(tmp_path: Path) -> None:
    """A file nobody listens on is no hindrance."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "agent.sock"))
        dead.listen()
    async with lone_agent(tmp_path), visitor(tmp_path / "agent.sock") as http:
        assert (await http.get("/v1/board")).status_code == 200


def _try(folder: str, ready: Event, go: Event, end: Event, won: "multiprocessing.Queue[bool]") -> None:
    async def serve() -> None:
        server = SocketServer(Door(_nothing, {}), Path(folder) / "agent.sock")
        ready.set()
        go.wait(20)
        try:
            server.start()
        except SocketFault:
            won.put(False)
        else:
            won.put(True)
            end.wait(20)
            await server.stop()

    asyncio.run(serve())


async def _nothing(*_: object) -> None:
    raise AssertionError("nobody asks")


def test_of_several_agents_that_find_a_dead_ones_socket_at_once_one_gets_it(tmp_path: Path) -> None:
    """Replacing is not a race: the kernel's lock decides."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "agent.sock"))
    context = multiprocessing.get_context("fork")
    won: multiprocessing.Queue[bool] = context.Queue()
    go, end = context.Event(), context.Event()
    ready = [context.Event() for _ in range(3)]
    agents = [context.Process(target=_try, args=(str(tmp_path), each, go, end, won)) for each in ready]
    for agent in agents:
        agent.start()
    try:
        assert all(each.wait(20) for each in ready)
        go.set()
        assert sorted(won.get(timeout=20) for _ in agents) == [False, False, True]
    finally:
        end.set()
        for agent in agents:
            agent.join(20)
    assert [agent.exitcode for agent in agents] == [0, 0, 0]


@pytest.mark.parametrize("what", ["a file", "a folder", "nowhere", "too long"])
async def test_a_path_that_cannot_be_served_is_refused_in_words(tmp_path: Path, what: str) -> None:
    """The agent does not start, says why, and overwrites nothing."""
    path = tmp_path / "agent.sock"
    if what == "a file":
        path.write_text("somebody's notes", encoding="utf-8")
    elif what == "a folder":
        path.mkdir()
    elif what == "nowhere":
        path = tmp_path / "missing" / "agent.sock"
    else:
        path = tmp_path / ("x" * 120)
    server = SocketServer(Door(_nothing, {}), path)
    with pytest.raises(SocketFault, match="Socket"):
        server.start()
    await server.stop()
    assert what != "a file" or path.read_text(encoding="utf-8") == "somebody's notes"


async def test_stopping_ends_streams_and_idle_connections_promptly(tmp_path: Path) -> None:
    """A console that listens gets the end of its stream; one that does not read is cut off; the file is gone."""
    idle = socket.socket(socket.AF_UNIX)
    deaf = socket.socket(socket.AF_UNIX)
    with contextlib.closing(idle), contextlib.closing(deaf):
        async with lone_agent(tmp_path) as agent:
            idle.connect(str(tmp_path / "agent.sock"))
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            deaf.connect(str(tmp_path / "agent.sock"))
            deaf.sendall(b"GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n")
            async with (
                asyncio.timeout(30),
                visitor(tmp_path / "agent.sock") as http,
                http.stream("GET", "/v1/events") as heard,
            ):
                chunks = heard.aiter_raw()
                assert await anext(chunks) == b": alive\n\n"
                for _ in range(3000):
                    agent.feed.publish(None, "note", Note(room="k3v9", kind="wrote", text="x" * 500))
                    await asyncio.sleep(0)
                stopping = asyncio.create_task(agent.stop())
                async for _ in chunks:
                    pass
            async with asyncio.timeout(30):
                await stopping
            await asyncio.sleep(0)
            assert vars(vars(agent)["_server"])["_server"].server_state.connections == set()
        assert not (tmp_path / "agent.sock").exists()
        assert asyncio.all_tasks() == {asyncio.current_task()}
