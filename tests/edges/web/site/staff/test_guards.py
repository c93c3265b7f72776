"""Every address of staff: who may ask, from where, and that nothing is done for anybody else."""

import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.an_office import SITE
from tests.edges.web.site.on_site import Surfer
from tests.edges.web.site.staff.on_staff import STAFF_COOKIE, StaffPages
from tests.flows.test_staff_door import record
from xmpp_agent.edges.web.site.cookies import form_token
from xmpp_agent.edges.web.site.staff.texts import why
from xmpp_agent.model.verdicts import Reason

OURS = {"origin": "null", "sec-fetch-site": "same-origin"}


def posts(app: FastAPI, fills: dict[str, str]) -> list[str]:
    """Every address of staff that takes a form, its parts filled in."""
    routes = [route for route in app.routes if isinstance(route, APIRoute) and route.path.startswith("/staff")]
    paths = [route.path for route in routes if "POST" in (route.methods or ())]
    return [re.sub(r"\{(\w+)\}", lambda part: fills[part[1]], path) for path in paths]


async def filled(staff: StaffPages) -> tuple[list[str], Surfer]:
    """The addresses for an appointment and room of mette's, and her browser."""
    await staff.unit.book("anna")
    room = await staff.unit.opens()
    await staff.unit.comes("anna")
    mette = await staff.signed_in()
    await mette.look("/staff")
    return posts(staff.app, {"one": "anna", "node": room.node, "call": "c1"}), mette


def acts(staff: StaffPages) -> list[object]:
    """What stands on record but logins."""
    return [line["act"] for line in record(staff.unit)]


async def test_there_are_forms_enough() -> None:
    """The list below is not empty by mistake."""
    from xmpp_agent.edges.web.site.staff.acts import ON_APPOINTMENTS, ON_ROOMS

    assert len(ON_APPOINTMENTS) + len(ON_ROOMS) >= 13


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", OURS),
        ("f" * 64, OURS),
        ("own", {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}),
        ("own", {"origin": "null", "sec-fetch-site": "cross-site"}),
        ("own", {"origin": SITE, "sec-fetch-site": "same-site"}),
    ],
    ids=["no token", "another token", "another site", "another site that says null", "a neighbour"],
)
async def test_no_form_of_another_page_does_anything(staff: StaffPages, token: str, headers: dict[str, str]) -> None:
    """CSRF: refused at every address, and nothing is on record of it."""
    paths, mette = await filled(staff)
    own = form_token(mette.http.cookies.get(STAFF_COOKIE) or "")
    before = acts(staff)
    for path in paths:
        fields = {"words": "x", "why": "grund", "token": own if token == "own" else token}
        answer = await mette.http.post(path, data=fields, headers=headers)
        assert answer.status_code == 403, path
    assert acts(staff) == before


async def test_nobody_signed_in_does_nothing(staff: StaffPages) -> None:
    """With a form of ours and no session: to the start, and nothing is on record."""
    paths, _ = await filled(staff)
    stranger = staff.browser()
    await stranger.look("/staff")
    token = form_token(stranger.http.cookies.get(STAFF_COOKIE) or "")
    before = acts(staff)
    for path in paths:
        fields = {"words": "x", "why": "grund", "token": token}
        answer = await stranger.http.post(path, data=fields, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff"), path
        answer = await stranger.http.post(path, data=fields | {"by": "script"}, headers=OURS)
        assert answer.status_code == 401, path
    assert acts(staff) == before


async def test_a_colleague_does_nothing_to_mettes_people(staff: StaffPages) -> None:
    """Every act on her appointment and room is refused, and anna still waits."""
    paths, _ = await filled(staff)
    lars = await staff.signed_in("lars")
    await lars.look("/staff")
    mine = ("/staff/open", "/staff/logout", "/staff/hotline", "/staff/hours")
    for path in paths:
        if path in mine or path.endswith("/reveal"):  # a name may be looked at for a reason
            continue
        answer = await lars.press(path, words="x", colleague="lars", text="x", reached="yes", by="script")
        assert (answer.status_code, _done(answer)) == (200, False), path
    [person] = [w for state in staff.unit.house.rooms.values() for w in state.queue]
    assert person.jid


async def test_looking_changes_nothing(staff: StaffPages) -> None:
    """Every page, ten times: not a line on record."""
    _, mette = await filled(staff)
    before = acts(staff)
    for _ in range(10):
        for path in ("/staff", "/staff/hotline", "/staff/hours", "/staff/a/anna/note", "/staff/a/anna/hand_over"):
            assert (await mette.look(path)).status_code == 200
    assert acts(staff) == before


async def test_a_get_on_an_act_is_none(staff: StaffPages) -> None:
    """Links do nothing."""
    paths, mette = await filled(staff)
    before = acts(staff)
    for path in paths:
        if not path.endswith(("/note", "/hand_over")):
            assert (await mette.look(path)).status_code in (200, 405), path
    assert acts(staff) == before


async def test_staffs_pages_carry_what_all_pages_carry(staff: StaffPages) -> None:
    """No store, no frame, scripts from here only."""
    _, mette = await filled(staff)
    answer = await mette.look("/staff")
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text
    assert not re.search(r"\son\w+=|style=", answer.text)


async def test_a_script_reads_words_when_the_database_is_away(staff: StaffPages) -> None:
    """Every act, not only those with an answer of their own: JSON that the page shows, never a page in its place."""
    paths, mette = await filled(staff)
    file = staff.site.folder / "portner.sqlite3"
    await staff.site.here.database.engine.dispose()
    file.rename(file.with_name("gone.sqlite3"))
    for path in paths:
        answer = await mette.press(path, words="x", why="grund", text="x", by="script")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/json"), path
        assert answer.json() == {"done": False, "text": why("da", Reason.AUDIT_UNAVAILABLE), "to": ""}
    page = await mette.press("/staff/open")
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    file.unlink(missing_ok=True)
    file.with_name("gone.sqlite3").rename(file)


async def test_a_script_reads_words_when_something_broke(staff: StaffPages) -> None:
    """The same for a fault nobody thought of."""
    _, mette = await filled(staff)

    @staff.app.post("/staff/broken")
    async def broken() -> None:
        raise RuntimeError("secret of the inside")

    answer = await mette.press("/staff/broken", by="script")
    assert (answer.status_code, answer.json()["done"]) == (500, False)
    assert "secret" not in answer.text


async def test_a_name_cannot_put_markup_on_the_page(staff: StaffPages) -> None:
    """Whatever calendar systems send."""
    from xmpp_agent.model.people import Person, Role
    from xmpp_agent.ports.diary import Enrolment

    _, mette = await filled(staff)
    office = staff.unit.office
    nasty = Enrolment(Person("anna", "jobcenter", '<img src=x onerror="1">'), Role.CITIZEN)
    await office.records.keep(office.line("name", "test"), nasty)
    page = await mette.look("/staff")
    assert "<img" not in page.text
    assert "&lt;img" in page.text


def _done(answer: httpx.Response) -> object:
    if answer.headers["content-type"].startswith("application/json"):
        return answer.json()["done"]
    return answer.status_code == 303
