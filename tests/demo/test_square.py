"""The demo's front page: everybody can use it, it asks nobody else, and only its own forms do anything."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from tests.accessibility.checks import faults_of
from tests.end_to_end.browser import Browser, browser
from xmpp_agent.demo.calendar import Booking, Calendar, Wish
from xmpp_agent.demo.gateways.gatewayapi import GatewayApi
from xmpp_agent.demo.gateways.memo_reading import Memo
from xmpp_agent.demo.gateways.sf1601 import DigitalPost
from xmpp_agent.demo.meeting.serving import served
from xmpp_agent.demo.reader import Reader
from xmpp_agent.demo.square import Surroundings, square_app
from xmpp_agent.demo.townspeople import CITIZENS, FOLLOWERS, STAFF

pytestmark = pytest.mark.asyncio(loop_scope="module")
SITE = "http://127.0.0.1:9"
"""Where nobody listens: what reaches the API is the walk's to show."""
LINK = f"{SITE}/m/7Kq2Wp9xZ4m8Tq1r"
ANNA = CITIZENS[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def square() -> AsyncIterator[str]:
    """The square with a booking in the calendar and a letter in the mailbox; where it is."""
    calendar = Calendar(SITE, "key")
    wish = Wish(ANNA, "jobcenter", "samtale", STAFF[0], FOLLOWERS[:1])
    calendar.booked["a"] = Booking("a", wish, datetime(2026, 5, 12, 8, 30, tzinfo=UTC), '"1"')
    post = DigitalPost(cvr="12345678")
    page = f"<html><title>t</title><h1>Indkaldelse</h1><p>Gå ind her: {LINK}</p><p>&lt;b&gt;fed</p></html>"
    post.mailbox["u"] = Memo("u", "Indkaldelse", "1", "Lilleby Kommune", ANNA.person.cpr, page, ())
    around = Surroundings(SITE, SITE, calendar, GatewayApi(token="t", secret="s"), post)
    async with served(square_app(around)) as origin:
        yield origin


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """A browser."""
    async with browser() as running:
        yield running


@pytest.mark.chromium
@pytest.mark.parametrize("path", ["/", "/post"])
async def test_everybody_can_use_it(square: str, chromium: Browser, path: str) -> None:
    """No violation of WCAG 2.1 AA, wide or narrow, and nobody else is asked for anything."""
    page = await chromium.open_page(path, f"{square}{path}")
    assert await faults_of(page, square, "da") == []


async def test_it_says_what_is_where_and_who_is_who(square: str) -> None:
    """Staff to sign on as, citizens with their invented numbers, and what was booked, when it is in Denmark."""
    reader = Reader("somebody", "http://nowhere.test")
    await reader.open(square)
    assert reader.page.links["Åbn medarbejderens side"] == f"{SITE}/staff"
    for words in ("Maja Krog, Jobcenter", "010190-1234", "fritaget", "10.30", "Ida Tolstrup"):
        assert reader.reads(words), words
    await reader.close()


async def test_links_of_letters_can_be_pressed(square: str) -> None:
    """To whom, from whom, the link in a window of its own; what looks like markup is text."""
    async with httpx.AsyncClient(base_url=square, trust_env=False) as http:
        answer = await http.get("/post")
    assert f"Til {ANNA.name}, fra Lilleby Kommune" in answer.text
    assert f'<a href="{LINK}" rel="noopener" target="_blank">{LINK}</a>' in answer.text
    assert "&lt;b&gt;fed" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("headers", "path", "form", "status"),
    [
        ({"origin": "http://elsewhere.test"}, "/cancel", {"id": "a"}, 422),
        ({"origin": "null"}, "/cancel", {"id": "a"}, 422),
        ({}, "/cancel", {"id": "a"}, 422),
        ({"origin": "here"}, "/cancel", {"id": "b"}, 422),
        ({"origin": "here"}, "/book", {"citizen": "nobody"}, 422),
        ({"origin": "here", "host": "elsewhere.test"}, "/cancel", {"id": "a"}, 400),
    ],
)
async def test_only_its_own_forms_do_anything(
    square: str, headers: dict[str, str], path: str, form: dict[str, str], status: int
) -> None:
    """A form from elsewhere, of nothing it knows, or under another name of the machine never reaches the calendar."""
    given = {**headers, "origin": square} if headers.get("origin") == "here" else headers
    async with httpx.AsyncClient(base_url=square, trust_env=False) as http:
        answer = await http.post(path, data=form, headers=given)
    assert answer.status_code == status
