"""Text messages or letters by any gateway that takes one HTTP request, described by settings instead of code.

Placeholders stand in the body alone, and in its values: what is put in cannot become structure. Address and headers
may carry the letter's id and nothing of the person, because addresses end up in logs; `{secret}` is the key that the
settings name by a file, for headers and body.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

import httpx

from xmpp_agent.edges.post.asking import Answer, ask, inner, read_json, refusal, unreadable
from xmpp_agent.edges.post.mobile import digits_of
from xmpp_agent.edges.post.receipts import id_of, in_status, is_signed, letter_of, read_receipt
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import CarrierFault, Fate, Handed, Incoming, Parcel, Receipt, ReceiptFault, Reply
from xmpp_agent.rules.gsm7 import measure

_PLACE = re.compile(r"\{([a-z_]*)\}")
_VALUES: Mapping[str, Callable[[Parcel], str]] = {
    "to": lambda parcel: parcel.to,
    "digits": lambda parcel: parcel.to.removeprefix("+"),
    "subject": lambda parcel: parcel.subject,
    "text": lambda parcel: parcel.text,
    "sender": lambda parcel: parcel.sender,
    "letter": lambda parcel: parcel.letter,
    "language": lambda parcel: parcel.language,
}
"""What a body may ask for. A value that is `{digits}` and nothing else becomes a number when `numbers` says so."""
_WHERE = ("https://", "http://127.0.0.1", "http://[::1]", "http://localhost")
_FATES = {"delivered": Fate.DELIVERED, "failed": Fate.FAILED, "on_its_way": Fate.ON_ITS_WAY}


@dataclass(frozen=True, slots=True, repr=False)
class TemplateReceipts:
    """How the gateway tells what became of a letter: a POST of JSON, signed with HMAC-SHA256 (hex) of the body."""

    header: str = "signature"
    """In lower case."""
    prefix: str = ""
    """Before the signature in the header: `sha256=`."""
    letter: tuple[str, ...] = ("reference",)
    """Where our id stands, step by step."""
    gateway_id: tuple[str, ...] = ("id",)
    status: tuple[str, ...] = ("status",)
    fates: Mapping[str, Literal["delivered", "failed", "on_its_way"]] = field(default_factory=dict)
    """The gateway's words; a word that is not here means nothing yet."""


@dataclass(frozen=True, slots=True, repr=False)
class TemplateSettings:
    """One gateway."""

    url: str
    body: Mapping[str, object]
    """Of a form: texts only. Of JSON: texts, numbers, lists, objects."""
    headers: Mapping[str, str] = field(default_factory=dict)
    name: str = "http"
    channel: Channel = Channel.SMS
    method: Literal["POST", "PUT"] = "POST"
    form: bool = False
    numbers: bool = False
    """Whether `{digits}` alone becomes a JSON number."""
    yes: frozenset[int] = frozenset({200, 201, 202, 204})
    id_at: tuple[str, ...] = ()
    """Where the gateway's id stands in a JSON answer; empty: it gives none."""
    repeatable: bool = False
    """Whether it honours `Idempotency-Key`, which is always sent."""
    secret: str = ""
    """What `{secret}` stands for."""
    receipts: TemplateReceipts = TemplateReceipts()
    receipt_secret: str = ""
    """Key of the receipts' signature; without it none is believed."""
    seconds: float = 15.0
    """Longest wait for an answer."""

    def __post_init__(self) -> None:
        """Raises ValueError with a sentence for each thing that cannot work."""
        found = [f"{{{name}}} is no placeholder." for name in _unknown(self.body)]
        found += [f"{{{name}}} cannot stand in the address; only {{letter}} can." for name in _others(self.url)]
        found += [
            f"{{{name}}} cannot stand in a header; only {{letter}} and {{secret}} can."
            for header in self.headers.values()
            for name in _others(header)
            if name != "secret"
        ]
        if self.form and not all(isinstance(value, str) for value in self.body.values()):
            found.append("A form has texts only.")
        if self.numbers and self.channel is not Channel.SMS:
            found.append("Only text messages go to numbers.")
        if not self.url.startswith(_WHERE):
            found.append("The address must begin with https:// (plain http only on this machine).")
        if found:
            raise ValueError(" ".join(found))


class HttpTemplate:
    """One gateway, as described."""

    def __init__(self, settings: TemplateSettings, http: httpx.AsyncClient) -> None:
        self._settings, self._http = settings, http
        self.name, self.channel, self.repeatable = settings.name, settings.channel, settings.repeatable

    @property
    def gives_receipts(self) -> bool:
        """Only where they can be checked."""
        return bool(self._settings.receipt_secret)

    async def hand_over(self, parcel: Parcel) -> Handed:
        """As `Carrier.hand_over`."""
        parts = 1
        if self.channel is Channel.SMS:
            digits_of(parcel)
            parts = measure(parcel.text).parts
        answer = await ask(self._http, self._request(parcel), seconds=self._settings.seconds)
        if answer.status not in self._settings.yes:
            raise refusal(answer) if not 200 <= answer.status < 300 else CarrierFault(Failure.REFUSED, again=False)
        return Handed(self._gateway_id(answer), parts)

    def _request(self, parcel: Parcel) -> httpx.Request:
        settings = self._settings
        values = {name: value(parcel) for name, value in _VALUES.items()} | {"secret": settings.secret}
        body = {key: _filled(value, values, settings.numbers) for key, value in settings.body.items()}
        if settings.form:
            kind, content = "application/x-www-form-urlencoded", urlencode({key: str(body[key]) for key in body})
        else:
            kind, content = "application/json", json.dumps(body, ensure_ascii=False)
        headers = {key: _PLACE.sub(lambda place: values[place[1]], value) for key, value in settings.headers.items()}
        return self._http.build_request(
            settings.method,
            settings.url.replace("{letter}", parcel.letter),
            headers={**headers, "Idempotency-Key": parcel.letter, "Content-Type": kind},
            content=content.encode("utf-8", "replace"),
        )

    def _gateway_id(self, answer: Answer) -> str:
        if not self._settings.id_at:
            return ""
        try:
            found = id_of(inner(read_json(answer.body), *self._settings.id_at))
        except ValueError:
            found = ""
        if not found:
            raise unreadable()
        return found

    def receipts(self, incoming: Incoming) -> tuple[Receipt, ...]:
        """As `ReceiptReader.receipts`."""
        how, secret = self._settings.receipts, self._settings.receipt_secret
        if not is_signed(incoming.body, incoming.headers.get(how.header, ""), secret, how.prefix):
            raise ReceiptFault("not signed by the gateway")
        told = read_receipt(incoming.body)
        letter, gateway_id = letter_of(inner(told, *how.letter)), id_of(inner(told, *how.gateway_id))
        if not letter and not gateway_id:
            raise ReceiptFault("about no letter")
        fate = _FATES[how.fates.get(id_of(inner(told, *how.status)), "on_its_way")]
        return (Receipt(fate, letter, gateway_id, Failure.UNDELIVERABLE if fate is Fate.FAILED else None),)

    def reply(self, *, taken: bool) -> Reply:
        """As `ReceiptReader.reply`."""
        return in_status(taken=taken)


def _filled(value: object, values: Mapping[str, str], numbers: bool) -> object:
    if isinstance(value, str):
        if numbers and value == "{digits}":
            return int(values["digits"])
        return _PLACE.sub(lambda place: values[place[1]], value)
    if isinstance(value, Mapping):
        return {key: _filled(one, values, numbers) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(one, values, numbers) for one in value]
    return value


def _unknown(value: object) -> list[str]:
    if isinstance(value, str):
        return [name for name in _PLACE.findall(value) if name != "secret" and name not in _VALUES]
    if isinstance(value, Mapping):
        return [name for one in value.values() for name in _unknown(one)]
    if isinstance(value, list | tuple):
        return [name for one in value for name in _unknown(one)]
    return []


def _others(text: str) -> list[str]:
    return [name for name in _PLACE.findall(text) if name != "letter"]
