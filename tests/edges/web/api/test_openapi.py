"""The booking API is what its OpenAPI document says, whatever it is sent: schemathesis on a real database."""

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.python.asgi import get_client, shutdown_lifespans
from schemathesis.specs.openapi import checks as openapi
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from tests.an_office import CPR, UNIT
from tests.edges.web.api.booking_house import BookingHouse, a_wish, at, open_booking_house
from tests.rules.scenes import POLICY
from xmpp_agent.edges.web.api.app import DOCUMENT
from xmpp_agent.edges.web.api.video_shapes import uuid_of

CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
    openapi.negative_data_rejection,
    openapi.unsupported_method,
    openapi.ignored_auth,
]
"""Not `positive_data_acceptance`: what the document allows, the rules may refuse."""
ROUNDS = 4
BOUNDED = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),  # they are about speed, and about what is made up by the document
)
BOOK = "/api/v1/appointments"
SCHEMA = schemathesis.pytest.from_fixture("schema")


@dataclass
class Api:
    """The application under test, as it lives in the loop of schemathesis, and what it answered."""

    house: list[BookingHouse] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    number: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    living: Any = None
    """This application with its life."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        await self.house[0].app(scope, receive, send)

    def ask(self, case: Case[Any]) -> None:
        """Send what was made up, with a good key, and judge the answer by the document."""
        answer = case.call_and_validate(headers=self.with_key(), checks=CHECKS)
        self.answers.append(answer.status_code)

    def with_key(self) -> dict[str, str]:
        """Headers."""
        return {"Authorization": f"Bearer {self.house[0].key}"}

    def booked(self) -> dict[str, Any]:
        """A new appointment with a companion."""
        helper = {"kind": "interpreter", "name": "Ole Tolk"}
        wish = a_wish(companions=[helper], externalId=f"made-{next(self.number)}")
        headers = self.with_key() | {"Content-Type": "application/json"}
        with get_client(self.living) as client:
            answer = client.post(f"http://testserver{BOOK}", data=json.dumps(wish), headers=headers)
        assert answer.status_code == 201
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """The application; schemathesis begins its life with the first request, and this fixture ends it."""
    api, folder = Api(), tmp_path / "house"

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with open_booking_house(folder) as house:
            api.house.append(house)
            yield

    living = Starlette(lifespan=life)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (living if scope["type"] == "lifespan" else api)(scope, receive, send)

    api.living = app
    yield api
    shutdown_lifespans()


@pytest.fixture
def schema(api: Api) -> BaseSchema:
    """The document as the application serves it; no file of settings is looked for."""
    # The key is given by hand: made-up ones would be sent over, and counted as a fault of the request all the same.
    config = SchemathesisConfig.from_dict({"seed": 17, "generation": {"with-security-parameters": False}})
    found: BaseSchema = schemathesis.openapi.from_asgi(DOCUMENT, api.living, config=config)
    return found


@SCHEMA.parametrize()
@BOUNDED
def test_whatever_is_sent_is_answered_as_the_document_says(case: Case[Any], api: Api) -> None:
    """Every operation, with what fits the document and what does not: no 5xx, nothing undocumented, nobody unknown."""
    api.ask(case)


def test_what_exists_is_answered_as_the_document_says(schema: BaseSchema, api: Api) -> None:
    """With ids, units and versions that exist every operation succeeds at least once, in the documented shape."""
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)  # and not a fault of the document
        operation = found.ok()
        api.answers.clear()

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def ask(case: Case[Any]) -> None:
            about_what_exists(case, api.booked())
            api.ask(case)

        for _ in range(ROUNDS):  # of what is made up, all may be what the rules do not take
            ask()
            if any(200 <= status < 300 for status in api.answers):
                break
        assert any(200 <= status < 300 for status in api.answers), (operation.label, api.answers)


def about_what_exists(case: Case[Any], booked: dict[str, Any]) -> None:
    """Name what is there; what the document leaves open stays as it was made up."""
    ident = {"/api/v1/units/{ident}": UNIT.id, "/api/v1/policies/{ident}": POLICY.id}.get(case.path, booked["id"])
    there = {"ident": ident, "person": booked["companions"][0]["id"], "uuid": str(uuid_of(booked["id"]))}
    case.path_parameters = {name: there[name] for name in case.path_parameters}
    if "If-Match" in case.headers:
        case.headers["If-Match"] = f'"{booked["version"]}"'
    if "unit" in case.query:
        case.query["unit"] = UNIT.id
    case.query.pop("after", None)
    if isinstance(case.body, dict):
        case.body = {name: right(name, value) for name, value in case.body.items()}
        if case.path.startswith("/videoapi/"):  # their shape has no field of its own for who it is
            case.body["additionalInformation"] = [{"key": "portner.cpr", "value": CPR}]


def right(name: str, made_up: Any) -> Any:  # noqa: ANN401  # any JSON
    """A value the rules can take."""
    if name in {"startsAt", "startTime"} and made_up is not None:
        return at(3600)
    if name in {"endsAt", "endTime"} and made_up is not None:
        return at(7200)
    if isinstance(made_up, dict):
        return {"name": "Anna"} | {inner: right(inner, value) for inner, value in made_up.items()}
    plain = {"unit": UNIT.id, "policy": POLICY.id, "name": "Anna", "cpr": CPR, "phone": "", "email": ""}
    accounts = {"staffId": "mette@lilleby.example", "organizedByEmail": "mette@lilleby.example", "caseRef": "sag 17"}
    return (plain | accounts).get(name, made_up) if made_up is not None else None
