"""GatewayAPI's Mobile Messaging API, as its documentation has it: a token, strict fields, signed webhooks."""

import hashlib
import hmac
import json
import re
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Literal

import httpx
from fastapi import FastAPI, Header, HTTPException, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr

from xmpp_agent.demo.gateways.courier import Attempt, Courier
from xmpp_agent.demo.gateways.phone import TextMessage, now, screen
from xmpp_agent.demo.gateways.script import Script, Trick, keeps_the_letter, perform

_SENDER = re.compile(r"[A-Za-z0-9 .-]{1,11}|[0-9]{1,15}")
_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _sender(text: str) -> str:
    if _SENDER.fullmatch(text) is None:
        raise ValueError("sender must be at most 11 alphanumeric characters or 15 digits")
    return text


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sender: Annotated[StrictStr, AfterValidator(_sender)]
    recipient: Annotated[StrictInt, Field(ge=10**7, lt=10**15)]
    message: Annotated[StrictStr, Field(min_length=1, max_length=1530)]
    reference: Annotated[StrictStr, Field(max_length=255)] | None = None
    label: StrictStr | None = None
    priority: Literal["normal", "urgent"] = "normal"
    expiration: StrictStr | StrictInt | None = None


class GatewayApi:
    """One account. `webhook` may be set later; without it no receipts go out."""

    def __init__(self, *, token: str, secret: str, webhook: str = "") -> None:
        self.token, self.secret, self.webhook = token, secret, webhook
        self.script, self.courier = Script(), Courier()
        self.accepted: list[TextMessage] = []
        self.unreachable: set[str] = set()
        """Numbers (digits) whose messages end UNDELIVERABLE."""
        self.app = FastAPI(lifespan=self._lifespan, openapi_url=None)
        self.app.get("/", response_class=HTMLResponse)(self._screen)
        self.app.post("/mobile/single", status_code=202)(self._single)
        self.app.post("/elsewhere")(self._elsewhere)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        yield
        await self.courier.stop()

    async def _screen(self) -> str:
        return screen(self.accepted)

    async def _elsewhere(self) -> None:
        self.script.followed += 1

    async def _single(self, body: _Body, authorization: Annotated[str, Header()] = "") -> Response:
        if not secrets.compare_digest(authorization.encode(), f"Token {self.token}".encode()):
            raise HTTPException(401, "Invalid token")
        trick = self.script.take()
        message_id = "".join(secrets.choice(_ULID) for _ in range(26))
        if keeps_the_letter(trick):
            self._take(body, message_id, trick)
        if trick not in (None, Trick.DROP, Trick.LATE):
            return await perform(trick)
        answer = {"msg_id": message_id, "recipient": body.recipient, "reference": body.reference}
        return JSONResponse(answer, 202)

    def _take(self, body: _Body, message_id: str, trick: Trick | None) -> None:
        number = str(body.recipient)
        taken = TextMessage(message_id, number, body.sender, body.message, body.reference or "", now())
        self.accepted.append(taken)
        if not self.webhook or trick is Trick.DROP:
            return
        last = "UNDELIVERABLE" if number in self.unreachable else "DELIVERED"
        when = self.script.released if trick is Trick.LATE else None
        self.courier.bring(self.status(taken, "ENROUTE"), self.status(taken, last), when=when)

    def status(self, message: TextMessage, status: str) -> Attempt:
        """A try to bring one status event."""
        failed = status in {"UNDELIVERABLE", "REJECTED", "EXPIRED"}
        body = json.dumps(
            {
                "event_id": str(uuid.uuid4()),
                "timestamp": datetime.now(UTC).isoformat(),
                "event_type": "message.status.sms",
                "event": {
                    "msg_id": message.id,
                    "recipient": int(message.to),
                    "reference": message.reference or None,
                    "status": status,
                    "status_at": datetime.now(UTC).isoformat(),
                    "error": {"hex_code": "0x000b", "details": "Illegal Subscriber"} if failed else None,
                },
            }
        ).encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()

        async def attempt(http: httpx.AsyncClient) -> bool:
            headers = {"Signature": f"v1={signature}", "Content-Type": "application/json"}
            return (await http.post(self.webhook, content=body, headers=headers)).is_success

        return attempt
