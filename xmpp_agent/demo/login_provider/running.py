"""The login provider of demo and tests: one process that plays any number of MitID brokers and staff sign-ons.

    async with login_providers(log) as providers:
        issuer = await providers.open("mitid", "idura", [Client("portner", redirect_uri, secret)], [Person("anna", …)])

`provider.js` does the work, on a free port of this machine for each provider; `./install` fetches what it needs.
"""

import asyncio
import itertools
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent
STORE = _HERE.parents[2] / "var" / "login_provider"
"""Where `./install` puts the npm packages."""
SOON = 20.0
"""Seconds an order may take; they take well under one on two idle cores."""
_POLITE = 5.0
"""Seconds between the end of its input and being made to end."""


_DEVICE = {
    "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
    "response_types": [],
    "redirect_uris": [],
}


class LoginProviderFault(Exception):
    """The login provider did not start, ended by itself, or refused an order; the text is its own."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who may ask for logins. `auth` is a token endpoint method in the words of OAuth."""

    client_id: str
    redirect_uri: str
    secret: str = ""
    auth: str = "client_secret_basic"
    keys: Sequence[object] = ()
    """Public keys (JWK) for `private_key_jwt`."""
    userinfo_alg: str = ""
    """Signs userinfo with this algorithm; empty: plain JSON."""
    id_token_alg: str = "RS256"
    device: bool = False
    """Without a browser of its own: the device authorization grant, and nothing else."""

    def metadata(self) -> dict[str, object]:
        """As OpenID Connect Dynamic Client Registration spells it."""
        given: dict[str, object] = {
            "client_id": self.client_id,
            "client_secret": self.secret,
            "redirect_uris": [] if self.device else [self.redirect_uri],
            "token_endpoint_auth_method": self.auth,
            "jwks": {"keys": list(self.keys)} if self.keys else None,
            "userinfo_signed_response_alg": self.userinfo_alg,
            "id_token_signed_response_alg": self.id_token_alg,
        }
        given = {name: value for name, value in given.items() if value}
        return {**given, **_DEVICE} if self.device else given


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in; nobody real. `note` stands under the name on the login page."""

    id: str
    name: str
    cpr: str = ""
    uuid: str = ""
    birthdate: str = "1980-01-01"
    email: str = ""
    roles: Sequence[str] = ()
    groups: Sequence[str] = ()
    note: str = ""


class LoginProviders:
    """The running process. Made by `login_providers`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[object]] = {}
        self._ids = itertools.count(1)
        self._ready: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._answers[0] = self._ready

    async def open(self, name: str, shape: str, clients: Sequence[Client], people: Sequence[Person]) -> str:
        """A provider that speaks like `shape` (shapes.js), on a port of its own. Answers its issuer."""
        answer = await self._order(
            "open",
            name,
            shape=shape,
            clients=[client.metadata() for client in clients],
            people=[asdict(person) for person in people],
        )
        if not isinstance(answer, dict):
            raise LoginProviderFault("no issuer")
        return str(answer["issuer"])

    async def add_people(self, name: str, people: Sequence[Person]) -> None:
        """More people, or the same ones changed."""
        await self._order("people", name, people=[asdict(person) for person in people])

    async def rotate(self, name: str) -> None:
        """New signing keys at once; the old ones are gone."""
        await self._order("rotate", name)

    async def started(self) -> None:
        """Returns when it takes orders. Raises LoginProviderFault; its words are in its log."""
        async with asyncio.timeout(SOON):
            await self._ready

    async def listen(self) -> None:
        """Takes its answers in until it ends."""
        if self._process.stdout is None:
            return
        try:
            async for line in self._process.stdout:
                self._answered(json.loads(line))
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(LoginProviderFault("the login provider has ended"))

    async def _order(self, do: str, name: str, **more: object) -> object:
        if self._process.stdin is None:
            raise LoginProviderFault("the login provider has no input")
        number = next(self._ids)
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._process.stdin.write(json.dumps({"id": number, "do": do, "name": name, **more}).encode() + b"\n")
        try:
            async with asyncio.timeout(SOON):
                return await answer
        finally:
            del self._answers[number]

    def _answered(self, told: dict[str, object]) -> None:
        answer = self._answers.get(int(str(told["id"])))
        if answer is None or answer.done():
            return  # whoever asked has given up
        if "error" in told:
            answer.set_exception(LoginProviderFault(str(told["error"])))
        else:
            answer.set_result(told.get("value"))


@asynccontextmanager
async def login_providers(log: Path) -> AsyncIterator[LoginProviders]:
    """The process for as long as the block lasts. It ends with its input, and when this process is killed.

    What it says beside its answers goes to the end of `log`. Raises LoginProviderFault when Node.js or the packages
    are missing, or when it does not start.
    """
    node = shutil.which("node")
    if node is None or not (STORE / "node_modules").is_dir():
        raise LoginProviderFault(f"Node.js is needed, and {_HERE.name}/install must have been run.")
    with log.open("ab") as words:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", node, _HERE / "provider.js", STORE),
            stdin=PIPE,
            stdout=PIPE,
            stderr=words,
            start_new_session=True,
        )
    running = LoginProviders(process)
    listening = asyncio.create_task(running.listen())
    try:
        await running.started()
        yield running
    finally:
        await _end(process)
        await listening


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_POLITE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
