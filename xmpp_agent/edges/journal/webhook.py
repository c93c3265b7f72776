"""The journal as a receiver of the authority's own: signed requests (docs/journal.md).

A recording goes first, the manifest last and only once the receiver has the file. Each request carries the entry's id
as Idempotency-Key and is signed with HMAC-SHA256 over the time and the hash of its body.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from xmpp_agent.edges.journal.asking import (
    Answer,
    Asked,
    Content,
    Line,
    checked_address,
    inner,
    read_json,
    refusal,
    unreadable,
)
from xmpp_agent.edges.journal.papers import VIDEO, close_manifest, file_of, manifest, named, number_in, pieces
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Media, Memo, Receipt

_JSON = "application/json"
_EMPTY = hashlib.sha256(b"").hexdigest()
_HAS_FILE = "file"
_NO_FILE = "file-missing"
_REASONS = {"unknown-case": Fault.UNKNOWN_CASE, "case-closed": Fault.CASE_CLOSED}


@dataclass(frozen=True, slots=True, repr=False)
class WebhookSettings:
    """Where it is, and the secret it knows us by."""

    url: str
    secret: str = field(repr=False)
    authorities: Path | None = None
    """Certificates to trust instead of the system's."""
    seconds: float = 30.0
    """Longest wait for an answer, beside the time the recording itself takes."""

    def __post_init__(self) -> None:
        """Raises ValueError when the address is not https (plain http: this machine)."""
        checked_address(self.url)


class Webhook:
    """One receiver."""

    def __init__(self, settings: WebhookSettings, http: httpx.AsyncClient, memo: Memo) -> None:
        self._url, self._secret, self._memo = checked_address(settings.url), settings.secret, memo
        self._line = Line(http, [settings.url], settings.seconds)

    async def file(self, entry: JournalEntry) -> Receipt:
        """As `Journal.file`. 202 says that the receipt is still to come."""
        told, media = manifest(entry), file_of(entry)
        if media is not None and not (await self._memo.recall(entry.id)).get(_HAS_FILE):
            await self._send_file(entry.id, media)
            await self._memo.remember(entry.id, _HAS_FILE, media.file.sha256)
        answer = await self._tell("POST", self._url, entry.id, told)
        if _reason(answer) == _NO_FILE:
            await self._memo.remember(entry.id, _HAS_FILE, "")
            raise JournalFault(Fault.JOURNAL_BUSY, again=True)
        if not answer.is_yes:
            raise _no(answer)
        number = number_in(answer.body)
        if answer.status == 202:
            return Receipt(number or "", is_final=False)
        if number is None:
            raise unreadable()
        return Receipt(number)

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """As `Journal.confirmed`. 202 and 404 say: not yet."""
        answer = await self._tell("GET", f"{self._url}/{named(entry_id)}", entry_id, None)
        if answer.status in (202, 404):
            return None
        if not answer.is_yes:
            raise _no(answer)
        told = number_in(answer.body)
        if told is None:
            raise unreadable()
        return Receipt(told)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """As `Journal.close_case`: a manifest that asks for it, under a key of its own."""
        told = close_manifest(case_ref, entry_id)
        answer = await self._tell("POST", self._url, f"{entry_id}.close", told)
        if not answer.is_yes:
            raise _no(answer)

    async def _send_file(self, entry_id: str, media: Media) -> None:
        headers = self._headers(entry_id, media.file.sha256)
        content = Content(VIDEO, pieces(media), media.file.size)
        answer = await self._line.ask(Asked("PUT", f"{self._url}/{entry_id}/media", headers, content))
        if not answer.is_yes:
            raise _no(answer)
        if inner(read_json(answer), "sha256") != media.file.sha256:
            raise unreadable()

    async def _tell(self, method: str, url: str, key: str, body: bytes | None) -> Answer:
        digest = _EMPTY if body is None else hashlib.sha256(body).hexdigest()
        content = None if body is None else Content(_JSON, body)
        return await self._line.ask(Asked(method, url, self._headers(key, digest), content))

    def _headers(self, key: str, digest: str) -> dict[str, str]:
        seconds = str(int(time.time()))
        mark = hmac.new(self._secret.encode(), f"{seconds}.{digest}".encode(), hashlib.sha256).hexdigest()
        return {
            "accept": _JSON,
            "idempotency-key": key,
            "portner-content-sha256": digest,
            "portner-signature": f"t={seconds},v1={mark}",
        }


def _no(answer: Answer) -> JournalFault:
    """The receiver may say why in `reason`; else its status is all there is."""
    fault = _REASONS.get(_reason(answer))
    return refusal(answer) if fault is None else JournalFault(fault, again=False)


def _reason(answer: Answer) -> str:
    """The `reason` of a refusal; empty when it gives none."""
    if not 400 <= answer.status < 500:
        return ""
    try:
        why = inner(read_json(answer), "reason")
    except JournalFault:
        return ""
    return why if isinstance(why, str) else ""
