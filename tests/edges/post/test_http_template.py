"""A gateway described by settings: what goes out, what comes back, and what settings cannot be."""

import hashlib
import hmac
import json
import re
import uuid
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import pytest
from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from tests.edges.post.parcels import NUMBER, answering, client, parcel, refused
from xmpp_agent.edges.post.http_template import HttpTemplate, TemplateReceipts, TemplateSettings
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import Fate, Incoming, ReceiptFault

RECEIPTS = TemplateReceipts(
    header="x-hub-signature",
    prefix="sha256=",
    letter=("data", "ref"),
    gateway_id=("data", "ids", "0"),
    status=("data", "state"),
    fates={"ok": "delivered", "dead": "failed", "7": "failed"},
)
HOSTILE = '"}], {"a": 1}\\ {letter} {to} æ 😀 & = %0d\r\n<b>'


def json_settings(base: str) -> TemplateSettings:
    """A gateway that takes a list of messages."""
    return TemplateSettings(
        url=f"{base}/send/{{letter}}",
        headers={"Authorization": "Bearer {secret}", "X-Request": "portner-{letter}"},
        body={
            "messages": [{"to": "{digits}", "text": "{text}", "from": "{sender}", "note": "{language} {to}"}],
            "flash": False,
            "priority": 2,
        },
        method="PUT",
        numbers=True,
        id_at=("messages", "0", "id"),
        secret="abc",
        receipts=RECEIPTS,
        receipt_secret="secret",
    )


async def test_a_json_body_is_filled_in() -> None:
    """Values keep their place and kind; the letter's id is also the idempotency key."""
    async with answering(JSONResponse({"messages": [{"id": 17}]})) as gateway, client() as http:
        letter = parcel()
        handed = await HttpTemplate(json_settings(gateway.address), http).hand_over(letter)
        assert json.loads(gateway.bodies[0]) == {
            "messages": [{"to": 4520123456, "text": letter.text, "from": "Lilleby", "note": f"da {NUMBER}"}],
            "flash": False,
            "priority": 2,
        }
        assert (handed.gateway_id, handed.parts) == ("17", 1)
        request = gateway.asked[0]
        assert (request.method, request.url.path) == ("PUT", f"/send/{letter.letter}")
        assert request.headers["authorization"] == "Bearer abc"
        assert request.headers["x-request"] == f"portner-{letter.letter}"
        assert request.headers["idempotency-key"] == letter.letter
        assert request.headers["content-type"] == "application/json"


async def test_a_form_is_filled_in() -> None:
    """As a browser would send it."""
    async with answering(Response(status_code=204)) as gateway, client() as http:
        settings = TemplateSettings(url=gateway.address, body={"to": "{to}", "msg": "[{text}]"}, form=True)
        assert (await HttpTemplate(settings, http).hand_over(parcel(text=HOSTILE))).gateway_id == ""
        assert parse_qs(gateway.bodies[0].decode(), strict_parsing=True) == {"to": [NUMBER], "msg": [f"[{HOSTILE}]"]}
        assert gateway.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


async def test_what_is_put_in_stays_a_value() -> None:
    """Quotes, braces and placeholders in a text are text."""
    async with answering(JSONResponse({"messages": [{"id": "a"}]})) as gateway, client() as http:
        await HttpTemplate(json_settings(gateway.address), http).hand_over(parcel(text=HOSTILE))
        sent = json.loads(gateway.bodies[0])
        assert sent["messages"][0]["text"] == HOSTILE
        assert set(sent) == {"messages", "flash", "priority"}


async def test_only_the_settings_say_what_a_yes_is() -> None:
    """A 200 that is not listed is a no, and a yes without the id it should bring may have been one."""
    async with answering(JSONResponse({"error": "later"})) as gateway, client() as http:
        settings = replace(json_settings(gateway.address), yes=frozenset({202}))
        fault = await refused(HttpTemplate(settings, http), parcel())
        assert (fault.failure, fault.again, fault.perhaps) == (Failure.REFUSED, False, False)
        fault = await refused(HttpTemplate(json_settings(gateway.address), http), parcel())
        assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, True)


async def test_it_may_carry_letters_of_other_channels() -> None:
    """With a name and promises of its own; mobile numbers are then nothing it looks for."""
    async with answering(Response(status_code=200)) as gateway, client() as http:
        settings = TemplateSettings(
            url=gateway.address, body={"s": "{subject}"}, name="mailer", channel=Channel.EMAIL, repeatable=True
        )
        carrier = HttpTemplate(settings, http)
        await carrier.hand_over(parcel(Channel.EMAIL))
        assert json.loads(gateway.bodies[0]) == {"s": "Indkaldelse til videomøde"}
        assert (carrier.name, carrier.channel, carrier.repeatable) == ("mailer", Channel.EMAIL, True)
        assert not carrier.gives_receipts
        with pytest.raises(ReceiptFault):
            carrier.receipts(Incoming(body=b"{}"))


async def test_a_number_is_looked_at_before_it_is_sent() -> None:
    """As with every gateway for text messages."""
    async with answering(Response(status_code=200)) as gateway, client() as http:
        fault = await refused(HttpTemplate(json_settings(gateway.address), http), parcel(to="20123456"))
        assert (fault.failure, gateway.asked) == (Failure.BAD_ADDRESS, [])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"url": "https://x.example", "body": {"a": [{"b": "{cpr}"}]}}, "{cpr} is no placeholder"),
        ({"url": "https://x.example?to={to}", "body": {}}, "{to} cannot stand in the address"),
        ({"url": "https://x.example?key={secret}", "body": {}}, "{secret} cannot stand in the address"),
        ({"url": "https://x.example", "body": {}, "headers": {"A": "{text}"}}, "{text} cannot stand in a header"),
        ({"url": "https://x.example", "body": {"a": 1}, "form": True}, "A form has texts only"),
        ({"url": "https://x.example", "body": {}, "channel": "email", "numbers": True}, "Only text messages"),
        ({"url": "http://x.example", "body": {}}, "must begin with https://"),
    ],
)
def test_settings_that_cannot_work_are_found_when_loaded(given: dict[str, object], says: str) -> None:
    """In a sentence, also when a table is read; nothing of a person, and no key, can get into an address."""
    with pytest.raises(ValueError, match=re.escape(says)):
        TypeAdapter(TemplateSettings).validate_python(given)
    with pytest.raises(ValueError, match=re.escape(says)):
        TypeAdapter(TemplateSettings).validate_json(json.dumps(given))


READER = HttpTemplate(json_settings("https://sms.example"), httpx.AsyncClient)  # type: ignore[arg-type]  # sends nothing


def told(state: object, ref: object = None) -> Incoming:
    """A signed receipt."""
    body = json.dumps({"data": {"ref": ref, "ids": ["g-1"], "state": state}}).encode()
    mark = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    return Incoming({"x-hub-signature": f"sha256={mark}"}, body=body)


def test_receipts_are_read_as_described() -> None:
    """Words and numbers have the fates the settings give them, and unknown ones none yet."""
    letter = str(uuid.uuid4())
    found = [READER.receipts(told(state, letter))[0] for state in ("ok", "dead", 7, "new", None, ["ok"])]
    way = Fate.ON_ITS_WAY
    assert [one.fate for one in found] == [Fate.DELIVERED, Fate.FAILED, Fate.FAILED, way, way, way]
    assert {(one.letter, one.gateway_id) for one in found} == {(letter, "g-1")}
    assert found[1].failure is Failure.UNDELIVERABLE
    assert READER.gives_receipts


def test_a_receipt_nobody_signed_is_turned_away() -> None:
    """No header, the wrong prefix, another body."""
    good = told("ok")
    bare = {"x-hub-signature": good.headers["x-hub-signature"].removeprefix("sha256=")}
    for wrong in (Incoming(body=good.body), Incoming(bare, body=good.body), Incoming(good.headers, body=b"{}")):
        with pytest.raises(ReceiptFault):
            READER.receipts(wrong)
