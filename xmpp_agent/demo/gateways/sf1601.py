"""Digital Post as KOMBIT's Serviceplatformen has it (SF1601, SF1461): tokens, look-up, sending, status messages.

Runs under mutual TLS (`running`), which is where tokens are bound to a certificate. What the schema does not allow is
found after the letter was taken, and told by a status message, as in the real system. The same messageUUID again is
taken and not delivered twice.
"""

import base64
import hashlib
import re
import secrets
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
from fastapi import FastAPI, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from xmpp_agent.demo.gateways import envelopes
from xmpp_agent.demo.gateways.courier import Attempt, Courier
from xmpp_agent.demo.gateways.memo_reading import Memo, MemoFault, parse, read_memo
from xmpp_agent.demo.gateways.phone import PAGES
from xmpp_agent.demo.gateways.script import Script, Trick, keeps_the_letter, perform

SENDING = "http://entityid.kombit.dk/service/kombipostafsend/1"
LOOKING = "http://entityid.kombit.dk/service/postforespoerg/1"
_ISSUE = {
    "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
    "RequestType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
    "KeyType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
    "OnBehalfOf": None,
}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_MOST_APART = timedelta(minutes=5)


class DigitalPost:
    """The platform, with one authority signed up. `receipts` (address and secret header) may be set later."""

    def __init__(self, *, cvr: str, receipts: str = "", secret: tuple[str, str] = ("", "")) -> None:
        self._cvr, self.receipts, self._secret = cvr, receipts, secret
        self.script, self.token_script, self.lookup_script = Script(), Script(), Script()
        self.courier = Courier()
        self.exempt: set[str] = set()
        """CPR numbers without a mailbox."""
        self.mailbox: dict[str, Memo] = {}
        """What was delivered, by messageUUID."""
        self.taken: list[str] = []
        """Every messageUUID that was accepted, as often as it was."""
        self.faults: list[str] = []
        """What was wrong with the letters that were not delivered."""
        self.token_lives = 3600
        self._assertions: dict[str, tuple[str, str]] = {}
        self._tokens: dict[str, tuple[str, str]] = {}
        self.app = FastAPI(lifespan=self._lifespan, openapi_url=None)
        self.app.get("/", response_class=HTMLResponse)(self._screen)
        self.app.post("/runtime/api/rest/wstrust/v1/issue")(self._issue)
        self.app.post("/service/AccessTokenService_1/token")(self._exchange)
        self.app.get("/service/PostForespoerg_1/digitalpost")(self._look_up)
        self.app.post("/service/KombiPostAfsend_1/kombi")(self._send)

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        yield
        await self.courier.stop()

    async def _screen(self) -> str:
        return PAGES.get_template("mailbox.html.j2").render(letters=reversed(self.mailbox.values()))

    def revoke_tokens(self) -> None:
        """No token given away so far is good any more."""
        self._tokens.clear()

    async def _issue(self, request: Request) -> Response:
        trick = self.token_script.take()
        if trick is not None:
            return await perform(trick)
        asked = await request.json()
        key = asked.pop("UseKey", "")
        cvr, entity = asked.pop("AnvenderKontekst", {}), asked.pop("AppliesTo", {})
        service = entity.get("EndpointReference", {}).get("Address")
        known = service in (SENDING, LOOKING) and cvr == {"Cvr": self._cvr}
        shown = hashlib.sha256(base64.b64decode(key)).hexdigest()
        if asked != _ISSUE or not known or shown != _certificate(request):
            return JSONResponse({"error": "request_denied"}, 400)
        assertion = base64.b64encode(f"<Assertion>{secrets.token_hex(16)}</Assertion>".encode()).decode()
        self._assertions[assertion] = (shown, service)
        until = (datetime.now(UTC) + timedelta(hours=8)).strftime("%m/%d/%Y %H:%M:%S")
        return JSONResponse({"RequestedSecurityToken": {"Assertion": assertion}, "Lifetime": until})

    async def _exchange(self, request: Request, saml: Annotated[str, Form(alias="saml-token")] = "") -> Response:
        if self._assertions.get(saml, ("", ""))[0] != _certificate(request):
            return JSONResponse({"error": "invalid_request"}, 401)
        token = str(uuid.uuid4())
        self._tokens[token] = self._assertions[saml]
        return JSONResponse({"access_token": token, "token_type": "Holder-of-key", "expires_in": self.token_lives})

    def _refused(self, request: Request, service: str) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Holder-of-key" or self._tokens.get(token) != (_certificate(request), service):
            return JSONResponse({"error": "unauthorized"}, 401)
        stamp = request.headers.get("x-transaktionstid", "")
        try:
            uuid.UUID(request.headers.get("x-transaktionsid", ""))
            apart = abs(datetime.now(UTC) - datetime.fromisoformat(stamp))
        except ValueError:
            return JSONResponse({"error": "x-TransaktionsId and x-TransaktionsTid are needed"}, 400)
        if _STAMP.fullmatch(stamp) is None or apart > _MOST_APART:
            return JSONResponse({"error": "x-TransaktionsTid must be UTC, now"}, 400)
        return None

    async def _look_up(self, request: Request, cprNumber: str = "") -> Response:
        trick = self.lookup_script.take()
        if trick is not None:
            return await perform(trick)
        refused = self._refused(request, LOOKING)
        if refused is not None:
            return refused
        if re.fullmatch(r"[0-9]{10}", cprNumber) is None:
            return JSONResponse({"error": "cprNumber"}, 400)
        return JSONResponse({"result": cprNumber not in self.exempt})

    async def _send(self, request: Request) -> Response:
        refused = self._refused(request, SENDING)
        if refused is not None:
            return refused
        if request.headers.get("content-type", "").partition(";")[0] != "application/xml":
            return Response(envelopes.kombi_response(None, "unsupported"), 415, media_type="application/xml")
        raw = await request.body()
        trick = self.script.take()
        try:
            kombi = parse(raw)
            if kombi.tag != "kombi_request" or kombi.findtext("KombiValgKode") != "Digital Post" or len(kombi) != 2:
                raise MemoFault("no kombi_request for Digital Post")
        except MemoFault as fault:
            self.faults.append(str(fault))
            return Response(envelopes.kombi_response(None, str(fault)), 400, media_type="application/xml")
        transmission = str(uuid.uuid4())
        if keeps_the_letter(trick):
            memo_uuid = kombi[1].findtext("./{*}MessageHeader/{*}messageUUID") or ""
            self.taken.append(memo_uuid)
            self._deliver(envelopes.Sent(memo_uuid, transmission), lambda: read_memo(kombi[1]), trick)
        if trick not in (None, Trick.DROP, Trick.LATE):
            return await perform(trick)
        return Response(envelopes.kombi_response(transmission), media_type="application/xml")

    def _deliver(self, sent: envelopes.Sent, read: Callable[[], Memo], trick: Trick | None) -> None:
        try:
            memo = read()
            if memo.sender_id != self._cvr:
                raise MemoFault("the sender is another authority")
            self.mailbox.setdefault(memo.uuid, memo)
            told = [envelopes.status(sent, "Modtaget Digital Post"), envelopes.status(sent, "Afleveret Digital Post")]
        except MemoFault as fault:
            self.faults.append(str(fault))
            told = [envelopes.status(sent, "Fejlet", ("memo.invalid", str(fault)))]
        if self.receipts and trick is not Trick.DROP:
            when = self.script.released if trick is Trick.LATE else None
            self.courier.bring(*(self.push(body) for body in told), when=when)

    def push(self, body: bytes) -> Attempt:
        """A try to bring a status message, with the header that the receiver's proxy adds after checking who it is."""

        async def attempt(http: httpx.AsyncClient) -> bool:
            headers = {"Content-Type": "application/xml", self._secret[0]: self._secret[1]}
            answer = await http.post(self.receipts, content=body, headers=headers)
            return answer.status_code == 200 and envelopes.says_taken(answer.content)

        return attempt


def _certificate(request: Request) -> str:
    return request.client.host if request.client else ""
