"""KMD Nova, as far as its requests are published: tokens, cases, documents in two steps under the client's ids.

Published are the requests, in a client that is used in production. What Nova answers when it refuses is not; here it is
400 for what is wrong, 404 for an unknown case, 409 for a closed one and for an id that is taken.
"""

import re
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Form, HTTPException, Query, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from xmpp_agent.demo.gateways.script import Script
from xmpp_agent.demo.journals.tokens import Tokens
from xmpp_agent.demo.journals.tricks import Tricky
from xmpp_agent.demo.journals.uploads import Upload, taken

VERSION = "2.0-Case"
STATES = ("Opstaaet", "Oplyst", "Afgjort", "Bestilt", "Udfoert", "Afsluttet")
_SENSITIVE = "IkkeFortrolige|Fortrolige|Følsomme|SærligFølsomme"
_TYPE = "Indgående|Udgående|Internt|Dagsordenpunkt|Dagsorden|Referat|Andet|GisKort|NovaDagsordenspunkt"
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class _Common(BaseModel):
    model_config = ConfigDict(extra="forbid")

    transactionId: UUID
    uuid: UUID | None = None


class _Los(BaseModel):
    administrativeUnitId: int
    fullName: Annotated[str, Field(min_length=1)]


class _Unit(BaseModel):
    losIdentity: _Los


class _Ksp(BaseModel):
    racfId: Annotated[str, Field(min_length=1)]
    fullName: str


class _Caseworker(BaseModel):
    kspIdentity: _Ksp


class _Import(BaseModel):
    model_config = ConfigDict(extra="forbid")

    common: _Common
    caseUuid: UUID
    title: Annotated[str, Field(min_length=1, max_length=255)]
    sensitivity: Annotated[str, Field(pattern=f"^({_SENSITIVE})$")]
    documentDate: Annotated[str, Field(pattern=_STAMP.pattern + "$")]
    documentType: Annotated[str, Field(pattern=f"^({_TYPE})$")]
    description: str | None
    documentCategoryUuid: UUID | None
    securityUnit: _Unit
    approved: bool
    accessToDocuments: bool
    caseworker: _Caseworker


class _Paging(BaseModel):
    startRow: Annotated[int, Field(ge=1)]
    numberOfRows: Annotated[int, Field(ge=1, le=500)]


class _CaseAttributes(BaseModel):
    userFriendlyCaseNumber: str | None = None
    title: str | None = None


class _CaseList(BaseModel):
    common: _Common
    paging: _Paging
    caseAttributes: _CaseAttributes
    caseGetOutput: dict[str, object]


class _DocumentList(BaseModel):
    common: _Common
    caseUuid: UUID
    getOutput: dict[str, bool]


class _Update(BaseModel):
    model_config = ConfigDict(extra="forbid")

    common: _Common
    state: Annotated[str, Field(pattern=f"^({'|'.join(STATES)})$")]


@dataclass(slots=True)
class Document:
    """A document of a case."""

    id: str
    number: str
    title: str
    date: str
    description: str
    sensitivity: str
    file: Upload


@dataclass(slots=True)
class Case:
    """Sag."""

    number: str
    id: str = field(default_factory=lambda: str(uuid4()))
    state: str = "Oplyst"
    documents: list[Document] = field(default_factory=list)


class Nova:
    """One municipality."""

    def __init__(self, *, client_id: str, client_secret: str) -> None:
        self._client = (client_id, client_secret)
        self.script, self.tokens = Script(), Tokens()
        self.cases: list[Case] = []
        self.uploads: dict[str, Upload] = {}
        self.app = FastAPI(openapi_url=None)
        self.app.add_middleware(Tricky, script=self.script)
        known = [Depends(self.tokens.check), Depends(_version)]
        self.app.post("/token")(self._token)
        self.app.put("/api/Case/GetList", dependencies=known)(self._list_cases)
        self.app.patch("/api/Case/Update", dependencies=known)(self._update)
        self.app.post("/api/Document/UploadFile/{transaction}/{document}", dependencies=known)(self._upload)
        self.app.post("/api/Document/Import", dependencies=known)(self._import)
        self.app.put("/api/Document/GetList", dependencies=known)(self._list_documents)

    @property
    def documents(self) -> list[Document]:
        """Every document there is."""
        return [document for case in self.cases for document in case.documents]

    async def _token(
        self,
        grant_type: Annotated[str, Form()],
        scope: Annotated[str, Form()],
        client_id: Annotated[str, Form()],
        client_secret: Annotated[str, Form()],
    ) -> Response:
        if (client_id, client_secret) != self._client:
            raise HTTPException(401, "invalid_client")
        if (grant_type, scope) != ("client_credentials", "client"):
            raise HTTPException(400, "invalid_scope")
        return self.tokens.give()

    async def _list_cases(self, wish: _CaseList) -> dict[str, object]:
        one, number = wish.common.uuid, wish.caseAttributes.userFriendlyCaseNumber
        if one is None and not number and not wish.caseAttributes.title:
            raise HTTPException(400, "No search terms")
        found = [case for case in self.cases if case.id == str(one) or case.number == number]
        shown = [
            {
                "common": {"uuid": case.id},
                "caseAttributes": {"userFriendlyCaseNumber": case.number},
                "state": {"progressState": case.state},
            }
            for case in found[: wish.paging.numberOfRows]
        ]
        return {"pagingInformation": {"numberOfRows": len(shown)}, **({"cases": shown} if shown else {})}

    async def _update(self, wish: _Update) -> None:
        self._case(wish.common.uuid).state = wish.state

    async def _upload(self, transaction: UUID, document: UUID, file: UploadFile) -> None:
        self.uploads[str(document)] = await taken(file)

    async def _import(self, wish: _Import) -> None:
        case, one = self._case(wish.caseUuid), str(wish.common.uuid)
        if one not in self.uploads:
            raise HTTPException(400, "No file was uploaded under this id")
        if case.state == STATES[-1]:
            raise HTTPException(409, "The case is closed")
        if any(document.id == one for document in self.documents):
            raise HTTPException(409, "The id is taken")
        number = f"D2026-{len(self.documents) + 1:06}"
        case.documents.append(
            Document(
                one,
                number,
                wish.title,
                wish.documentDate,
                wish.description or "",
                wish.sensitivity,
                self.uploads.pop(one),
            )
        )

    async def _list_documents(self, wish: _DocumentList) -> dict[str, object]:
        return {
            "documents": [
                {"documentUuid": one.id, "documentNumber": one.number, "title": one.title, "documentDate": one.date}
                for one in self._case(wish.caseUuid).documents
            ]
        }

    def _case(self, one: UUID | None) -> Case:
        found = next((case for case in self.cases if case.id == str(one)), None)
        if found is None:
            raise HTTPException(404, "No such case")
        return found


def _version(version: Annotated[str, Query(alias="api-version")] = "") -> None:
    if version != VERSION:
        raise HTTPException(400, "Unsupported api-version")
