"""From the link to the address of the meeting, page by page; (pages that say no: test_stops.py)."""

from dataclasses import replace
from urllib.parse import unquote, urlsplit

from tests.an_office import MEET, UNIT, OpenOffice
from tests.edges.web.lone_agent import acts_on_record
from tests.edges.web.site.on_site import BROKER, OpenSite, Surfer, heading
from tests.rules.scenes import HOTLINE, NOW
from xmpp_agent.edges.web.site.cookies import form_token
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.calls import CallState
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival, DeviceTest


async def _keep(here: OpenOffice, noun: Appointment | Unit) -> None:
    await here.office.records.keep(here.office.line("test", "test"), noun)


async def _ready(site: OpenSite) -> tuple[Surfer, str]:
    """Anna, logged in and in front of the last button."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    await anna.follow(await anna.log_in(code))
    return anna, code


async def test_a_citizen_walks_from_the_link_into_the_meeting(site: OpenSite) -> None:
    """Landing, device test, login, last button; the pass is in the fragment, language and title with it."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    landing = await anna.look(f"/m/{code}")
    assert heading(landing) == "Dit videomøde"
    assert "Lilleby Kommune" in landing.text
    assert "Jobcenter" not in landing.text
    assert "Anna" not in landing.text
    assert "søndag den 22. november 2026 kl. 22.04" in landing.text
    assert "cirka 30 minutter" in landing.text
    test = await anna.follow(await anna.press(f"/m/{code}"))
    assert heading(test) == "Prøv kamera og mikrofon"
    login = await anna.follow(await anna.press(f"/m/{code}/test", found="no_camera"))
    assert heading(login) == "Vis, at det er dig"
    arrival = await site.here.office.visitors.arrival("anna", "anna")
    assert arrival is not None
    assert arrival.device is DeviceTest.NO_CAMERA
    hop = await anna.press(f"/m/{code}/login")
    assert f'content="0; url={BROKER}?state=state-1&amp;lang=da"' in hop.text
    ready = await anna.follow(await anna.look("/login/back?code=c&state=state-1"))
    assert heading(ready) == "Du kan gå ind nu"
    into = await anna.press(f"/m/{code}/go")
    assert into.status_code == 303
    address = urlsplit(into.headers["location"])
    assert f"{address.scheme}://{address.netloc}" == MEET
    assert "jwt=" in address.fragment
    assert "lang=da" in address.query
    assert "Videomøde" in unquote(address.fragment)


async def test_twenty_scanners_before_the_human_change_nothing(site: OpenSite) -> None:
    """GET and HEAD from anywhere, without cookies: no act on record, no session, and the link is unopened."""
    await site.here.appointment()
    code = await site.here.link()
    before, scanner = acts_on_record(site.folder), site.surfer(cookies=False)
    for _ in range(20):
        for path in (f"/m/{code}", f"/m/{code}/test", f"/m/{code}/where", f"/m/{code}/help"):
            assert (await scanner.look(path)).status_code == 200
            assert (await scanner.http.head(path)).status_code == 200
        for path in (f"/m/{code}/go", f"/m/{code}/login", f"/m/{code}/line"):
            assert (await scanner.http.get(path)).status_code == 405
    assert acts_on_record(site.folder) == before
    (link,) = await site.here.office.visitors.links_of("anna")
    assert link.link.opened_at is None
    assert heading(await site.surfer().begin(code)) == "Vis, at det er dig"


async def test_english_is_a_press_away_and_stays(site: OpenSite) -> None:
    """`?lang=en` turns this page and the next ones English, dates and meeting too; an odd language changes nothing."""
    await site.here.appointment(policy=HOTLINE)
    code, anna = await site.here.link(), site.surfer()
    assert '<html lang="da">' in (await anna.look(f"/m/{code}?lang=xx")).text
    landing = await anna.look(f"/m/{code}?lang=en")
    assert '<html lang="en">' in landing.text
    assert "Sunday 22 November 2026 at 22:04" in landing.text
    ready = await anna.begin(code)
    assert heading(ready) == "You can go in now"
    assert "?lang=en#" in (await anna.press(f"/m/{code}/go")).headers["location"]


async def test_a_citizen_booked_in_english_reads_english_until_they_press(site: OpenSite) -> None:
    """The booking's language is the first one shown; a press wins over it."""
    made = await site.here.appointment()
    await _keep(site.here, replace(made, language="en", version=2))
    code, anna = await site.here.link(), site.surfer()
    assert heading(await anna.look(f"/m/{code}")) == "Your video meeting"
    assert heading(await anna.look(f"/m/{code}?lang=da")) == "Dit videomøde"
    assert heading(await anna.look(f"/m/{code}")) == "Dit videomøde"


async def test_the_unit_is_named_only_where_it_allows(site: OpenSite) -> None:
    """A unit that shows its name is named; others never are, on any page before the meeting."""
    await site.here.appointment()
    code, anna = await site.here.link(), site.surfer()
    await _keep(site.here, replace(UNIT, shows_name=True))
    assert "Jobcenter Lilleby" in (await anna.look(f"/m/{code}")).text
    await _keep(site.here, UNIT)
    assert "Jobcenter" not in (await anna.look(f"/m/{code}")).text


async def test_whoever_is_early_waits_and_may_try_the_camera(site: OpenSite) -> None:
    """The page says when it opens and counts from the server's clock; the last button does nothing yet."""
    await site.here.appointment(starts_in=7200)
    code, anna = await site.here.link(), site.surfer()
    page = await anna.look(f"/m/{code}")
    assert heading(page) == "Du er kommet tidligt"
    assert 'data-opens-in="5400.0"' in page.text
    assert "Du må have en bisidder med" in page.text
    assert (await anna.look(f"/m/{code}/where")).json() == {"step": "too_early", "starts_at": NOW + 7200}
    assert heading(await anna.look(f"/m/{code}/test")) == "Prøv kamera og mikrofon"
    assert heading(await anna.follow(await anna.press(f"/m/{code}/test", found="good"))) == "Du er kommet tidligt"
    for button in ("", "/go", "/login", "/line"):
        assert (await anna.press(f"/m/{code}{button}")).headers["location"] == f"/m/{code}"
    known = await site.here.office.visitors.arrival("anna", "anna")
    assert known == Arrival("anna", "anna", DeviceTest.GOOD, NOW), "staff see the test; nothing else has happened"
    site.here.clock.at += 5400
    assert heading(await anna.look(f"/m/{code}")) == "Dit videomøde"


async def test_a_companion_needs_no_login_and_an_interpreter_must_be_of_age(site: OpenSite) -> None:
    """The role is named, the citizen is not; without the tick nothing begins, whatever the browser lets through."""
    await site.here.appointment(companion=CompanionKind.INTERPRETER)
    code, ole = await site.here.link("anna", "annas-helper"), site.surfer()
    landing = await ole.look(f"/m/{code}")
    assert "som tolk" in landing.text
    assert "MitID" not in landing.text
    assert "Anna" not in landing.text
    refused = await ole.press(f"/m/{code}")
    assert refused.status_code == 422
    assert "En tolk skal være fyldt 18 år" in refused.text
    assert (await ole.press(f"/m/{code}", of_age="no")).status_code == 422
    (link, *_) = [n for n in await site.here.office.visitors.links_of("anna") if n.link.person == "annas-helper"]
    assert link.link.opened_at is None
    await ole.follow(await ole.press(f"/m/{code}", of_age="yes"))
    assert heading(await ole.follow(await ole.press(f"/m/{code}/test", found="skipped"))) == "Du kan gå ind nu"
    assert (await ole.press(f"/m/{code}/go")).headers["location"].startswith(MEET)


async def test_a_bisidder_comes_with_a_link_of_their_own(site: OpenSite) -> None:
    """No login, no question about age."""
    await site.here.appointment(companion=CompanionKind.BISIDDER)
    code, ole = await site.here.link("anna", "annas-helper"), site.surfer()
    assert "som bisidder" in (await ole.look(f"/m/{code}")).text
    assert heading(await ole.begin(code)) == "Du kan gå ind nu"


async def test_the_shared_queue_shows_the_place_and_goes_on_when_called(site: OpenSite) -> None:
    """A question of the page is a sign of life; when staff call, the page goes in by itself."""
    made = await site.here.appointment(policy=HOTLINE, staff="")
    code, anna = await site.here.link(), site.surfer()
    assert heading(await anna.begin(code)) == "Du er på plads"
    told = await anna.press(f"/m/{code}/line", by="script")
    assert told.json() == {"step": "in_line", "starts_at": NOW, "place": 1}
    assert (await anna.press(f"/m/{code}/line")).headers["location"] == f"/m/{code}"
    await _keep(site.here, replace(UNIT, tells_place=False))
    assert (await anna.press(f"/m/{code}/line", by="script")).json()["place"] is None
    await _keep(site.here, replace(made, staff="mette", version=2))
    assert (await anna.press(f"/m/{code}/line", by="script")).json()["step"] == "go"
    called = await anna.look(f"/m/{code}")
    assert heading(called) == "Det er din tur"
    assert 'id="by-itself"' in called.text
    assert (await anna.press(f"/m/{code}/go")).headers["location"].startswith(MEET)
    assert 'id="by-itself"' not in (await anna.look(f"/m/{code}")).text


async def test_a_reload_in_jitsi_comes_back_by_the_cookie(site: OpenSite) -> None:
    """`/join/{room}` makes no pass by itself; its button does, and only in the browser that was let in."""
    anna, code = await _ready(site)
    room = (await site.here.office.diary.entry("anna")).appointment.room  # type: ignore[union-attr]  # made above
    await anna.press(f"/m/{code}/go")
    before = acts_on_record(site.folder)
    back = await anna.look(f"/join/{room}?state=%7B%22room%22%3A%22x%22%7D")
    assert heading(back) == "Tilbage til mødet"
    assert acts_on_record(site.folder) == before
    assert (await anna.press(f"/m/{code}/go")).headers["location"].startswith(f"{MEET}/{room}")
    for who, where in ((site.surfer(), room), (anna, "another-room")):
        answer = await who.look(f"/join/{where}")
        assert (answer.status_code, heading(answer)) == (403, "Åbn dit link igen")


async def test_after_the_meeting_there_is_a_way_back_while_it_may_be_used(site: OpenSite) -> None:
    """The page says the meeting is left, and leads back only the browser that was in, only while it is time."""
    anna, code = await _ready(site)
    assert f'href="/m/{code}"' in (await anna.look("/after")).text
    assert heading(await anna.look("/after")) == "Du har forladt mødet"
    assert "/m/" not in (await site.surfer().look("/after")).text
    site.here.clock.at += 86400
    assert "/m/" not in (await anna.look("/after")).text


async def test_a_caller_is_in_with_one_press_and_may_come_back(site: OpenSite) -> None:
    """No login, no name; camera off when they say so; the same browser comes in again; the title says nothing."""
    code, caller = await site.call(), site.surfer()
    page = await caller.look(f"/h/{code}")
    assert "<title>Velkommen</title>" in page.text
    assert 'href="https://vejret.test/"' in page.text
    into = await caller.press(f"/h/{code}", camera="off")
    assert "config.startWithVideoMuted=true" in into.headers["location"]
    again = await caller.look(f"/h/{code}")
    assert "Blev forbindelsen afbrudt" in again.text
    assert "config.startWithVideoMuted=true" not in (await caller.press(f"/h/{code}")).headers["location"]
    assert (await caller.look(f"/join/{'k3v' * 9}")).headers["location"] == f"/h/{code}"
    assert f'href="/h/{code}"' in (await caller.look("/after")).text


async def test_looking_at_a_callers_link_spends_nothing(site: OpenSite) -> None:
    """Twenty scanners before the caller: the link is unopened, and the caller gets in."""
    code, scanner = await site.call(), site.surfer(cookies=False)
    before = acts_on_record(site.folder)
    for _ in range(20):
        assert (await scanner.look(f"/h/{code}")).status_code == 200
        assert (await scanner.http.head(f"/h/{code}")).status_code == 200
    assert acts_on_record(site.folder) == before
    caller = site.surfer()
    await caller.look(f"/h/{code}")
    assert (await caller.press(f"/h/{code}")).headers["location"].startswith(MEET)


async def test_a_callers_link_forwarded_or_used_up_opens_nothing(site: OpenSite) -> None:
    """The link is the first browser's; a second one reads so on either address; after the call everybody does."""
    code, caller, other = await site.call(), site.surfer(), site.surfer()
    await caller.look(f"/h/{code}")
    await caller.press(f"/h/{code}")
    stopped = await other.look(f"/h/{code}")
    assert (stopped.status_code, heading(stopped)) == (409, "Du er gået ind et andet sted")
    await other.look("/after")
    for path in (f"/h/{code}", f"/m/{code}", f"/m/{code}/go"):
        answer = await other.http.post(path, data={"token": form_token(other.cookie)})
        assert answer.headers["location"] == f"/h/{code}"
    entry = await site.here.office.diary.entry("anna")
    assert entry is not None
    await site.become(entry.appointment, CallState.ENDED)
    site.here.clock.at += 601
    for surfer in (caller, other):
        ended = await surfer.look(f"/h/{code}")
        assert (ended.status_code, heading(ended)) == (410, "Linket virker ikke længere")
        assert UNIT.phone in ended.text
    await caller.look("/after")
    again = await caller.http.post(f"/h/{code}", data={"token": form_token(caller.cookie)})
    assert again.headers["location"] == f"/h/{code}"


async def test_a_link_of_another_kind_is_sent_to_its_own_pages(site: OpenSite) -> None:
    """An appointment's code behind `/h/`, a call's behind `/m/`: both find their page, and nothing is begun."""
    await site.here.appointment("bo")
    booked, call, anna = await site.here.link("bo"), await site.call(), site.surfer()
    before = acts_on_record(site.folder)
    assert (await anna.look(f"/h/{booked}")).headers["location"] == f"/m/{booked}"
    assert (await anna.look(f"/m/{call}")).headers["location"] == f"/h/{call}"
    await anna.look("/after")
    for code, kind, own in ((booked, "h", "m"), (call, "m", "h")):
        answer = await anna.http.post(f"/{kind}/{code}", data={"token": form_token(anna.cookie)})
        assert answer.headers["location"] == f"/{own}/{code}"
    assert acts_on_record(site.folder) == before
