"""Signing in from elsewhere: npm's provider, the real agent and its site, and the real console or line mode."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from tests.edges.oidc.attempts import REDIRECT, SECRET
from tests.edges.store.samples import raw
from tests.edges.web.elsewhere import CASEWORKER, CONSOLE, LEADER, Elsewhere, open_elsewhere
from tests.edges.web.lone_agent import visitor
from tests.tui.at_the_sign_on import type_the_code
from tests.tui.listening import voice_of
from tests.tui.opened import WIDE
from tui.agent.client import AgentClient
from tui.agent.sign_in import SignIn
from tui.app import PortnerApp
from tui.board.freshness import State
from tui.board.heard import Asked
from tui.plain import NO_PICTURE, WELL, Part, read_once
from tui.screens.sign_in import SignInDialog
from tui.settings import Settings
from tui.text.sign_in import explained
from tui.text.words import Words
from xmpp_agent.demo.login_provider.running import Client, LoginProviders, Person, login_providers
from xmpp_agent.edges.web import remote

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENGLISH = Settings(lang="en")
METTE = Person("mette", "Mette Holm", email="mette@lilleby.test", roles=(LEADER,))
KIM = Person("kim", "Kim Vig", email="kim@lilleby.test", roles=(CASEWORKER,))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Elsewhere]:
    """The provider with its people, and an agent that believes it; streams are looked at ten times a second."""
    folder = tmp_path_factory.mktemp("sign-in")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote.RemoteDoor.__init__, "__defaults__", (0.1,))
        async with login_providers(folder / "log") as providers:
            issuer = await _opened(providers)
            async with open_elsewhere(folder / "data", issuer) as there:
                there.agent._link("live")
                yield there


async def _opened(providers: LoginProviders) -> str:
    ours = Client("portner", REDIRECT, SECRET)
    return await providers.open("staff", "staff", [ours, Client(CONSOLE, "", auth="none", device=True)], [METTE, KIM])


async def soon(_seconds: float) -> None:
    """Between two questions to the provider: as long as the loop takes."""
    await asyncio.sleep(0.02)


def signing_in(there: Elsewhere) -> SignIn:
    """Nobody yet."""
    return SignIn(there.origin, sleep=soon)


class Reader:
    """Reads one part in lines as somebody who, when asked, goes and types the code."""

    def __init__(self, who: SignIn, person: str, *, cancel: bool = False) -> None:
        self.who, self.person, self.cancel = who, person, cancel
        self.asked: list[Asked] = []
        self.lines: list[str] = []
        self._typing: asyncio.Task[str] | None = None

    async def read(self, part: Part) -> int:
        """The exit code."""
        client = AgentClient(self.who, "en")
        code = await read_once(client, part, voice_of(ENGLISH), self.lines.append, self._ask)
        if self._typing is not None:
            await self._typing
        return code

    def _ask(self, asked: Asked) -> None:
        self.asked.append(asked)
        self._typing = asyncio.create_task(type_the_code(asked.address, asked.code, self.person, cancel=self.cancel))


async def test_a_leader_reads_after_typing_the_code(
    there: Elsewhere, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Code and address are shown, and the status of their own unit comes; no token is shown or logged anywhere."""
    caplog.set_level(logging.DEBUG)
    reader = Reader(signing_in(there), "mette")
    assert await reader.read(Part.STATUS) == WELL
    assert reader.lines[1:] == ["– (Jobcenter): Ready"]
    shown = "\n".join(cell.text for line in explained(reader.asked[0], Words(ENGLISH)) for cell in line)
    assert reader.asked[0].code in shown
    assert re.search(r"^  http://127.0.0.1:\d+/device$", shown, re.MULTILINE)
    held = reader.who._tokens
    for place in (shown, repr(reader.asked[0]), repr(vars(reader.who)), caplog.text, *capfd.readouterr()):
        assert held.id_token[:30] not in place
        assert held.refresh not in place


@pytest.mark.parametrize(
    ("person", "cancel", "why"),
    [("kim", False, "you are not known as a supervisor"), ("mette", True, "signing in was denied or cancelled")],
)
async def test_whoever_may_not_or_will_not_sees_nothing(there: Elsewhere, person: str, cancel: bool, why: str) -> None:
    """No picture, why, and 1."""
    reader = Reader(signing_in(there), person, cancel=cancel)
    assert await reader.read(Part.STATUS) == NO_PICTURE
    assert why in reader.lines[0]
    assert reader.lines[1:] == []


async def test_a_token_is_renewed_without_asking_until_somebody_signs_them_out(there: Elsewhere) -> None:
    """Refused as too old: the next one comes by the refresh token. Signed out: a person is asked."""
    who = signing_in(there)
    assert [asked async for asked in _typed(who, "mette")] == [1]
    first = who._tokens
    async with AgentClient(who) as client:
        await client.board()
        who.rejected(renewable=True)
        assert [asked async for asked in _typed(who, "mette")] == []
        assert who._tokens.id_token not in ("", first.id_token)
        await client.board()
        who.rejected(renewable=False)
        assert [asked async for asked in _typed(who, "mette")] == [1]


async def _typed(who: SignIn, person: str) -> AsyncIterator[int]:
    async for asked in who.ensure():
        typing = asyncio.create_task(type_the_code(asked.address, asked.code, person))
        yield 1
        await typing


@asynccontextmanager
async def screen(there: Elsewhere) -> AsyncIterator[PortnerApp]:
    """The console on a screen, elsewhere."""
    app = PortnerApp(signing_in(there), ENGLISH)
    async with app.run_test(size=WIDE):
        yield app


async def when(condition: Callable[[], object]) -> None:
    """Wait for it, at most about ten seconds."""
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about")


async def until(app: PortnerApp, state: State) -> None:
    """Wait for what the state line says."""
    await when(lambda: app.watched.standing().state is state)


async def test_signed_out_in_the_middle_the_picture_stays_and_the_code_is_on_top(there: Elsewhere) -> None:
    """Asked, signed in, live; signed out by the agent: the rooms are still known, no act may be sent, asked again.

    Whoever signs in then may be another: what happened before, and how it was, is not shown to them.
    """
    async with screen(there) as app, asyncio.timeout(60):
        await until(app, State.SIGN_IN)
        dialog = app.screen
        assert isinstance(dialog, SignInDialog)
        await type_the_code(dialog._asked.address, dialog._asked.code, "mette")
        await until(app, State.LIVE)
        assert not isinstance(app.screen, SignInDialog)
        assert [row.unit for row in app.watched.board.rooms.values()] == ["Jobcenter"]
        there.agent._note("k3v9", "arrived", None, "")
        await when(lambda: app.watched.happenings.lines)
        before = app.watched.now()

        newest = "SELECT person FROM sessions ORDER BY expires_at DESC LIMIT 1"
        [(person,)] = raw(there.folder / "portner.sqlite3", newest)
        async with visitor(there.folder / "agent.sock") as local:
            assert (await local.post(f"/v1/staff/{person}/sign-out", json={})).status_code == 204
        await until(app, State.SIGN_IN)
        assert app.watched.board.rooms
        assert not app.watched.standing().may_act
        again = app.screen
        assert isinstance(again, SignInDialog)
        assert again._asked.code != dialog._asked.code
        await type_the_code(again._asked.address, again._asked.code, "mette")
        await until(app, State.LIVE)
        assert not app.watched.happenings.lines
        assert not app.watched.look_back(before)
