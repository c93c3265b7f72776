"""Every page of staff, Danish and English, narrow and wide, folded and unfolded: WCAG 2.1 AA, and no other origin."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.accessibility.checks import LANGUAGES, Scene, faults_of, open_scene, show
from tests.an_office import UNIT
from tests.edges.web.site.staff.served import ServedStaff, a_full_day, serve_staff
from tests.end_to_end.browser import Browser, Page
from xmpp_agent.edges.web.site.staff.entry import TEMPLATES
from xmpp_agent.flows import hotline, opening
from xmpp_agent.flows.staff_door import finish_visit, let_one_in
from xmpp_agent.flows.staff_room import own_room
from xmpp_agent.ports.login import LoginReason
from xmpp_agent.rules.staff_roles import ASKED_AGAIN, VOUCHED_FOR

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]
THERE = {path.name.partition(".")[0] for path in TEMPLATES.glob("*.j2")}
UNFOLD = "document.querySelectorAll('details').forEach(part => { part.open = true; }); null"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unit(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedStaff]:
    """A unit in the middle of a full day."""
    async with serve_staff(tmp_path_factory.mktemp("staff")) as served:
        await a_full_day(served.staff)
        yield served


async def _day(unit: ServedStaff) -> Scene:
    return Scene("day", "/staff", await unit.cookies())


async def _said(unit: ServedStaff) -> Scene:
    return Scene("said", "/staff?said=write&why=others_inside", await unit.cookies())


async def _supervisor(unit: ServedStaff) -> Scene:
    return Scene("supervisor", "/staff", await unit.cookies("kim", "job-boss"))


async def _lost(unit: ServedStaff) -> Scene:
    unit.staff.unit.porter.lose_link()
    return Scene("lost", "/staff", await unit.cookies())


async def _note(unit: ServedStaff) -> Scene:
    return Scene("note", "/staff/a/anna/note", await unit.cookies())


async def _hand_over(unit: ServedStaff) -> Scene:
    return Scene("hand over", "/staff/a/dorte/hand_over", await unit.cookies())


async def _hotline(unit: ServedStaff) -> Scene:
    await hotline.start_call(unit.staff.unit.desk, unit.staff.unit.who(), "20 12 34 56")
    return Scene("hotline", "/staff/hotline", await unit.cookies())


async def _hours(unit: ServedStaff) -> Scene:
    return Scene("hours", "/staff/hours", await unit.cookies())


async def _closed(unit: ServedStaff) -> Scene:
    await opening.close_for_now(unit.staff.unit.office, unit.staff.unit.who(), "jobcenter", "Kl. 13.", "At 13.")
    return Scene("closed", "/staff/hours", await unit.cookies())


async def _login(unit: ServedStaff) -> Scene:
    return Scene("login", "/staff", {"portner-staff-tried": "1"})


async def _no_login(unit: ServedStaff) -> Scene:
    return Scene("no login", "/staff/login/back", {"portner-staff-tried": "1"})


SCENES: Mapping[str, Callable[[ServedStaff], Awaitable[Scene]]] = {
    "day": _day,
    "said": _said,
    "supervisor": _supervisor,
    "note": _note,
    "hand over": _hand_over,
    "hotline": _hotline,
    "hours": _hours,
    "closed": _closed,
    "login": _login,
    "no login": _no_login,
    "lost": _lost,
}


@pytest.mark.parametrize("name", SCENES)
async def test_staffs_pages(page: Page, unit: ServedStaff, name: str) -> None:
    """No fault in any of them, with every folded part open, too."""
    scene = await SCENES[name](unit)
    faults = []
    for language in LANGUAGES:
        await show(page, unit.origin, scene, language)
        faults += [f"{language}: {fault}" for fault in await faults_of(page, unit.origin, language)]
        await page.evaluate(UNFOLD)
        faults += [f"{language}, unfolded: {fault}" for fault in await faults_of(page, unit.origin, language)]
    if name == "lost":
        await unit.staff.unit.porter.come_up()
    assert [fault for fault in faults if "403" not in fault] == []


async def test_the_page_follows_by_itself(chromium: Browser, unit: ServedStaff) -> None:
    """Somebody knocks: row, title and a word for screen readers change; what was unfolded and focused stays so.

    Then a press by keyboard: the row says what happened, not what was asked for.
    """
    part = f"write-{(await own_room(unit.staff.unit.office, 'mette', UNIT)).node}"
    page = await open_scene(chromium, unit.origin, Scene("live", "/staff", await unit.cookies()), "da")
    await page.see("#r-erik .stage", "Ventes")
    await page.evaluate(f"document.getElementById('{part}').open = true; null")
    await page.evaluate(f"document.getElementById('{part}-words').focus(); null")
    before = await page.evaluate("document.title")

    await unit.staff.unit.book("fie")
    await unit.staff.unit.comes("fie")

    await page.see("#r-fie .stage", "Venter i venteværelset")
    await page.see("#tell", "En borger er kommet.")
    assert await page.evaluate("document.title") != before
    assert await page.evaluate(f"document.getElementById('{part}').open") is True
    assert await page.evaluate("document.activeElement.id") == f"{part}-words"

    await page.evaluate("document.getElementById('let_in-fie').focus(); null")
    await page.key("Enter")
    await page.see("#said", "Lukket ind.")
    await page.see("#r-fie .stage", "Lukket ind, på vej")
    assert await unit.staff.unit.obeys("fie") == "inside"
    await page.see("#r-fie .stage", "Inde")
    await page.see("#finish-fie", "Afslut besøg")
    assert page.troubles.all == []
    await page.close()
    await finish_visit(unit.staff.unit.desk, unit.staff.unit.who(), "fie")


async def test_a_refusal_is_said_and_the_row_stays(chromium: Browser, unit: ServedStaff) -> None:
    """Somebody else is inside: the button is off, and says why where a screen reader finds it."""
    await let_one_in(unit.staff.unit.desk, unit.staff.unit.who(), "carla")
    await unit.staff.unit.obeys("carla")
    await unit.staff.unit.book("gry")
    await unit.staff.unit.comes("gry")
    page = await open_scene(chromium, unit.origin, Scene("refusal", "/staff", await unit.cookies()), "da")
    await page.see("#let_in-gry-why", "Et andet besøg er i gang.")
    assert await page.evaluate("document.getElementById('let_in-gry').disabled") is True
    await page.close()
    await finish_visit(unit.staff.unit.desk, unit.staff.unit.who(), "carla")


async def test_sound_is_off_until_it_is_pressed(chromium: Browser, unit: ServedStaff) -> None:
    """And off again at a second press."""
    page = await open_scene(chromium, unit.origin, Scene("sound", "/staff", await unit.cookies()), "da")
    await page.press("Slå lyd til")
    await page.see("#sound", "Slå lyd fra")
    assert await page.evaluate("document.getElementById('sound').getAttribute('aria-pressed')") == "true"
    await page.press("Slå lyd fra")
    await page.see("#sound", "Slå lyd til")
    assert page.troubles.all == []
    await page.close()


async def test_sound_outlives_a_page_that_is_loaded_again(chromium: Browser, unit: ServedStaff) -> None:
    """Sound keeps nobody from being asked for anew; it stays on where the browser allows that, as this one does."""
    cookies = await unit.cookies()
    del cookies["portner-staff-tried"]
    page = await open_scene(chromium, unit.origin, Scene("renewed", "/staff", cookies), "da")
    await page.press("Slå lyd til")
    await page.see("#sound", "Slå lyd fra")
    await page.evaluate("document.getElementById('tell').textContent = 'the page of before'; null")
    unit.staff.sso.fault = LoginReason.PROVIDER_DOWN
    unit.staff.unit.around.clock.at += ASKED_AGAIN
    unit.staff.feed.everything_changed()
    await page.see("#tell:empty")
    await page.see("#sound", "Slå lyd fra")
    await page.close()
    unit.staff.unit.around.clock.at -= ASKED_AGAIN
    unit.staff.sso.fault = None


async def test_a_note_past_the_hour_is_kept(chromium: Browser, unit: ServedStaff) -> None:
    """The page that shows it again has no fault, and what was typed stands in it."""
    page = await open_scene(chromium, unit.origin, replace(await _note(unit), name="late note"), "da")
    unit.staff.unit.around.clock.at += VOUCHED_FOR
    await page.evaluate("document.getElementById('text').value = 'Aftalt.'; null")
    await page.press("Læg i journalen")
    await page.see("#kept", "Log ind i et nyt vindue")
    assert await page.evaluate("document.getElementById('text').value") == "Aftalt."
    faults = await faults_of(page, unit.origin, "da")
    assert [fault for fault in faults if "401" not in fault] == []
    await page.close()
    unit.staff.unit.around.clock.at -= VOUCHED_FOR


async def test_half_written_words_outlive_the_session(chromium: Browser, unit: ServedStaff) -> None:
    """A press past the hour: it is said, and what was typed stays to be sent again."""
    part = f"write-{(await own_room(unit.staff.unit.office, 'mette', UNIT)).node}"
    page = await open_scene(chromium, unit.origin, Scene("past", "/staff", await unit.cookies()), "da")
    await page.evaluate(f"document.getElementById('{part}').open = true; null")
    await page.evaluate(f"document.getElementById('{part}-words').value = 'Vi kommer snart.'; null")
    unit.staff.unit.around.clock.at += VOUCHED_FOR
    await page.evaluate(f"document.querySelector('#{part} form').requestSubmit(); null")
    await page.see("#why", "Du er ikke logget ind længere.")
    assert await page.evaluate(f"document.getElementById('{part}-words').value") == "Vi kommer snart."
    await page.close()
    unit.staff.unit.around.clock.at -= VOUCHED_FOR


async def test_signed_out_elsewhere_the_page_goes(chromium: Browser, unit: ServedStaff) -> None:
    """Nothing of the day stays on the screen once the session is over."""
    page = await open_scene(chromium, unit.origin, Scene("out", "/staff", await unit.cookies("lars")), "da")
    await page.see("#day")
    unit.staff.unit.around.clock.at += 36_000
    unit.staff.feed.everything_changed()
    await page.see("h1", "Log ind")
    await page.close()
    unit.staff.unit.around.clock.at -= 36_000


async def test_what_is_looked_at_is_what_there_is() -> None:
    """A template that no scene shows fails here."""
    shown_by = {"staff_day", "staff_login", "staff_note", "staff_hotline", "staff_hours", "staff_hand_over"}
    shown_by.add("staff_note_kept")
    parts = {"staff_base", "staff_macros", "staff_recording", "staff_row"}
    assert THERE - parts == shown_by
