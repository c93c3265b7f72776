"""SBSYS by its WebApi: notes and consents are journal notes of their case, a recording is a document on it.

SBSYS knows no repetition: the same request twice makes two. So each title bears a mark, and before anything is made it
is looked for on the case. An answer that was lost may belong to a request that is still at work there: nothing is made
again until the mark was not to be seen for a while.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from xmpp_agent.edges.journal.account import Account, token_request
from xmpp_agent.edges.journal.asking import (
    Answer,
    Asked,
    Content,
    Line,
    NotReached,
    as_json,
    checked_address,
    inner,
    read_json,
    refusal,
    unreadable,
)
from xmpp_agent.edges.journal.multipart import form
from xmpp_agent.edges.journal.papers import (
    VIDEO,
    as_number,
    file_of,
    mark_of,
    marked_title,
    media_name,
    named,
    pieces,
    words_as_html,
    zoned_time,
)
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Media, Memo, Receipt

_SENT = "sent"
"""Step of the memo: when the request that makes it went out or came to nothing; empty once SBSYS said no to it."""
_CASE = "case"
"""Step of the memo: SBSYS' own id of the case it went to. The appointment's reference may be another by now."""
_CLOSED = "Afsluttet"
_STATUS = ("SagsStatus", "Sagsstatus")
_TITLES = ("Overskrift", "Titel", "DokumentNavn", "Navn")
_IDS = ("Id", "DokumentID", "Uuid")
"""The public clients do not agree on these names; installations publish their own description."""


@dataclass(frozen=True, slots=True, repr=False)
class SbsysSettings:
    """Account and place."""

    host: str
    """Where the WebApi is: what stands before `/api`."""
    token_url: str
    client_id: str
    user: str
    closed_status: int
    """Id of this installation's status for a closed case (`GET /api/sag/sagsstatus`)."""
    client_secret: str = field(repr=False)
    password: str = field(repr=False)
    settles_within: float = 900.0
    """Seconds after which a request without an answer is taken for lost."""
    authorities: Path | None = None
    """Certificates to trust instead of the system's."""
    seconds: float = 60.0
    """Longest wait for an answer, beside the time the recording itself takes."""

    def __post_init__(self) -> None:
        """Raises ValueError when an address is not https (plain http: this machine)."""
        for address in (self.host, self.token_url):
            checked_address(address)


class Sbsys:
    """One SBSYS, as one user."""

    def __init__(self, settings: SbsysSettings, http: httpx.AsyncClient, memo: Memo) -> None:
        self._settings, self._memo = settings, memo
        line = Line(http, [settings.host, settings.token_url], settings.seconds)
        self._account = Account(line, self._token_request)
        self._began = time.time()

    async def file(self, entry: JournalEntry) -> Receipt:
        """As `Journal.file`. The number is the note's or document's id."""
        named(entry.id)
        begun = as_number((await self._memo.recall(entry.id)).get(_CASE, ""))
        found = await self._found(begun, entry) if begun else None
        return Receipt(found or await self._on_its_case(entry, begun))

    async def _on_its_case(self, entry: JournalEntry, begun: str | None) -> str:
        """What it is called on the case it is for by now, where it is made unless it is there."""
        case = await self._case(entry.case_ref)
        ident = str(_id_of(case))
        found = await self._found(ident, entry) if ident != begun else None
        if found is None:
            if _is_closed(case, self._settings.closed_status):
                raise JournalFault(Fault.CASE_CLOSED, again=False)
            await self._make(case, entry)
            found = await self._found(ident, entry)
        if found is None:
            raise unreadable()
        return found

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """As `Journal.confirmed`: what was seen on the case is there."""
        return Receipt(number)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """As `Journal.close_case`: the whole case is read and put back with another status."""
        case = await self._case(case_ref)
        if _is_closed(case, self._settings.closed_status):
            return
        key = next((key for key in _STATUS if key in case), _STATUS[0])
        changed = {**case, key: {"Id": self._settings.closed_status}}
        answer = await self._ask("PUT", f"sag/{_id_of(case)}", as_json(changed))
        if not answer.is_yes:
            raise _fault(answer)

    async def _make(self, case: Mapping[str, object], entry: JournalEntry) -> None:
        """One request, and that only when none can be at work."""
        sent = (await self._memo.recall(entry.id)).get(_SENT, "")
        if sent and self._may_be_at_work(float(sent)):
            raise JournalFault(Fault.JOURNAL_BUSY, again=True)
        await self._memo.remember(entry.id, _CASE, str(_id_of(case)))
        await self._memo.remember(entry.id, _SENT, str(time.time()))
        try:
            answer = await self._send(case, entry)
        except JournalFault as fault:
            never = isinstance(fault, NotReached) or fault.fault is not Fault.JOURNAL_AWAY
            await self._memo.remember(entry.id, _SENT, "" if never else str(time.time()))
            raise
        if answer.is_yes:
            return
        # Below 500 it says that nothing was made.
        await self._memo.remember(entry.id, _SENT, "" if answer.status < 500 else str(time.time()))
        raise _fault(answer)

    def _may_be_at_work(self, sent: float) -> bool:
        """Whether SBSYS may still be busy with a request that was last heard of then, seconds since 1970.

        Of an agent before this one it is only known that it began to send then: it may have gone on until it ended.
        """
        return abs(time.time() - max(sent, self._began)) < self._settings.settles_within

    async def _send(self, case: Mapping[str, object], entry: JournalEntry) -> Answer:
        media = file_of(entry)
        if media is None:
            return await self._ask("POST", "journalarknote/create", as_json(_note(case, entry)))
        way = "dokument/journaliser"
        return await self._account.ask(lambda: self._asked("POST", way, _document(case, entry, media)))

    async def _found(self, case: str, entry: JournalEntry) -> str | None:
        """What SBSYS calls what bears the entry's mark; None when nothing on the case does."""
        what = "dokumenter" if file_of(entry) is not None else "journalarknotes"
        told = await self._got(f"sag/{case}/{what}")
        rows = inner(told, "Results") if isinstance(told, dict) else told
        if not isinstance(rows, list):
            raise unreadable()
        mark = mark_of(entry)
        for row in rows:
            if any(mark in str(inner(row, name) or "") for name in _TITLES):
                return next((number for name in _IDS if (number := as_number(inner(row, name)))), mark)
        return None

    async def _case(self, case_ref: str) -> Mapping[str, object]:
        """The case by its id, or by its number. Raises JournalFault."""
        if not (case_ref.isascii() and case_ref.isdecimal()):
            wish = {"Nummer": case_ref, "PageNumber": 1, "PageSize": 2}
            answer = await self._ask("POST", "sag/search", as_json(wish))
            if not answer.is_yes:
                raise _fault(answer)
            told = read_json(answer)
            rows = inner(told, "Results") if isinstance(told, dict) else told
            exact = [row for row in rows if inner(row, "Nummer") == case_ref] if isinstance(rows, list) else []
            if len(exact) != 1:
                raise JournalFault(Fault.UNKNOWN_CASE, again=False)
            case_ref = str(_id_of(exact[0]))
        answer = await self._ask("GET", f"sag/{case_ref}")
        if answer.status == 404:
            raise JournalFault(Fault.UNKNOWN_CASE, again=False)
        if not answer.is_yes:
            raise _fault(answer)
        case = read_json(answer)
        if not isinstance(case, dict):
            raise unreadable()
        return case

    async def _got(self, way: str) -> object:
        answer = await self._ask("GET", way)
        if not answer.is_yes:
            raise _fault(answer)
        return read_json(answer)

    async def _ask(self, method: str, way: str, content: Content | None = None) -> Answer:
        return await self._account.ask(lambda: self._asked(method, way, content))

    def _asked(self, method: str, way: str, content: Content | None) -> Asked:
        url = f"{self._settings.host.rstrip('/')}/api/{way}"
        return Asked(method, url, {"accept": "application/json"}, content)

    async def _token_request(self) -> Asked:
        settings = self._settings
        wanted = {
            "grant_type": "password",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "username": settings.user,
            "password": settings.password,
        }
        return token_request(settings.token_url, wanted)


def _note(case: Mapping[str, object], entry: JournalEntry) -> dict[str, object]:
    return {
        "SagID": _id_of(case),
        "Overskrift": marked_title(entry),
        "Note": words_as_html(entry),
        "KontaktTidspunkt": zoned_time(entry.at),
    }


def _document(case: Mapping[str, object], entry: JournalEntry, media: Media) -> Content:
    told = as_json({"SagID": _id_of(case), "DokumentNavn": marked_title(entry)}).body
    fields = {"json": told.decode() if isinstance(told, bytes) else ""}
    return form(fields, ("file", media_name(entry), VIDEO), pieces(media), media.file.size)


def _id_of(case: object) -> int:
    found = inner(case, "Id")
    if not isinstance(found, int) or isinstance(found, bool):
        raise unreadable()
    return found


def _is_closed(case: Mapping[str, object], closed_status: int) -> bool:
    status = next((case[key] for key in _STATUS if key in case), None)
    return inner(status, "Id") == closed_status or inner(status, "SagsTilstand") == _CLOSED


def _fault(answer: Answer) -> JournalFault:
    """409 is what a closed case answers."""
    return JournalFault(Fault.CASE_CLOSED, again=False) if answer.status == 409 else refusal(answer)
