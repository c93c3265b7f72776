"""The demo's own pages as everybody may meet them: the login page that stands in for MitID, the phone, the mailbox."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.accessibility.checks import faults_of
from tests.edges.oidc.attempts import NOW, REDIRECT, SECRET, configured
from tests.end_to_end.browser import Browser
from xmpp_agent.demo.gateways.memo_reading import Appointment, Memo
from xmpp_agent.demo.gateways.phone import PAGES, TextMessage, screen
from xmpp_agent.demo.login_provider.running import Client, LoginProviders, Person, login_providers
from xmpp_agent.demo.meeting.serving import served as served_at
from xmpp_agent.edges.oidc.asking import open_client
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.model.people import Level

_NUMBERS = count(1)
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.chromium]
PEOPLE = [Person("anna", "Anna Ægir", birthdate="1980-01-01", note="Har en aftale i dag"), Person("bo", "Bo Bang")]
MESSAGES = [
    TextMessage(
        str(n),
        "4520304050",
        "Lilleby",
        "Dit møde: https://moede.test/m/7Kq2Wp9xZ4m8Tq1r",
        "r",
        datetime(2026, 5, n, tzinfo=UTC),
    )
    for n in (1, 2)
]
MEET = Appointment(
    "Videomøde", "a", "2026-05-12T10:30", "2026-05-12T11:00", "Online", "Lilleby", "https://moede.test/m/7"
)
LETTERS = [
    Memo("u", "Indkaldelse", "1", "Lilleby Kommune", "p", "<html lang=da><title>t</title><h1>Kom</h1></html>", (MEET,))
]
SCREENS: dict[str, Callable[[], str]] = {
    "phone": lambda: screen(MESSAGES),
    "empty phone": lambda: screen([]),
    "mailbox": lambda: PAGES.get_template("mailbox.html.j2").render(letters=LETTERS),
    "empty mailbox": lambda: PAGES.get_template("mailbox.html.j2").render(letters=[]),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def providers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LoginProviders]:
    """The login provider of the demo."""
    async with login_providers(tmp_path_factory.mktemp("providers") / "log") as running:
        yield running


@asynccontextmanager
async def shown(page: str) -> AsyncIterator[str]:
    """Where that page is served."""

    async def answer(_: Request) -> Response:
        return HTMLResponse(page)

    async with served_at(Starlette(routes=[Route("/", answer)])) as origin:
        yield origin


@pytest.mark.parametrize("name", SCREENS)
async def test_everybody_can_read_the_phone_and_the_mailbox(chromium: Browser, name: str) -> None:
    """With messages and without: no violation of WCAG 2.1 AA, wide or narrow, and nobody else is asked."""
    async with shown(SCREENS[name]()) as origin:
        page = await chromium.open_page(name, origin)
        faults = await faults_of(page, origin, "da")
        await page.close()
    assert faults == []


@pytest.mark.parametrize(("shape", "language"), [("idura", "da"), ("idura", "en"), ("staff", "da")])
async def test_everybody_can_log_in(chromium: Browser, providers: LoginProviders, shape: str, language: str) -> None:
    """Citizens in both languages, and staff."""
    address = await authorize_address(providers, shape, language)
    page = await chromium.open_page(f"{shape} {language}", address)
    faults = await faults_of(page, origin_of(address), language)
    await page.close()
    assert faults == []


async def test_everybody_can_read_that_a_login_cannot_go_on(chromium: Browser, providers: LoginProviders) -> None:
    """A request that comes back to nobody ends on a page in words."""
    address = httpx.URL(await authorize_address(providers, "idura", "da")).copy_remove_param("client_id")
    page = await chromium.open_page("fault", str(address))
    faults = await faults_of(page, origin_of(str(address)), "da")
    await page.close()
    assert [fault for fault in faults if not fault.startswith("trouble:")] == [], "its status is 400"


async def authorize_address(providers: LoginProviders, shape: str, language: str) -> str:
    """Where a browser is sent to log in, at a provider of its own."""
    client = Client("portner", REDIRECT, SECRET)
    issuer = await providers.open(f"{shape}-{next(_NUMBERS)}", shape, [client], PEOPLE)
    async with open_client() as http:
        party = OpenIdProvider(configured(issuer, preset=shape), http, REDIRECT)
        return (await party.begin(now=NOW, level=Level.SUBSTANTIAL, language=language))[0]


def origin_of(address: str) -> str:
    """Scheme, host and port."""
    return address[: address.index("/", len("http://"))]
