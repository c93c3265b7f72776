"""Text messages by GatewayAPI's Mobile Messaging API (ONLINECITY.IO; gatewayapi.com documentation, "Message API").

`POST /mobile/single` with a token; receipts come to a webhook, signed with HMAC-SHA256 of the body. An account belongs
to the platform of its host: with the EU host the messages stay within the EU. The API knows no repetition.
"""

from dataclasses import dataclass

import httpx

from xmpp_agent.edges.post.asking import Answer, ask, inner, is_yes, read_json, refusal, unreadable
from xmpp_agent.edges.post.mobile import digits_of
from xmpp_agent.edges.post.receipts import id_of, in_status, is_signed, letter_of, read_receipt, word_of
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import CarrierFault, Fate, Handed, Incoming, Parcel, Receipt, ReceiptFault, Reply
from xmpp_agent.rules.gsm7 import measure

_ABOUT_STATUS = frozenset({"message.status.sms", "message.status.rcs"})
_ARRIVED = frozenset({"DELIVERED", "READ"})
_LOST = frozenset({"EXPIRED", "DELETED", "UNDELIVERABLE", "REJECTED"})


@dataclass(frozen=True, slots=True, repr=False)
class GatewayApiSettings:
    """Account and place."""

    token: str
    receipt_secret: str = ""
    """As given to the webhook in the dashboard; without it no receipt is believed."""
    host: str = "https://messaging.gatewayapi.eu"
    seconds: float = 15.0
    """Longest wait for an answer."""


class GatewayApi:
    """One account."""

    name = "gatewayapi"
    channel = Channel.SMS
    repeatable = False

    def __init__(self, settings: GatewayApiSettings, http: httpx.AsyncClient) -> None:
        self._settings, self._http = settings, http

    @property
    def gives_receipts(self) -> bool:
        """Only where they can be checked."""
        return bool(self._settings.receipt_secret)

    async def hand_over(self, parcel: Parcel) -> Handed:
        """As `Carrier.hand_over`."""
        request = self._http.build_request(
            "POST",
            f"{self._settings.host.rstrip('/')}/mobile/single",
            headers={"Authorization": f"Token {self._settings.token}", "Accept": "application/json"},
            json={
                "sender": parcel.sender,
                "recipient": int(digits_of(parcel)),
                "message": parcel.text,
                "reference": parcel.letter,
            },
        )
        answer = await ask(self._http, request, seconds=self._settings.seconds)
        if not is_yes(answer):
            raise _refusal(answer)
        return Handed(_message_id(answer), measure(parcel.text).parts)

    def receipts(self, incoming: Incoming) -> tuple[Receipt, ...]:
        """As `ReceiptReader.receipts`; events about other things than delivery are read as nothing."""
        if not is_signed(incoming.body, incoming.headers.get("signature", ""), self._settings.receipt_secret, "v1="):
            raise ReceiptFault("not signed by the gateway")
        told = read_receipt(incoming.body)
        if word_of(inner(told, "event_type")) not in _ABOUT_STATUS:
            return ()
        letter = letter_of(inner(told, "event", "reference"))
        gateway_id = id_of(inner(told, "event", "msg_id"))
        if not letter and not gateway_id:
            raise ReceiptFault("about no message")
        status = word_of(inner(told, "event", "status"))
        if status in _ARRIVED:
            return (Receipt(Fate.DELIVERED, letter, gateway_id),)
        if status in _LOST:
            return (Receipt(Fate.FAILED, letter, gateway_id, Failure.UNDELIVERABLE),)
        return (Receipt(Fate.ON_ITS_WAY, letter, gateway_id),)

    def reply(self, *, taken: bool) -> Reply:
        """As `ReceiptReader.reply`."""
        return in_status(taken=taken)


def _message_id(answer: Answer) -> str:
    try:
        found = id_of(inner(read_json(answer.body), "msg_id"))
    except ValueError:
        found = ""
    if not found:
        raise unreadable()
    return found


def _refusal(answer: Answer) -> CarrierFault:
    """A 422 names what is wrong; when that is the number, the next rung may still reach the person."""
    if answer.status == 422:
        try:
            details = inner(read_json(answer.body), "detail")
        except ValueError:
            details = None
        places = [inner(detail, "loc") for detail in details] if isinstance(details, list) else []
        if any(isinstance(place, list) and "recipient" in place for place in places):
            return CarrierFault(Failure.BAD_ADDRESS, again=False)
    return refusal(answer)
