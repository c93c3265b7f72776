"""KMD Nova: each entry is one document under an id of ours, whatever happens on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

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
from xmpp_agent.demo.journals import nova as stand_in
from xmpp_agent.edges.journal.nova import Nova, NovaSettings
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import EntryKind

CASE = "S2026-12345"
SOON = 0.5
"""Seconds our side waits where an answer will not come."""
Place = tuple[stand_in.Nova, NovaSettings, httpx.AsyncClient]
"""Nova, how we reach it, and a client."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    """One Nova for all tests here."""
    nova = stand_in.Nova(client_id="portner", client_secret="client-secret")
    async with running(nova.app) as host, client() as http:
        how = NovaSettings(
            client_id="portner",
            client_secret="client-secret",
            unit_id=818485,
            unit_name="Jobcenter",
            caseworker="AZ12345",
            caseworker_name="Portner",
            host=host,
            token_url=f"{host}/token",
            seconds=5,
        )
        yield nova, how, http


def fresh(place: Place) -> Place:
    """With one open case and nothing on it."""
    nova = place[0]
    nova.cases[:] = [stand_in.Case("S2026-99999"), stand_in.Case(CASE)]
    nova.uploads.clear()
    forget(nova.script)
    return place


async def test_a_recording_is_a_document_with_its_file(place: Place) -> None:
    """Local date, sensitivity, the file whole; the number is Nova's."""
    nova, how, http = fresh(place)
    receipt = await Nova(how, http, Memory()).file(entry(EntryKind.RECORDING, CASE))
    (document,) = nova.documents
    assert (receipt.number, receipt.is_final) == (document.number, True)
    assert (document.title, document.date, document.sensitivity) == ("Optagelse af videomøde", LOCAL, "Følsomme")
    assert (document.file.size, document.file.sha256) == (len(FILM), SHA)
    assert SHA in document.description


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.CONSENT])
async def test_notes_and_consents_are_text_files(place: Place, kind: EntryKind) -> None:
    """With every letter as it is; filed again, it is the same; by the case's own id, too."""
    nova, how, http = fresh(place)
    one = entry(kind, nova.cases[1].id)
    first = await Nova(how, http, Memory()).file(one)
    assert await Nova(how, http, Memory()).file(replace(one, case_ref=CASE)) == first
    (document,) = nova.documents
    assert document.file.name == f"{one.id}.txt"
    assert "<b>handleplanen</b> & økonomien. Æøå." in document.file.begins.decode()


async def test_a_reference_says_size_hash_and_place_and_brings_no_file(place: Place) -> None:
    """The file stays where it is."""
    nova, how, http = fresh(place)
    await Nova(how, http, Memory()).file(entry(EntryKind.RECORDING, CASE, media=media_of(FILM, as_reference=True)))
    (document,) = nova.documents
    text = document.file.begins.decode()
    assert all(word in text for word in (str(len(FILM)), SHA, "Portner hos Lilleby Kommune"))


async def test_closing_a_case_closes_it_once(place: Place) -> None:
    """Closed already is done, and is not asked for again."""
    nova, how, http = fresh(place)
    journal = Nova(how, http, Memory())
    await journal.close_case(CASE, "e1")
    assert nova.cases[1].state == "Afsluttet"
    asked = nova.script.requests
    await journal.close_case(CASE, "e1")
    assert nova.script.requests == asked + 1


async def test_killed_anywhere_it_is_filed_once(place: Place) -> None:
    """After each answer and before each request that writes."""
    nova, how, _ = fresh(place)
    filed = await killed_everywhere(
        lambda http, memory: Nova(how, http, memory), lambda: entry(EntryKind.RECORDING, CASE)
    )
    assert len(filed) > 8
    assert sorted(receipt.number for _, receipt in filed) == sorted(document.number for document in nova.documents)


@pytest.mark.parametrize("trick", [Trick.ERROR, Trick.BUSY, Trick.CLOSED, Trick.GARBAGE, Trick.OTHER_KIND, Trick.CUT])
@pytest.mark.parametrize("step", range(6))
async def test_a_mishap_at_any_step_is_tried_again(place: Place, trick: Trick, step: int) -> None:
    """Token, case, list, upload, import, list: filed once in the end."""
    nova, how, http = fresh(place)
    nova.script.then(*[None] * step, trick)
    receipt = await until_filed(Nova(how, http, Memory()), entry(EntryKind.NOTE, CASE))
    assert [document.number for document in nova.documents] == [receipt.number]


@pytest.mark.parametrize("step", [3, 4])
async def test_a_lost_answer_is_asked_about(place: Place, step: int) -> None:
    """Upload and import taken, nothing heard: away, then there."""
    nova, how, http = fresh(place)
    one = entry(EntryKind.NOTE, CASE)
    nova.script.then(*[None] * step, Trick.LOST_ANSWER)
    assert await refused(Nova(replace(how, seconds=SOON), http, Memory()).file(one)) == (Fault.JOURNAL_AWAY, True)
    assert (await Nova(how, http, Memory()).file(one)).number == nova.documents[0].number
    assert len(nova.documents) == 1


async def test_what_was_begun_on_another_case_is_not_filed_again(place: Place) -> None:
    """The answer was lost, then somebody corrected the reference: it is where it was put, once."""
    nova, how, http = fresh(place)
    one, memory = entry(EntryKind.NOTE, CASE), Memory()
    nova.script.then(*[None] * 4, Trick.LOST_ANSWER)
    assert (await refused(Nova(replace(how, seconds=SOON), http, memory).file(one)))[1]
    corrected = replace(one, case_ref="S2026-99999")
    assert (await Nova(how, http, memory).file(corrected)).number == nova.documents[0].number
    assert [len(case.documents) for case in nova.cases] == [0, 1]


async def test_what_was_refused_on_another_case_goes_where_it_belongs_by_now(place: Place) -> None:
    """The first case is closed, the reference is corrected: on the second one, once."""
    nova, how, http = fresh(place)
    one, memory = entry(EntryKind.NOTE, CASE), Memory()
    nova.script.then(*[None] * 4, Trick.ERROR)
    assert (await refused(Nova(how, http, memory).file(one)))[1]
    await Nova(how, http, memory).file(replace(one, case_ref="S2026-99999"))
    assert [len(case.documents) for case in nova.cases] == [1, 0]


async def test_what_nova_does_not_take_is_for_somebody_to_look_at(place: Place) -> None:
    """Unknown and closed cases, another API version, a wrong secret; nothing is filed."""
    nova, how, http = fresh(place)
    note = entry(EntryKind.NOTE, CASE)
    assert await refused(Nova(how, http, Memory()).file(replace(note, case_ref="S2026-1"))) == (
        Fault.UNKNOWN_CASE,
        False,
    )
    old, wrong = replace(how, api_version="1.0-Case"), replace(how, client_secret="another")
    assert await refused(Nova(old, http, Memory()).file(note)) == (Fault.JOURNAL_REFUSED, False)
    assert await refused(Nova(wrong, http, Memory()).file(note)) == (Fault.NOT_ALLOWED, False)
    nova.cases[1].state = "Afsluttet"
    assert await refused(Nova(how, http, Memory()).file(note)) == (Fault.CASE_CLOSED, False)
    assert nova.documents == []


async def test_what_was_filed_before_its_case_was_closed_is_filed(place: Place) -> None:
    """The answer was lost, then the case was closed: it is there."""
    nova, how, http = fresh(place)
    note = entry(EntryKind.NOTE, CASE)
    first = await Nova(how, http, Memory()).file(note)
    nova.cases[1].state = "Afsluttet"
    assert await Nova(how, http, Memory()).file(note) == first


async def test_a_token_is_replaced_when_it_is_not_believed(place: Place) -> None:
    """One that lives for minutes is used again and again."""
    nova, how, http = fresh(place)
    given, journal = nova.tokens.given, Nova(how, http, Memory())
    for _ in range(3):
        await journal.file(entry(EntryKind.NOTE, CASE))
    assert nova.tokens.given == given + 1
    nova.tokens.revoke()
    await journal.file(entry(EntryKind.NOTE, CASE))
    assert nova.tokens.given == given + 2


async def test_a_token_is_replaced_before_it_ends(place: Place) -> None:
    """One whose time is nearly up is not used again, though it would still be believed."""
    nova, how, http = fresh(place)
    given, asked, nova.tokens.says = nova.tokens.given, nova.script.requests, 0.000001
    try:
        await Nova(how, http, Memory()).file(entry(EntryKind.NOTE, CASE))
    finally:
        nova.tokens.says = None
    assert nova.tokens.given - given == (nova.script.requests - asked) / 2


async def test_a_request_that_took_effect_late_is_found(place: Place) -> None:
    """The first import was still at work when the second came and was told that the id is taken: it is filed."""
    nova, how, http = fresh(place)
    note = entry(EntryKind.NOTE, CASE)
    await Nova(how, http, Memory()).file(note)
    late = nova.cases[1].documents.pop()

    async def now(request: httpx.Request) -> None:
        if request.url.path.endswith("Import"):
            nova.cases[1].documents.append(late)

    async with client() as second:
        second.event_hooks = {"request": [now]}
        assert (await Nova(how, second, Memory()).file(note)).number == late.number
    assert nova.documents == [late]
