"""cBrain F2: each entry is filed exactly once, whatever happens on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edges.journal.papers_here import (
    FILM,
    LOCAL,
    SHA,
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
from xmpp_agent.demo.journals import f2 as stand_in
from xmpp_agent.edges.journal.f2 import F2, F2Settings
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import EntryKind, JournalEntry

CASE = "2026 - 60"
KINDS = list(EntryKind)
SOON = 0.5
"""Seconds our side waits where an answer will not come."""


Place = tuple[stand_in.F2, F2Settings, httpx.AsyncClient]
"""F2, how we reach it, and a client."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    """One F2 for all tests here."""
    f2 = stand_in.F2(client_id="portner", client_secret="client-secret", user="video", password="word")
    async with running(f2.app) as host, client() as http:
        yield (
            f2,
            F2Settings(f"{host}/F2Rest/ServiceIndex", "portner", "video", "client-secret", "word", seconds=5),
            http,
        )


def fresh(place: Place) -> Place:
    """With one open case and nothing in it."""
    f2 = place[0]
    f2.cases[:] = [stand_in.Case(60, CASE)]
    f2.first_step, f2.refuses = 303, None
    forget(f2.script)
    return place


@pytest.mark.parametrize("first_step", [201, 303])
async def test_a_recording_is_a_matter_with_a_document(place: Place, first_step: int) -> None:
    """Title with subject and mark, local date, the words as HTML, the file whole; the number is the matter's."""
    f2, how, http = fresh(place)
    f2.first_step = first_step
    one = entry(EntryKind.RECORDING, CASE)
    receipt = await F2(how, http, Memory()).file(one)
    (matter,) = f2.matters
    (document,) = matter.documents
    assert (receipt.number, receipt.is_final) == (str(matter.number), True)
    assert matter.title.startswith("Optagelse af videomøde [P-")
    assert matter.letter_date == LOCAL
    assert "&lt;b&gt;handleplanen&lt;/b&gt; &amp; økonomien" in matter.text
    assert SHA in matter.text
    assert (document.file.size, document.file.sha256) == (len(FILM), SHA)
    assert document.file.name == f"{one.id}.mp4"


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.CONSENT])
async def test_notes_and_consents_are_matters_of_their_own(place: Place, kind: EntryKind) -> None:
    """No document; and filed again, the same one with the same number."""
    f2, how, http = fresh(place)
    one, memory = entry(kind, CASE), Memory()
    first = await F2(how, http, memory).file(one)
    assert await F2(how, http, memory).file(one) == first
    (matter,) = f2.matters
    assert matter.documents == []
    assert "Medarbejder: Lise Nielsen" in matter.text


async def test_a_reference_says_size_hash_and_place_and_brings_no_file(place: Place) -> None:
    """The file stays where it is."""
    f2, how, http = fresh(place)
    await F2(how, http, Memory()).file(entry(EntryKind.RECORDING, CASE, media=media_of(FILM, as_reference=True)))
    (matter,) = f2.matters
    assert matter.documents == []
    assert all(word in matter.text for word in (str(len(FILM)), SHA, "Portner hos Lilleby Kommune"))


async def test_closing_a_case_closes_it_once(place: Place) -> None:
    """Closed already is done; by number or by id."""
    f2, how, http = fresh(place)
    for journal, ref in ((F2(how, http, Memory()), CASE), (F2(replace(how, cases_by="id"), http, Memory()), "60")):
        await journal.close_case(ref, "e1")
        assert f2.cases[0].closed


async def test_killed_anywhere_it_is_filed_once(place: Place) -> None:
    """After each answer and before each request that writes, with what was remembered by then."""
    f2, how, _ = fresh(place)
    filed = await killed_everywhere(
        lambda http, memory: F2(how, http, memory), lambda: entry(EntryKind.RECORDING, CASE)
    )
    assert len(filed) > 15
    assert sorted(receipt.number for _, receipt in filed) == sorted(str(matter.number) for matter in f2.matters)
    assert [len(matter.documents) for matter in f2.matters] == [1] * len(filed)


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.RECORDING])
@pytest.mark.parametrize("was_made", [True, False])
async def test_an_address_that_was_taken_away_is_replaced_only_when_nothing_was_made(
    place: Place, kind: EntryKind, was_made: bool
) -> None:
    """Killed before or after the thing was made, and back only when F2 has forgotten the address."""
    f2, how, http = fresh(place)
    one, memory = entry(kind, CASE), Memory()
    quick = replace(how, seconds=SOON)
    await F2(how, http, memory).file(entry(EntryKind.NOTE, CASE))
    before = 7 if kind is EntryKind.NOTE else 11
    f2.script.then(*[None] * (before - 1), Trick.LOST_ANSWER if was_made else Trick.HANG)
    assert await refused(F2(quick, http, memory).file(one)) == (Fault.JOURNAL_AWAY, True)
    posted = f2.posted
    f2.reclaim()
    await F2(how, http, memory).file(one)
    made = [matter for matter in f2.matters if matter.title.startswith(one.subject)]
    assert [len(matter.documents) for matter in made] == [int(kind is EntryKind.RECORDING)] * (
        1 + (kind is EntryKind.NOTE)
    )
    assert f2.posted == posted + (1 if was_made else 2)


TRICKS = [None, None, None, Trick.ERROR, Trick.BUSY, Trick.CLOSED, Trick.GARBAGE, Trick.CUT, Trick.LOST_ANSWER]


@given(st.lists(st.sampled_from(TRICKS), max_size=12), st.sampled_from(KINDS), st.booleans())
@settings(max_examples=8, deadline=None)
async def test_whatever_goes_wrong_it_is_filed_once(
    place: Place, tricks: list[Trick | None], kind: EntryKind, forgets_addresses: bool
) -> None:
    """Any row of mishaps, a new agent at each attempt; also when F2 takes its addresses away in between."""
    f2, how, http = fresh(place)
    one, memory = entry(kind, CASE), Memory()
    f2.script.then(*tricks)
    journal = F2(replace(how, seconds=SOON), http, memory)
    if forgets_addresses:
        with_faults = await _first_attempt(journal, one)
        f2.reclaim()
        assert with_faults or f2.matters
    receipt = await until_filed(F2(replace(how, seconds=SOON), http, memory), one)
    (matter,) = f2.matters
    assert receipt.number == str(matter.number)
    assert len(matter.documents) == int(kind is EntryKind.RECORDING)


async def _first_attempt(journal: F2, one: JournalEntry) -> bool:
    try:
        await journal.file(one)
    except Exception:  # noqa: BLE001  # whatever it was: there are others
        return True
    return False


@pytest.mark.parametrize(
    ("status", "reason", "fault", "again"),
    [
        (409, "DossierCaseClosed", Fault.CASE_CLOSED, False),
        (404, "DossierCaseClosed", Fault.CASE_CLOSED, False),
        (409, "CaseClosed", Fault.CASE_CLOSED, False),
        (404, "DossierCaseNotFound", Fault.UNKNOWN_CASE, False),
        (403, "DossierNoWriteAccess", Fault.NOT_ALLOWED, False),
        (400, "DossierBadTitle", Fault.JOURNAL_REFUSED, False),
        (409, "", Fault.JOURNAL_BUSY, True),
        (423, "Locked", Fault.JOURNAL_BUSY, True),
        (423, "LockedByAnotherUser", Fault.JOURNAL_BUSY, True),
        (423, "", Fault.JOURNAL_BUSY, True),
        (429, "", Fault.JOURNAL_BUSY, True),
        (503, "", Fault.JOURNAL_BUSY, True),
        (500, "", Fault.JOURNAL_AWAY, True),
        (403, "", Fault.NOT_ALLOWED, False),
        (413, "", Fault.JOURNAL_REFUSED, False),
    ],
)
async def test_each_published_error_is_a_fault(
    place: Place, status: int, reason: str, fault: Fault, again: bool
) -> None:
    """By its reason code, else by its status."""
    f2, how, http = fresh(place)
    f2.refuses = status, reason
    assert await refused(F2(how, http, Memory()).file(entry(EntryKind.NOTE, CASE))) == (fault, again)


async def test_a_closed_case_takes_nothing_and_an_unknown_one_is_unknown(place: Place) -> None:
    """Both for somebody to look at."""
    f2, how, http = fresh(place)
    journal = F2(how, http, Memory())
    assert await refused(journal.file(entry(EntryKind.NOTE, "2026 - 61"))) == (Fault.UNKNOWN_CASE, False)
    f2.cases[0].closed = True
    assert await refused(journal.file(entry(EntryKind.NOTE, CASE))) == (Fault.CASE_CLOSED, False)


async def test_a_token_that_has_ended_is_replaced(place: Place) -> None:
    """Once by 401, once because its time is nearly up; a wrong secret is for somebody to look at."""
    f2, how, http = fresh(place)
    journal, given = F2(how, http, Memory()), f2.tokens.given
    await journal.file(entry(EntryKind.NOTE, CASE))
    f2.tokens.revoke()
    await journal.file(entry(EntryKind.NOTE, CASE))
    assert f2.tokens.given == given + 2
    wrong = F2(replace(how, client_secret="another"), http, Memory())
    assert await refused(wrong.file(entry(EntryKind.NOTE, CASE))) == (Fault.NOT_ALLOWED, False)


async def test_a_damaged_file_is_not_filed(place: Place) -> None:
    """Another hash than the vault said: nothing whole arrives."""
    f2, how, http = fresh(place)
    damaged = entry(EntryKind.RECORDING, CASE, media=media_of(FILM, says="0" * 64))
    assert await refused(F2(how, http, Memory()).file(damaged)) == (Fault.VAULT_DAMAGED, False)
    assert [matter.documents for matter in f2.matters] == [[]]
