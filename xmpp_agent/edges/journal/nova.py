"""KMD Nova: each entry is a document on its case, under an id that we choose.

The id is made of the entry's, so that at each attempt it can be asked whether the document is on the case already, and
what was begun can be done again. Which case it was begun on is remembered: where the appointment's reference has
changed since, it is looked for there first. Notes go as text files; a note of Nova's own kind could not be asked for by
its id.
Published are the requests (see docs/journal.md), not what the service answers when it refuses.
"""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from xmpp_agent.edges.journal.account import Account, token_request
from xmpp_agent.edges.journal.asking import (
    Answer,
    Asked,
    Content,
    Line,
    as_json,
    checked_address,
    inner,
    read_json,
    refusal,
    unreadable,
)
from xmpp_agent.edges.journal.multipart import form, once
from xmpp_agent.edges.journal.papers import (
    VIDEO,
    as_number,
    file_of,
    local_time,
    media_name,
    named,
    pieces,
    title,
    words,
)
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Memo, Receipt

_OURS = uuid.UUID("5d6c5b1e-7a54-5a0c-9f0e-3a1f6f0f7c11")
"""Namespace of the documents' ids; another one would file everything anew."""
_CASE = "case"
"""Step of the memo: Nova's own id of the case the document was begun on."""
_CLOSED = "Afsluttet"


@dataclass(frozen=True, slots=True, repr=False)
class NovaSettings:
    """Account, place, and what Nova wants to know of every document."""

    client_id: str
    unit_id: int
    """Administrative unit that may see the documents (securityUnit)."""
    unit_name: str
    caseworker: str
    """RACF id of the user whose documents these are."""
    caseworker_name: str
    client_secret: str = field(repr=False)
    category: str = ""
    """UUID of the document category; empty: none."""
    sensitivity: Literal["IkkeFortrolige", "Fortrolige", "Følsomme", "SærligFølsomme"] = "Følsomme"
    document_type: Literal["Indgående", "Udgående", "Internt", "Referat", "Andet"] = "Internt"
    host: str = "https://cap-novaapi.kmd.dk"
    token_url: str = "https://novaauth.kmd.dk/realms/NovaIntegration/protocol/openid-connect/token"
    api_version: str = "2.0-Case"
    authorities: Path | None = None
    """Certificates to trust instead of the system's."""
    seconds: float = 60.0
    """Longest wait for an answer, beside the time the recording itself takes."""

    def __post_init__(self) -> None:
        """Raises ValueError when an address is not https (plain http: this machine)."""
        for address in (self.host, self.token_url):
            checked_address(address)


@dataclass(frozen=True, slots=True)
class _Case:
    id: str
    is_closed: bool


class Nova:
    """One municipality's Nova."""

    def __init__(self, settings: NovaSettings, http: httpx.AsyncClient, memo: Memo) -> None:
        self._settings, self._memo = settings, memo
        line = Line(http, [settings.host, settings.token_url], settings.seconds)
        self._account = Account(line, self._token_request)

    async def file(self, entry: JournalEntry) -> Receipt:
        """As `Journal.file`. The number is the document's."""
        document = str(uuid.uuid5(_OURS, named(entry.id)))
        begun = (await self._memo.recall(entry.id)).get(_CASE, "")
        number = await self._number(begun, document) if begun else None
        return Receipt(number or await self._on_its_case(entry, document, begun))

    async def _on_its_case(self, entry: JournalEntry, document: str, begun: str) -> str:
        """The document's number on the case it is for by now, where it is put unless it is there."""
        case = await self._case(entry.case_ref)
        number = await self._number(case.id, document) if case.id != begun else None
        if number is None:
            if case.is_closed:
                raise JournalFault(Fault.CASE_CLOSED, again=False)
            await self._memo.remember(entry.id, _CASE, case.id)
            await self._put(entry, case, document)
            number = await self._number(case.id, document)
        if number is None:
            raise unreadable()
        return number

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """As `Journal.confirmed`: what stands on the case's list is there."""
        return Receipt(number)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """As `Journal.close_case`."""
        case = await self._case(case_ref)
        if not case.is_closed:
            wish = {"common": self._common(case.id), "state": _CLOSED}
            await self._done("PATCH", "Case/Update", as_json(wish))

    async def _put(self, entry: JournalEntry, case: _Case, document: str) -> None:
        """File first, then what makes it a document of the case."""
        way = f"Document/UploadFile/{uuid.uuid4()}/{document}"
        media = file_of(entry)
        text = words(entry).encode("utf-8", "replace")

        def upload() -> Content:
            if media is None:
                return form({}, ("file", f"{entry.id}.txt", "text/plain"), once(text), len(text))
            return form({}, ("file", media_name(entry), VIDEO), pieces(media), media.file.size)

        answer = await self._account.ask(lambda: self._asked("POST", way, upload()))
        if not answer.is_yes:
            raise refusal(answer)
        if answer.kind == "application/json":
            read_json(answer)  # what cannot be read was not said by Nova
        told = self._description(entry, case, document)
        answer = await self._ask("POST", "Document/Import", as_json(told))
        if not answer.is_yes and await self._number(case.id, document) is None:
            raise refusal(answer)

    def _description(self, entry: JournalEntry, case: _Case, document: str) -> dict[str, object]:
        settings = self._settings
        return {
            "common": self._common(document),
            "caseUuid": case.id,
            "title": title(entry),
            "sensitivity": settings.sensitivity,
            "documentDate": local_time(entry.at),
            "documentType": settings.document_type,
            "description": title(entry) if file_of(entry) is None else words(entry),
            "documentCategoryUuid": settings.category or None,
            "securityUnit": {"losIdentity": {"administrativeUnitId": settings.unit_id, "fullName": settings.unit_name}},
            "approved": True,
            "accessToDocuments": True,
            "caseworker": {"kspIdentity": {"racfId": settings.caseworker, "fullName": settings.caseworker_name}},
        }

    async def _number(self, case: str, document: str) -> str | None:
        """What Nova calls the document; None when it is not on the case."""
        wish = {
            "common": self._common(),
            "caseUuid": case,
            "getOutput": {"title": True, "documentDate": True},
        }
        found = inner(await self._done("PUT", "Document/GetList", as_json(wish)), "documents")
        if not isinstance(found, list):
            raise unreadable()
        for one in found:
            if str(inner(one, "documentUuid")).lower() == document:
                return as_number(inner(one, "documentNumber")) or document
        return None

    async def _case(self, case_ref: str) -> _Case:
        by_id = _uuid_of(case_ref)
        wish = {
            "common": self._common(by_id),
            "paging": {"startRow": 1, "numberOfRows": 2},
            "caseAttributes": {"userFriendlyCaseNumber": None if by_id else case_ref},
            "caseGetOutput": {
                "caseAttributes": {"userFriendlyCaseNumber": True},
                "state": {"progressState": True},
            },
        }
        told = await self._done("PUT", "Case/GetList", as_json(wish))
        cases = inner(told, "cases") if inner(told, "pagingInformation", "numberOfRows") != 0 else []
        if not isinstance(cases, list):
            raise unreadable()
        exact = [one for one in cases if by_id or inner(one, "caseAttributes", "userFriendlyCaseNumber") == case_ref]
        if len(exact) != 1:
            raise JournalFault(Fault.UNKNOWN_CASE, again=False)
        found = inner(exact[0], "common", "uuid")
        if not isinstance(found, str) or _uuid_of(found) is None:
            raise unreadable()
        return _Case(found, inner(exact[0], "state", "progressState") == _CLOSED)

    async def _done(self, method: str, way: str, content: Content) -> object:
        """The JSON of a yes. Raises JournalFault."""
        answer = await self._ask(method, way, content)
        if not answer.is_yes:
            raise refusal(answer)
        return read_json(answer) if answer.body else None

    async def _ask(self, method: str, way: str, content: Content) -> Answer:
        return await self._account.ask(lambda: self._asked(method, way, content))

    def _asked(self, method: str, way: str, content: Content) -> Asked:
        url = f"{self._settings.host.rstrip('/')}/api/{way}?api-version={self._settings.api_version}"
        return Asked(method, url, {"accept": "application/json"}, content)

    def _common(self, one: str | None = None) -> dict[str, str]:
        common = {"transactionId": str(uuid.uuid4())}
        return common | {"uuid": one} if one else common

    async def _token_request(self) -> Asked:
        wanted = {
            "grant_type": "client_credentials",
            "scope": "client",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
        }
        return token_request(self._settings.token_url, wanted)


def _uuid_of(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None
