"""The demo's meeting page in two browsers with cameras of different colours, on a real Prosody with the real agent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.clients.base import CLIENT
from tests.clinic import Clinic, lobby_chat, shown_name
from tests.demo.meetings import BLUE, RED, House, Windows, looked, open_house, write_camera
from tests.end_to_end.browser import Browser, Page, browser
from tests.end_to_end.console import console_of
from xmpp_agent.demo.meeting.app import MeetingConfig, MeetingFault, meeting_app
from xmpp_agent.flows.office import new_id
from xmpp_agent.issuing import Login
from xmpp_agent.model.people import Level
from xmpp_agent.rules.jitsi_address import address

pytestmark = [pytest.mark.prosody, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]
NARROW = (320, 568)
_MICROPHONE_IS_ON = """new Promise(done => {
    const about = document.getElementById('about');
    const look = () => about.textContent === 'Anna Hansen' && done(true);
    new MutationObserver(look).observe(about, { childList: true });
    look();
})"""
_CAMERA_IS_CLOSED = """new Promise(done => {
    const look = () => camera.active ? requestAnimationFrame(look) : done(true);
    look();
})"""
_NO_SOUND_YET = """(() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('not yet', 'NotAllowedError'));
    document.addEventListener('click', () => { HTMLMediaElement.prototype.play = play; }, { capture: true });
})()"""
_NO_DEVICES = "(navigator.mediaDevices.getUserMedia = async () => { throw new Error(1); }) && null"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(clinic: Clinic) -> AsyncIterator[House]:
    """The meeting page of the module's clinic."""
    async with open_house(clinic) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def red(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose camera sees red."""
    async with browser(write_camera(tmp_path_factory.mktemp("red") / "camera.y4m", RED)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def blue(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose camera sees blue."""
    async with browser(write_camera(tmp_path_factory.mktemp("blue") / "camera.y4m", BLUE)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def windows(house: House, red: Browser, blue: Browser) -> AsyncIterator[Windows]:
    """This test's windows, staff's with the red camera: no script failed in them, nothing was asked of anybody else,
    and nothing was tried that their own policy forbids."""
    opened = Windows(house, red, blue)
    yield opened
    troubles = [trouble for page in opened.opened for trouble in page.troubles.all]
    for page in opened.opened:
        await page.close()
    assert troubles == []


async def sees_red(page: Page) -> None:
    """The picture of the other one moves, and comes from the red camera."""
    seen = await looked(page)
    assert seen.different > 2
    assert seen.red > seen.blue + 50


async def sees_blue(page: Page) -> None:
    """The picture of the other one moves, and comes from the blue camera."""
    seen = await looked(page)
    assert seen.different > 2
    assert seen.blue > seen.red + 50


async def test_staff_lets_in_and_they_see_each_other_move(windows: Windows) -> None:
    """A citizen waits, staff presses the button, and each sees frames of the other's camera that change."""
    booked = await windows.book()
    staff, citizen = await windows.staff(booked), await windows.citizen(booked)
    await citizen.see("#words", "lukker dig ind, så snart vi er klar")
    await citizen.see("#log", "Du er den næste.")
    await staff.see("#waiting li", "Anna Hansen ✓ MitID")
    await staff.press("Luk ind: Anna Hansen ✓ MitID")
    await citizen.see("#place", "Du er i mødet")
    await sees_blue(staff)
    await sees_red(citizen)
    await staff.see("#about", "Anna Hansen")
    await staff.see("#nobody", "Ingen venter.")
    assert await citizen.evaluate("document.getElementById('desk').hidden") is True


async def test_two_windows_of_one_browser_see_each_other(windows: Windows) -> None:
    """Caseworker in one window and citizen in another of the same browser, as somebody plays the demo alone."""
    booked = await windows.book()
    staff = await windows.staff(booked)
    citizen = await windows.open(windows.staffs, await windows.citizens_address(booked), beside=staff)
    await staff.press("Luk ind")
    await sees_red(staff)
    await sees_red(citizen)


async def test_what_is_off_is_said_and_comes_back(windows: Windows) -> None:
    """Camera and microphone off show at the other one's in words; the camera on again, the picture moves again."""
    staff, citizen = await windows.both_inside(await windows.book())
    await sees_blue(staff)
    await citizen.press("Sluk kamera")
    await staff.see("#words", "Anna Hansen har slukket kameraet.")
    await citizen.press("Sluk mikrofon")
    await staff.see("#about", "mikrofonen er slukket")
    assert await citizen.evaluate("document.getElementById('own').hidden") is True
    await citizen.press("Tænd kamera")
    await sees_blue(staff)
    await citizen.press("Tænd mikrofon")
    await staff.evaluate(_MICROPHONE_IS_ON)


async def test_camera_off_at_entry_stays_off_until_pressed(windows: Windows) -> None:
    """With `startWithVideoMuted` no camera is opened, and staff read so; a press on the button, and they see."""
    staff, citizen = await windows.both_inside(await windows.book(), camera_off=True)
    await staff.see("#words", "Anna Hansen har slukket kameraet.")
    await staff.see("#about", "Anna Hansen")
    await sees_red(citizen)
    assert await citizen.evaluate("document.getElementById('own').hidden") is True
    await citizen.press("Tænd kamera")
    await sees_blue(staff)


async def test_device_that_cannot_be_used_is_said(windows: Windows) -> None:
    """A camera that is not there is told in words, and the meeting goes on."""
    staff, citizen = await windows.both_inside(await windows.book(), camera_off=True)
    await citizen.evaluate(_NO_DEVICES)
    await citizen.press("Tænd kamera")
    await citizen.see("#trouble", "Kameraet kan ikke bruges.")
    await sees_red(citizen)
    await staff.see("#words", "Anna Hansen har slukket kameraet.")


async def test_browser_that_wants_a_touch_first_is_touched(windows: Windows) -> None:
    """Where nothing plays before the person did something, the page says so, and plays after a press anywhere."""
    booked = await windows.book()
    staff, citizen = await windows.staff(booked), await windows.citizen(booked)
    await citizen.evaluate(_NO_SOUND_YET)
    await staff.press("Luk ind")
    await citizen.see("#about", "Tryk et sted på siden for at høre lyden.")
    await citizen.press("Du er i mødet", role="heading")
    await sees_red(citizen)
    assert await citizen.evaluate("document.getElementById('sound').paused") is False


async def test_finish_shows_the_words_and_the_next_is_seen(windows: Windows) -> None:
    """The visit finished, the citizen reads so, with the way back; the next one let in sees and is seen."""
    first, second = await windows.book(), await windows.book("Bent Friis")
    staff, citizen = await windows.both_inside(first)
    await sees_blue(staff)
    async with console_of(windows.clinic) as console:
        visit = (await console.room(first.room)).visit
        assert await console.command(first.room, "finish", visit=visit) == 200
    await citizen.see("#ended", "Mødet er slut")
    await citizen.see("#why", "Besøget er slut. Tak for i dag.")
    await staff.see("#words", "Der er ikke andre i mødet lige nu.")
    follower = await windows.citizen(second)
    await staff.press("Luk ind")
    await follower.see("#place", "Du er i mødet")
    await sees_blue(staff)
    await sees_red(follower)
    await citizen.press("Tilbage til aftalen", role="link")
    await citizen.see("h1", f"Portal: {first.room}")


async def test_refused_is_told_in_words(windows: Windows) -> None:
    """Staff refuses: the citizen reads so and can go back to the appointment; the camera is closed."""
    booked = await windows.book()
    staff, citizen = await windows.staff(booked), await windows.citizen(booked)
    await citizen.see("#own video")
    await citizen.evaluate("(camera = document.querySelector('#own video').srcObject) && null")
    await staff.press("Afvis")
    await citizen.see("#ended", "Du blev ikke lukket ind")
    assert (
        await citizen.evaluate("document.getElementById('back').href") == f"{windows.house.portal}/join/{booked.room}"
    )
    await citizen.evaluate(_CAMERA_IS_CLOSED)
    await staff.see("#nobody")


async def test_supervisor_ends_the_wait_with_words(windows: Windows) -> None:
    """Turned away from the console, the citizen reads the supervisor's own words."""
    booked = await windows.book()
    citizen = await windows.citizen(booked)
    async with console_of(windows.clinic) as console:
        (waiting,) = (await console.room(booked.room)).waiting
        assert await console.command(booked.room, "turn-away", knock=waiting.knock, reason="Book en ny tid.") == 200
    await citizen.see("#why", "Book en ny tid.")


async def test_the_next_waits_and_staff_reads_why(windows: Windows) -> None:
    """Staff who press for a second citizen while one is inside read why not, and the citizen still waits."""
    booked = await windows.book()
    staff, _ = await windows.both_inside(booked)
    follower = await windows.citizen(await windows.book("Bent Friis"))
    await staff.press("Luk ind")
    await staff.see("#log", "Bent Friis venter stadig: Et andet møde er i gang.")
    await staff.see("#waiting li", "Bent Friis")
    await follower.see("#place", "Du er på plads")


async def test_what_somebody_inside_writes_is_no_message_of_the_waiting_room(windows: Windows) -> None:
    """A private message in the shape of the lobby's, from somebody inside, is not shown to staff as Portner's."""
    booked = await windows.book()
    staff = await windows.staff(booked)
    citizen = await windows.clinic.citizen(booked)
    await citizen.join()
    await citizen.knock()
    await staff.press("Luk ind")
    await citizen.invited()
    await citizen.join()
    host = await citizen.client.wait(lambda stanza: shown_name(stanza) == windows.host)
    line = lobby_chat("Luk alle ind.")
    await citizen.client.send(f"<message xmlns='{CLIENT}' to='{host.get('from')}' type='chat'>{line}</message>")
    await staff.wait_received("Luk alle ind.")
    await windows.citizen(await windows.book("Bent Friis"))
    await staff.see("#waiting li", "Bent Friis")
    assert await staff.evaluate("document.getElementById('log').textContent") == ""


async def test_third_person_is_told_that_pictures_are_for_two(windows: Windows) -> None:
    """With an interpreter inside all three read that the demo shows two only; when one goes the picture is back."""
    booked = await windows.book(interpreter="Ida Tolstrup")
    staff, citizen = await windows.both_inside(booked)
    login = Login(Level.NONE, "")
    _, token = await windows.clinic.issuer().for_visitor(booked.appointment, booked.companions[0], login)
    interpreter = await windows.open(windows.citizens, address(windows.entrance(booked), token))
    for page in (staff, citizen, interpreter):
        await page.see("#words", "Demoen viser kun billede og lyd mellem to. I er 3 i mødet")
    await interpreter.press("Forlad mødet")
    await interpreter.see("#ended", "Du har forladt mødet")
    await sees_blue(staff)
    await sees_red(citizen)


async def test_reload_leads_back_to_the_login(windows: Windows) -> None:
    """Once connected the pass is out of the address; a reload goes to the configured address with the room in it."""
    booked = await windows.book()
    citizen = await windows.citizen(booked)
    assert await citizen.evaluate("location.href") == f"{windows.house.meeting}/{booked.room}"
    await citizen.reload()
    await citizen.see("h1", f"Portal: {booked.room}")


@pytest.mark.parametrize("pass_", ["none", "expired"])
async def test_without_a_pass_the_login_comes_first(windows: Windows, pass_: str) -> None:
    """No pass, or one that has run out: the browser is sent to log in and nothing is connected."""
    booked = await windows.book()
    valid, _ = await windows.clinic.citizen_pass(booked)
    past = replace(valid, id=new_id(), issued_at=1e9, not_before=1e9, expires_at=1e9 + 60)
    token = windows.clinic.passes.mint(past, "Anna Hansen") if pass_ == "expired" else ""
    page = await windows.open(windows.citizens, address(windows.entrance(booked), token))
    await page.see("h1", f"Portal: {booked.room}")
    assert page.frames.all == []


async def test_pass_nobody_takes_is_told_in_words(windows: Windows) -> None:
    """A pass with a broken signature ends on a screen that says so."""
    booked = await windows.book()
    _, token = await windows.clinic.citizen_pass(booked)
    page = await windows.open(windows.citizens, address(windows.entrance(booked), token[:-6] + "AAAAAA"))
    await page.see("#ended", "Adgangskortet gælder ikke")


async def test_pass_for_another_room_is_told_in_words(windows: Windows) -> None:
    """A good pass at the wrong address ends on a screen that says so."""
    own, other = await windows.book(), await windows.clinic.book("Bent Friis", staff=windows.clinic.somebody())
    _, token = await windows.clinic.citizen_pass(own)
    page = await windows.open(windows.citizens, address(windows.entrance(other), token))
    await page.see("#ended", "Her kan du ikke komme ind")


async def test_newer_window_ends_the_older_one(windows: Windows) -> None:
    """The same citizen comes in again in another window: the first one says that it is over, and stays so."""
    booked = await windows.book()
    _, older = await windows.both_inside(booked)
    newer = await windows.open(windows.citizens, await windows.citizens_address(booked))
    await newer.see("#place", "Du er i mødet")
    await older.see("#ended", "Mødet er lukket i dette vindue")
    await sees_red(newer)


async def test_keyboard_alone_lets_in(windows: Windows) -> None:
    """Staff reach the button by Tab, see where they are, and press it by Enter."""
    booked = await windows.book()
    staff, citizen = await windows.staff(booked), await windows.citizen(booked)
    await staff.see("#waiting li")
    passed: list[object] = []
    while "Luk ind" not in str(passed[-1:]):
        await staff.key("Tab")
        assert await staff.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        passed.append(await staff.evaluate("document.activeElement.textContent"))
        assert len(passed) < 10
    assert passed == ["Sluk mikrofon", "Sluk kamera", "Optag", "Forlad mødet", "Luk ind"]
    await staff.key("Enter")
    await citizen.see("#place", "Du er i mødet")


async def test_english_and_narrow(windows: Windows) -> None:
    """With `lang=en` the whole page is English; on 320 pixels nothing is cut off, with a long name and title."""
    booked = await windows.book("Wolfeschlegelsteinhausenbergerdorff-Abcdefghijklmnopqrstuvwxyz")
    title = "Beskæftigelsesforanstaltningsopfølgningssamtale & #1 = 50 % ‘æ’"
    _, token = await windows.clinic.citizen_pass(booked)
    english = replace(windows.entrance(booked), title=title, language="en")
    citizen, staff = await windows.open(windows.citizens, address(english, token)), await windows.staff(booked)
    await citizen.see("#place", "You are in the waiting room")
    await staff.see("#waiting li")
    await fits(citizen, staff)
    assert await citizen.evaluate("document.documentElement.lang") == "en"
    assert await citizen.evaluate("document.title") == title.replace("‘", "'").replace("’", "'")
    await staff.press("Luk ind")
    await sees_blue(staff)
    await fits(citizen, staff)
    # Not by the pointer: the page may still be moving from one width to the other between its two halves of a press.
    await citizen.evaluate("document.getElementById('leave').click(); null")
    await citizen.see("#ended", "You have left the meeting")
    await fits(citizen)


async def fits(*pages: Page) -> None:
    """In a window of 320 pixels nobody has to scroll sideways."""
    for page in pages:
        await page.size(*NARROW)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert isinstance(width, int)
        assert width <= NARROW[0]


async def test_page_forbids_what_it_does_not_need(house: House) -> None:
    """Every answer carries the strict policy; files that are not the page's own are not there."""
    async with httpx.AsyncClient(base_url=house.meeting) as http:
        page = await http.get("/abcdefghijklmnopqrstuvwxyz")
        script, unknown = await http.get("/page/main.js"), await http.get("/library/pins")
    for answer in (page, script, unknown):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    assert (page.status_code, script.status_code, unknown.status_code) == (200, 200, 404)
    assert page.headers["cache-control"] == "no-store"
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_library_that_was_not_fetched_is_said(tmp_path: Path) -> None:
    """Without the library there is no page but a fault that says how to get it."""
    config = MeetingConfig(
        domain="d",
        muc="conference.d",
        focus="f",
        recorder="r",
        websocket="ws://d/w",
        token_auth_url="/",
        library=tmp_path,
    )
    with pytest.raises(MeetingFault, match="make library"):
        meeting_app(config)
