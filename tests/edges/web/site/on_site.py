"""The site on a real office, and somebody who surfs on it: pages, forms and cookies as a browser handles them."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp

from tests.an_office import CPR, MEET, SITE, OpenOffice, open_office
from tests.rules.scenes import HOTLINE
from xmpp_agent.edges.web.site.app import framed, site_app
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.reception import Reception
from xmpp_agent.edges.web.site.rendering import Pages
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Attempt, Identity, LoginFault, LoginReason

CONF = SiteConf(
    origin=SITE,
    meetings=MEET,
    authority="Lilleby Kommune",
    phone="70 00 00 00",
    exit_url="https://vejret.test/",
    statement_url="https://was.test/erklaering",
)
COOKIE = "__Host-portner"
BROKER = "https://broker.test/authorize"
ANNA = Identity("https://broker.test", "sub", Level.SUBSTANTIAL, name="Anna", cpr=CPR)
_TOKEN = re.compile(r'(?:name="token" value|data-token)="([0-9a-f]{64})"')


@dataclass
class Broker:
    """A login provider that answers as the test says."""

    name: str = "mitid"
    identity: Identity = ANNA
    fault: LoginReason | None = None
    address: str = BROKER
    asked: list[Mapping[str, object]] = field(default_factory=list)

    async def begin(
        self, *, now: float, level: Level = Level.NONE, silent: bool = False, language: str = "da"
    ) -> tuple[str, Attempt]:
        """See `ports.login.LoginProvider`."""
        if self.fault is LoginReason.PROVIDER_DOWN:
            raise LoginFault(self.fault)
        self.asked.append({"level": level, "language": language})
        attempt = Attempt(self.name, f"state-{len(self.asked)}", "nonce", "verifier", now, int(level), silent)
        return f"{self.address}?state={attempt.state}&lang={language}", attempt

    async def finish(self, attempt: Attempt, answer: Mapping[str, str], *, now: float) -> Identity:
        """See `ports.login.LoginProvider`."""
        if answer.get("state") != attempt.state:
            raise LoginFault(LoginReason.NOT_OURS)
        if self.fault is not None:
            raise LoginFault(self.fault)
        return self.identity


class SiteClock:
    """Seconds that only a test moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass
class OpenSite:
    """The site, what it stands on, and what a test moves."""

    here: OpenOffice
    broker: Broker
    clock: SiteClock
    conf: SiteConf
    app: FastAPI
    asgi: ASGIApp
    folder: Path
    address: str = "192.0.2.1"

    async def call(self, name: str = "anna", state: CallState = CallState.SENT_FOR) -> str:
        """A hotline call of that name, now in that state; answers the code of its link."""
        made = await self.here.appointment(name, policy=HOTLINE)
        await self.become(made, state)
        return await self.here.link(name)

    async def become(self, made: Appointment, state: CallState) -> None:
        """The call of that appointment is in that state from now on."""
        now, office = self.here.clock.at, self.here.office
        call = Call(
            f"call-{made.id}", made.unit, "mette", made.id, made.room, "+4500000000", state, now, now, now + 1e6
        )
        await office.records.keep(office.line("call", "test", made.id), call)

    def surfer(self, address: str = "", *, cookies: bool = True) -> "Surfer":
        """Another browser, from that address."""
        return Surfer(self, address or self.address, cookies)


class Surfer:
    """A browser: keeps cookies, and posts forms of the page it looks at as browsers do."""

    def __init__(self, site: OpenSite, address: str, keeps_cookies: bool) -> None:
        transport = httpx.ASGITransport(site.asgi, client=(address, 4711))
        self.http = httpx.AsyncClient(transport=transport, base_url=SITE)
        self.page = ""
        self._keeps_cookies = keeps_cookies

    @property
    def cookie(self) -> str:
        """The opaque value this browser keeps."""
        return self.http.cookies.get(COOKIE) or ""

    async def look(self, path: str, **headers: str) -> httpx.Response:
        """GET, and keep the page in view."""
        return self._seen(await self.http.get(path, headers=headers))

    async def press(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of the page in view, from the page in view."""
        found = _TOKEN.search(self.page)
        token = {"token": found[1]} if found else {}
        own = {"origin": "null", "sec-fetch-site": "same-origin"}
        return self._seen(await self.http.post(path, data=token | fields, headers=own))

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Where a redirect leads, looked at."""
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return await self.look(answer.headers["location"])

    async def begin(self, code: str) -> httpx.Response:
        """From the link through `Fortsæt` and the device test to where it leads."""
        await self.look(f"/m/{code}")
        await self.follow(await self.press(f"/m/{code}"))
        return await self.follow(await self.press(f"/m/{code}/test", found="good"))

    async def log_in(self, code: str) -> httpx.Response:
        """From the login page to the broker, and back."""
        hop = await self.press(f"/m/{code}/login")
        assert hop.status_code == 200, hop.text
        state = re.search(r"state=([\w-]+)", hop.text)
        assert state is not None
        return await self.look(f"/login/back?code=c&state={state[1]}")

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        if not self._keeps_cookies:
            self.http.cookies.clear()
        if answer.headers.get("content-type", "").startswith("text/html"):
            self.page = answer.text
        return answer


def heading(answer: httpx.Response) -> str:
    """What the page says first."""
    found = re.search(r"<h1>(.*?)</h1>", answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


@asynccontextmanager
async def open_site(
    folder: Path, conf: SiteConf = CONF, seconds: Callable[[], float] | None = None
) -> AsyncIterator[OpenSite]:
    """The site on a new office. `seconds`: what limits are counted by, instead of the test's own clock."""
    async with open_office(folder) as here:
        broker, clock = Broker(), SiteClock()
        reception = Reception(
            Pages(conf), here.office, here.database.calls, here.ring.columns, seconds or clock, broker
        )
        app = site_app(reception)
        yield OpenSite(here, broker, clock, conf, app, framed(app, reception), folder)


def low(identity: Identity = ANNA) -> Identity:
    """The same person, less surely."""
    return replace(identity, level=Level.LOW)
