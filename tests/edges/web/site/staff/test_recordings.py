"""Recordings on staff's page: asked for, answered, written down, on and off, and what became of each."""

from dataclasses import replace

import pytest

from tests.edges.web.site.on_site import Surfer
from tests.edges.web.site.staff.on_staff import StaffPages
from tests.edges.web.site.staff.test_day import buttons, row, said
from tests.rules.scenes import POLICY
from xmpp_agent.edges.web.site.staff.recordings import RecordingWords
from xmpp_agent.flows.consent import Answer, answered
from xmpp_agent.model.appointments import Companion
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.model.recordings import (
    Agreement,
    Closing,
    ClosingState,
    Fault,
    File,
    HowAsked,
    Recording,
    Stage,
)
from xmpp_agent.ports.diary import Enrolment, Noun

RECORDED = replace(POLICY, id="recorded", recording_allowed=True)


@pytest.fixture
async def mette(staff: StaffPages) -> Surfer:
    """Mette's browser: anna and her interpreter may be recorded and anna is inside; bo, later, may not."""
    unit = staff.unit
    await unit.book("anna", policy=RECORDED)
    await unit.book("bo", starts_in=3600)
    ole = Person("ole", "jobcenter", "Ole Tolk")
    await keep(staff, Enrolment(ole, Role.COMPANION), Companion("anna", ole, CompanionKind.INTERPRETER))
    await unit.opens()
    await unit.comes("anna")
    browser = await staff.signed_in()
    await browser.look("/staff")
    await browser.press("/staff/a/anna/let_in")
    assert await unit.obeys("anna") == "inside"
    assert (await browser.look("/staff")).status_code == 200
    return browser


async def keep(staff: StaffPages, *nouns: Noun) -> None:
    """Write these down."""
    await staff.unit.office.records.keep(staff.unit.office.line("x", "test"), *nouns)


async def test_from_the_question_to_the_button(staff: StaffPages, mette: Surfer) -> None:
    """Asked; one answers on their page, the other's is written down; and the row says what Jitsi's button would say."""
    page = await mette.look("/staff")
    assert "Jitsis optageknap siger nej lige nu. Alle i mødet skal først sige ja" in row(page, "anna")
    assert "https://moede.test/optagelse" in row(page, "anna")
    assert "Anna Hansen ikke svaret Ole Tolk, tolk ikke svaret" in row(page, "anna")
    assert "Optagelse" not in row(page, "bo")
    assert not buttons(page, "bo").keys() & {"ask", "answer"}
    page = await mette.follow(await mette.press("/staff/a/anna/ask"))
    assert said(page)[0].startswith("Spurgt.")
    assert buttons(page, "anna")["ask"] is False
    assert "Der er spurgt allerede." in row(page, "anna")
    assert "Læs op, og skriv ned, hvad hver enkelt siger: Vi vil gerne optage samtalen" in row(page, "anna")
    entry = await staff.unit.office.diary.entry("anna")
    assert entry is not None
    await answered(staff.unit.office, entry, Answer("anna", Agreement.YES, HowAsked.PAGE, "anna", "da"))
    page = await mette.follow(await mette.press("/staff/a/anna/answer", person="ole", said="yes"))
    assert said(page) == ("Svaret er gemt.", "")
    told = row(page, "anna")
    assert "Anna Hansen ja på egen side kl. 22.04 Ole Tolk, tolk ja sagt højt, skrevet ned kl. 22.04" in told
    assert "Du kan trykke optag i Jitsi nu." in told
    assert {key for key in buttons(page, "anna") if key.startswith("say_")} == set()
    page = await mette.follow(await mette.press("/staff/a/anna/answer", person="anna", said="withdrawn"))
    assert "Anna Hansen sagt stop sagt højt" in row(page, "anna")
    assert "Jitsis optageknap siger nej lige nu." in row(page, "anna")


async def test_an_answer_of_somebody_else_or_of_no_kind_is_none(staff: StaffPages, mette: Surfer) -> None:
    """In words; nothing is on record."""
    for fields in ({"person": "bo", "said": "yes"}, {"person": "anna", "said": "maybe"}, {}, {"person": "anna"}):
        page = await mette.follow(await mette.press("/staff/a/anna/answer", **fields))
        assert said(page)[1], fields
    page = await mette.follow(await mette.press("/staff/a/bo/answer", person="bo", said="yes"))
    assert said(page)[1]
    assert await staff.unit.desk.recordings.consents(["anna", "bo"]) == {}


async def test_a_supervisor_reads_no_names_and_writes_no_answer(staff: StaffPages, mette: Surfer) -> None:
    """Kinds and initials; the button that names people is not there, and the form is refused."""
    assert mette.page
    boss = await staff.signed_in("kim", "job-boss")
    page = await boss.look("/staff")
    assert "A. H. ikke svaret tolk ikke svaret" in row(page, "anna")
    assert "Ole" not in page.text
    assert "answer" not in buttons(page, "anna")
    page = await boss.follow(await boss.press("/staff/a/anna/answer", person="anna", said="yes"))
    assert said(page)[1]
    assert await staff.unit.desk.recordings.consents(["anna"]) == {}


async def test_on_and_off_and_what_became_of_it(staff: StaffPages, mette: Surfer) -> None:
    """Since when it is on; then stage, size, length, number, what is stuck; the note's number; what is waited for."""
    now = staff.unit.around.clock.at
    made = Recording("r1", "room", "anna", Stage.ON, "mette", now, now, on_at=now)
    await keep(staff, made)
    told = row(await mette.look("/staff"), "anna")
    assert "Der optages. Siden kl. 22.04." in told
    file = File(12_400_000, "ab" * 32, 125.0)
    stuck = replace(made, stage=Stage.FILING_REFUSED, file=file, off_at=now + 60, fault=Fault.CASE_CLOSED, version=2)
    await staff.unit.settled()
    [note] = (await staff.unit.desk.notes.of(["anna"]))["anna"]
    await keep(staff, stuck, replace(note, state=NoteState.QUEUED), Closing("anna", ClosingState.QUEUED, now, now, now))
    told = row(await mette.look("/staff"), "anna")
    assert "Sagen er lukket. Journalen tager den ikke." in told
    assert "Kl. 22.04 til 22.05. 12,4 MB, 2:05." in told
    assert "Sagen lukkes, når alt er journaliseret. Notatet mangler. Optagelsen mangler." in told
    filed = replace(stuck, stage=Stage.RECEIPTED, fault=None, number="J-2026-7", version=3)
    done = replace(note, state=NoteState.FILED, number="J-2026-8")
    await keep(staff, filed, done, Closing("anna", ClosingState.CLOSED, now, now, now))
    told = row(await mette.look("/staff"), "anna")
    assert "Journalnummer J-2026-7." in told
    assert "Notat journaliseret (J-2026-8)" in told
    assert "Sagen er lukket i journalen." in told
    english = row(await mette.look("/staff?lang=en"), "anna")
    assert "From 22:04 to 22:05. 12.4 MB, 2:05. Journal number J-2026-7." in english


def test_figures_as_people_read_them() -> None:
    """Sizes and lengths."""
    danish, english = RecordingWords("da"), RecordingWords("en")
    sizes = [danish.size(0), danish.size(999), danish.size(1_500_000), english.size(2_000_000_000)]
    assert sizes == ["0,0 kB", "1,0 kB", "1,5 MB", "2.0 GB"]
    assert [danish.length(length) for length in (0.4, 59.6, 3725.0)] == ["0:00", "1:00", "1:02:05"]
