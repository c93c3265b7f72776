"""GatewayAPI: letters out, receipts in."""

import hashlib
import hmac
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi.responses import JSONResponse

from tests.edges.post.parcels import NUMBER, answering, client, desk, parcel, refused
from xmpp_agent.demo.gateways import gatewayapi as stand_in
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.gateways.script import Trick
from xmpp_agent.edges.post.gatewayapi import GatewayApi, GatewayApiSettings
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import Carrier, Fate, Incoming, Receipt, ReceiptFault, ReceiptReader

TOKEN, SECRET = "token-of-the-test", "webhook-secret"


@asynccontextmanager
async def both(token: str = TOKEN, secret: str = SECRET) -> AsyncIterator[tuple[stand_in.GatewayApi, GatewayApi]]:
    """The gateway and our side of it."""
    gateway = stand_in.GatewayApi(token=TOKEN, secret=SECRET)
    async with running(gateway.app) as host, client() as http:
        yield gateway, GatewayApi(GatewayApiSettings(token, secret, host, seconds=5), http)


async def test_a_letter_arrives_as_it_is() -> None:
    """Number without plus, text with Danish letters, our id as reference; the gateway's id comes back."""
    async with both() as (gateway, carrier):
        letter = parcel()
        handed = await carrier.hand_over(letter)
        (taken,) = gateway.accepted
        assert (taken.to, taken.sender, taken.text) == (NUMBER.removeprefix("+"), "Lilleby", letter.text)
        assert taken.reference == letter.letter
        assert handed.gateway_id == taken.id
        assert handed.parts == 1


async def test_parts_are_counted() -> None:
    """A long text counts as what it costs."""
    async with both() as (_, carrier):
        assert (await carrier.hand_over(parcel(text="æ" * 161))).parts == 2
        assert (await carrier.hand_over(parcel(text="ĸ" * 71))).parts == 2


async def test_what_became_of_it_is_told() -> None:
    """On its way, then delivered or not, by our id and the gateway's."""
    async with both() as (gateway, carrier), desk(carrier) as opened:
        gateway.webhook = opened.address
        gateway.unreachable.add("4530123456")
        reached, lost = parcel(), parcel(to="+4530123456")
        ids = {(await carrier.hand_over(one)).gateway_id: one.letter for one in (reached, lost)}
        told = await opened.receipts(4)
        assert {(one.gateway_id, one.letter) for one in told} == set(ids.items())
        fates = {one.letter: (one.fate, one.failure) for one in told if one.fate is not Fate.ON_ITS_WAY}
        assert fates == {reached.letter: (Fate.DELIVERED, None), lost.letter: (Fate.FAILED, Failure.UNDELIVERABLE)}
        assert opened.turned_away == 0


async def test_receipts_come_again_until_they_are_written_down() -> None:
    """While ours cannot write (a full disk), the gateway keeps them."""
    async with both() as (gateway, carrier), desk(carrier) as opened:
        gateway.webhook, opened.closed = opened.address, 2
        await carrier.hand_over(parcel())
        assert [one.fate for one in await opened.receipts(2)] == [Fate.ON_ITS_WAY, Fate.DELIVERED]
        await gateway.courier.wait_for(brought=2)
        assert gateway.courier.tries == 4


async def test_a_letter_that_is_dropped_has_no_receipt() -> None:
    """A yes alone is all there is; the next letter's receipts come."""
    async with both() as (gateway, carrier), desk(carrier) as opened:
        gateway.webhook = opened.address
        gateway.script.then(Trick.DROP)
        dropped, kept = parcel(), parcel()
        assert (await carrier.hand_over(dropped)).gateway_id
        await carrier.hand_over(kept)
        assert {one.letter for one in await opened.receipts(2)} == {kept.letter}


async def test_a_late_receipt_is_a_receipt() -> None:
    """It says the same, later than that of a letter handed over after it."""
    async with both() as (gateway, carrier), desk(carrier) as opened:
        gateway.webhook = opened.address
        gateway.script.then(Trick.LATE)
        late, prompt = parcel(), parcel()
        await carrier.hand_over(late)
        await carrier.hand_over(prompt)
        assert {one.letter for one in await opened.receipts(2)} == {prompt.letter}
        gateway.script.release()
        assert (await opened.receipts(4))[-1].letter == late.letter


async def test_a_wrong_token_is_for_somebody_to_look_at() -> None:
    """Nothing a repetition would help."""
    async with both(token="another") as (gateway, carrier):
        fault = await refused(carrier, parcel())
        assert (fault.failure, fault.again, gateway.accepted) == (Failure.NOT_ALLOWED, False, [])


@pytest.mark.parametrize(
    ("changed", "failure"),
    [
        *(
            ({"to": to}, Failure.BAD_ADDRESS)
            for to in ("", "20123456", "+45 20123456", "+4520123456\n", "+1", "tel:+4520123456", "+4930123456")
        ),
        *(({"sender": sender}, Failure.REFUSED) for sender in ("", "Lilleby Kommune", "Ærø")),
    ],
)
async def test_what_cannot_go_is_not_sent(changed: dict[str, object], failure: Failure) -> None:
    """No mobile number, no sender a phone can show: known before anything is asked of a gateway that would take it."""
    async with answering(JSONResponse({"msg_id": "1"})) as gateway, client() as http:
        carrier = GatewayApi(GatewayApiSettings(TOKEN, host=gateway.address), http)
        fault = await refused(carrier, parcel(Channel.SMS, **changed))
        assert (fault.failure, fault.again, gateway.asked) == (failure, False, [])
        assert (await carrier.hand_over(parcel())).gateway_id == "1"


async def test_what_the_gateway_finds_wrong_is_final() -> None:
    """A text it does not take (422) is refused; a number it does not take is a bad address."""
    async with both() as (_, carrier):
        fault = await refused(carrier, parcel(text="x" * 1531))
        assert (fault.failure, fault.again) == (Failure.REFUSED, False)
        fault = await refused(carrier, parcel(to="+2901234"))
        assert (fault.failure, fault.again) == (Failure.BAD_ADDRESS, False)


def signed(body: bytes, secret: str = SECRET) -> Incoming:
    """A request with a signature over these bytes."""
    mark = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Incoming({"signature": f"v1={mark}"}, body=body)


def event(**event: object) -> bytes:
    """A status event."""
    return json.dumps({"event_type": "message.status.sms", "event": event}).encode()


READER = GatewayApi(GatewayApiSettings(TOKEN, SECRET), client)  # type: ignore[arg-type]  # nothing is sent
DELIVERED = event(msg_id="01JNN", reference=str(uuid.UUID(int=4)), status="DELIVERED")


def test_a_receipt_that_is_changed_or_not_signed_is_turned_away() -> None:
    """Another body, another secret, no signature, half of one, or the bare digest: none is believed."""
    good = signed(DELIVERED)
    assert READER.receipts(good)
    mark = good.headers["signature"]
    for headers in ({}, {"signature": ""}, {"signature": mark[3:]}, {"signature": mark[:-1]}, {"signature": "v1=ø"}):
        with pytest.raises(ReceiptFault):
            READER.receipts(Incoming(headers, body=DELIVERED))
    for wrong in (signed(DELIVERED, "another"), Incoming(good.headers, body=DELIVERED + b" ")):
        with pytest.raises(ReceiptFault):
            READER.receipts(wrong)


def test_without_a_secret_nothing_is_believed() -> None:
    """Not even what is signed with the empty one; and no receipts are promised."""
    reader = GatewayApi(GatewayApiSettings(TOKEN), client)  # type: ignore[arg-type]  # nothing is sent
    assert not reader.gives_receipts
    with pytest.raises(ReceiptFault):
        reader.receipts(signed(DELIVERED, ""))


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        *((word, Fate.DELIVERED) for word in ("DELIVERED", "READ")),
        *((word, Fate.FAILED) for word in ("EXPIRED", "DELETED", "UNDELIVERABLE", "REJECTED")),
        *((word, Fate.ON_ITS_WAY) for word in ("ENROUTE", "ACCEPTED", "BUFFERED", "UNKNOWN", "SOMETHING NEW", "", 7)),
    ],
)
def test_each_status_has_a_fate(status: object, fate: Fate) -> None:
    """A word nobody knows is neither delivered nor failed."""
    (told,) = READER.receipts(signed(event(msg_id="01JNN", status=status)))
    assert (told.fate, told.gateway_id) == (fate, "01JNN")


def test_other_events_say_nothing_of_letters() -> None:
    """A citizen's answer, for one."""
    body = json.dumps({"event_type": "user-message.text.sms", "event": {"msg_id": "01J", "text": "Tak"}}).encode()
    assert READER.receipts(signed(body)) == ()


def test_a_reference_that_is_not_ours_is_not_taken_for_one() -> None:
    """Other systems use the same account; what is about none of ours is found by nobody."""
    (told,) = READER.receipts(signed(event(msg_id="01JNN", reference="invoice 7", status="DELIVERED")))
    assert told == Receipt(Fate.DELIVERED, "", "01JNN")


def test_it_is_what_the_flows_ask_for() -> None:
    """A carrier of text messages that reads its own receipts."""
    carrier: Carrier = READER
    reader: ReceiptReader = READER
    assert (carrier.name, carrier.channel, carrier.repeatable, carrier.gives_receipts) == (
        "gatewayapi",
        Channel.SMS,
        False,
        True,
    )
    assert (reader.reply(taken=True).status, reader.reply(taken=False).status) == (200, 403)
