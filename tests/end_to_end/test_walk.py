"""The walk in real browsers, real parts only: booked on the square, met in moving pictures, noted for the journal."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.end_to_end.browser import Page
from tests.end_to_end.street import Street, leaked, on_the_way, open_street, sees_blue, sees_red
from tests.leaks import phone, text
from xmpp_agent.demo.calendar import Wish
from xmpp_agent.demo.townspeople import CITIZENS, FOLLOWERS, STAFF
from xmpp_agent.demo.walkers import delivered, letter_to, link_in, text_to
from xmpp_agent.model.notes import NoteState

pytestmark = [
    *(pytest.mark.prosody, pytest.mark.chromium, pytest.mark.timeout(400)),
    pytest.mark.asyncio(loop_scope="module"),
]
ANNA, BO, CARLA, HANNE = CITIZENS
MAJA, KIM, SONJA, NINA = STAFF[:4]
IDA = FOLLOWERS[0]
NUMBER = "+4520998877"
NOTE = "Vi har aftalt en praktikplads hos gartneren."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    """The town for all tests of the module; each has people of its own."""
    async with open_street(tmp_path_factory.mktemp("street")) as opened:
        yield opened
        troubles, elsewhere = opened.troubles(), opened.asked_elsewhere()
        assert leaked(opened.town, *opened.seen, phone(NUMBER), text("note", NOTE)) == []
    assert "\n".join(troubles) == ""
    assert "\n".join(elsewhere) == ""


async def at_work(street: Street, who: str) -> Page:
    """Staff's day, signed on by the employer's sign-on."""
    day = await street.window(street.staffs, who, f"{street.town.site}/staff")
    await day.press("Log ind", role="link")
    await day.press(who, role="radio")
    await day.press("Log ind")
    await day.see(".me", f"Logget ind som {who}")
    return day


async def _book(street: Street, square: Page, citizen: str, with_: str, policy: str, follower: str = "ingen") -> str:
    """Booked by the form on the square, for in five minutes; answers the appointment's id."""
    before = set(street.town.calendar.booked)
    for label, option in (("Borger", citizen), ("Hos", with_), ("Aftaletype", policy), ("Kommer sammen med", follower)):
        await square.choose(label, option)
    await square.press("Book mødet")
    await square.see(".told", "Mødet er booket")
    (made,) = set(street.town.calendar.booked) - before
    return made


async def to_the_door(page: Page, person: str = "") -> None:
    """From the first page behind a link into the waiting room, through the device test and (as `person`) the login."""
    await page.press("Fortsæt")
    await page.press("Begynd prøven")
    await page.see("[data-found=good]", "Kamera og mikrofon virker")
    await page.press("Det virker - fortsæt")
    if person:
        await page.press("Log ind med MitID")
        await page.press(person, role="radio")
        await page.press("Log ind")
    await page.press("Gå ind i mødet")
    await page.see("#place", "Du er på plads")


async def _finish(street: Street, day: Page, appointment: str, name: str) -> None:
    """The visit ends with its note, which is filed in the journal."""
    await day.press(f"Afslut besøg: {name}")
    await day.see("h1", "Notat")
    written = await day.evaluate("document.getElementById('text').value")
    assert name in str(written)
    await day.fill("Notat til sagen", f"{written}\n{NOTE}")
    await day.press("Læg i journalen")
    await day.see("#said", "Notatet er på vej til journalen")
    await day.see(f"#r-{appointment} .mark", "Notat journaliseret")
    (note,) = await street.town.premises.notes_of(appointment)
    assert note.state is NoteState.FILED
    assert NOTE in (street.town.premises.journal / f"{note.number}.json").read_text("utf-8")
    assert note.text.endswith(NOTE)


async def test_from_the_booking_to_the_note_and_the_next_citizen(street: Street) -> None:
    """Calendar, Digital Post, devices, MitID, lobby, next, both see each other move, note, and then the next one."""
    town = street.town
    square = await street.window(street.citizens, "square", town.square)
    first = await delivered(
        town.post.courier,
        _book(street, square, ANNA.name, "Maja Krog, Jobcenter", "Samtale: MitID, indkaldelse i Digital Post"),
    )
    mailbox = await street.another(square, "Åbn postkassen", "link")
    await mailbox.see("article", f"Til {ANNA.name}")
    letter = link_in(letter_to(town, ANNA.person.cpr))
    anna = await street.another(mailbox, letter, "link")
    await to_the_door(anna, ANNA.name)

    day = await at_work(street, MAJA.name)
    row = f"#r-{first}"
    await day.see(f"{row} .stage", "Venter i venteværelset")
    await day.see(f"{row} .facts", "Bekræftet med MitID, niveau betydelig")
    await day.see(f"{row} .facts", "Virker")
    staff = await street.another(day, "Åbn lokalet i Jitsi")
    await staff.see("#waiting li", f"{ANNA.name} ✓ MitID")
    await day.press("Næste")
    await anna.see("#place", "Du er i mødet")
    await sees_blue(staff)
    await sees_red(anna)
    await day.see(f"{row} .stage", "Inde")

    second = await delivered(
        town.sms.courier,
        _book(street, square, CARLA.name, "Maja Krog, Jobcenter", "Samtale: MitID, indkaldelse i Digital Post"),
    )
    link = link_in(text_to(town, CARLA.phone))
    carla = await street.window(street.citizens, CARLA.name, link)
    await to_the_door(carla, CARLA.name)
    await _finish(street, day, first, ANNA.name)
    await anna.see("#why", "Besøget er slut. Tak for i dag.")
    await day.press("Næste")
    await carla.see("#place", "Du er i mødet")
    await sees_blue(staff)
    await sees_red(carla)
    await _finish(street, day, second, CARLA.name)
    await carla.see("#ended", "Mødet er slut")
    street.seen += on_the_way([letter, link], [], [])


async def test_who_was_not_invited_gets_a_page_and_staff_see_it(street: Street) -> None:
    """Somebody else's MitID behind a link: a page that says so and what to do, no meeting; the row tells staff."""
    town = street.town
    wish = Wish(BO, "jobcenter", "samtale", KIM)
    booked = await delivered(town.post.courier, town.calendar.book(wish))
    link = link_in(next(reversed(town.post.mailbox.values())).page)
    street.seen += on_the_way([link], [], [])
    stranger = await street.window(street.citizens, "stranger", link)
    await stranger.press("Fortsæt")
    await stranger.press("Spring over")
    await stranger.press("Log ind med MitID")
    await stranger.press("Frede Fremmed", role="radio")
    await stranger.press("Log ind")
    await stranger.see("h1", "Vi kunne ikke se, at det er dig, mødet er til")
    await stranger.see("main", "Hjælp mig")
    day = await at_work(street, KIM.name)
    await day.see(f"#r-{booked.id} .facts", "MitID, men ikke den inviterede")


async def test_hotline_from_a_number_to_a_dead_link(street: Street) -> None:
    """Staff type a number, the caller presses once and is in; dropped, the row stays; ended, the link is dead."""
    town = street.town
    day = await at_work(street, NINA.name)
    await day.press("Hotline", role="link")
    await day.fill("Nummeret, der ringer", NUMBER)
    staff = await delivered(town.sms.courier, street.another(day, "Send link, og åbn mødet"))
    await staff.see("#place", "Du er i mødet")
    await day.see(".stage", "Sms leveret")
    link = link_in(text_to(town, NUMBER))
    street.seen += on_the_way([link], [], [])
    phone_ = await street.window(street.citizens, "phone", town.phone)
    await phone_.press(link, role="link")
    await phone_.see("#exit", "Forlad siden hurtigt")
    await phone_.press("Gå ind")
    await phone_.see("#place", "Du er i mødet")
    await sees_blue(staff)
    await sees_red(phone_)
    await day.see(".stage", "Inde")
    await phone_.close()
    await day.see(".stage", "Mistet kontakt")
    await day.see(".acts", f"Ring op: {NUMBER}")
    await day.press("Samtalen er slut")
    await day.see(".stage", "Slut")
    later = await street.window(street.citizens, "later", link)
    await later.see("h1", "Linket virker ikke længere")


async def test_follow_up_is_for_whom_it_may_be_and_the_interpreter_comes_along(street: Street) -> None:
    """Refused unless both have met and video was asked for; then one press lets in citizen and interpreter."""
    town = street.town
    square = await street.window(street.staffs, "square", town.square)
    policy = "Opfølgning: kun hvis vi har mødtes, og borgeren har bedt om det; indkaldelse på sms"
    for label, option in (("Borger", BO.name), ("Hos", "Sonja Møller, Ambulatorium"), ("Aftaletype", policy)):
        await square.choose(label, option)
    await square.press("Book mødet")
    await square.see(".refused", "at I har mødt borgeren ansigt til ansigt")
    await square.press("Borgeren har mødt os personligt", role="checkbox")
    await square.press("Borgeren har selv bedt om video", role="checkbox")
    booked = await delivered(
        town.sms.courier,
        _book(street, square, BO.name, "Sonja Møller, Ambulatorium", policy, "Ida Tolstrup (tolk)"),
        messages=2,
    )
    links = [link_in(text_to(town, number)) for number in (BO.phone, IDA.phone)]
    street.seen += on_the_way(links, [], [])
    bo = await street.window(street.citizens, BO.name, links[0])
    ida = await street.window(street.citizens, IDA.name, links[1])
    await ida.press("Jeg bekræfter, at jeg er fyldt 18 år", role="checkbox")
    await to_the_door(ida)
    await to_the_door(bo, BO.name)
    day = await at_work(street, SONJA.name)
    await day.see(f"#r-{booked} .facts", "Ida Tolstrup, tolk")
    staff = await street.another(day, "Åbn lokalet i Jitsi")
    await staff.see("#waiting li", f"{BO.name} ✓ MitID")
    await day.press("Næste")
    for window in (staff, bo, ida):
        await window.see("#words", "I er 3 i mødet")
    await _finish(street, day, booked, BO.name)
    await bo.see("#ended", "Mødet er slut")
    await ida.see("#ended", "Mødet er slut")


async def test_whom_neither_post_nor_phone_reaches_is_written_an_email(street: Street) -> None:
    """The ladder climbs to a real mail server: link and calendar file are in the mail, and it leads to the door."""
    town = street.town
    await town.calendar.book(Wish(HANNE, "jobcenter", "samtale", KIM))
    async with asyncio.timeout(30):
        await street.mail.heard.wait()
    (mail,) = street.mail.mails
    assert (mail.recipients, mail.secure) == ([HANNE.email], True)
    body = mail.message.get_body(("plain",))
    assert body is not None
    calendars = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    assert "BEGIN:VEVENT" in calendars[0].get_content()
    link = link_in(body.get_content())
    street.seen += on_the_way([link], [], [])
    hanne = await street.window(street.citizens, HANNE.name, link)
    await to_the_door(hanne, HANNE.name)
