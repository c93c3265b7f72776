"""Every page that says no: its own words, a number to call, what may be pressed, and nothing of whom it was for."""

from dataclasses import replace

import httpx
import pytest

from tests.an_office import UNIT
from tests.edges.web.lone_agent import acts_on_record
from tests.edges.web.site.on_site import CONF, OpenSite, Surfer, heading, low
from tests.rules.scenes import HOTLINE
from xmpp_agent.edges.web.site.stops import AFTER_LOGIN, LOGIN_STOPS, STEP_STOPS, Stop, status_of
from xmpp_agent.edges.web.site.texts import LANGUAGES, text
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.ports.login import LoginReason
from xmpp_agent.rules.arrival import Step
from xmpp_agent.rules.passes import seat_of


def says(stop: Stop) -> str:
    """The heading of its page in Danish."""
    return text("da", f"stop.{stop}.title")


@pytest.mark.parametrize("stop", Stop)
def test_every_stop_has_words_of_its_own(stop: Stop) -> None:
    """Heading and text in both languages; no two pages say the same but the two dead links."""
    for language, words in LANGUAGES.items():
        assert words[f"stop.{stop}.title"]
        assert words[f"stop.{stop}.text"]
        same = [other for other in Stop if words[f"stop.{other}.text"] == words[f"stop.{stop}.text"]]
        assert same in ([stop], [Stop.DEAD_LINK, Stop.NOT_FOUND]), language


def test_every_way_a_login_fails_and_every_step_has_its_page() -> None:
    """Nothing of the ports or the rules is without one."""
    assert set(LOGIN_STOPS) == set(LoginReason)
    shown = {Step.BEGIN, Step.CONFIRM_AGE, Step.TOO_EARLY, Step.LOGIN, Step.IN_LINE, Step.GO}
    assert set(STEP_STOPS) | shown == set(Step)


@pytest.mark.parametrize(
    ("change", "stop"),
    [({"cancelled_at": 1.0}, Stop.CANCELLED), ({"outcome": Outcome.ABSENT}, Stop.OVER)],
)
async def test_a_cancelled_or_ended_meeting(site: OpenSite, change: dict[str, object], stop: Stop) -> None:
    """Says so, with the unit's number, and nothing can be begun."""
    made = await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.look(f"/m/{code}")
    changed = replace(made, version=2, **change)  # type: ignore[arg-type]  # one field each
    await site.here.office.records.keep(site.here.office.line("test", "test"), changed)
    before = acts_on_record(site.folder)
    page = await anna.look(f"/m/{code}")
    assert (page.status_code, heading(page)) == (status_of(stop), says(stop))
    assert UNIT.phone in page.text
    assert (await site.surfer().press(f"/m/{code}/go")).status_code == 400
    assert acts_on_record(site.folder) == before


async def test_too_late_is_a_page(site: OpenSite) -> None:
    """When the time has passed, whoever opens the link reads so."""
    await site.here.appointment()
    code = await site.here.link()
    site.here.clock.at += 1800 + 1801
    page = await site.surfer().look(f"/m/{code}")
    assert (page.status_code, heading(page)) == (410, says(Stop.OVER))


async def test_a_meeting_that_moved_says_the_new_time(site: OpenSite) -> None:
    """A waiting page that learns of another time shows it; the link goes on working."""
    made = await site.here.appointment(starts_in=7200)
    code, anna = await site.here.link(), site.surfer()
    await anna.look(f"/m/{code}")
    moved = replace(made, starts_at=made.starts_at + 3600, ends_at=made.ends_at + 3600, version=2, sequence=1)
    await site.here.office.records.keep(site.here.office.line("move", "test"), moved)
    assert (await anna.look(f"/m/{code}/where")).json()["starts_at"] == moved.starts_at
    page = await anna.look(f"/m/{code}?why=moved")
    assert (page.status_code, heading(page)) == (200, says(Stop.MOVED))
    assert "mandag den 23. november 2026 kl. 01.04" in page.text
    assert f'href="/m/{code}"' in page.text


async def test_a_closed_unit_says_so_in_its_own_words(site: OpenSite) -> None:
    """Who is to meet the next free of a unit that is closed reads the unit's text."""
    await site.here.appointment(policy=HOTLINE, staff="")
    code = await site.here.link()
    closed = replace(UNIT, closed=True, closed_text=("Vi er til fælles frokost til kl. 13.", "At lunch until 1 pm."))
    await site.here.office.records.keep(site.here.office.line("close", "test"), closed)
    page = await site.surfer().look(f"/m/{code}")
    assert heading(page) == says(Stop.CLOSED)
    assert "fælles frokost" in page.text
    assert "At lunch until 1 pm." in (await site.surfer().look(f"/m/{code}?lang=en")).text


async def test_somebody_else_who_logs_in_is_not_told_whose_meeting_it_is(site: OpenSite) -> None:
    """Words, a way to try again, help and a number; no name of anybody, and no pass."""
    await site.here.appointment()
    code, other = await site.here.link(), site.surfer()
    await other.begin(code)
    site.broker.identity = replace(site.broker.identity, cpr="0202020202", name="Bo Bosen")
    page = await other.follow(await other.log_in(code))
    assert (page.status_code, heading(page)) == (403, says(Stop.WRONG_PERSON))
    for name in ("Anna", "Bo", "0101", "0202"):
        assert name not in page.text
    assert f'action="/m/{code}/login"' in page.text
    assert f'href="/m/{code}/help"' in page.text
    assert UNIT.phone in page.text
    assert (await other.press(f"/m/{code}/go")).headers["location"] == f"/m/{code}"
    site.broker.identity = replace(site.broker.identity, cpr="0101010101")
    assert heading(await other.follow(await other.log_in(code))) == "Du kan gå ind nu"


async def test_a_login_at_too_low_a_level_asks_for_a_safer_one(site: OpenSite) -> None:
    """The level that came back is what counts."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    site.broker.identity = low()
    page = await anna.follow(await anna.log_in(code))
    assert (page.status_code, heading(page)) == (403, says(Stop.LEVEL_TOO_LOW))


@pytest.mark.parametrize("reason", [r for r in LoginReason if LOGIN_STOPS[r] in AFTER_LOGIN])
async def test_a_login_that_came_to_nothing_comes_back_to_the_link(site: OpenSite, reason: LoginReason) -> None:
    """Cancelled, down, slow, forged, professional: a page each with the button to try again, and it works then."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    site.broker.fault = reason
    page = await (anna.press(f"/m/{code}/login") if reason is LoginReason.PROVIDER_DOWN else _came_back(anna, code))
    stop = LOGIN_STOPS[reason]
    assert (page.status_code, heading(page)) == (status_of(stop), says(stop))
    assert f'action="/m/{code}/login"' in page.text
    assert UNIT.phone in page.text
    site.broker.fault = None
    assert heading(await anna.follow(await anna.log_in(code))) == "Du kan gå ind nu"
    assert heading(await anna.look(f"/m/{code}?why={stop}")) == "Du kan gå ind nu"


async def _came_back(anna: Surfer, code: str) -> httpx.Response:
    return await anna.follow(await anna.log_in(code))


async def test_why_says_only_what_is_on_the_list(site: OpenSite) -> None:
    """Whatever else stands in the address is not looked at."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    for why in ("dead_link", "broken", "<script>", "x" * 2000, ""):
        assert heading(await anna.look(f"/m/{code}?why={why}")) == "Vis, at det er dig"


async def test_a_link_nobody_made_is_dead(site: OpenSite) -> None:
    """404 in words, with the authority's number, in either language."""
    for path in ("/m/7Kq2Wp9x7Kq2Wp9x7", "/h/7Kq2Wp9x7Kq2Wp9x7", "/m/x", "/m/%2e%2e", "/m/" + "a" * 5000):
        page = await site.surfer().look(path)
        assert (page.status_code, heading(page)) == (404, says(Stop.DEAD_LINK))
        assert CONF.phone in page.text
    english = await site.surfer().look("/m/7Kq2Wp9x7Kq2Wp9x7?lang=en")
    assert heading(english) == "The link no longer works"


async def test_a_browser_without_cookies_is_told_so(site: OpenSite) -> None:
    """Before anything is done."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer(cookies=False)
    await anna.look(f"/m/{code}")
    page = await anna.press(f"/m/{code}")
    assert (page.status_code, heading(page)) == (400, says(Stop.NO_COOKIES))
    assert f'href="/m/{code}"' in page.text


async def test_a_browser_that_cannot_is_told_which_can_and_may_go_on(site: OpenSite) -> None:
    """The device test found nothing it could use; staff see it, and the citizen may still try."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.look(f"/m/{code}")
    await anna.follow(await anna.press(f"/m/{code}"))
    page = await anna.press(f"/m/{code}/test", found="unsupported")
    assert heading(page) == says(Stop.UNSUPPORTED)
    assert f'href="/m/{code}"' in page.text
    await anna.look(f"/m/{code}/test")
    odd = await anna.press(f"/m/{code}/test", found="<b>")
    assert (odd.status_code, heading(odd)) == (400, says(Stop.UNREADABLE))


async def test_a_pass_used_elsewhere_stops_a_second_browser(site: OpenSite) -> None:
    """A companion's link, shared: the second browser reads that the first is in."""
    await site.here.appointment(companion=CompanionKind.BISIDDER)
    code = await site.here.link("anna", "annas-helper")
    first, second = site.surfer(), site.surfer()
    await first.begin(code)
    await first.press(f"/m/{code}/go")
    site.here.connect(seat_of("annas-helper", "anna"))
    page = await second.begin(code)
    assert (page.status_code, heading(page)) == (409, says(Stop.ELSEWHERE))


async def test_a_database_that_is_away_is_a_page_with_a_number(site: OpenSite) -> None:
    """503 in words, to be tried again; the browser is told when."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.look(f"/m/{code}")
    await site.here.database.engine.dispose()
    (site.folder / "portner.sqlite3").rename(site.folder / "gone.sqlite3")
    page = await anna.look(f"/m/{code}")
    assert (page.status_code, heading(page)) == (503, says(Stop.AWAY))
    assert CONF.phone in page.text
    assert page.headers["retry-after"] == "30"
    (site.folder / "portner.sqlite3").unlink(missing_ok=True)
    (site.folder / "gone.sqlite3").rename(site.folder / "portner.sqlite3")


async def test_without_a_login_provider_the_page_says_that_login_does_not_work(site: OpenSite) -> None:
    """Nobody gets past it, and there is a number."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    site.broker.fault = LoginReason.PROVIDER_DOWN
    page = await anna.press(f"/m/{code}/login")
    assert (page.status_code, heading(page)) == (503, says(Stop.LOGIN_DOWN))
    help_page = await anna.look(f"/m/{code}/help")
    assert UNIT.phone in help_page.text
