"""The day as a page: what is on it, for whom, and what each press does."""

import re
from html import unescape

import httpx
import pytest

from tests.edges.web.site.on_site import Surfer
from tests.edges.web.site.staff.on_staff import StaffPages
from tests.flows.test_staff_door import looks_at, record
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.people import Reach

WORDS = {"words": "Vent lidt."}


def row(answer: httpx.Response, name: str) -> str:
    """The row of an appointment, as text."""
    found = re.search(rf'<li class="row[^"]*" id="r-{name}">.*?</li>', answer.text, re.DOTALL)
    assert found is not None, f"{name} has no row"
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])))


def buttons(answer: httpx.Response, name: str) -> dict[str, bool]:
    """What a row offers: the id of each button or folded part, and whether it is on."""
    found = re.search(rf'<li class="row[^"]*" id="r-{name}">.*?</li>', answer.text, re.DOTALL)
    assert found is not None
    made = re.findall(rf'<(?:button|details|a)[^>]* id="([a-z_]+)-{name}"([^>]*)>', found[0])
    return {act: "disabled" not in rest for act, rest in made}


def said(answer: httpx.Response) -> tuple[str, str]:
    """What the page says of the act before: done, refused."""
    done = re.search(r'id="said" role="status">(.*?)</p>', answer.text)
    why = re.search(r'id="why" role="alert">(.*?)</p>', answer.text)
    assert done is not None
    assert why is not None
    return unescape(done[1]), unescape(why[1])


@pytest.fixture
async def mette(staff: StaffPages) -> Surfer:
    """Mette's browser, at her day: anna waits in her open room, bo comes in an hour."""
    await staff.unit.book("anna", reach=Reach(phone="+4520123456"))
    await staff.unit.book("bo", starts_in=3600)
    await staff.unit.opens()
    await staff.unit.comes("anna")
    browser = await staff.signed_in()
    assert (await browser.look("/staff")).status_code == 200
    return browser


async def test_my_own_rows_with_names_times_and_state(staff: StaffPages, mette: Surfer) -> None:
    """In order; who waits says since when; the count is on the page."""
    page = await mette.look("/staff")
    assert page.text.index('id="r-anna"') < page.text.index('id="r-bo"')
    assert "22.04 Anna Hansen Venter i venteværelset siden kl. 22.04" in row(page, "anna")
    assert "23.04 Bo Hansen Ventes" in row(page, "bo")
    assert "1 venter." in page.text
    assert buttons(page, "anna")["let_in"]


async def test_english_at_a_press(mette: Surfer) -> None:
    """The same page."""
    page = await mette.look("/staff?lang=en")
    assert 'lang="en"' in page.text
    assert "Waiting in the lobby since 22:04" in row(page, "anna")


async def test_the_invitation_says_what_became_of_it(staff: StaffPages, mette: Surfer) -> None:
    """Which way, delivered or failed and why, and when staff are to call."""
    office, now = staff.unit.office, staff.unit.around.clock.at
    failed = Letter(
        "l1", "bo", "bo", About.INVITATION, Channel.SMS, now, LetterState.FAILED, failure=Failure.BAD_ADDRESS
    )
    await office.records.keep(office.line("letter", "test"), failed)
    assert "Kom ikke frem som sms: forkert adresse" in row(await mette.look("/staff"), "bo")
    call = Letter("l2", "bo", "bo", About.INVITATION, Channel.CALL, now)
    await office.records.keep(office.line("letter", "test"), call)
    page = await mette.look("/staff")
    assert "Ring til borgeren." in row(page, "bo")
    assert buttons(page, "bo")["call"]
    assert "called" in buttons(page, "bo")


async def test_let_in_from_the_page(staff: StaffPages, mette: Surfer) -> None:
    """Pressed without a script: back on the page, with words and the row as it is now."""
    page = await mette.follow(await mette.press("/staff/a/anna/let_in"))
    assert said(page) == ("Lukket ind.", "")
    assert await staff.unit.obeys("anna") == "inside"
    page = await mette.look("/staff")
    assert "Inde" in row(page, "anna")
    assert {"finish", "put_back"} <= buttons(page, "anna").keys()


async def test_a_script_gets_facts(mette: Surfer) -> None:
    """The same press, answered with what became of it."""
    answer = await mette.press("/staff/a/anna/let_in", by="script")
    assert answer.json() == {"done": True, "text": "Lukket ind.", "to": ""}
    answer = await mette.press("/staff/a/bo/let_in", by="script")
    assert answer.json() == {"done": False, "text": "Ingen venter.", "to": ""}


async def test_a_refused_press_says_why(mette: Surfer) -> None:
    """In words, on the page."""
    page = await mette.follow(await mette.press("/staff/a/bo/let_in"))
    assert said(page) == ("", "Ingen venter.")


async def test_next_write_put_back_refuse(staff: StaffPages, mette: Surfer) -> None:
    """Each through its form."""
    node = next(iter(staff.unit.prosody.rooms))
    assert said(await mette.follow(await mette.press(f"/staff/rooms/{node}/write", **WORDS)))[0] == "Sendt."
    assert said(await mette.follow(await mette.press("/staff/a/anna/write", **WORDS)))[0] == "Sendt."
    assert said(await mette.follow(await mette.press("/staff/a/anna/write", words="")))[1].startswith("Skriv noget")
    assert said(await mette.follow(await mette.press(f"/staff/rooms/{node}/next")))[0] == "Den næste er kaldt ind."
    await staff.unit.obeys("anna")
    assert said(await mette.follow(await mette.press("/staff/a/anna/put_back", words="")))[0] == "Sat tilbage."
    await staff.unit.comes("anna")
    assert said(await mette.follow(await mette.press("/staff/a/anna/refuse", **WORDS)))[0] == "Afvist."
    assert said(await mette.follow(await mette.press(f"/staff/rooms/{node}/next")))[1] == "Ingen venter."


async def test_finish_leads_to_the_note(staff: StaffPages, mette: Surfer) -> None:
    """Filled in; sent, it is on its way and the row says so."""
    await mette.press("/staff/a/anna/let_in")
    await staff.unit.obeys("anna")
    staff.unit.around.clock.at += 600
    note = await mette.press("/staff/a/anna/finish")
    assert note.headers["location"] == "/staff/a/anna/note?said=finish"
    form = await mette.follow(note)
    assert "Videomøde 22.11.2026 kl. 22.04" in form.text
    await staff.unit.settled()
    assert "Notater, du mangler at skrive" in (await mette.look("/staff")).text
    empty = await mette.press("/staff/a/anna/note", text=" ")
    assert empty.status_code == 422
    page = await mette.follow(await mette.press("/staff/a/anna/note", text="Aftalt.", closes="yes"))
    assert said(page)[0] == "Notatet er på vej til journalen."
    assert "Mødet er holdt Sagen skal lukkes Notat på vej til journalen" in row(page, "anna")
    [kept] = (await staff.unit.desk.notes.of(["anna"]))["anna"]
    assert (kept.text, kept.state) == ("Aftalt.", NoteState.QUEUED)
    assert (await staff.unit.appointment("anna")).outcome is Outcome.ATTENDED


async def test_a_note_that_is_refused_is_not_lost(staff: StaffPages, mette: Surfer) -> None:
    """What staff wrote stands in the form again."""
    form = await mette.press("/staff/a/anna/note", text="x" * 6001)
    assert form.status_code == 422
    assert "x" * 6001 in form.text


async def test_into_jitsi_by_a_form_of_its_own(staff: StaffPages, mette: Surfer) -> None:
    """The pass is in the fragment of the address alone; another's room is refused in words."""
    into = await mette.press("/staff/open")
    assert into.status_code == 303
    address = into.headers["location"]
    assert address.startswith(staff.site.conf.meetings + "/")
    assert "jwt" in address.partition("#")[2]
    lars = await staff.signed_in("lars")
    await lars.look("/staff")
    node = next(iter(staff.unit.prosody.rooms))
    assert said(await lars.follow(await lars.press("/staff/open", room=node)))[1].startswith("Kun mødets egne")


@pytest.mark.usefixtures("mette")
async def test_absence_and_the_rest_of_the_clock(staff: StaffPages) -> None:
    """The row offers what is due; the number is told once and stands nowhere."""
    staff.unit.around.clock.at += 3600 + 180
    mette = await staff.signed_in()
    page = await mette.look("/staff")
    assert {name: on for name, on in buttons(page, "bo").items() if name in ("fresh_link", "call", "absent")} == {
        "fresh_link": True,
        "call": False,
        "absent": False,
    }
    assert said(await mette.follow(await mette.press("/staff/a/bo/fresh_link")))[0] == "Nyt link er på vej."
    staff.unit.around.clock.at += 720
    page = await mette.follow(await mette.press("/staff/a/bo/call"))
    assert said(page)[1].startswith("Vi har ikke et telefonnummer")
    absent = await mette.press("/staff/a/bo/absent")
    assert absent.headers["location"] == "/staff/a/bo/note?said=absent"
    assert "Udeblevet fra videomøde" in (await mette.follow(absent)).text


async def test_a_number_is_told_in_that_answer_alone(staff: StaffPages, mette: Surfer) -> None:
    """By script and without; never in an address, gone from the next page."""
    staff.unit.prosody.step_out(staff.unit.clients["anna"], next(iter(staff.unit.prosody.rooms)))
    await staff.unit.settled()
    staff.unit.around.clock.at += 600
    page = await mette.press("/staff/a/anna/call")
    assert page.status_code == 200
    assert 'href="tel:+4520123456"' in page.text
    assert "20123456" not in (await mette.look("/staff")).text
    answer = await mette.press("/staff/a/anna/call", by="script")
    assert answer.json()["numbers"] == "+4520123456"
    assert ("mette", "call") in looks_at(staff.unit, "anna")


async def test_names_of_others_take_a_reason(staff: StaffPages, mette: Surfer) -> None:
    """A supervisor sees initials; the name comes with the reason on record, and is gone from the next page."""
    boss = await staff.signed_in("kim", "job-boss")
    page = await boss.look("/staff")
    assert "Anna" not in page.text
    assert "A. H." in row(page, "anna")
    page = await boss.press("/staff/a/anna/reveal", why="ringer og spørger")
    assert "Anna Hansen" in row(page, "anna")
    assert ("kim", "reveal") in looks_at(staff.unit, "anna")
    assert any(line["act"] == "reveal" and line["actor"] == "kim" for line in record(staff.unit))
    assert "Anna" not in (await boss.look("/staff")).text
    assert said(await boss.follow(await boss.press("/staff/a/anna/reveal", why="")))[1].startswith(
        "Skriv først, hvorfor"
    )
    assert "Anna" not in (await (await staff.signed_in("lars")).look("/staff")).text


async def test_handing_over_and_covering(staff: StaffPages, mette: Surfer) -> None:
    """To a colleague chosen from the unit's."""
    node = next(iter(staff.unit.prosody.rooms))
    assert said(await mette.follow(await mette.press(f"/staff/rooms/{node}/cover", colleague="kim")))[0]
    kim = await staff.signed_in("kim")
    assert "Du dækker for Mette Holm" in (await kim.look("/staff")).text
    assert '<option value="lars">Lars Holm</option>' in (await mette.look("/staff/a/bo/hand_over")).text
    page = await mette.follow(await mette.press("/staff/a/bo/hand_over", colleague="lars"))
    assert said(page)[0] == "Givet videre."
    assert 'id="r-bo"' not in page.text
    assert 'id="r-bo"' in (await (await staff.signed_in("lars")).look("/staff")).text
    assert said(await mette.follow(await mette.press("/staff/a/anna/hand_over", colleague="nobody")))[1]


async def test_without_prosody_the_doors_are_off_and_say_why(staff: StaffPages, mette: Surfer) -> None:
    """A banner, and every button that needs Prosody off with the reason beside it; the rest works."""
    staff.unit.porter.lose_link()
    page = await mette.look("/staff")
    offered = buttons(page, "anna")
    assert (offered["let_in"], offered["write"], offered["refuse"]) == (False, False, False)
    assert (offered["hand_over"], offered["case"]) == (True, True)
    assert "Portner kan ikke se mødeserveren lige nu." in row(page, "anna")
    assert re.search(r'id="lost">', page.text)
    assert said(await mette.follow(await mette.press("/staff/a/anna/let_in")))[1].startswith(
        "Mødeserveren svarede ikke"
    )


async def test_the_address_cannot_put_words_on_the_page(mette: Surfer) -> None:
    """Only sentences of ours are said."""
    page = await mette.look("/staff?said=<b>x</b>&why=<b>y</b>")
    assert (page.status_code, said(page)) == (200, ("", ""))
    assert "<b>" not in page.text
