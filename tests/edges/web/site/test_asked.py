"""The page on which people say whether they may be recorded: what it shows whom, and whose answer is taken."""

import re
from dataclasses import replace

import httpx

from tests.an_office import MEET, SITE
from tests.edges.web.lone_agent import acts_on_record
from tests.edges.web.site.on_site import ANNA, COOKIE, OpenSite, Surfer, heading
from tests.rules.scenes import HOTLINE, NOW, POLICY, ROOM, inside, staff, visit
from xmpp_agent.edges.web.site.cookies import form_token
from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Terms
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.ports.diary import NewLink

OWN = "/optagelse"
TERMS = Terms(purpose=("huske planen", "remember the plan"), seen_by=("din sagsbehandler", "your caseworker"))
RECORDED = replace(POLICY, id="recorded", recording_allowed=True, plan=replace(POLICY.plan, recording=TERMS))
OPEN = replace(RECORDED, id="open", level=HOTLINE.level)
QUESTION = "Vi vil gerne optage samtalen for at kunne huske planen."


async def logged_in(site: OpenSite, policy: Policy = RECORDED) -> tuple[Surfer, str]:
    """Anna in front of the last button, logged in where the policy asks for it."""
    await site.here.appointment(policy=policy)
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    if policy.level:
        await anna.follow(await anna.log_in(code))
    return anna, code


async def said(site: OpenSite, appointment: str = "anna") -> list[Consent]:
    """Every answer on record."""
    return list((await site.here.database.recordings.consents([appointment])).get(appointment, ()))


async def answers(surfer: Surfer, answer: str, **more: str) -> httpx.Response:
    """Press that button of the page in view, and look at what comes."""
    asked = re.search(r'name="asked" value="([0-9a-f]+)"', surfer.page)
    return await surfer.follow(await surfer.press(OWN, said=answer, **{"asked": asked[1] if asked else "", **more}))


def buttons(answer: httpx.Response) -> dict[str, str]:
    """What can be pressed: the answer each button gives, and how it looks."""
    found = re.findall(r'<button class="(\w+)" name="said" value="(\w+)">', answer.text)
    return {value: kind for kind, value in found}


def goes_on(site: OpenSite, *, recording: bool) -> None:
    """Anna's visit, recorded or not."""
    state = RoomState(room=replace(ROOM, unit="jobcenter"), exists=True, inside=(inside(staff()),), visit=visit("anna"))
    site.here.office.house.settle(replace(state, recording=recording))


async def test_the_question_word_for_word_and_two_buttons_alike(site: OpenSite) -> None:
    """Linked from the page before; a yes and then a stop, each one press, each on record with the words and by whom."""
    anna, code = await logged_in(site)
    assert f'href="{OWN}"' in (await anna.look(f"/m/{code}")).text
    page = await anna.look(OWN)
    assert heading(page) == "Må vi optage samtalen?"
    assert QUESTION in page.text
    assert "Der optages ikke lige nu." in page.text
    assert buttons(page) == {"yes": "second", "no": "second"}
    page = await answers(anna, "yes")
    assert "Du har sagt ja. Du kan sige stop når som helst." in page.text
    assert buttons(page) == {"withdrawn": "second"}
    page = await answers(anna, "withdrawn")
    assert "Du har sagt stop." in page.text
    assert buttons(page) == {"yes": "second"}
    yes, stop = await said(site)
    assert (yes.answer, stop.answer) == (Agreement.YES, Agreement.WITHDRAWN)
    assert yes.text.startswith(QUESTION)
    assert {(one.person, one.by, one.how, one.language) for one in (yes, stop)} == {
        ("anna", "anna", HowAsked.PAGE, "da")
    }


async def test_the_meeting_never_depends_on_the_answer(site: OpenSite) -> None:
    """Without one, and with a no, the last button goes where it goes."""
    anna, code = await logged_in(site, OPEN)
    assert (await anna.press(f"/m/{code}/go")).headers["location"].startswith(MEET)
    await anna.look(OWN)
    assert "Vi holder mødet uden optagelse." in (await answers(anna, "no")).text
    await anna.look(f"/m/{code}")
    assert (await anna.press(f"/m/{code}/go")).headers["location"].startswith(MEET)


async def test_a_yes_is_to_the_words_that_stood_there(site: OpenSite) -> None:
    """English at a press; a form in Danish stays Danish; when the purpose changed the page is read again first."""
    anna, _ = await logged_in(site)
    danish = (await anna.look(OWN)).text
    page = await anna.look(f"{OWN}?lang=en")
    assert "We would like to record the meeting to be able to remember the plan." in page.text
    asked = re.search(r'name="asked" value="(\w+)"', danish)
    assert asked is not None
    await answers(anna, "yes", asked=asked[1])
    assert [one.language for one in await said(site)] == ["da"]
    await answers(anna, "withdrawn")
    other = replace(RECORDED, plan=replace(RECORDED.plan, recording=replace(TERMS, purpose=("andet", "else"))))
    await site.here.office.records.keep(site.here.office.line("policy", "test"), other)
    for forged in (asked[1], "", "0" * 32):
        await answers(anna, "yes", asked=forged)
    assert len(await said(site)) == 2, "nobody says yes to a question they have not read"
    await anna.look(OWN)
    assert "You said yes." in (await answers(anna, "yes")).text
    assert (await said(site))[-1].text.startswith("We would like to record the meeting to be able to else.")


async def test_nothing_is_asked_before_it_is_shown_who_sits_there(site: OpenSite) -> None:
    """Before login, as somebody else, and by a link that was taken back: no link, no question, no answer taken."""
    await site.here.appointment(policy=RECORDED)
    code, anna = await site.here.link(), site.surfer()
    landing = await anna.look(f"/m/{code}")
    login = await anna.begin(code)
    assert (await anna.look(OWN)).headers["location"] == f"/m/{code}"
    site.broker.identity = replace(ANNA, cpr="0202020202")
    await anna.look(f"/m/{code}")
    wrong = await anna.follow(await anna.log_in(code))
    for page in (landing, login, wrong, await anna.look("/after")):
        assert OWN not in page.text
        assert "optage" not in page.text
    for path in (OWN, f"{OWN}/now"):
        assert (await anna.look(path)).headers["location"] == f"/m/{code}"
    forged = {"said": "yes", "token": form_token(anna.cookie)}
    assert (await anna.http.post(OWN, data=forged)).headers["location"] == f"/m/{code}"
    site.broker.identity = ANNA
    await anna.look(f"/m/{code}")
    await anna.follow(await anna.log_in(code))
    assert (await anna.look(OWN)).status_code == 200
    [link] = await site.here.office.visitors.links_of("anna")
    dead = NewLink(replace(link.link, revoked_at=NOW), link.code)
    await site.here.office.records.keep(site.here.office.line("dead", "test"), dead.link)
    assert (await anna.look(OWN)).status_code == 403
    assert await said(site) == []


async def test_a_stranger_is_asked_nothing(site: OpenSite) -> None:
    """No session, or a made-up one: words, and nothing on record, whatever is sent."""
    await logged_in(site)
    before = acts_on_record(site.folder)
    for cookie in ("", "A" * 43):
        stranger = site.surfer()
        if cookie:
            stranger.http.cookies.set(COOKIE, cookie, domain=SITE.removeprefix("https://"), path="/")
        for path in (OWN, f"{OWN}/now"):
            answer = await stranger.look(path)
            assert (answer.status_code, heading(answer)) == (403, "Åbn dit link igen")
        assert (await stranger.press(OWN, said="no")).status_code == 403
    assert acts_on_record(site.folder) == before


async def test_where_nothing_may_be_recorded_there_is_no_such_page(site: OpenSite) -> None:
    """Neither link nor page, and an answer is none; another's appointment gives nothing away."""
    anna, code = await logged_in(site, replace(OPEN, id="plain", recording_allowed=False))
    await site.here.appointment("bo", policy=OPEN)
    for path in (f"/m/{code}", "/after"):
        assert OWN not in (await anna.look(path)).text
    for path in (OWN, f"{OWN}/now"):
        assert (await anna.look(path)).status_code == 404
    forged = {"said": "no", "appointment": "bo", "person": "bo", "token": form_token(anna.cookie)}
    assert (await anna.press(OWN, **forged)).status_code == 404
    assert await said(site) == []
    assert await said(site, "bo") == []


async def test_everybody_answers_for_themselves_alone(site: OpenSite) -> None:
    """An interpreter by their own link; no field of a form makes it somebody else's answer."""
    await site.here.appointment(policy=RECORDED, companion=CompanionKind.INTERPRETER)
    code, ole = await site.here.link("anna", "annas-helper"), site.surfer()
    await ole.look(f"/m/{code}")
    await ole.follow(await ole.press(f"/m/{code}", of_age="yes"))
    await ole.look(OWN)
    await answers(ole, "yes", person="anna", by="anna", how="spoken", appointment="bo")
    assert [(one.person, one.by, one.how) for one in await said(site)] == [
        ("annas-helper", "annas-helper", HowAsked.PAGE)
    ]


async def test_while_it_is_on_the_page_says_so_and_stops_it_at_one_press(site: OpenSite) -> None:
    """First thing on the page, in the title and for the script; also for whoever never said yes."""
    anna, _ = await logged_in(site)
    goes_on(site, recording=False)
    await anna.look(OWN)
    await answers(anna, "yes")
    goes_on(site, recording=True)
    page = await anna.look(OWN)
    assert heading(page) == "Optagelse er i gang"
    assert "<title>Optagelse er i gang" in page.text
    assert "Vil du stoppe den, så sig det, eller tryk her." in page.text
    assert buttons(page) == {"withdrawn": "main"}
    assert (await anna.look(f"{OWN}/now")).json() == {"state": "on yes open"}
    page = await answers(anna, "withdrawn")
    assert [one.answer for one in await said(site)] == [Agreement.YES, Agreement.WITHDRAWN]
    assert heading(page) == "Optagelse er i gang", "Prosody is away, and the page does not pretend"
    assert buttons(page) == {"withdrawn": "main", "yes": "second"}


async def test_whoever_was_never_asked_may_stop_it(site: OpenSite) -> None:
    """Where the answer is given on the recording itself: one press says no."""
    anna, _ = await logged_in(site)
    goes_on(site, recording=True)
    assert buttons(await anna.look(OWN)) == {"no": "main", "yes": "second"}
    await answers(anna, "no")
    assert [one.answer for one in await said(site)] == [Agreement.NO]


async def test_after_the_meeting_a_yes_can_still_be_taken_back(site: OpenSite) -> None:
    """And nothing else is asked any more."""
    anna, _ = await logged_in(site)
    asked = re.search(r'name="asked" value="(\w+)"', (await anna.look(OWN)).text)
    assert asked is not None
    await answers(anna, "yes")
    site.here.clock.at += 5400
    assert f'href="{OWN}"' in (await anna.look("/after")).text
    page = await anna.look(OWN)
    assert "Mødet er slut. Der optages ikke." in page.text
    assert buttons(page) == {"withdrawn": "second"}
    page = await answers(anna, "withdrawn")
    assert buttons(page) == {}
    assert QUESTION not in page.text
    await answers(anna, "yes", asked=asked[1], token=form_token(anna.cookie))
    assert [one.answer for one in await said(site)] == [Agreement.YES, Agreement.WITHDRAWN]


async def test_looking_spends_nothing(site: OpenSite) -> None:
    """Ten looks at page and state, and a HEAD: not a line on record."""
    anna, _ = await logged_in(site)
    before = acts_on_record(site.folder)
    for _ in range(10):
        assert (await anna.look(OWN)).status_code == 200
        assert (await anna.look(f"{OWN}/now")).json() == {"state": "off none open"}
        assert (await anna.http.head(OWN)).status_code == 200
    assert acts_on_record(site.folder) == before
    assert (await anna.press(OWN, said="maybe", asked="x")).headers["location"] == OWN
    assert await said(site) == []
