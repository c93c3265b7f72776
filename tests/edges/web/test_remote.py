"""The console from elsewhere, on the real agent and its site: by the sign-on's tokens, by roles, until put out."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.edges.oidc.liar import EC, RSA, STRANGER, House, Liar, _over, open_house
from tests.edges.store.samples import raw
from tests.edges.web.elsewhere import CASEWORKER, CONSOLE, LEADER, Elsewhere, open_elsewhere
from tests.edges.web.lone_agent import acts_on_record, problem_of, visitor
from xmpp_agent.edges.web import remote
from xmpp_agent.wire import Board, SignIn

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """Where the sign-on is served."""
    async with open_house() as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Elsewhere]:
    """One agent for the module; streams are looked at anew ten times a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote.RemoteDoor.__init__, "__defaults__", (0.1,))
        async with open_elsewhere(tmp_path_factory.mktemp("elsewhere") / "data", house.issuer) as there:
            yield there


@pytest.fixture
def sso(house: House) -> Liar:
    """The sign-on, honest until told otherwise."""
    house.liar = Liar(house.issuer)
    return house.liar


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COUNT = iter(range(10_000))


def token_of(
    sso: Liar, who: str = "mette", role: str = LEADER, lies: dict[str, object] | None = None, key: object = RSA
) -> str:
    """A token of now for the console, unlike any other."""
    now = time.time()
    honest: dict[str, object] = {
        "iss": sso.issuer, "sub": f"sub-{who}", "aud": CONSOLE, "exp": now + 300, "iat": now, "jti": str(next(_COUNT)),
        "preferred_username": f"{who}@lilleby.test", "name": "Mette Holm", "roles": [role],
    }  # fmt: skip
    return sso.sign(_over(honest, lies or {}), key)  # type: ignore[arg-type]  # keys of any kind, and bytes


async def test_a_leader_sees_their_units_and_nothing_else(there: Elsewhere, sso: Liar) -> None:
    """The board as on the socket, but for the rooms of others; not kept by anybody on the way; on record by person."""
    before = acts_on_record(there.folder).count("console-login")
    async with there.bearing(token_of(sso)) as http:
        answer = await http.get("/v1/board")
        assert [row.unit for row in Board.read(answer.content).rooms] == ["Jobcenter"]
        assert answer.headers["cache-control"] == "no-store"
        refused = await http.post("/v1/rooms/w7q2/finish", json={"command": "c1", "visit": 0})
        assert (refused.status_code, problem_of(refused).reason) == (403, "not_your_unit")
    [(line,)] = raw(there.folder / "portner.sqlite3", "SELECT line FROM audit ORDER BY seq DESC LIMIT 1")
    assert (json.loads(str(line))["actor"],) in raw(there.folder / "portner.sqlite3", "SELECT person FROM sessions")
    assert acts_on_record(there.folder).count("console-login") == before + 1


@pytest.mark.parametrize(
    ("lies", "key"),
    [
        ({"iss": "https://elsewhere.example"}, RSA),
        ({"aud": "portner"}, RSA),
        ({"exp": time.time() - 120}, RSA),
        ({}, STRANGER),
        ({"iat": time.time() - 400, "exp": time.time() + 9000}, RSA),
    ],
    ids=["issuer", "the site's own client", "expired", "stranger", "kept back"],
)
async def test_a_token_that_does_not_hold_opens_nothing(
    there: Elsewhere, sso: Liar, lies: dict[str, object], key: object
) -> None:
    """401, with what to do, and nothing of the token."""
    token = token_of(sso, lies=lies, key=key)
    async with there.bearing(token) as http:
        for answer in (await http.get("/v1/board"), await http.get("/v1/events")):
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert problem_of(answer).title
            assert token[:20] not in answer.text


async def test_no_signature_and_no_token_open_nothing(there: Elsewhere, sso: Liar) -> None:
    """`alg: none`, no header, a token in the address, a cookie."""
    sso.header = {"alg": "none"}
    unsigned = token_of(sso)
    sso.header = {}
    async with there.bearing() as http:
        for headers in ({"Authorization": f"Bearer {unsigned}"}, {"Authorization": "Basic bTpt"}, {}):
            assert (await http.get("/v1/board", headers=headers)).status_code == 401
        good = token_of(sso)
        assert (await http.get(f"/v1/board?access_token={good}")).status_code == 401
        assert (await http.get("/v1/board", headers={"cookie": f"portner-staff={good}"})).status_code == 401


@pytest.mark.parametrize(("role", "counted"), [(CASEWORKER, 1), ("Something.Else", 0)])
async def test_without_a_leaders_role_it_is_a_no_that_is_judged_once(
    there: Elsewhere, sso: Liar, role: str, counted: int
) -> None:
    """403, also the second time, and the record does not grow with every try."""
    async with there.bearing(token_of(sso, who=f"kim-{counted}", role=role)) as http:
        first = await http.get("/v1/board")
        assert (first.status_code, problem_of(first).reason) == (403, "no_role")
        before = len(acts_on_record(there.folder))
        assert (await http.get("/v1/board")).status_code == 403
        assert len(acts_on_record(there.folder)) == before


async def test_people_and_staff_are_not_for_consoles_elsewhere(there: Elsewhere, sso: Liar) -> None:
    """Erasing citizens and signing staff out are the command line's, on the machine itself."""
    async with there.bearing(token_of(sso)) as http:
        for path in ("/v1/people/x/erase", "/v1/staff/sign-out", "/v1/staff/x/sign-out"):
            assert (await http.post(path, json={})).status_code == 404


async def test_the_way_to_sign_in_is_told_to_anybody(there: Elsewhere) -> None:
    """Provider and client, and nothing secret."""
    async with there.bearing() as http:
        answer = await http.get("/sign-in")
    how = SignIn.read(answer.content)
    assert (how.client_id, how.scopes[-1]) == (CONSOLE, "offline_access")
    assert how.discovery == f"{how.issuer}/.well-known/openid-configuration"
    assert "secret" not in answer.text


async def test_signing_out_ends_the_stream_and_the_token(there: Elsewhere, sso: Liar) -> None:
    """The stream ends in good order; the token is dead in every spelling, and kept in mind until it ends by itself."""
    sso.header = {"alg": "ES256", "kid": "ec-1"}
    token = token_of(sso, who="ida", key=EC)
    async with there.bearing(token) as http, asyncio.timeout(30):
        at = Board.read((await http.get("/v1/board")).content).at_event
        async with http.stream("GET", "/v1/events", headers={"Last-Event-ID": at}) as events:
            lines = events.aiter_lines()
            while await anext(lines) != ": alive":  # something may have happened since the board
                pass
            async with visitor(there.folder / "agent.sock") as local:
                newest = "SELECT person FROM sessions ORDER BY expires_at DESC LIMIT 1"
                [(ida,)] = raw(there.folder / "portner.sqlite3", newest)
                assert (await local.post(f"/v1/staff/{ida}/sign-out", json={})).status_code == 204
            async for _ in lines:
                pass
        for spelling in (token, _respelt(token)):
            answer = await http.get("/v1/board", headers={"Authorization": f"Bearer {spelling}"})
            assert (answer.status_code, problem_of(answer).reason) == (401, "signed_out")
        alive = "SELECT count(*) FROM sessions WHERE person = ? AND expires_at > ?"
        assert raw(there.folder / "portner.sqlite3", alive, ida, time.time() + 200) == [(1,)]
    async with there.bearing(token_of(sso, who="ida", key=EC)) as http:
        assert (await http.get("/v1/board")).status_code == 200


def _respelt(token: str) -> str:
    """The same token under another signature that is as good, as anybody can make from one of ECDSA: (r, n - s)."""
    signed, _, signature = token.rpartition(".")
    raw_ = base64.urlsafe_b64decode(signature + "==")
    other = P256_ORDER - int.from_bytes(raw_[32:])
    return f"{signed}.{base64.urlsafe_b64encode(raw_[:32] + other.to_bytes(32)).rstrip(b'=').decode()}"


async def test_many_wrong_tokens_are_slowed_down_and_shut_out_nobody_else(house: House, tmp_path: Path) -> None:
    """429 after some; whoever comes from the same address with a good one is let in."""
    house.liar = Liar(house.issuer)
    async with open_elsewhere(tmp_path / "data", house.issuer) as there:
        async with there.bearing("a.b.c") as http:
            answers = [(await http.get("/v1/board")).status_code for _ in range(25)]
        assert (answers[-1], set(answers)) == (429, {401, 429})
        async with there.bearing(token_of(house.liar)) as http:
            assert (await http.get("/v1/board")).status_code == 200


async def test_it_is_off_unless_the_settings_say_so(house: House, tmp_path: Path) -> None:
    """Without `[site.console]` there is no such place, whoever comes."""
    house.liar = Liar(house.issuer)
    async with (
        open_elsewhere(tmp_path / "data", house.issuer, console={}) as there,
        there.bearing(token_of(house.liar)) as http,
    ):
        for path in ("/v1/board", "/sign-in"):
            assert (await http.get(path)).status_code == 404


async def test_a_broken_store_is_no_way_in(there: Elsewhere, sso: Liar, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be looked up or written down is not allowed."""
    from xmpp_agent.edges.store.visitors import SqlVisitors
    from xmpp_agent.ports import Unavailable

    async def broken(*_: object) -> None:
        raise Unavailable("no store")

    monkeypatch.setattr(SqlVisitors, "session", broken)
    async with there.bearing(token_of(sso)) as http:
        assert (await http.get("/v1/board")).status_code == 503
