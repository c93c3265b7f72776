"""The hotline's page and the opening hours, pressed as staff press them."""

import re

from tests.an_office import UNIT
from tests.edges.web.site.on_site import Surfer, heading
from tests.edges.web.site.staff.on_staff import StaffPages
from tests.edges.web.site.staff.test_day import said
from tests.flows.staffed import token_of
from tests.flows.test_staff_hotline import E164, NUMBER
from xmpp_agent.flows.hotline_caller import caller_enters
from xmpp_agent.flows.staff_login import signed_in
from xmpp_agent.model.units import Hours


async def started(staff: StaffPages) -> tuple[Surfer, str]:
    """Mette types the number that rings and goes in; her browser, and the id of the call."""
    mette = await staff.signed_in()
    await mette.look("/staff/hotline")
    into = await mette.press("/staff/hotline", number=NUMBER)
    address = into.headers["location"]
    assert address.startswith(staff.site.conf.meetings)
    client = await staff.unit.connects("mette", token_of(address))
    await staff.unit.prosody.conference(client, client.pass_.room)
    await staff.unit.prosody.join(client, client.pass_.room)
    found = re.search(r'id="c-(\w+)"', (await mette.look("/staff/hotline")).text)
    assert found is not None
    return mette, found[1]


async def test_number_in_meeting_open_row_there(staff: StaffPages) -> None:
    """One press: Jitsi in the new window, a row on the page with the number to call back, and a way to end it."""
    mette, call = await started(staff)
    assert "Sms på vej" in mette.page
    assert f'href="tel:{E164}"' in mette.page
    for act in ("open", "again", "end"):
        assert f'action="/staff/hotline/{call}/{act}"' in mette.page


async def test_colleagues_see_the_row_but_not_the_number(staff: StaffPages) -> None:
    """And nothing to press."""
    _, call = await started(staff)
    lars = await staff.signed_in("lars")
    page = await lars.look("/staff/hotline")
    assert f'id="c-{call}"' in page.text
    assert "20123456" not in page.text
    assert f"/staff/hotline/{call}" not in page.text


async def test_again_lost_and_over(staff: StaffPages) -> None:
    """The link again; the caller drops and stays on the page as lost; marked over."""
    mette, call = await started(staff)
    assert said(await mette.follow(await mette.press(f"/staff/hotline/{call}/again")))[0] == "Linket er på vej igen."
    found = await staff.unit.desk.calls.call(call)
    assert found is not None
    code = (await staff.unit.office.visitors.links_of(found.appointment))[0].code
    entered = await caller_enters(staff.unit.office, staff.unit.desk.calls, code, None)
    client = await staff.unit.connects("caller", token_of(entered.address))
    assert await staff.unit.prosody.join(client, client.pass_.room) == "inside"
    await staff.unit.settled()
    assert "Inde" in (await mette.look("/staff/hotline")).text
    await staff.unit.leaves("caller")
    assert "Mistet kontakt" in (await mette.look("/staff/hotline")).text
    page = await mette.follow(await mette.press(f"/staff/hotline/{call}/end"))
    assert said(page)[0] == "Samtalen er slut."
    assert "20123456" not in page.text
    assert said(await mette.follow(await mette.press(f"/staff/hotline/{call}/again")))[1] == "Samtalen er slut."


async def test_in_again_by_the_row(staff: StaffPages) -> None:
    """Staff who closed the window go in again, in the same room."""
    mette, call = await started(staff)
    into = await mette.press(f"/staff/hotline/{call}/open")
    found = await staff.unit.desk.calls.call(call)
    assert found is not None
    assert f"/{found.room}?" in into.headers["location"]


async def test_no_number_is_said(staff: StaffPages) -> None:
    """On the page, and nothing is made."""
    mette = await staff.signed_in()
    await mette.look("/staff/hotline")
    page = await mette.follow(await mette.press("/staff/hotline", number="hej"))
    assert said(page)[1].startswith("Vi har ikke et telefonnummer")
    assert "Ingen opkald." in page.text


async def test_hours_are_set_and_shown(staff: StaffPages) -> None:
    """As people write them; what nobody can read is refused."""
    mette = await staff.signed_in()
    await mette.look("/staff/hours")
    days = {f"day{day}": "" for day in range(7)} | {"day0": "8-12, 13-15.30"}
    page = await mette.follow(await mette.press("/staff/hours", do="hours", **days))
    assert said(page)[0] == "Åbningstiderne er gemt."
    assert 'value="08:00-12:00, 13:00-15:30"' in page.text
    unit = await staff.unit.office.diary.unit(UNIT.id)
    assert unit is not None
    assert unit.hours == (Hours(0, "08:00", "12:00"), Hours(0, "13:00", "15:30"))
    assert "Der er lukket." in page.text, "it is Sunday evening"
    wrong = await mette.follow(await mette.press("/staff/hours", do="hours", **days | {"day1": "otte"}))
    assert said(wrong)[1]


async def test_the_switch(staff: StaffPages) -> None:
    """Closed with words in both languages, and open again."""
    mette = await staff.signed_in()
    await mette.look("/staff/hours")
    page = await mette.follow(await mette.press("/staff/hours", do="closed", da="Tilbage kl. 13.", en="Back at 13."))
    assert "Lukket for nu" in page.text
    unit = await staff.unit.office.diary.unit(UNIT.id)
    assert unit is not None
    assert (unit.closed, unit.closed_text) == (True, ("Tilbage kl. 13.", "Back at 13."))
    page = await mette.follow(await mette.press("/staff/hours", do="opened"))
    assert said(page)[0] == "Der er åbent igen."


async def test_the_way_between_pages(staff: StaffPages) -> None:
    """Each names itself and leads to the others."""
    mette = await staff.signed_in()
    for path, title in (("/staff", "Min dag"), ("/staff/hotline", "Hotline"), ("/staff/hours", "Åbningstider")):
        page = await mette.look(path)
        assert heading(page) == title
        assert f'href="{path}" aria-current="page"' in page.text


async def test_a_session_is_the_browsers(staff: StaffPages) -> None:
    """The cookie names it, nothing else does."""
    mette = await staff.signed_in()
    value = mette.http.cookies.get("__Host-portner-staff") or ""
    session = await signed_in(staff.unit.office, value)
    assert session is not None
    assert session.person == "mette"
