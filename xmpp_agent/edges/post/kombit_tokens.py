"""Access tokens for Serviceplatformen: a SAML token of Adgangsstyring, exchanged for one that goes with each request.

Tokens are bound to our certificate. The access token says in seconds how long it lives and is kept until shortly
before; the SAML token is used once and not kept, so that nothing depends on the date it carries (American spelling,
no time zone).
"""

import asyncio
import re
import time

import httpx

from xmpp_agent.edges.post.asking import Answer, ask, inner, is_yes, read_json, refusal, unreadable
from xmpp_agent.model.letters import Failure
from xmpp_agent.ports.post import CarrierFault

_SPARE = 300.0
"""Seconds before its end at which a token is not used any more."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


class Tokens:
    """Tokens for one authority (`cvr`) with one certificate (base64 of its DER)."""

    def __init__(
        self, http: httpx.AsyncClient, *, cvr: str, certificate: str, issuer: str, exchange: str, seconds: float
    ) -> None:
        self._http, self._cvr, self._certificate = http, cvr, certificate
        self._issuer, self._exchange, self._seconds = issuer, exchange, seconds
        self._kept: dict[str, tuple[str, float]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def authorization(self, entity_id: str) -> str:
        """The Authorization header for a service. Raises CarrierFault."""
        async with self._one_at_a_time:
            value, until = self._kept.get(entity_id, ("", 0.0))
            if time.monotonic() >= until:
                value, lives = await self._fetch(entity_id)
                self._kept[entity_id] = (value, time.monotonic() + lives - _SPARE)
            return value

    def forget(self, entity_id: str) -> None:
        """Do not use the kept token again."""
        self._kept.pop(entity_id, None)

    async def _fetch(self, entity_id: str) -> tuple[str, float]:
        wanted = {
            "TokenType": "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0",
            "RequestType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
            "KeyType": "http://docs.oasis-open.org/ws-sx/ws-trust/200512/PublicKey",
            "AnvenderKontekst": {"Cvr": self._cvr},
            "UseKey": self._certificate,
            "AppliesTo": {"EndpointReference": {"Address": entity_id}},
            "OnBehalfOf": None,
        }
        issued = await self._asked(self._http.build_request("POST", self._issuer, json=wanted))
        assertion = inner(issued, "RequestedSecurityToken", "Assertion")
        if not isinstance(assertion, str):
            raise unreadable(hands_over=False)
        told = await self._asked(self._http.build_request("POST", self._exchange, data={"saml-token": assertion}))
        kind, token, lives = inner(told, "token_type"), inner(told, "access_token"), inner(told, "expires_in")
        if not isinstance(kind, str) or not isinstance(token, str) or not isinstance(lives, int | float):
            raise unreadable(hands_over=False)
        if _TOKEN.fullmatch(kind) is None or _TOKEN.fullmatch(token) is None:
            raise unreadable(hands_over=False)
        return f"{kind} {token}", float(lives)

    async def _asked(self, request: httpx.Request) -> object:
        answer: Answer = await ask(self._http, request, seconds=self._seconds, hands_over=False)
        if not is_yes(answer):
            fault = refusal(answer)
            raise CarrierFault(Failure.NOT_ALLOWED, again=False) if fault.failure is Failure.REFUSED else fault
        try:
            return read_json(answer.body)
        except ValueError:
            raise unreadable(hands_over=False) from None
