"""cBrain F2 by F2-REST, as its manual (v13) has it: service index, links, tokens, post-once-exactly, reason codes.

Every address has something in it that changes with each start, so that nobody who has not followed the links gets far.
Not published, and chosen here: the status that goes with a reason code (409), and how long an address to post to lives
(until `reclaim`).
"""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, FastAPI, Form, Header, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import UploadFile

from xmpp_agent.demo.gateways.script import Script
from xmpp_agent.demo.journals.f2_pages import REL, case_page, error, matter_page
from xmpp_agent.demo.journals.tokens import Tokens
from xmpp_agent.demo.journals.tricks import Tricky
from xmpp_agent.demo.journals.uploads import Upload, taken

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_TYPES = frozenset({"Internal", "Inbound", "Outbound"})
_LEVELS = frozenset({"Involved", "Unit", "All"})
_LONGEST = 255


@dataclass(slots=True)
class Document:
    """A file on a matter."""

    id: int
    title: str
    file: Upload


@dataclass(slots=True)
class Matter:
    """Akt."""

    id: int
    number: int
    title: str
    text: str
    letter_date: str
    documents: list[Document] = field(default_factory=list)


@dataclass(slots=True)
class Case:
    """Sag."""

    id: int
    number: str
    title: str = "Sag"
    closed: bool = False
    matters: list[Matter] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    """An address that is good for one thing."""

    parent: Case | Matter
    payload: str = ""
    """Hash of what was posted there."""
    made: str = ""
    """Path of what became of it."""


class F2:
    """One installation with one user. `cases` may be filled and changed at any time."""

    def __init__(self, *, client_id: str, client_secret: str, user: str, password: str = "") -> None:
        self._login = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._user = (user, password)
        self.script, self.tokens = Script(), Tokens()
        self.cases: list[Case] = []
        self.first_step = 303
        """What the manual says in words; its examples have 201."""
        self.refuses: tuple[int, str] | None = None
        """Status and reason code with which everything that creates or closes is refused."""
        self.posted = 0
        """How often something was posted to an address that is good for one thing."""
        self._places: dict[str, _Place] = {}
        self._ids = 1000
        self._root = f"/F2Rest/{secrets.token_hex(4)}"
        self.app = FastAPI(openapi_url=None)
        self.app.add_middleware(Tricky, script=self.script)
        self._routes()

    def _routes(self) -> None:
        app, root, known = self.app, self._root, [Depends(self.tokens.check)]
        app.get("/F2Rest/ServiceIndex")(self._index)
        app.post(f"{root}/token")(self._token)
        app.get(f"{root}/by-number/{{number:path}}", dependencies=known)(self._by_number)
        app.get(f"{root}/by-id/{{number:int}}", dependencies=known)(self._by_id)
        app.get(f"{root}/case/{{number:int}}", dependencies=known)(self._case)
        app.get(f"{root}/case/{{number:int}}/all", dependencies=known)(self._case)
        app.post(f"{root}/case/{{number:int}}/new", dependencies=known)(self._new_place)
        app.post(f"{root}/case/{{number:int}}/close", dependencies=known)(self._close)
        app.get(f"{root}/matter/{{number:int}}", dependencies=known)(self._matter)
        app.get(f"{root}/matter/{{number:int}}/all", dependencies=known)(self._matter)
        app.post(f"{root}/matter/{{number:int}}/new", dependencies=known)(self._new_place)
        app.post(f"{root}/once/{{key}}", dependencies=known)(self._post)

    @property
    def matters(self) -> list[Matter]:
        """Every matter there is."""
        return [matter for case in self.cases for matter in case.matters]

    def reclaim(self) -> None:
        """Take every address away that is good for one thing."""
        self._places.clear()

    async def _index(self, request: Request, accept: Annotated[str, Header()] = "") -> Response:
        if accept != "application/json":
            return Response("<html/>", media_type="application/xhtml+xml")
        base = f"{request.base_url}".rstrip("/") + self._root
        ways = {"oauth2-token": "token", "case-by-case-number": "by-number/{caseNumber}", "case-by-id": "by-id/{id}"}
        return JSONResponse({REL + name: {"href": f"{base}/{way}", "title": name} for name, way in ways.items()})

    async def _token(
        self,
        grant_type: Annotated[str, Form()] = "",
        username: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        authorization: Annotated[str, Header()] = "",
    ) -> Response:
        if authorization != self._login:
            return JSONResponse({"error": "invalid_client"}, 401)
        if grant_type != "password" or (username, password) != self._user:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return self.tokens.give()

    async def _by_number(self, number: str) -> Response:
        found = next((case for case in self.cases if case.number == unquote(number)), None)
        if found is None:
            return error(404, "The case was not found.")
        return RedirectResponse(f"{self._root}/case/{found.id}", 302)

    async def _by_id(self, number: int) -> Response:
        if not any(case.id == number for case in self.cases):
            return error(404, "The case was not found.")
        return RedirectResponse(f"{self._root}/case/{number}", 302)

    async def _case(self, request: Request, number: int) -> Response:
        found = next((case for case in self.cases if case.id == number), None)
        if found is None:
            return error(404, "The case was not found.")
        return case_page(found, self._root, whole=request.url.path.endswith("/all"))

    async def _matter(self, request: Request, number: int) -> Response:
        found = next((matter for matter in self.matters if matter.id == number), None)
        if found is None:
            return error(404, "The matter was not found.", "DossierNotFound")
        return matter_page(found, self._root, whole=request.url.path.endswith("/all"))

    async def _close(self, number: int) -> Response:
        found = next((case for case in self.cases if case.id == number), None)
        if found is None:
            return error(404, "The case was not found.")
        if self.refuses is not None:
            return error(self.refuses[0], "Refused.", self.refuses[1])
        if found.closed:
            return error(409, "The case is closed.", "CaseClosed")
        found.closed = True
        return Response(status_code=200)

    async def _new_place(self, request: Request, number: int) -> Response:
        if await request.body():
            return error(400, "The request must be empty.")
        parents: list[Case | Matter] = [*self.cases] if "/case/" in request.url.path else [*self.matters]
        parent = next((one for one in parents if one.id == number), None)
        if parent is None:
            return error(404, "Not found.")
        key = secrets.token_urlsafe(12)
        self._places[key] = _Place(parent)
        return Response(status_code=self.first_step, headers={"Location": f"{self._root}/once/{key}"})

    async def _post(self, request: Request, key: str) -> Response:
        self.posted += 1
        place = self._places.get(key)
        if place is None:
            return error(404, "The resource was not found.")
        is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
        told, file = await _form(request) if is_form else (json.loads(await request.body()), None)
        payload = hashlib.sha256(repr((sorted(told.items()), file)).encode()).hexdigest()
        if place.made:
            if payload != place.payload:
                return error(400, "Something else was posted here before.")
            return Response(status_code=303, headers={"Location": place.made})
        refused = self._refused(place, told, file)
        if refused is not None:
            return refused
        place.payload, place.made = payload, self._make(place.parent, told, file)
        return Response(status_code=201, headers={"Location": place.made})

    def _refused(self, place: _Place, told: dict[str, str], file: Upload | None) -> Response | None:
        title, stamp = told.get("Title", ""), told.get("LetterDate")
        if self.refuses is not None:
            return error(self.refuses[0], "Refused.", self.refuses[1])
        case = next(one for one in self.cases if one is place.parent or place.parent in one.matters)
        if case.closed:
            return error(409, "The case is closed.", "DossierCaseClosed")
        if not title or len(title) > _LONGEST:
            return error(400, "Title is required and has at most 255 characters.", "DossierBadTitle")
        if isinstance(place.parent, Matter):
            return None if file is not None and "." in file.name else error(400, "File is missing.")
        if told.get("Type") not in _TYPES or told.get("AccessLevel", "All") not in _LEVELS:
            return error(400, "Type is required.")
        if stamp is not None and _STAMP.fullmatch(stamp) is None:
            return error(400, "A time has no zone.")
        return None

    def _make(self, parent: Case | Matter, told: dict[str, str], file: Upload | None) -> str:
        self._ids += 1
        if isinstance(parent, Matter) and file is not None:
            parent.documents.append(Document(self._ids, told["Title"], file))
            return f"{self._root}/document/{self._ids}"
        matter = Matter(self._ids, 100_000 + self._ids, told["Title"], told.get("Text", ""), told.get("LetterDate", ""))
        if isinstance(parent, Case):
            parent.matters.append(matter)
        return f"{self._root}/matter/{matter.id}"


async def _form(request: Request) -> tuple[dict[str, str], Upload | None]:
    async with request.form() as given:
        texts = {name: value for name, value in given.items() if isinstance(value, str)}
        file = given.get("File")
        return texts, await taken(file) if isinstance(file, UploadFile) else None
