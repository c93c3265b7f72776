"""The employer's sign-on is asked again while staff work: unseen, never within a form, and what it says counts."""

import pytest

from tests.an_office import UNIT
from tests.edges.web.site.on_site import Surfer, heading
from tests.edges.web.site.staff.on_staff import STAFF_COOKIE, StaffPages, identity, without_roles
from tests.edges.web.site.staff.test_logins import comes_back, comes_to_nothing, ends, state_of
from xmpp_agent.flows.staff_door import finish_visit, let_one_in
from xmpp_agent.flows.staff_login import SESSION_LIFE, signed_in, to_go_on
from xmpp_agent.flows.staff_out import Exits, sign_out_everywhere
from xmpp_agent.ports.login import LoginReason
from xmpp_agent.rules.staff_roles import ASKED_AGAIN, VOUCHED_FOR

SCRIPT = {"portner-by": "script"}


async def at_work(staff: StaffPages, since: float = ASKED_AGAIN) -> Surfer:
    """Mette, signed in that long ago, with her day open since then."""
    browser = await staff.signed_in()
    assert heading(await browser.look("/staff")) == "Min dag"
    staff.unit.around.clock.at += since
    return browser


async def met_anna(staff: StaffPages) -> None:
    """A visit that is over; its note is due."""
    unit = staff.unit
    await unit.book("anna")
    await unit.opens()
    await unit.comes("anna")
    await let_one_in(unit.desk, unit.who(), "anna")
    await unit.obeys("anna")
    await finish_visit(unit.desk, unit.who(), "anna")


async def test_asked_again_unseen_and_forms_still_fit(staff: StaffPages) -> None:
    """To the provider and back to the page that was opened, with the same cookie: other windows' forms go on."""
    browser = await at_work(staff)
    before = browser.http.cookies.get(STAFF_COOKIE)
    answer = await browser.look("/staff/hours")
    back = await comes_back(browser, answer)
    assert back.headers["location"] == "/staff/hours"
    assert browser.http.cookies.get(STAFF_COOKIE) == before
    assert (await browser.press("/staff/hours", do="closed", da="x", en="x")).headers["location"] != "/staff"
    assert (await browser.look("/staff")).status_code == 200, "and not again at the next page"


async def test_a_note_is_opened_with_time_to_write_it(staff: StaffPages) -> None:
    """The employer is asked before it opens, and it is the note that opens then."""
    await met_anna(staff)
    browser = await at_work(staff)
    back = await comes_back(browser, await browser.look("/staff/a/anna/note"))
    assert back.headers["location"] == "/staff/a/anna/note"
    assert heading(await browser.follow(back)) == "Notat"
    staff.unit.around.clock.at += VOUCHED_FOR - 1
    assert (
        (await browser.press("/staff/a/anna/note", text="Aftalt.")).headers["location"].startswith("/staff?said=note")
    )


async def test_a_note_written_past_the_hour_is_kept(staff: StaffPages) -> None:
    """What was typed is on the page again and nothing else of the meeting; signed in elsewhere, the form still fits."""
    await met_anna(staff)
    browser = await at_work(staff, 0)
    await browser.look("/staff/a/anna/note")
    staff.unit.around.clock.at += VOUCHED_FOR
    kept = await browser.press("/staff/a/anna/note", text="Aftalt: <b>nyt</b> møde.", closes="yes")
    assert kept.status_code == 401
    assert "Aftalt: &lt;b&gt;nyt&lt;/b&gt; møde." in kept.text
    assert "Anna" not in kept.text
    assert " checked" in kept.text
    assert 'href="/staff/login" target="_blank"' in kept.text
    [note] = (await staff.unit.desk.notes.of(["anna"]))["anna"]
    assert note.text == ""
    page = browser.page
    assert heading(await browser.follow(await comes_back(browser, await browser.look("/staff/login")))) == "Min dag"
    browser.page = page
    sent = await browser.press("/staff/a/anna/note", text="Aftalt: nyt møde.")
    assert sent.headers["location"].startswith("/staff?said=note")


async def test_somebody_else_gets_no_cookie_of_before(staff: StaffPages) -> None:
    """An hour later another account signs in at the same browser: a cookie of their own, and the old one is dead."""
    browser = await at_work(staff, VOUCHED_FOR)
    before = browser.http.cookies.get(STAFF_COOKIE) or ""
    staff.sso.identity = identity("lars")
    await browser.follow(await comes_back(browser, await browser.look("/staff/login")))
    assert "Lars Holm" in browser.page
    assert browser.http.cookies.get(STAFF_COOKIE) != before
    assert await to_go_on(staff.unit.office, before) is None


async def test_a_press_past_the_hour_is_told_to_a_script(staff: StaffPages) -> None:
    """In words: the page may hold something half-written, which a reload would lose."""
    browser = await at_work(staff, 0)
    staff.unit.around.clock.at += VOUCHED_FOR
    answer = await browser.press("/staff/hours", do="opened", by="script")
    assert (answer.status_code, "nyt vindue" in answer.json()["text"]) == (401, True)


async def test_a_role_that_was_taken_away_is_gone_soon(staff: StaffPages) -> None:
    """The page that is opened next after half an hour says so, and the session is over."""
    browser = await at_work(staff)
    staff.sso.identity = without_roles("mette")
    page = await comes_to_nothing(browser, await browser.look("/staff"))
    assert page.status_code == 403
    assert "har ikke fået adgang" in page.text
    assert await signed_in(staff.unit.office, browser.http.cookies.get(STAFF_COOKIE) or "") is None


async def test_roles_are_those_of_now(staff: StaffPages) -> None:
    """A supervisor since a moment ago."""
    browser = await at_work(staff)
    staff.sso.identity = identity("mette", "job-boss")
    await comes_back(browser, await browser.look("/staff"))
    session = await signed_in(staff.unit.office, browser.http.cookies.get(STAFF_COOKIE) or "")
    assert session is not None
    assert session.supervises == {UNIT.id}
    staff.unit.around.clock.at = session.made_at + SESSION_LIFE
    assert await signed_in(staff.unit.office, browser.http.cookies.get(STAFF_COOKIE) or "") is None


@pytest.mark.parametrize(("since", "works"), [(ASKED_AGAIN, True), (VOUCHED_FOR - 1, True), (VOUCHED_FOR, False)])
async def test_a_form_is_never_sent_to_the_provider(staff: StaffPages, since: float, works: bool) -> None:
    """It works for an hour, and is refused after that; pages that scripts read the same, and say that it is time."""
    browser = await at_work(staff, since)
    page = await browser.http.get("/staff", headers=SCRIPT)
    assert (page.status_code, 'data-renew="yes"' in page.text) == ((200, True) if works else (401, False))
    pressed = await browser.press("/staff/hours", do="closed", da="x", en="x")
    assert (pressed.headers["location"] == "/staff/hours?said=closed") is works
    assert (await browser.press("/staff/hours", do="opened", by="script")).status_code == (200 if works else 401)


async def test_who_signed_off_at_the_employer_signs_in_again(staff: StaffPages) -> None:
    """The silent try finds nobody: a page with a button, and the session is over."""
    browser = await at_work(staff)
    answer = await browser.look("/staff")
    staff.sso.fault = LoginReason.NOT_SIGNED_IN
    assert heading(await comes_to_nothing(browser, answer)) == "Log ind"
    assert heading(await browser.look("/staff")) == "Log ind"


@pytest.mark.parametrize("when", ["begin", "finish"])
async def test_a_sign_on_that_is_down_stops_nobody(staff: StaffPages, when: str) -> None:
    """Whoever is signed in goes on until the hour is over; then it is the login page."""
    browser = await at_work(staff)
    if when == "begin":
        staff.sso.fault = LoginReason.PROVIDER_DOWN
        back = await browser.look("/staff")
    else:
        answer = await browser.look("/staff")
        staff.sso.fault = LoginReason.PROVIDER_DOWN
        back = await comes_back(browser, answer)
    assert heading(await ends(browser, back)) == "Min dag"
    staff.unit.around.clock.at += VOUCHED_FOR
    assert "Login svarer ikke" in (await browser.look("/staff")).text


async def test_two_windows_at_once(staff: StaffPages) -> None:
    """While one is at the provider the other is served as before."""
    browser = await at_work(staff)
    answer = await browser.look("/staff")
    assert heading(await browser.look("/staff")) == "Min dag"
    assert heading(await browser.follow(await comes_back(browser, answer))) == "Min dag"


async def test_somebody_else_at_the_provider_is_somebody_else_here(staff: StaffPages) -> None:
    """With a session and a cookie of their own; the one of before is over."""
    browser = await at_work(staff)
    before = browser.http.cookies.get(STAFF_COOKIE) or ""
    staff.sso.identity = identity("lars")
    await browser.follow(await comes_back(browser, await browser.look("/staff")))
    assert "Lars Holm" in browser.page
    assert await signed_in(staff.unit.office, before) is None


async def test_signed_out_by_the_office_is_out_at_once(staff: StaffPages) -> None:
    """The next press and the next page, also when the sign-on was being asked at that moment."""
    browser = await at_work(staff)
    answer = await browser.look("/staff")
    cookie = browser.http.cookies.get(STAFF_COOKIE) or ""
    old = await signed_in(staff.unit.office, cookie)
    assert old is not None
    base = staff.unit.around.database
    exits = Exits(base.visitors, base.diary, base.records, base.ledger, staff.unit.house)
    assert await sign_out_everywhere(exits, old.person, "uid:0", staff.unit.around.clock.at) == 1
    assert await signed_in(staff.unit.office, cookie) is None
    assert (await browser.press("/staff/hours", do="closed")).headers["location"] == "/staff"
    await staff.unit.office.records.keep(staff.unit.office.line("staff-checked", old.person), old)
    assert await signed_in(staff.unit.office, cookie) is None, "whoever read it before writes it back in vain"
    state_of(answer)
