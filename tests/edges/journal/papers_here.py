"""Entries to try journals with, a memory to share between attempts, and an agent that is killed between steps."""

import hashlib
import ssl
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace

import httpx
import pytest

from xmpp_agent.demo.gateways.script import Script
from xmpp_agent.model.recordings import Fault, File
from xmpp_agent.ports.recordings import EntryKind, Journal, JournalEntry, JournalFault, Media, Receipt

CITIZEN, STAFF = "Anna Hansen", "Lise Nielsen"
TEXT = f"Videomøde med {CITIZEN}. Vi talte om <b>handleplanen</b> & økonomien. Æøå."
AT = 1_781_908_200.0
"""20 June 2026, 00.30 in Denmark; 19 June in UTC."""
LOCAL, ZONED = "2026-06-20T00:30:00", "2026-06-20T00:30:00+02:00"
PIECE = 8 * 1024
FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 128
"""A little more than four pieces."""
SHA = hashlib.sha256(FILM).hexdigest()
MOST_ATTEMPTS = 30
PERSONAL = (CITIZEN, STAFF, "handleplan", "økonomi")


class Memory:
    """What would be in the database."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    async def recall(self, entry_id: str) -> Mapping[str, str]:
        return {step: value for (entry, step), value in self.kept.items() if entry == entry_id}

    async def remember(self, entry_id: str, step: str, value: str) -> None:
        self.kept[entry_id, step] = value


_CONTEXT = ssl.create_default_context()
"""Made once: it takes longer than a test."""


def client() -> httpx.AsyncClient:
    """As `make_client`."""
    return httpx.AsyncClient(verify=_CONTEXT, follow_redirects=False, timeout=60)


def forget(script: Script) -> None:
    """Nothing is to happen any more."""
    while any(script.take() for _ in range(50)):
        pass


class Killed(BaseException):
    """The agent is gone, in the middle of something."""


def killed_at(moment: int) -> httpx.AsyncClient:
    """A client whose agent dies at the n-th moment: after an answer, or before something that writes goes out.

    Before a question is the same as after the answer before it.
    """
    moments = iter(range(1_000_000))

    async def before(request: httpx.Request) -> None:
        if request.method != "GET" and not request.url.path.endswith("token") and next(moments) == moment:
            raise Killed

    async def after(_: httpx.Response) -> None:
        if next(moments) == moment:
            raise Killed

    http = client()
    http.event_hooks = {"request": [before], "response": [after]}
    return http


def entry(kind: EntryKind, case_ref: str, **changed: object) -> JournalEntry:
    """An entry with a new id."""
    subject = {
        EntryKind.NOTE: "Notat om videomøde",
        EntryKind.CONSENT: "Samtykke til optagelse af videomøde",
        EntryKind.RECORDING: "Optagelse af videomøde",
    }[kind]
    media = media_of(FILM) if kind is EntryKind.RECORDING else None
    usual = JournalEntry(str(uuid.uuid4()), kind, case_ref, subject, TEXT, AT, STAFF, media=media)
    return replace(usual, **changed)  # type: ignore[arg-type]  # fields by name


def media_of(film: bytes, *, as_reference: bool = False, says: str = "") -> Media:
    """A recording in pieces; `says`: another hash than it has."""

    async def read() -> AsyncIterator[bytes]:
        for start in range(0, len(film), PIECE):
            yield film[start : start + PIECE]

    file = File(len(film), says or hashlib.sha256(film).hexdigest(), 125.4)
    return Media(file, read, as_reference=as_reference, kept_at="Portner hos Lilleby Kommune")


async def refused(doing: Awaitable[object]) -> tuple[Fault, bool]:
    """The fault and whether a later attempt may succeed; nothing of the entry is in it, nor in what led to it."""
    with pytest.raises(JournalFault) as caught:
        await doing
    found: BaseException | None = caught.value
    while found is not None:
        assert not any(word in f"{found!r} {found}" for word in PERSONAL)
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return caught.value.fault, caught.value.again


async def until_filed(journal: Journal, one: JournalEntry) -> Receipt:
    """Tried again as long as that may help. Raises the fault that will not pass."""
    for _ in range(MOST_ATTEMPTS):
        try:
            return await journal.file(one)
        except JournalFault as fault:
            if not fault.again:
                raise
    raise AssertionError("never filed")


async def killed_everywhere(
    make: Callable[[httpx.AsyncClient, Memory], Journal], one: Callable[[], JournalEntry]
) -> list[tuple[JournalEntry, Receipt]]:
    """Entries whose agent was killed at the first moment, the second and so on, each then filed by a new agent."""
    filed = []
    for moment in range(1000):
        fresh, memory = one(), Memory()
        was_killed = False
        async with killed_at(moment) as http:
            try:
                await make(http, memory).file(fresh)
            except Killed:
                was_killed = True
        async with client() as http:
            filed.append((fresh, await make(http, memory).file(fresh)))
        if not was_killed:
            return filed
    raise AssertionError("never through")
