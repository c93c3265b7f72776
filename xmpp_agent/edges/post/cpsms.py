"""Text messages by CPSMS.dk (Compaya; api.cpsms.dk, v2).

`POST /v2/send` with Basic authentication. Receipts are requests for the address given with the message, to which CPSMS
adds `status` and `receiver` and which it does not sign: our address carries the letter's id and a mark that only we
can make of it. One parameter holds both, since it is not documented how an address with several is treated.
The API knows no repetition. What it took can be read in its log (`GET /v2/getlog`), which holds our reference: once in
two minutes, and without the number in the address, since addresses end up in logs.
"""

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from xmpp_agent.edges.post.asking import Answer, ask, inner, is_yes, read_json, refusal, unreadable
from xmpp_agent.edges.post.mobile import digits_of
from xmpp_agent.edges.post.receipts import in_status, is_same, letter_of
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import CarrierFault, Fate, Handed, Incoming, Parcel, Receipt, ReceiptFault, Reply
from xmpp_agent.rules.gsm7 import Measure, measure

_CLOCKS_DIFFER = 600.0
"""Seconds by which the gateway's clock may differ from ours, and its sending lag behind its yes."""
LONGEST = 1530
"""Characters of a message (ten parts put together)."""
_FATES = {
    "1": Fate.DELIVERED,
    "2": Fate.FAILED,
    "3": Fate.ON_ITS_WAY,
    "4": Fate.ON_ITS_WAY,
    "8": Fate.FAILED,
}
"""Others (the log has 0 for none yet) say nothing.

3 and 4: older documentation says buffered and abandoned, newer 4 buffered and 8 abandoned; 4 is no failure yet."""


@dataclass(frozen=True, slots=True, repr=False)
class CpsmsSettings:
    """Account and place."""

    user: str
    key: str
    receipt_address: str = ""
    """Where our receipts are answered (https); without it none are asked for."""
    receipt_secret: str = ""
    """Ours alone; marks the addresses."""
    host: str = "https://api.cpsms.dk"
    seconds: float = 15.0
    """Longest wait for an answer."""


class Cpsms:
    """One account."""

    name = "cpsms"
    channel = Channel.SMS
    repeatable = False

    def __init__(self, settings: CpsmsSettings, http: httpx.AsyncClient) -> None:
        self._settings, self._http = settings, http

    @property
    def gives_receipts(self) -> bool:
        """Only where they are asked for and can be checked."""
        return bool(self._settings.receipt_address and self._settings.receipt_secret)

    async def hand_over(self, parcel: Parcel) -> Handed:
        """As `Carrier.hand_over`. The answer brings no id of the gateway's own; receipts bring ours."""
        cost = measure(parcel.text)
        request = self._http.build_request(
            "POST", self._address("send"), headers=self._login(), json=self._message(parcel, cost)
        )
        answer = await ask(self._http, request, seconds=self._settings.seconds)
        return Handed(parts=_parts(answer, cost))

    async def look_up(self, letters: Collection[str], ago: float) -> Mapping[str, Receipt]:
        """As `Remembers.look_up`: everything the account sent in that time, of which only our letters are read."""
        now = time.time()
        since, until = int(now - ago - _CLOCKS_DIFFER), int(now + _CLOCKS_DIFFER)
        request = self._http.build_request("GET", self._address(f"getlog/{since}/{until}"), headers=self._login())
        answer = await ask(self._http, request, seconds=self._settings.seconds, hands_over=False)
        if not is_yes(answer):
            raise refusal(answer)
        try:
            told = read_json(answer.body)
        except ValueError:
            raise unreadable(hands_over=False) from None
        if not isinstance(told, list):  # an error comes as an object
            raise unreadable(hands_over=False)
        found = ((letter_of(one.get("userReference")), one.get("dlrStatus")) for one in _entries(told))
        return {letter: _receipt(letter, str(status)) for letter, status in found if letter in letters}

    def _address(self, of: str) -> str:
        return f"{self._settings.host.rstrip('/')}/v2/{of}"

    def _login(self) -> dict[str, str]:
        login = b64encode(f"{self._settings.user}:{self._settings.key}".encode()).decode()
        return {"Authorization": f"Basic {login}"}

    def _message(self, parcel: Parcel, cost: Measure) -> dict[str, str]:
        if len(parcel.text) > LONGEST:
            raise CarrierFault(Failure.REFUSED, again=False)
        message = {
            "to": digits_of(parcel),
            "message": parcel.text,
            "from": parcel.sender,
            "reference": parcel.letter.replace("-", ""),
        }
        if not cost.gsm7:
            message["format"] = "UNICODE"  # without it, letters outside the table are taken out in silence
        if self.gives_receipts:
            mark = urlencode({"letter": f"{parcel.letter}.{self._mark(parcel.letter)}"})
            message["dlr_url"] = f"{self._settings.receipt_address}?{mark}"
        return message

    def receipts(self, incoming: Incoming) -> tuple[Receipt, ...]:
        """As `ReceiptReader.receipts`."""
        ours, _, glued = incoming.query.get("letter", "").partition("?")
        reference, _, mark = ours.partition(".")
        letter = letter_of(reference)
        if not self.gives_receipts or not letter or not is_same(mark, self._mark(letter)):
            raise ReceiptFault("not an address we gave away")
        status = incoming.query.get("status") or glued.partition("status=")[2].partition("&")[0]
        if not status:
            raise ReceiptFault("says nothing")
        return (_receipt(letter, status),)

    def reply(self, *, taken: bool) -> Reply:
        """As `ReceiptReader.reply`."""
        return in_status(taken=taken)

    def _mark(self, letter: str) -> str:
        key = self._settings.receipt_secret.encode()
        return hmac.new(key, b"portner cpsms receipt " + letter.encode(), hashlib.sha256).hexdigest()[:32]


def _receipt(letter: str, status: str) -> Receipt:
    fate = _FATES.get(status, Fate.ON_ITS_WAY)
    return Receipt(fate, letter, failure=Failure.UNDELIVERABLE if fate is Fate.FAILED else None)


def _parts(answer: Answer, cost: Measure) -> int:
    """Parts the gateway counted. Raises CarrierFault when it is not a yes to our one recipient."""
    if not is_yes(answer):
        fault = refusal(answer)
        by_number = fault.failure is Failure.REFUSED and _blames_the_number(answer)
        raise CarrierFault(Failure.BAD_ADDRESS, again=False) if by_number else fault
    try:
        told = read_json(answer.body)
    except ValueError:
        raise unreadable() from None
    for taken in _entries(inner(told, "success")):
        amount = taken.get("smsAmount")
        return amount if isinstance(amount, int) and 0 < amount < 100 else cost.parts
    if inner(told, "error") is None:
        raise unreadable()
    raise CarrierFault(Failure.BAD_ADDRESS if _blames_the_number(answer) else Failure.REFUSED, again=False)


def _blames_the_number(answer: Answer) -> bool:
    """Whether an error stands beside a recipient, as errors about one do."""
    try:
        return any("to" in error for error in _entries(inner(read_json(answer.body), "error")))
    except ValueError:
        return False


def _entries(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a list, which some answers put into a list of their own."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict):
                yield one
            elif isinstance(one, list):
                yield from (deep for deep in one if isinstance(deep, dict))
