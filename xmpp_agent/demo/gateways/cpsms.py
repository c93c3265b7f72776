"""CPSMS.dk's API v2, as its documentation has it: Basic authentication, JSON, receipts at the address it was given."""

import base64
import re
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

from xmpp_agent.demo.gateways.courier import Attempt, Courier
from xmpp_agent.demo.gateways.phone import TextMessage, now, screen
from xmpp_agent.demo.gateways.script import Script, Trick, keeps_the_letter, perform

_TABLE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€"
)
_FROM = re.compile(r"[0-9]{1,20}|.{1,11}")
_LENGTHS = {"45": 10, "299": 9, "298": 9}
"""Digits of numbers in the realm, country code included."""
DELIVERED, FAILED = 1, 2
LOG_EVERY = 120.0
"""Seconds between two readings of the log."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: Annotated[StrictStr, Field(pattern=r"^[1-9][0-9]{6,14}$")]
    message: Annotated[StrictStr, Field(min_length=1, max_length=1530)]
    from_: Annotated[StrictStr, Field(alias="from", min_length=1)]
    timestamp: StrictInt | None = None
    encoding: StrictStr = "UTF-8"
    format: StrictStr | None = None
    dlr_url: StrictStr | None = None
    flash: StrictInt = 0
    reference: Annotated[StrictStr, Field(max_length=32)] | None = None


class Cpsms:
    """One account."""

    def __init__(self, *, user: str, key: str) -> None:
        self._login = "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()
        self.script, self.courier = Script(), Courier()
        self.accepted: list[TextMessage] = []
        self.unreachable: set[str] = set()
        """Numbers (digits) whose messages fail."""
        self.credit = 1000
        self.log_read_at = -LOG_EVERY
        """By its own clock; the log can be read once in two minutes."""
        self.nested = False
        """Some answers have the list within another."""
        self.app = FastAPI(lifespan=self._lifespan, openapi_url=None)
        self.app.get("/", response_class=HTMLResponse)(self._screen)
        self.app.post("/v2/send")(self._send)
        self.app.get("/v2/getlog/{since}/{until}")(self._log)
        self.app.post("/elsewhere")(self._elsewhere)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        yield
        await self.courier.stop()

    async def _screen(self) -> str:
        return screen(self.accepted)

    async def _elsewhere(self) -> None:
        self.script.followed += 1

    async def _log(self, since: int, until: int, authorization: Annotated[str, Header()] = "") -> Response:
        if not secrets.compare_digest(authorization.encode(), self._login.encode()):
            return _error(401, "Unauthorized")
        if time.monotonic() - self.log_read_at < LOG_EVERY:
            return _error(429, "Only one request every 2 minutes")
        self.log_read_at = time.monotonic()
        sent = [one for one in self.accepted if since <= one.at.timestamp() <= until]
        return JSONResponse([self._logged(one) for one in sent])

    def _logged(self, message: TextMessage) -> dict[str, str | int | None]:
        status = FAILED if message.to in self.unreachable else DELIVERED
        return {
            "to": message.to,
            "from": message.sender,
            "pointPrice": 1,
            "userReference": message.reference or None,
            "dlrStatus": status,
            "dlrStatusText": "Received" if status is DELIVERED else "Not received",
            "timeSent": int(message.at.timestamp()),
        }

    async def _send(self, request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        if not secrets.compare_digest(authorization.encode(), self._login.encode()):
            return _error(401, "Unauthorized")
        if self.credit <= 0:
            return _error(402, "Insufficient credit")
        try:
            body = _Body.model_validate_json(await request.body())
        except ValidationError:
            return _error(400, "Bad Request")
        if _FROM.fullmatch(body.from_) is None:
            return _error(400, "Sender is too long")
        if any(body.to.startswith(code) and len(body.to) != length for code, length in _LENGTHS.items()):
            return _error(400, "Phone number length and country code do not match.", to=body.to)
        return await self._answered(body)

    async def _answered(self, body: _Body) -> Response:
        trick = self.script.take()
        if keeps_the_letter(trick):
            self._take(body, trick)
        if trick not in (None, Trick.DROP, Trick.LATE):
            return await perform(trick)
        entry = {"to": body.to, "cost": 1, "smsAmount": 1 + len(body.message) // 161}
        return JSONResponse({"success": [[entry]] if self.nested else [entry]})

    def _take(self, body: _Body, trick: Trick | None) -> None:
        kept = body.message if body.format == "UNICODE" else "".join(one for one in body.message if one in _TABLE)
        taken = TextMessage(str(uuid.uuid4()), body.to, body.from_, kept, body.reference or "", now())
        self.credit -= 1
        self.accepted.append(taken)
        if body.dlr_url is None or trick is Trick.DROP:
            return
        when = self.script.released if trick is Trick.LATE else None
        self.courier.bring(self.status(body.dlr_url, taken), when=when)

    def status(self, address: str, message: TextMessage) -> Attempt:
        """A try to bring the receipt."""
        status = FAILED if message.to in self.unreachable else DELIVERED
        whole = f"{address}{'&' if '?' in address else '?'}status={status}&receiver={message.to}"

        async def attempt(http: httpx.AsyncClient) -> bool:
            return (await http.get(whole)).is_success

        return attempt


def _error(code: int, text: str, **about: str) -> Response:
    return JSONResponse({"error": [{"errorCode": code, "errMsg": text, **about}]}, code)
