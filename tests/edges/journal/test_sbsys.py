"""SBSYS, which knows no repetition: nothing is made before it was looked for, and nothing while it may be at work."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edges.journal.papers_here import (
    FILM,
    SHA,
    ZONED,
    Memory,
    client,
    entry,
    forget,
    killed_everywhere,
    media_of,
    refused,
    until_filed,
)
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.gateways.script import Trick
from xmpp_agent.demo.journals import sbsys as stand_in
from xmpp_agent.edges.journal.sbsys import Sbsys, SbsysSettings
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import EntryKind

CASE, NUMBER = "4711", "27.00.00-G01-1-26"
KINDS = list(EntryKind)
SOON = 0.2
"""Seconds our side waits where an answer will not come."""
Place = tuple[stand_in.Sbsys, SbsysSettings, httpx.AsyncClient]
"""SBSYS, how we reach it, and a client."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    """One SBSYS for all tests here."""
    sbsys = stand_in.Sbsys(client=("portner", "client-secret"), user=("video", "word"))
    async with running(sbsys.app) as host, client() as http:
        how = SbsysSettings(
            host=host,
            token_url=f"{host}/token",
            client_id="portner",
            client_secret="client-secret",
            user="video",
            password="word",
            closed_status=stand_in.CLOSED,
            settles_within=900.0,
            seconds=5,
        )
        yield sbsys, how, http


def fresh(place: Place) -> Place:
    """With two open cases and nothing on them."""
    sbsys = place[0]
    sbsys.cases[:] = [stand_in.Case(4712, f"{NUMBER}1"), stand_in.Case(int(CASE), NUMBER)]
    sbsys.made = 0
    forget(sbsys.script)
    return place


def ids(sbsys: stand_in.Sbsys) -> list[int]:
    """Of everything that was made."""
    return [note.id for note in sbsys.notes] + [document.id for document in sbsys.documents]


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.CONSENT])
@pytest.mark.parametrize("case_ref", [CASE, NUMBER])
async def test_notes_and_consents_are_journal_notes(place: Place, kind: EntryKind, case_ref: str) -> None:
    """Heading with mark, text that cannot become structure, the time of the meeting; by the case's id or number."""
    sbsys, how, http = fresh(place)
    one, memory = entry(kind, case_ref), Memory()
    first = await Sbsys(how, http, memory).file(one)
    assert await Sbsys(how, http, Memory()).file(one) == first
    (note,) = sbsys.cases[1].notes
    assert (first.number, first.is_final) == (str(note.id), True)
    assert note.title.startswith(f"{one.subject} [P-")
    assert (note.at, sbsys.made) == (ZONED, 1)
    assert "&lt;b&gt;handleplanen&lt;/b&gt; &amp; økonomien" in note.text


async def test_a_recording_is_a_document(place: Place) -> None:
    """The file whole, the mark in its name; a title longer than allowed is cut, not refused."""
    sbsys, how, http = fresh(place)
    one = entry(EntryKind.RECORDING, CASE, subject="Optagelse af videomøde " + "æ" * 300)
    receipt = await Sbsys(how, http, Memory()).file(one)
    (document,) = sbsys.documents
    assert receipt.number == str(document.id)
    assert (document.file.size, document.file.sha256) == (len(FILM), SHA)
    assert len(document.title) == 255
    assert document.title.endswith("]")


async def test_a_reference_is_a_note_and_brings_no_file(place: Place) -> None:
    """It says size, hash and place."""
    sbsys, how, http = fresh(place)
    await Sbsys(how, http, Memory()).file(entry(EntryKind.RECORDING, CASE, media=media_of(FILM, as_reference=True)))
    (note,) = sbsys.notes
    assert all(word in note.text for word in (str(len(FILM)), SHA, "Portner hos Lilleby Kommune"))
    assert sbsys.documents == []


async def test_closing_a_case_puts_the_whole_of_it_back(place: Place) -> None:
    """With another status and nothing else; closed already is done."""
    sbsys, how, http = fresh(place)
    journal, before = Sbsys(how, http, Memory()), sbsys.cases[1].shown()
    await journal.close_case(NUMBER, "e1")
    assert sbsys.cases[1].shown() == {**before, "SagsStatus": sbsys.cases[1].shown()["SagsStatus"]}
    assert sbsys.cases[1].status == stand_in.CLOSED
    asked = sbsys.script.requests
    await journal.close_case(CASE, "e1")
    assert sbsys.script.requests == asked + 1


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.RECORDING])
async def test_killed_anywhere_it_is_filed_once(place: Place, kind: EntryKind) -> None:
    """After each answer and before each request that writes; the next attempt comes when it has settled."""
    sbsys, how, _ = fresh(place)
    soon = replace(how, settles_within=0.0)
    filed = await killed_everywhere(lambda http, memory: Sbsys(soon, http, memory), lambda: entry(kind, CASE))
    assert len(filed) > 6
    assert sorted(int(receipt.number) for _, receipt in filed) == sorted(ids(sbsys))
    assert sbsys.made == len(filed)


TRICKS = [
    None,
    None,
    Trick.ERROR,
    Trick.BUSY,
    Trick.CLOSED,
    Trick.GARBAGE,
    Trick.OTHER_KIND,
    Trick.CUT,
    Trick.LOST_ANSWER,
]


@given(st.lists(st.sampled_from(TRICKS), max_size=10), st.sampled_from(KINDS))
@settings(max_examples=10, deadline=None)
async def test_whatever_goes_wrong_it_is_filed_once(place: Place, tricks: list[Trick | None], kind: EntryKind) -> None:
    """Any row of mishaps, tried again each time it has settled."""
    sbsys, how, http = fresh(place)
    one = entry(kind, CASE)
    sbsys.script.then(*tricks)
    receipt = await until_filed(Sbsys(replace(how, seconds=SOON, settles_within=0.0), http, Memory()), one)
    assert ([int(receipt.number)], sbsys.made) == (ids(sbsys), 1)


async def test_a_request_that_may_still_be_at_work_is_not_repeated(place: Place) -> None:
    """The answer is late; whoever tries again looks and waits, and finds it once it is there."""
    sbsys, how, http = fresh(place)
    one, memory = entry(EntryKind.NOTE, CASE), Memory()
    sbsys.script.then(*[None] * 3, Trick.HANG)
    assert await refused(Sbsys(replace(how, seconds=SOON), http, memory).file(one)) == (Fault.JOURNAL_AWAY, True)
    assert await refused(Sbsys(how, http, memory).file(one)) == (Fault.JOURNAL_BUSY, True)
    assert sbsys.made == 0
    await Sbsys(how, http, Memory()).file(one)  # the one that was at work
    assert (await Sbsys(how, http, memory).file(one)).number == str(sbsys.notes[0].id)
    assert sbsys.made == 1


async def test_it_settles_from_the_end_of_an_upload_however_long_it_took(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour's upload whose answer is lost, or whose agent dies, may be at work from then on."""
    sbsys, how, http = fresh(place)
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])

    async def slow() -> AsyncIterator[bytes]:
        now[0] += 3600
        yield FILM

    memory, one = Memory(), entry(EntryKind.RECORDING, CASE)
    assert one.media is not None
    one = replace(one, media=replace(one.media, read=slow))
    sbsys.script.then(*[None] * 3, Trick.HANG)
    assert await refused(Sbsys(replace(how, seconds=SOON), http, memory).file(one)) == (Fault.JOURNAL_AWAY, True)
    journal = Sbsys(how, http, memory)
    now[0] += how.settles_within - 1
    assert await refused(journal.file(one)) == (Fault.JOURNAL_BUSY, True)
    now[0] += 3600
    assert await refused(Sbsys(how, http, memory).file(one)) == (Fault.JOURNAL_BUSY, True)
    assert sbsys.made == 0
    await journal.file(one)
    assert sbsys.made == 1


async def test_what_went_to_another_case_is_not_made_again(place: Place) -> None:
    """The answer was lost, then somebody corrected the reference: it is where it was put, once."""
    sbsys, how, http = fresh(place)
    one, memory = entry(EntryKind.NOTE, CASE), Memory()
    sbsys.script.then(*[None] * 3, Trick.LOST_ANSWER)
    assert (await refused(Sbsys(replace(how, seconds=SOON), http, memory).file(one)))[1]
    soon, corrected = replace(how, settles_within=0.0), replace(one, case_ref="4712")
    assert (await Sbsys(soon, http, memory).file(corrected)).number == str(sbsys.notes[0].id)
    assert sbsys.made == 1


@pytest.mark.parametrize("trick", [Trick.BUSY, Trick.ERROR])
async def test_a_plain_no_is_tried_again_at_once_and_a_crash_is_not(place: Place, trick: Trick) -> None:
    """429 says that nothing was made; 500 does not say that."""
    sbsys, how, http = fresh(place)
    one, memory = entry(EntryKind.NOTE, CASE), Memory()
    sbsys.script.then(*[None] * 3, trick)
    assert (await refused(Sbsys(how, http, memory).file(one)))[1]
    if trick is Trick.BUSY:
        await Sbsys(how, http, memory).file(one)
    else:
        assert await refused(Sbsys(how, http, memory).file(one)) == (Fault.JOURNAL_BUSY, True)
    assert sbsys.made == (trick is Trick.BUSY)


async def test_what_sbsys_does_not_take_is_for_somebody_to_look_at(place: Place) -> None:
    """Unknown and closed cases, a wrong password; nothing is made, and the next attempt needs not wait."""
    sbsys, how, http = fresh(place)
    note, memory = entry(EntryKind.NOTE, CASE), Memory()
    for ref in ("1", "27.00.00-G01-1-2", "x/../y"):
        assert await refused(Sbsys(how, http, memory).file(replace(note, case_ref=ref))) == (Fault.UNKNOWN_CASE, False)
    wrong = replace(how, password="another")
    assert await refused(Sbsys(wrong, http, memory).file(note)) == (Fault.NOT_ALLOWED, False)
    sbsys.cases[1].status = stand_in.CLOSED
    assert await refused(Sbsys(how, http, memory).file(note)) == (Fault.CASE_CLOSED, False)
    sbsys.cases[1].status = stand_in.OPEN

    async def close_it(request: httpx.Request) -> None:
        if request.url.path.endswith("create"):
            sbsys.cases[1].status = stand_in.CLOSED

    async with client() as late:
        late.event_hooks = {"request": [close_it]}
        assert await refused(Sbsys(how, late, memory).file(note)) == (Fault.CASE_CLOSED, False)
    sbsys.cases[1].status = stand_in.OPEN
    await Sbsys(how, http, memory).file(note)
    assert sbsys.made == 1


async def test_what_never_got_there_needs_not_settle(place: Place) -> None:
    """A damaged file that was not sent whole, then the right one: at once."""
    sbsys, how, http = fresh(place)
    memory, one = Memory(), entry(EntryKind.RECORDING, CASE)
    damaged = replace(one, media=media_of(FILM, says="0" * 64))
    assert await refused(Sbsys(how, http, memory).file(damaged)) == (Fault.VAULT_DAMAGED, False)
    await Sbsys(how, http, memory).file(one)
    assert [document.file.sha256 for document in sbsys.documents] == [SHA]
