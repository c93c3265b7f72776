"""The webhook: signed, file first, manifest last, once."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from tests.edges.journal.papers_here import (
    FILM,
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
from tests.edges.journal.receiver import Receiver
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.gateways.script import Trick
from xmpp_agent.edges.journal.webhook import Webhook, WebhookSettings
from xmpp_agent.model.recordings import Fault, File
from xmpp_agent.ports.recordings import EntryKind, Media, Receipt

CASE, SECRET = "2026 - 60", "a-long-secret"
SOON = 0.2
"""Seconds our side waits where an answer will not come."""
Place = tuple[Receiver, WebhookSettings, httpx.AsyncClient]
"""The receiver, how we reach it, and a client."""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Place]:
    """One receiver for all tests here."""
    receiver = Receiver(SECRET)
    async with running(receiver.app) as host, client() as http:
        yield receiver, WebhookSettings(f"{host}/in", SECRET, seconds=5), http


def fresh(place: Place) -> Place:
    """That took nothing yet."""
    receiver = place[0]
    receiver.manifests.clear()
    receiver.files.clear()
    receiver.sent, receiver.later, receiver.reason = 0, False, ""
    forget(receiver.script)
    return place


async def test_a_recording_arrives_whole_and_once(place: Place) -> None:
    """The file is not sent again once it was taken; the number comes back at each attempt."""
    receiver, how, http = fresh(place)
    one, memory = entry(EntryKind.RECORDING, CASE), Memory()
    for _ in range(2):
        assert await Webhook(how, http, memory).file(one) == Receipt("J-1")
    assert (receiver.files, receiver.sent) == ({one.id: SHA}, 1)
    assert receiver.manifests[one.id]["case"] == CASE


async def test_notes_references_and_closing_are_manifests(place: Place) -> None:
    """No file; closing has a key of its own."""
    receiver, how, http = fresh(place)
    journal, note = Webhook(how, http, Memory()), entry(EntryKind.NOTE, CASE)
    await journal.file(note)
    await journal.file(entry(EntryKind.RECORDING, CASE, media=media_of(FILM, as_reference=True)))
    for _ in range(2):
        await journal.close_case(CASE, note.id)
    assert [told["kind"] for told in receiver.manifests.values()] == ["note", "recording", "close-case"]
    assert receiver.sent == 0


async def test_the_receipt_may_come_later(place: Place) -> None:
    """202, then asked for until there is a number."""
    receiver, how, http = fresh(place)
    receiver.later = True
    journal, note = Webhook(how, http, Memory()), entry(EntryKind.NOTE, CASE)
    assert await journal.file(note) == Receipt("", is_final=False)
    assert await journal.confirmed(note.id, "") is None
    assert await journal.confirmed("unheard-of", "") is None
    receiver.later = False
    assert await journal.confirmed(note.id, "") == Receipt("J-1")


async def test_killed_anywhere_it_is_filed_once(place: Place) -> None:
    """After each answer and before each request."""
    receiver, how, _ = fresh(place)
    filed = await killed_everywhere(
        lambda http, memory: Webhook(how, http, memory), lambda: entry(EntryKind.RECORDING, CASE)
    )
    assert len(filed) == 5
    assert list(receiver.manifests) == list(receiver.files) == [one.id for one, _ in filed]


@pytest.mark.parametrize(
    "trick", [Trick.ERROR, Trick.BUSY, Trick.CLOSED, Trick.GARBAGE, Trick.OTHER_KIND, Trick.CUT, Trick.LOST_ANSWER]
)
@pytest.mark.parametrize("step", [0, 1])
async def test_a_mishap_at_any_step_is_tried_again(place: Place, trick: Trick, step: int) -> None:
    """File, manifest: taken once in the end."""
    receiver, how, http = fresh(place)
    one = entry(EntryKind.RECORDING, CASE)
    receiver.script.then(*[None] * step, trick)
    assert await until_filed(Webhook(replace(how, seconds=SOON), http, Memory()), one) == Receipt("J-1")
    assert (list(receiver.manifests), receiver.files) == ([one.id], {one.id: SHA})


async def test_a_file_the_receiver_lost_is_sent_again(place: Place) -> None:
    """It says so; the next attempt brings it."""
    receiver, how, http = fresh(place)
    one, journal = entry(EntryKind.RECORDING, CASE), Webhook(how, http, Memory())
    receiver.script.then(None, Trick.ERROR)
    assert await refused(journal.file(one)) == (Fault.JOURNAL_AWAY, True)
    receiver.files.clear()
    assert await refused(journal.file(one)) == (Fault.JOURNAL_BUSY, True)
    assert await journal.file(one) == Receipt("J-1")


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("unknown-case", Fault.UNKNOWN_CASE),
        ("case-closed", Fault.CASE_CLOSED),
        ("something else", Fault.JOURNAL_REFUSED),
    ],
)
async def test_what_the_receiver_refuses_is_for_somebody_to_look_at(place: Place, reason: str, fault: Fault) -> None:
    """With its reason, when it is one we know."""
    receiver, how, http = fresh(place)
    receiver.reason = reason
    journal = Webhook(how, http, Memory())
    assert await refused(journal.file(entry(EntryKind.NOTE, CASE))) == (fault, False)
    assert await refused(journal.close_case(CASE, "e1")) == (fault, False)


async def test_without_the_secret_nothing_is_believed(place: Place) -> None:
    """Neither manifest nor file nor question."""
    receiver, how, http = fresh(place)
    liar = Webhook(replace(how, secret="another"), http, Memory())
    for doing in (
        liar.file(entry(EntryKind.NOTE, CASE)),
        liar.file(entry(EntryKind.RECORDING, CASE)),
        liar.close_case(CASE, "e1"),
        liar.confirmed("e1", ""),
    ):
        assert await refused(doing) == (Fault.NOT_ALLOWED, False)
    assert (receiver.manifests, receiver.files) == ({}, {})


@pytest.mark.parametrize("film", [FILM, FILM * 2, FILM[:-1]], ids=["other", "longer", "shorter"])
async def test_a_damaged_file_does_not_arrive(place: Place, film: bytes) -> None:
    """The last of it is held back; of one that is too long no more is read."""
    receiver, how, http = fresh(place)
    said = "0" * 64 if film is FILM else SHA
    media = Media(File(len(FILM), said, None), media_of(film).read)
    journal = Webhook(how, http, Memory())
    assert await refused(journal.file(entry(EntryKind.RECORDING, CASE, media=media))) == (Fault.VAULT_DAMAGED, False)
    assert (receiver.manifests, receiver.files) == ({}, {})
