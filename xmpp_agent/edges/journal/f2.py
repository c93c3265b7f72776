"""cBrain F2 by F2-REST (manual v13): each entry is a matter (akt) on its case, a recording a document on its matter.

No address is known but that of the service index; everything else are links in what F2 answers, by their relation.
What is created is posted exactly once: F2 gives an address that is good for one thing, which is remembered before it is
used, so that whoever repeats gets 303 to what was made. F2 takes such addresses away after some time; then it is looked
in the case's structure whether the thing, known by the mark in its title, is there, before another address is asked
for. Times are local and have no zone.
"""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urljoin

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
from xmpp_agent.edges.journal.f2_pages import MEDIA_TYPE, REL, Page, read_page, reason_of
from xmpp_agent.edges.journal.multipart import form
from xmpp_agent.edges.journal.papers import (
    VIDEO,
    as_number,
    file_of,
    local_time,
    mark_of,
    marked_title,
    media_name,
    named,
    pieces,
    title,
    words_as_html,
)
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Media, Memo, Receipt

_FORM = "application/x-www-form-urlencoded"
_HOPS = 3
"""Redirects of a look-up by number: F2 answers with the way to the case itself."""
_BY = {"number": ("case-by-case-number", "{caseNumber}"), "id": ("case-by-id", "{id}")}
"""Template of the service index, and what stands for the reference in it."""
_GONE = frozenset({404, 410})
_REASONS = {
    "DossierCaseClosed": (Fault.CASE_CLOSED, False),
    "CaseClosed": (Fault.CASE_CLOSED, False),
    "DossierCaseNotFound": (Fault.UNKNOWN_CASE, False),
    "DossierBadCaseNumber": (Fault.UNKNOWN_CASE, False),
    "DossierNoReadAccess": (Fault.NOT_ALLOWED, False),
    "DossierNoWriteAccess": (Fault.NOT_ALLOWED, False),
    "DossierDocumentNoWriteAccess": (Fault.NOT_ALLOWED, False),
    "Locked": (Fault.JOURNAL_BUSY, True),
    "LockedByAnotherUser": (Fault.JOURNAL_BUSY, True),
    "DossierOnMeeting": (Fault.JOURNAL_BUSY, True),
}


@dataclass(frozen=True, slots=True, repr=False)
class F2Settings:
    """Where it is, and as whom we are there."""

    index: str
    """Address of the service index."""
    client_id: str
    user: str
    """The F2 user whose entries these become."""
    client_secret: str = field(repr=False)
    password: str = field(default="", repr=False)
    """Some installations ask for none."""
    organization: int | None = None
    """Party number, for a user of several organisations."""
    cases_by: Literal["number", "id"] = "number"
    """What the case references of appointments are."""
    access_level: Literal["", "Involved", "Unit", "All"] = ""
    """Who may see the matters; empty: as F2 has it."""
    authorities: Path | None = None
    """Certificates to trust instead of the system's."""
    seconds: float = 30.0
    """Longest wait for an answer, beside the time the recording itself takes."""

    def __post_init__(self) -> None:
        """Raises ValueError when the address is not https (plain http: this machine)."""
        checked_address(self.index)


class F2:
    """One F2, as one user."""

    def __init__(self, settings: F2Settings, http: httpx.AsyncClient, memo: Memo) -> None:
        self._settings, self._memo = settings, memo
        self._line = Line(http, [settings.index], settings.seconds)
        self._account = Account(self._line, self._token_request)

    async def file(self, entry: JournalEntry) -> Receipt:
        """As `Journal.file`. The number is the matter's (aktnummer)."""
        named(entry.id)
        matter = await self._once(entry, "matter", lambda: self._case(entry.case_ref), lambda: self._matter(entry))
        page = await self._page(matter)
        media = file_of(entry)
        if media is not None:
            await self._once(entry, "document", lambda: self._page(matter), lambda: _document(entry, media))
        number = as_number(page.value("MatterNumber"))
        if number is None:
            raise unreadable()
        return Receipt(number)

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """As `Journal.confirmed`: what F2 has made is there."""
        return Receipt(number)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """As `Journal.close_case`."""
        case = await self._case(case_ref)
        if case.value("Closed") == "true":
            return
        answer = await self._ask("POST", case.link(f"{REL}close-case"), Content(_FORM))
        if answer.is_yes or answer.status == 303:
            return
        fault = _fault(answer)
        if fault.fault is not Fault.CASE_CLOSED:
            raise fault

    async def _once(
        self,
        entry: JournalEntry,
        what: Literal["matter", "document"],
        parent: Callable[[], Awaitable[Page]],
        payload: Callable[[], Content],
    ) -> str:
        """The address of the one thing made of this entry, now or at an attempt before."""
        known = await self._memo.recall(entry.id)
        made, place = known.get(f"{what}-made", ""), known.get(what, "")
        if made:
            return made
        if place:
            made = await self._post(place, payload) or await self._look_for(entry, what, await parent())
        if not made:
            made = await self._post(await self._place(entry, what, await parent()), payload)
        if not made:
            raise unreadable()
        await self._memo.remember(entry.id, f"{what}-made", made)
        return made

    async def _post(self, place: str, payload: Callable[[], Content]) -> str:
        """Where the thing is that was made there, now or before; empty when F2 took the address away."""
        answer = await self._account.ask(lambda: _asked("POST", place, payload()))
        if answer.status in _GONE and not reason_of(answer):
            return ""
        return _location(answer)

    async def _place(self, entry: JournalEntry, what: str, parent: Page) -> str:
        """An address that is good for one thing, on disk before it is used."""
        place = _location(await self._ask("POST", parent.link(f"{REL}create-{what}"), Content(_FORM)))
        await self._memo.remember(entry.id, what, place)
        return place

    async def _look_for(self, entry: JournalEntry, what: str, parent: Page) -> str:
        """The address of what bears the entry's mark; empty when nothing does."""
        structure = await self._page(parent.link(f"{REL}structure"))
        return structure.marked(what.capitalize(), mark_of(entry))

    def _matter(self, entry: JournalEntry) -> Content:
        told = {
            "Title": marked_title(entry),
            "Type": "Internal",
            "Text": words_as_html(entry),
            "LetterDate": local_time(entry.at),
        }
        if self._settings.access_level:
            told["AccessLevel"] = self._settings.access_level
        return as_json(told)

    async def _case(self, case_ref: str) -> Page:
        name, place = _BY[self._settings.cases_by]
        template = await self._from_index(name)
        try:
            return await self._page(template.replace(place, quote(case_ref, safe="")))
        except _NotThere:
            raise JournalFault(Fault.UNKNOWN_CASE, again=False) from None

    async def _page(self, url: str) -> Page:
        """A resource, also where the address leads to it by redirects. Raises JournalFault, of these _NotThere."""
        answer = await self._ask("GET", url)
        for _ in range(_HOPS):
            if not 300 <= answer.status < 400 or not answer.location:
                break
            url = answer.location
            answer = await self._ask("GET", url)
        if answer.status == 404:
            raise _NotThere(Fault.NOT_ALLOWED, again=False)
        if not answer.is_yes:
            raise _fault(answer)
        return read_page(url, answer)

    async def _ask(self, method: str, url: str, content: Content | None = None) -> Answer:
        return await self._account.ask(lambda: _asked(method, url, content))

    async def _from_index(self, relation: str) -> str:
        answer = await self._line.ask(Asked("GET", self._settings.index, {"accept": "application/json"}))
        if not answer.is_yes:
            raise refusal(answer)
        link = inner(read_json(answer), REL + relation, "href")
        if not isinstance(link, str):
            raise unreadable()
        return urljoin(self._settings.index, link)

    async def _token_request(self) -> Asked:
        settings = self._settings
        login = base64.b64encode(f"{settings.client_id}:{settings.client_secret}".encode()).decode()
        wanted = {"grant_type": "password", "username": settings.user}
        if settings.password:
            wanted["password"] = settings.password
        if settings.organization is not None:
            wanted["organization_partyno"] = str(settings.organization)
        return token_request(await self._from_index("oauth2-token"), wanted, {"authorization": f"Basic {login}"})


class _NotThere(JournalFault):
    """F2 knows nothing at this address."""


def _asked(method: str, url: str, content: Content | None) -> Asked:
    return Asked(method, url, {"accept": MEDIA_TYPE}, content)


def _document(entry: JournalEntry, media: Media) -> Content:
    fields = {"Title": marked_title(entry), "Description": title(entry)}
    return form(fields, ("File", media_name(entry), VIDEO), pieces(media), media.file.size)


def _location(answer: Answer) -> str:
    """The address an answer to a creating request gives. The manual has 303 in one place and 201 in another."""
    if answer.status not in (201, 303):
        raise unreadable() if answer.is_yes else _fault(answer)
    if not answer.location:
        raise unreadable()
    return answer.location


def _fault(answer: Answer) -> JournalFault:
    fault, again = _REASONS.get(reason_of(answer), (None, False))
    if fault is not None:
        return JournalFault(fault, again=again)
    if answer.status == 409:  # a state that does not allow it now
        return JournalFault(Fault.JOURNAL_BUSY, again=True)
    return refusal(answer)
