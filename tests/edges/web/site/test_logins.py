"""The login: cookies that change with it, and answers that belong to another browser, link or time."""

import re

import pytest

from tests.edges.web.lone_agent import acts_on_record
from tests.edges.web.site.on_site import COOKIE, OpenSite, Surfer, heading
from tests.rules.scenes import HOTLINE
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import LoginReason

ATTEMPT = "__Host-portner-login"


async def _at_broker(site: OpenSite, name: str = "anna") -> tuple[Surfer, str]:
    """A browser that has been sent to the broker, and the code of its link."""
    await site.here.appointment(name)
    code, anna = await site.here.link(name), site.surfer()
    await anna.begin(code)
    await anna.press(f"/m/{code}/login")
    return anna, code


async def test_the_broker_is_asked_for_the_level_of_the_appointment_in_the_language_pressed(site: OpenSite) -> None:
    """What the policy asks for, and what was pressed."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    await anna.look(f"/m/{code}?lang=en")
    await anna.press(f"/m/{code}/login")
    assert site.broker.asked == [{"level": Level.SUBSTANTIAL, "language": "en"}]


async def test_the_cookie_changes_when_the_browser_is_bound_and_when_it_logs_in(site: OpenSite) -> None:
    """A cookie planted before is worth nothing after: the old one opens no page that needs a login."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    seen = []
    await anna.look(f"/m/{code}")
    seen.append(anna.cookie)
    await anna.press(f"/m/{code}")
    seen.append(anna.cookie)
    await anna.look(f"/m/{code}")
    await anna.follow(await anna.log_in(code))
    seen.append(anna.cookie)
    assert len(set(seen)) == 3
    for planted in seen[:2]:
        thief = site.surfer()
        thief.http.cookies.set(COOKIE, planted, domain="moede.test")
        assert heading(await thief.look(f"/m/{code}")) == "Dit videomøde"


async def test_a_value_the_site_did_not_make_is_no_cookie(site: OpenSite) -> None:
    """Whatever else stands in it, the browser gets a fresh one."""
    await site.here.appointment()
    code = await site.here.link()
    for odd in ("x", "A" * 42, "A" * 44, "'; drop", "../../etc"):
        surfer = site.surfer()
        answer = await surfer.http.get(f"/m/{code}", headers={"cookie": f"{COOKIE}={odd}"})
        assert COOKIE in answer.headers["set-cookie"]


async def test_cookies_say_what_protects_them(site: OpenSite) -> None:
    """HttpOnly, Secure, Lax, for the whole host and no other; gone when the browser is closed."""
    anna, code = await _at_broker(site)
    fresh = (await site.surfer().look(f"/m/{code}")).headers["set-cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=lax; Secure", fresh)
    await anna.look(f"/m/{code}")
    attempt = (await anna.press(f"/m/{code}/login")).headers["set-cookie"]
    assert re.fullmatch(rf"{ATTEMPT}=[\w-]+; HttpOnly; Max-Age=1200; Path=/; SameSite=lax; Secure", attempt)
    assert "verifier" not in attempt
    assert code not in attempt


async def test_an_answer_without_the_attempt_belongs_to_another_browser(site: OpenSite) -> None:
    """No cookie, the cookie without the attempt, the attempt without the cookie: words, and nobody is logged in."""
    anna, code = await _at_broker(site)
    before = acts_on_record(site.folder)
    stranger, half = site.surfer(), site.surfer()
    half.http.cookies.set(ATTEMPT, anna.http.cookies[ATTEMPT], domain="moede.test")
    await half.begin(code)
    bare = site.surfer()
    bare.http.cookies.set(COOKIE, anna.cookie, domain="moede.test")
    for surfer in (stranger, half, bare):
        page = await surfer.look("/login/back?code=c&state=state-1")
        assert (page.status_code, heading(page)) == (403, "Login hører til en anden browser")
    assert "login" not in acts_on_record(site.folder)[len(before) :]


async def test_an_attempt_cannot_be_carried_to_another_session(site: OpenSite) -> None:
    """Login fixation: an attacker's attempt, planted in the victim's browser, does not open there."""
    attacker, _ = await _at_broker(site, "anna")
    victim, code = await _at_broker(site, "bo")
    victim.http.cookies.set(ATTEMPT, attacker.http.cookies[ATTEMPT], domain="moede.test", path="/")
    page = await victim.http.get(
        "/login/back?code=c&state=state-1",
        headers={"cookie": f"{COOKIE}={victim.cookie}; {ATTEMPT}={attacker.http.cookies[ATTEMPT]}"},
    )
    assert heading(page) == "Login hører til en anden browser"
    assert heading(await victim.look(f"/m/{code}")) == "Vis, at det er dig"


@pytest.mark.parametrize(
    "query",
    ["state=wrong&code=c", "code=c", "", "state=state-1&state=state-1&code=c", "state=state-1&code=" + "c" * 5000],
)
async def test_an_answer_that_does_not_fit_is_not_ours(site: OpenSite, query: str) -> None:
    """A wrong, missing, doubled or endless value: words, nobody is logged in, and the right answer still works."""
    anna, _ = await _at_broker(site)
    page = await anna.look(f"/login/back?{query}")
    assert (page.status_code, heading(page)) == (403, "Login hører til en anden browser")
    assert (await anna.look("/login/back?code=c&state=state-1")).status_code == 303


async def test_an_answer_counts_once(site: OpenSite) -> None:
    """Back and forward in the browser log nobody in again; a HEAD never does."""
    anna, code = await _at_broker(site)
    assert (await anna.http.head("/login/back?code=c&state=state-1")).status_code == 405
    arrived = await anna.look("/login/back?code=c&state=state-1")
    assert arrived.headers["location"] == f"/m/{code}"
    again = await anna.look("/login/back?code=c&state=state-1")
    assert heading(again) == "Login hører til en anden browser"


async def test_an_attempt_that_failed_is_done_with(site: OpenSite) -> None:
    """What came to nothing cannot be answered again, not even in the same browser: a new login is a new attempt."""
    anna, code = await _at_broker(site)
    site.broker.fault = LoginReason.CANCELLED
    assert (await anna.look("/login/back?state=state-1&error=access_denied")).status_code == 303
    site.broker.fault = None
    again = await anna.look("/login/back?code=c&state=state-1")
    assert heading(again) == "Login hører til en anden browser"
    assert heading(await anna.look(f"/m/{code}")) == "Vis, at det er dig"


async def test_where_the_login_leads_is_not_in_the_address(site: OpenSite) -> None:
    """No parameter of an address says where to go: neither a login's return nor the way back from Jitsi."""
    anna, code = await _at_broker(site)
    for name in ("next", "return_to", "redirect", "url", "code", "room"):
        answer = await anna.look(f"/login/back?code=c&state=state-1&{name}=https://evil.test/")
        if answer.status_code == 303:
            assert answer.headers["location"] == f"/m/{code}"
            assert "evil" not in answer.headers["location"]
    for path in ("//evil.test/", "/join/https:%2F%2Fevil.test", "/m//evil.test", "/h/\\evil.test", "/join/..%2f..%2f"):
        answer = await anna.look(path)
        assert answer.status_code in (403, 404), path


async def test_a_login_is_for_who_has_to_log_in(site: OpenSite) -> None:
    """Nobody is sent to the broker from a link that needs none, or before the browser is bound."""
    await site.here.appointment(policy=HOTLINE)
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    assert (await anna.press(f"/m/{code}/login")).headers["location"] == f"/m/{code}"
    assert site.broker.asked == []


async def test_the_brokers_words_are_never_shown(site: OpenSite) -> None:
    """What stands in the answer stays there."""
    anna, _ = await _at_broker(site)
    site.broker.fault = LoginReason.CANCELLED
    back = await anna.look("/login/back?state=state-1&error=access_denied&error_description=%3Cb%3Ewords%3C%2Fb%3E")
    page = await anna.follow(back)
    assert "words" not in page.text
    assert "access_denied" not in page.text
