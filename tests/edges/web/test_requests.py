"""Requests as nobody should send them: each refusal is a problem in words, and nothing grows or breaks."""

import asyncio
import itertools
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edges.web.lone_agent import acts_on_record, lone_agent, problem_of, visitor
from xmpp_agent.edges.web import door
from xmpp_agent.wire import Board, Finish, LetIn, TurnAway, Write
from xmpp_agent.wiring import Agent

SECRET = "0101010101"
COMMANDS = {
    "let-in": LetIn(command="c1", knock="k1"),
    "turn-away": TurnAway(command="c2", knock="k1", reason="Kom i morgen"),
    "write": Write(command="c3", text="Hej"),
    "finish": Finish(command="c4", visit=0),
}


@asynccontextmanager
async def asked(folder: Path) -> AsyncIterator[tuple[Agent, httpx.AsyncClient]]:
    """A lone agent and somebody who may ask it."""
    async with lone_agent(folder) as agent, visitor(folder / "agent.sock") as http:
        yield agent, http


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"command": "c", "knock": ""}',
        b'{"command": "c", "knock": "k", "more": 1}',
        b'{"command": "c", "knock": "\\ud800"}',
        b'{"command": "c", "knock": ["' + SECRET.encode() + b'"]}',
        json.dumps({"command": "c", "knock": SECRET * 100}).encode(),
    ],
)
async def test_a_body_that_is_no_command_is_422_and_never_repeated(tmp_path: Path, body: bytes) -> None:
    """Malformed JSON, wrong types, unknown fields, letters that are none."""
    async with asked(tmp_path) as (_, http):
        answer = await http.post("/v1/rooms/k3v9/let-in", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, problem_of(answer).reason) in {(422, "bad_request"), (422, "")}
        assert SECRET not in answer.text


NO_BODY = {
    "/v1/appointments/{ident}/cancel",
    "/v1/passes/{ident}/revoke",
    "/v1/people/{ident}/erase",
    "/v1/staff/{ident}/sign-out",
    "/v1/staff/sign-out",
}
"""What is taken away is named by the address alone."""


async def test_no_route_acts_on_a_body_that_is_no_command(tmp_path: Path) -> None:
    """Each reads its own: one that forgot to would do what nobody asked for."""
    async with asked(tmp_path) as (agent, http):
        app = vars(vars(vars(agent)["_server"])["_server"])["config"].app._app
        routes = {route.path for route in app.routes if "POST" in route.methods} - NO_BODY
        for path in sorted(routes):
            for body in (b"", b"null", b'{"command": "c", "' + SECRET.encode() + b'": 1}'):
                url = path.format(room="k3v9", ident="r1", alert="a1", unit="Jobcenter")
                answer = await http.post(url, content=body, headers={"content-type": "application/json"})
                assert (path, answer.status_code, problem_of(answer).reason) == (path, 422, "bad_request")
                assert SECRET not in answer.text
        assert len(routes) > 20
        assert acts_on_record(tmp_path) == []


async def test_a_command_comes_as_json(tmp_path: Path) -> None:
    """What a form of another page could send is none, whatever it says."""
    body = COMMANDS["write"].json().encode()
    others = ("text/plain", "application/x-www-form-urlencoded", "application/jsonx")
    async with asked(tmp_path) as (_, http):
        for status, kinds in ((422, ("", *others)), (503, ("application/json", "Application/JSON ; charset=utf-8"))):
            for kind in kinds:
                headers = {"content-type": kind} if kind else {}
                answer = await http.post("/v1/rooms/k3v9/write", content=body, headers=headers)
                assert (kind, problem_of(answer).status) == (kind, status)


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/rooms/k3v9", 404),
        ("POST", "/v1/rooms/k3v9/dance", 404),
        ("POST", "/v1/appointments/a1/revoke", 404),
        ("POST", "/v1/rooms/a/b/let-in", 404),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/v1/board/", 404),
        ("GET", "/v1/rooms/k3v9/let-in", 405),
        ("DELETE", "/v1/board", 405),
        ("POST", "/v1/events", 405),
        ("OPTIONS", "/v1/board", 405),
    ],
)
async def test_what_is_not_there_is_a_problem_in_words(tmp_path: Path, verb: str, path: str, status: int) -> None:
    """Unknown paths and wrong methods; 405 says which method is right."""
    async with asked(tmp_path) as (_, http):
        answer = await http.request(verb, path, headers={"accept-language": "da"})
        assert answer.status_code == status
        assert problem_of(answer).title.endswith("her.")
        assert ("allow" in answer.headers) == (status == 405)


async def test_an_unknown_room_is_404_and_not_named(tmp_path: Path) -> None:
    """The refusal says that there is no such room, in the language asked for."""
    async with asked(tmp_path) as (_, http):
        for language, words in (("da", "Mødet findes ikke"), ("en", "No such meeting")):
            answer = await http.post(
                f"/v1/rooms/{SECRET}%00%0a/let-in",
                json=COMMANDS["let-in"].plain(),
                headers={"accept-language": language},
            )
            assert answer.status_code == 404
            problem = problem_of(answer)
            assert problem.reason == "unknown_room"
            assert problem.title.startswith(words)
            assert SECRET not in answer.text


async def test_what_is_to_be_withdrawn_must_be_there(tmp_path: Path) -> None:
    """An appointment nobody booked is 404; a pass that was never used can be taken back by who sees all units."""
    async with asked(tmp_path) as (_, http):
        answer = await http.post("/v1/appointments/none/cancel")
        assert answer.status_code == 404
        problem_of(answer)
        assert (await http.post("/v1/passes/none/revoke")).status_code == 503


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_too_long_is_413(tmp_path: Path, chunked: bool) -> None:
    """Announced or not: nothing beyond the limit is read."""
    async with asked(tmp_path) as (_, http):

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b" " * 10_000

        content = endless() if chunked else b" " * (door.LONGEST_BODY + 1)
        answer = await http.post("/v1/rooms/k3v9/let-in", content=content)
        assert answer.status_code == 413
        problem_of(answer)
        answer = await http.post("/v1/rooms/k3v9/let-in", content=b" " * door.LONGEST_BODY)
        assert answer.status_code == 422


async def test_a_body_that_does_not_come_is_408(tmp_path: Path) -> None:
    """Somebody who announces a body and sends none does not hold the agent's hand for ever."""
    async with lone_agent(tmp_path) as agent:
        vars(vars(vars(agent)["_server"])["_server"])["config"].app._body_within = 0.05
        answer = await _raw(tmp_path, b"POST /v1/rooms/a/let-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n{")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in answer


async def test_somebody_who_hangs_up_in_the_middle_asked_for_nothing(tmp_path: Path) -> None:
    """A command cut off is not carried out, even when what arrived could be read."""
    async with lone_agent(tmp_path) as agent:
        body = COMMANDS["write"].json().encode()
        head = "POST /v1/rooms/none/write HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        head += f"Content-Length: {len(body) + 1}\r\n\r\n"
        with socket.socket(socket.AF_UNIX) as cut:
            cut.connect(str(tmp_path / "agent.sock"))
            cut.sendall(head.encode() + body)
        async with visitor(tmp_path / "agent.sock") as http:
            assert (await http.get("/v1/board")).status_code == 200
        await agent.house.lanes.quiet()
        assert acts_on_record(tmp_path) == []


NOISE = st.one_of(st.binary(min_size=1, max_size=400), st.text(min_size=1, max_size=200).map(str.encode))


@given(noises=st.lists(NOISE, min_size=15, max_size=25))
@settings(max_examples=3, deadline=None)
def test_noise_is_answered_or_closed_and_the_agent_goes_on(
    tmp_path_factory: pytest.TempPathFactory, noises: list[bytes]
) -> None:
    """Whatever bytes come, alone or behind a good request: an answer or the end, and no fault in the loop."""

    async def play() -> None:
        folder = tmp_path_factory.mktemp("noise")
        faults = list[object]()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
        async with asked(folder) as (_, http):
            for noise, before in itertools.product(noises, (b"", _get("board"), _get("events"))):
                answer = await _raw(folder, before + noise + b"\r\n\r\n", end=True)
                assert answer == b"" or answer.startswith(b"HTTP/1.1 200 " if before else b"HTTP/1.1 4")
            assert (await http.get("/v1/board")).status_code == 200
        assert faults == []

    asyncio.run(play())


async def test_a_head_too_long_is_a_problem(tmp_path: Path) -> None:
    """Headers without end are cut off."""
    async with lone_agent(tmp_path):
        answer = await _raw(tmp_path, b"GET /v1/board HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"application/problem+json" in answer


@pytest.mark.parametrize("act", sorted(COMMANDS))
async def test_no_act_is_carried_out_without_a_link_to_prosody(tmp_path: Path, act: str) -> None:
    """503, nothing on record, nothing changed; and the board says that the link is lost."""
    async with asked(tmp_path) as (agent, http):
        before = dict(agent.house.rooms)
        answer = await http.post(f"/v1/rooms/k3v9/{act}", json=COMMANDS[act].plain())
        assert answer.status_code == 503
        assert problem_of(answer).reason == "prosody_did_not_do_it"
        assert agent.house.rooms == before
        assert acts_on_record(tmp_path) == []
        board = Board.read((await http.get("/v1/board")).content)
        assert board.link.state == "lost"
        assert {row.room for row in board.rooms} == {"k3v9", "w7q2"}


async def test_health_is_red_without_a_link(tmp_path: Path) -> None:
    """503 for whoever watches the service."""
    async with asked(tmp_path) as (_, http):
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.text) == (503, "not live\n")


async def test_an_error_of_ours_is_500_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong stays in the log; the console is told only that it did."""
    async with asked(tmp_path) as (agent, http):

        def broken(node: str) -> None:
            raise ValueError(SECRET)

        monkeypatch.setattr(agent.rooms, "recent", broken)
        answer = await http.get("/v1/board")
        assert answer.status_code == 500
        problem_of(answer)
        assert SECRET not in answer.text


def _get(what: str) -> bytes:
    return f"GET /v1/{what} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


async def _raw(folder: Path, words: bytes, *, end: bool = False) -> bytes:
    """Send bytes; everything that is answered until the other side closes (`end`: we close our half first)."""
    async with asyncio.timeout(30):
        reader, writer = await asyncio.open_unix_connection(str(folder / "agent.sock"))
        try:
            writer.write(words)
            if end:
                writer.write_eof()
                return await reader.read(100_000)
            return await reader.read(100_000)
        except ConnectionError:
            return b""
        finally:
            writer.close()
