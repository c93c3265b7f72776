"""SBSYS by its WebApi, as far as public clients show it: token by password, cases, journal notes, documents.

It knows no repetition: whoever asks twice has two. Answers are in the shape of those clients; that a closed case is
refused with 409 is what one of them documents.
"""

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Form, HTTPException, UploadFile
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from xmpp_agent.demo.gateways.script import Script
from xmpp_agent.demo.journals.tokens import Tokens
from xmpp_agent.demo.journals.tricks import Tricky
from xmpp_agent.demo.journals.uploads import Upload, taken

OPEN, CLOSED = 1, 9
"""Ids of the two statuses of this installation."""
_NAMES = {OPEN: ("Aktiv", "Aktiv"), CLOSED: ("Lukket", "Afsluttet")}


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    SagID: int
    Overskrift: Annotated[str, Field(min_length=1, max_length=255)]
    Note: str
    KontaktTidspunkt: AwareDatetime


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    SagID: int
    DokumentNavn: Annotated[str, Field(min_length=1, max_length=255)]


class _Search(BaseModel):
    Nummer: Annotated[str, Field(min_length=1)]
    PageNumber: Annotated[int, Field(ge=1)]
    PageSize: Annotated[int, Field(ge=1)]


@dataclass(slots=True)
class Note:
    """Journalarknote."""

    id: int
    title: str
    text: str
    at: str


@dataclass(slots=True)
class Document:
    """Dokument, of one file."""

    id: int
    title: str
    file: Upload


@dataclass(slots=True)
class Case:
    """Sag."""

    id: int
    number: str
    status: int = OPEN
    title: str = "Sag"
    notes: list[Note] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """The whole of it, as it is read and put back."""
        name, state = _NAMES[self.status]
        return {
            "Id": self.id,
            "Nummer": self.number,
            "SagsTitel": self.title,
            "SagsStatus": {"Id": self.status, "Navn": name, "SagsTilstand": state},
            "Behandler": {"LogonId": "abc"},
        }


class Sbsys:
    """One installation."""

    def __init__(self, *, client: tuple[str, str], user: tuple[str, str]) -> None:
        self._client, self._user = client, user
        self.script, self.tokens = Script(), Tokens()
        self.cases: list[Case] = []
        self.made = 0
        """How often it was asked to make something, and did."""
        self.app = FastAPI(openapi_url=None)
        self.app.add_middleware(Tricky, script=self.script)
        known = [Depends(self.tokens.check)]
        self.app.post("/token")(self._token)
        self.app.post("/api/sag/search", dependencies=known)(self._search)
        self.app.get("/api/sag/{number}", dependencies=known)(self._case)
        self.app.put("/api/sag/{number}", dependencies=known)(self._put)
        self.app.get("/api/sag/{number}/journalarknotes", dependencies=known)(self._notes)
        self.app.get("/api/sag/{number}/dokumenter", dependencies=known)(self._documents)
        self.app.post("/api/journalarknote/create", dependencies=known)(self._create_note)
        self.app.post("/api/dokument/journaliser", dependencies=known)(self._create_document)

    @property
    def notes(self) -> list[Note]:
        """Every note there is."""
        return [note for case in self.cases for note in case.notes]

    @property
    def documents(self) -> list[Document]:
        """Every document there is."""
        return [document for case in self.cases for document in case.documents]

    async def _token(
        self,
        grant_type: Annotated[str, Form()],
        client_id: Annotated[str, Form()],
        client_secret: Annotated[str, Form()],
        username: Annotated[str, Form()],
        password: Annotated[str, Form()],
    ) -> Response:
        if grant_type != "password" or (client_id, client_secret, username, password) != (*self._client, *self._user):
            raise HTTPException(400, "invalid_grant")
        return self.tokens.give()

    async def _search(self, wish: _Search) -> dict[str, object]:
        found = [case.shown() for case in self.cases if wish.Nummer in case.number]
        return {"Results": found[: wish.PageSize], "TotalNumberOfResults": len(found)}

    async def _case(self, number: int) -> dict[str, Any]:
        return self._found(number).shown()

    async def _put(self, number: int, whole: dict[str, Any]) -> dict[str, Any]:
        case = self._found(number)
        if whole.keys() != case.shown().keys() or whole["Id"] != case.id:
            raise HTTPException(400, "The whole case is wanted")
        status = whole["SagsStatus"].get("Id")
        if status not in _NAMES:
            raise HTTPException(400, "No such status")
        case.status, case.title = status, whole["SagsTitel"]
        return case.shown()

    async def _notes(self, number: int) -> list[dict[str, object]]:
        return [{"Id": one.id, "Overskrift": one.title, "Note": one.text} for one in self._found(number).notes]

    async def _documents(self, number: int) -> list[dict[str, object]]:
        return [{"Id": one.id, "DokumentNavn": one.title} for one in self._found(number).documents]

    async def _create_note(self, wish: _Note) -> dict[str, object]:
        case = self._open(wish.SagID)
        self.made += 1
        note = Note(5000 + self.made, wish.Overskrift, wish.Note, wish.KontaktTidspunkt.isoformat())
        case.notes.append(note)
        return {"Id": note.id, "Overskrift": note.title}

    async def _create_document(
        self, described: Annotated[str, Form(alias="json")], file: UploadFile
    ) -> dict[str, object]:
        try:
            wish = _Document.model_validate(json.loads(described))
        except (ValidationError, ValueError):
            raise HTTPException(400, "SagID and DokumentNavn are wanted") from None
        case, upload = self._open(wish.SagID), await taken(file)
        self.made += 1
        case.documents.append(Document(5000 + self.made, wish.DokumentNavn, upload))
        return {"Id": 5000 + self.made, "DokumentNavn": wish.DokumentNavn}

    def _open(self, number: int) -> Case:
        case = self._found(number)
        if case.status == CLOSED:
            raise HTTPException(409, "The case is closed")
        return case

    def _found(self, number: int) -> Case:
        found = next((case for case in self.cases if case.id == number), None)
        if found is None:
            raise HTTPException(404, "No such case")
        return found
