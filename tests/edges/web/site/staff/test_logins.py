"""Staff sign on: silently first and once, then by a button; no answer meant for another browser counts."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from tests.an_office import SITE
from tests.edges.web.site.on_site import COOKIE, Surfer, heading
from tests.edges.web.site.staff.on_staff import SSO, STAFF_COOKIE, StaffPages, identity, without_roles
from tests.flows.test_staff_door import record
from xmpp_agent.flows.staff_login import SESSION_LIFE
from xmpp_agent.ports.login import LoginReason

PATHS = ("/staff", "/staff/hotline", "/staff/hours", "/staff/a/anna/note")


def state_of(answer: httpx.Response) -> str:
    """What the provider was asked with."""
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(SSO)
    found = re.search(r"state=([\w-]+)", answer.headers["location"])
    assert found is not None
    return found[1]


async def comes_back(browser: Surfer, answer: httpx.Response) -> httpx.Response:
    """The provider sends the browser back."""
    return await browser.look(f"/staff/login/back?code=c&state={state_of(answer)}")


async def comes_to_nothing(browser: Surfer, answer: httpx.Response) -> httpx.Response:
    """The same; where it leads when nobody gets in, at an address with nothing of the provider's in it."""
    return await ends(browser, await comes_back(browser, answer))


async def ends(browser: Surfer, back: httpx.Response) -> httpx.Response:
    """Where a failed login leads."""
    assert re.fullmatch(r"/staff(/login/failed\?why=[a-z_]+)?", back.headers["location"])
    return await browser.follow(back)


async def test_silent_first_and_in(staff: StaffPages) -> None:
    """Signed on at the employer already: straight to the day, by a cookie that is new and a staff one."""
    browser = staff.browser()
    answer = await browser.look("/staff")
    before = browser.http.cookies.get(STAFF_COOKIE)
    back = await comes_back(browser, answer)
    assert back.headers["location"] == "/staff"
    assert heading(await browser.follow(back)) == "Min dag"
    assert browser.http.cookies.get(STAFF_COOKIE) != before
    assert browser.http.cookies.get(COOKIE) is None
    assert "Mette Holm" in browser.page


async def test_the_silent_try_is_made_once(staff: StaffPages) -> None:
    """Nobody signed on there: a page with a button, and no more redirects in this browser session."""
    staff.sso.fault = LoginReason.NOT_SIGNED_IN
    browser = staff.browser()
    page = await comes_to_nothing(browser, await browser.look("/staff"))
    assert (page.status_code, heading(page)) == (200, "Log ind")
    assert 'role="alert">Login' not in page.text
    again = await browser.look("/staff")
    assert (again.status_code, heading(again)) == (200, "Log ind")
    staff.sso.fault = None
    assert heading(await browser.follow(await comes_back(browser, await browser.look("/staff/login")))) == "Min dag"


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_asks_who_it_is(staff: StaffPages, path: str) -> None:
    """Without a session nothing of the unit is shown; a page that was asked for is where the login leads."""
    browser = staff.browser()
    answer = await browser.look(path)
    assert (await comes_back(browser, answer)).headers["location"] == path


async def test_no_role_no_access(staff: StaffPages) -> None:
    """A page that says so; no session."""
    staff.sso.identity = without_roles("mette")
    browser = staff.browser()
    page = await comes_to_nothing(browser, await browser.look("/staff"))
    assert page.status_code == 403
    assert "har ikke fået adgang" in page.text
    assert "login.no_role" not in page.text
    assert heading(await browser.look("/staff")) == "Log ind"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (LoginReason.CANCELLED, "Du afbrød login."),
        (LoginReason.PROVIDER_DOWN, "Login svarer ikke"),
        (LoginReason.TOO_SLOW, "tog for lang tid"),
        (LoginReason.FORGED, "kunne ikke godkendes"),
        (LoginReason.PROVIDER_REFUSED, "kunne ikke godkendes"),
        (LoginReason.WRONG_KIND, "kunne ikke godkendes"),
    ],
)
async def test_a_login_that_fails_says_what_to_do(staff: StaffPages, fault: LoginReason, words: str) -> None:
    """One page, one sentence, a button to try again; nobody is in."""
    browser = staff.browser()
    if fault is LoginReason.PROVIDER_DOWN:
        staff.sso.fault = fault
        page = await browser.look("/staff")
    else:
        answer = await browser.look("/staff")
        staff.sso.fault = fault
        page = await comes_to_nothing(browser, answer)
    assert words in page.text
    assert 'href="/staff/login"' in page.text
    assert heading(await browser.look("/staff")) == "Log ind"


async def test_an_answer_of_another_browser_counts_for_nothing(staff: StaffPages) -> None:
    """Login CSRF: the code an attacker got for themselves opens nothing in somebody else's browser."""
    attacker, victim = staff.browser(), staff.browser()
    answer = await attacker.look("/staff")
    await victim.look("/staff")
    page = await ends(victim, await victim.look(f"/staff/login/back?code=c&state={state_of(answer)}1"))
    assert page.status_code == 403
    assert heading(await victim.look("/staff")) == "Log ind"
    nobody = staff.browser()
    assert (await ends(nobody, await nobody.look("/staff/login/back?code=c&state=state-1"))).status_code == 403


async def test_the_attempt_is_sealed_for_one_browser(staff: StaffPages) -> None:
    """Taken along to another browser it does not open."""
    one, other = staff.browser(), staff.browser()
    answer = await one.look("/staff")
    await other.look("/staff")
    sealed = one.http.cookies.get("__Host-portner-staff-login")
    other.http.cookies.set("__Host-portner-staff-login", sealed or "")
    assert (await comes_to_nothing(other, answer)).status_code == 403


async def test_a_citizens_login_in_another_tab_ends_no_staffs(staff: StaffPages) -> None:
    """Whoever is both has two logins on their way: the end of one leaves the other's attempt where it is."""
    browser = staff.browser()
    answer = await browser.look("/staff")
    browser.http.cookies.set("__Host-portner-login", "a-citizens", domain=urlsplit(SITE).hostname or "", path="/")
    assert (await comes_back(browser, answer)).status_code == 303
    assert browser.http.cookies.get("__Host-portner-login") == "a-citizens"


async def test_an_answer_counts_once(staff: StaffPages) -> None:
    """The attempt is gone with the first answer."""
    browser = staff.browser()
    answer = await browser.look("/staff")
    assert (await comes_back(browser, answer)).status_code == 303
    assert browser.http.cookies.get("__Host-portner-staff-login") is None
    assert (await comes_to_nothing(browser, answer)).status_code == 403


@pytest.mark.parametrize("query", ["code=c&state={0}&state={0}", "code=c&state={0}&x={1}", "", "error=x"])
async def test_odd_answers_are_no_login(staff: StaffPages, query: str) -> None:
    """Doubled, endless or empty, also with what the browser set out with."""
    browser = staff.browser()
    state = state_of(await browser.look("/staff"))
    answer = await ends(browser, await browser.look(f"/staff/login/back?{query.format(state, 'y' * 5000)}"))
    assert answer.status_code == 403


async def test_a_citizens_cookie_is_nobody_here(staff: StaffPages) -> None:
    """The value of a staff session under the citizens' name, and the other way round."""
    signed = await staff.signed_in()
    value = signed.http.cookies.get(STAFF_COOKIE) or ""
    browser = staff.browser()
    browser.http.cookies.set(COOKIE, value)
    state_of(await browser.look("/staff"))


async def test_logout(staff: StaffPages) -> None:
    """The cookie opens nothing any more, another one is handed out, and no silent try brings them back in."""
    browser = await staff.signed_in()
    await browser.look("/staff")
    value = browser.http.cookies.get(STAFF_COOKIE) or ""
    page = await browser.press("/staff/logout")
    assert "Du er logget ud." in page.text
    assert heading(await browser.look("/staff")) == "Log ind"
    other = staff.browser()
    other.http.cookies.set(STAFF_COOKIE, value)
    state_of(await other.look("/staff"))


async def test_ten_hours_later(staff: StaffPages) -> None:
    """Over."""
    browser = await staff.signed_in()
    assert heading(await browser.look("/staff")) == "Min dag"
    staff.unit.around.clock.at += SESSION_LIFE
    state_of(await browser.look("/staff"))


async def test_without_a_provider_nobody_gets_in(staff: StaffPages) -> None:
    """The page says that sign-on is not set up, and the button leads nowhere."""
    object.__setattr__(staff.pages, "login", None)
    browser = staff.browser()
    for path in ("/staff", "/staff/login"):
        page = await browser.look(path)
        assert "ikke sat op" in page.text
        assert SSO not in page.text


async def test_names_and_accounts_stand_in_no_record(staff: StaffPages) -> None:
    """Ids only."""
    staff.sso.identity = replace(identity("sofie"), name="Sofie Krog")
    browser = staff.browser()
    await browser.follow(await comes_back(browser, await browser.look("/staff")))
    assert "Sofie Krog" in browser.page
    kept = str(record(staff.unit)).lower()
    assert "sofie" not in kept
    assert SITE not in kept
