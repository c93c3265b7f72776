"""The citizen's pages in a real browser: their scripts, their forms, the keyboard, and how they lead into Jitsi."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import unquote

import pytest
import pytest_asyncio

from tests.edges.web.site.served import ServedSite, serve_site
from tests.end_to_end.browser import Browser, Page
from tests.rules.scenes import HOTLINE
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.model.visitors import DeviceTest

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]
INSIDE = "Her er mødet"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedSite]:
    """The site on loopback, for all tests of the module; each books people of its own."""
    async with serve_site(tmp_path_factory.mktemp("site")) as running:
        yield running


async def _address(page: Page) -> str:
    return unquote(str(await page.evaluate("location.href")))


_FAILS = """(errors => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = wanted => {
        const kind = ['audio', 'video'].find(kind => wanted[kind] && errors[kind]);
        return kind ? Promise.reject(new DOMException('', errors[kind])) : real(wanted);
    };
})"""
"""From now on the browser's devices fail, each kind with an error of that name."""
_HAS_NONE = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"


async def test_from_the_link_into_the_meeting(chromium: Browser, served: ServedSite) -> None:
    """Link, devices, login at a provider elsewhere, meeting elsewhere: as a person presses, with no other request."""
    await served.site.here.appointment("anna")
    code = await served.site.here.link("anna")
    page = await chromium.open_page("walk", f"{served.origin}/m/{code}")
    await page.press("Fortsæt")
    await page.press("Begynd prøven")
    await page.see("[data-found=good]", "Kamera og mikrofon virker")
    await page.press("Det virker - fortsæt")
    await page.press("Log ind med MitID")
    await page.press("Gå ind i mødet")
    await page.see("h1", INSIDE)
    address = await _address(page)
    assert address.startswith(f"{served.meetings}/{'k3v' * 9}?lang=da#jwt=")
    arrival = await served.site.here.office.visitors.arrival("anna", "anna")
    assert arrival is not None
    assert (arrival.device, arrival.verified) == (DeviceTest.GOOD, True)
    allowed = tuple(f"{origin}/" for origin in (served.origin, served.broker, served.meetings))
    assert [url for url in page.requests.all if not url.startswith(allowed)] == []
    assert page.troubles.all == []
    await page.visit(f"{served.origin}/join/{'k3v' * 9}?state=x")
    await page.see("h1", INSIDE)


@pytest.mark.parametrize(
    ("errors", "found"),
    [
        ({"audio": "NotAllowedError", "video": "NotAllowedError"}, DeviceTest.BLOCKED),
        ({"video": "NotFoundError"}, DeviceTest.NO_CAMERA),
        ({"video": "NotReadableError"}, DeviceTest.NO_CAMERA),
        ({"audio": "NotFoundError"}, DeviceTest.NO_MICROPHONE),
    ],
)
async def test_what_is_wrong_with_the_devices_is_said_and_kept(
    chromium: Browser, served: ServedSite, errors: dict[str, str], found: DeviceTest
) -> None:
    """In words with what to do; the person may go on all the same, and staff see it."""
    name = f"device-{found}-{'-'.join(errors.values())}".lower()
    await served.site.here.appointment(name)
    page = await chromium.open_page(name, f"{served.origin}/m/{await served.site.here.link(name)}")
    await page.press("Fortsæt")
    await page.see("#start")
    await page.evaluate(f"{_FAILS}({json.dumps(errors)})")
    await page.press("Begynd prøven")
    await page.see(f"[data-found={found}]")
    await page.press("Fortsæt alligevel")
    await page.see("h1", "Vis, at det er dig")
    arrival = await served.site.here.office.visitors.arrival(name, name)
    assert arrival is not None
    assert arrival.device is found
    assert page.troubles.all == []


async def test_a_browser_that_cannot_is_told_so_before_and_in_the_test(chromium: Browser, served: ServedSite) -> None:
    """On the first page, in the test, and on a page of its own when that is what was found."""
    await served.site.here.appointment("old")
    page = await chromium.open_page("old", f"{served.origin}/m/{await served.site.here.link('old')}")
    await page.evaluate(f"{_HAS_NONE} import('/static/support.js?old')")
    await page.see("#old", "Din browser kan ikke holde videomøde")
    await page.press("Fortsæt")
    await page.see("#start")
    await page.evaluate(f"{_HAS_NONE} import('/static/device.js?old')")
    await page.see("[data-found=unsupported]")
    await page.press("Fortsæt alligevel")
    await page.see("h1", "Din browser kan ikke holde videomøde")
    await page.press("Fortsæt alligevel", role="link")
    await page.see("h1", "Vis, at det er dig")


async def test_whoever_is_early_is_let_on_by_the_page_itself(chromium: Browser, served: ServedSite) -> None:
    """It counts down, asks when it is time, and opens."""
    await served.site.here.appointment("early", starts_in=1803)
    page = await chromium.open_page("early", f"{served.origin}/m/{await served.site.here.link('early')}")
    await page.see("#left", "Der er under et minut til.")
    served.site.here.clock.at += 3
    await page.see("h1", "Dit videomøde")
    assert page.troubles.all == []


async def test_a_meeting_that_moves_is_told_to_whoever_waits(chromium: Browser, served: ServedSite) -> None:
    """The waiting page finds out by itself and says the new time."""
    made = await served.site.here.appointment("moved", starts_in=1801)
    page = await chromium.open_page("moved", f"{served.origin}/m/{await served.site.here.link('moved')}")
    await page.see("#left")
    later = replace(made, starts_at=made.starts_at + 3600, ends_at=made.ends_at + 3600, version=2, sequence=1)
    await served.site.here.office.records.keep(served.site.here.office.line("move", "test"), later)
    await page.see("h1", "Mødet er flyttet")
    await page.press("Fortsæt", role="link")
    await page.see("h1", "Du er kommet tidligt")


async def test_the_queue_takes_a_place_tells_it_and_goes_in_when_called(chromium: Browser, served: ServedSite) -> None:
    """The person who waits does nothing; a server that is away for a moment costs no place."""
    first = await served.site.here.appointment("first", policy=HOTLINE, staff="")
    await served.site.here.appointment("second", policy=HOTLINE, staff="")
    pages = {}
    for name in ("first", "second"):
        pages[name] = await chromium.open_page(name, f"{served.origin}/m/{await served.site.here.link(name)}")
        await pages[name].press("Fortsæt")
        await pages[name].press("Spring over")
        await pages[name].see("#place", "Du er den næste" if name == "first" else "Du er nummer 2 i køen")
        served.site.here.clock.at += 1
    await served.restart(lambda: pages["second"].see("#lost", "Vi har mistet forbindelsen"))
    called = replace(first, staff="mette", version=2)
    await served.site.here.office.records.keep(served.site.here.office.line("next", "mette"), called)
    await pages["first"].see("h1", INSIDE)
    await pages["second"].see("#place", "Du er den næste")
    assert await pages["second"].evaluate("document.getElementById('lost').textContent") == ""


async def test_a_caller_is_gone_from_the_page_with_two_presses_of_escape(chromium: Browser, served: ServedSite) -> None:
    """One press alone does nothing, Back does not lead to the page again."""
    page = await chromium.open_page("caller", f"{served.origin}/h/{await served.site.call('caller')}")
    await page.see("#exit")
    pages_before = await page.evaluate("history.length")
    await page.key("Escape")
    assert (await _address(page)).startswith(served.origin)
    await page.key("Escape")
    await page.key("Escape")
    while await _address(page) != "about:blank":
        pass
    assert await page.evaluate("history.length") == pages_before


async def test_a_caller_goes_in_unseen_and_comes_back(chromium: Browser, served: ServedSite) -> None:
    """Without camera when ticked; the link works again in the same browser."""
    link = f"{served.origin}/h/{await served.site.call('unseen')}"
    page = await chromium.open_page("unseen", link)
    await page.press("Gå ind uden kamera", role="checkbox")
    await page.press("Gå ind")
    await page.see("h1", INSIDE)
    assert "config.startWithVideoMuted=true" in await _address(page)
    await page.visit(link)
    await page.see(".lead", "Blev forbindelsen afbrudt?")


async def test_an_interpreter_with_the_keyboard_alone(chromium: Browser, served: ServedSite) -> None:
    """Tab reaches every control in order and shows where it is; Space ticks, Enter presses."""
    await served.site.here.appointment("key", companion=CompanionKind.INTERPRETER)
    page = await chromium.open_page("key", f"{served.origin}/m/{await served.site.here.link('key', 'keys-helper')}")
    await page.see("h1", "Dit videomøde")
    reached = []
    for _ in range(4):
        await page.key("Tab")
        reached.append(await page.evaluate("document.activeElement.className || document.activeElement.tagName"))
        assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", reached
        if reached[-1] == "INPUT":
            await page.key("Space")
    assert reached == ["skip", "A", "INPUT", "main"]
    await page.key("Enter")
    await page.see("h1", "Prøv kamera og mikrofon")
    assert page.troubles.all == []
