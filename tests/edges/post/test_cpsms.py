"""CPSMS: letters out, receipts in at addresses only we can make."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import Response
from fastapi.responses import JSONResponse

from tests.edges.post.parcels import NUMBER, answering, client, desk, parcel, refused
from xmpp_agent.demo.gateways import cpsms as stand_in
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.gateways.script import Trick
from xmpp_agent.edges.post.cpsms import Cpsms, CpsmsSettings
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import Carrier, CarrierFault, Fate, Incoming, ReceiptFault, ReceiptReader, Remembers

USER, KEY, SECRET = "lilleby", "key-of-the-test", "ours alone"
DESK = "https://portner.lilleby.example/receipts/cpsms"


@asynccontextmanager
async def gateway_at() -> AsyncIterator[tuple[stand_in.Cpsms, str, httpx.AsyncClient]]:
    """The gateway, where it is, and a client."""
    gateway = stand_in.Cpsms(user=USER, key=KEY)
    async with running(gateway.app) as host, client() as http:
        yield gateway, host, http


def carrier_for(host: str, http: httpx.AsyncClient, address: str = "", secret: str = SECRET, key: str = KEY) -> Cpsms:
    """Our side."""
    return Cpsms(CpsmsSettings(USER, key, address, secret, host, seconds=5), http)


async def test_a_letter_arrives_as_it_is() -> None:
    """Digits, text with Danish letters, our id without hyphens as reference (32 characters are all it takes)."""
    async with gateway_at() as (gateway, host, http):
        letter = parcel()
        handed = await carrier_for(host, http).hand_over(letter)
        (taken,) = gateway.accepted
        assert (taken.to, taken.sender, taken.text) == (NUMBER.removeprefix("+"), "Lilleby", letter.text)
        assert taken.reference == letter.letter.replace("-", "")
        assert (handed.gateway_id, handed.parts) == ("", 1)


async def test_letters_outside_the_table_arrive_too() -> None:
    """The gateway takes them out in silence unless it is told to keep them."""
    async with gateway_at() as (gateway, host, http):
        await carrier_for(host, http).hand_over(parcel(text="Łukasz: mødet er flyttet"))
        assert gateway.accepted[0].text == "Łukasz: mødet er flyttet"


async def test_parts_are_those_the_gateway_counted() -> None:
    """Also when its list lies within another."""
    async with gateway_at() as (gateway, host, http):
        carrier = carrier_for(host, http)
        assert (await carrier.hand_over(parcel(text="a" * 170))).parts == 2
        gateway.nested = True
        assert (await carrier.hand_over(parcel(text="a" * 170))).parts == 2


async def test_what_became_of_it_is_told() -> None:
    """Delivered or not, by our id."""
    async with gateway_at() as (gateway, host, http):
        gateway.unreachable.add("4530123456")
        async with desk(carrier_for("", http, DESK)) as opened:
            carrier = carrier_for(host, http, opened.address)
            reached, lost = parcel(), parcel(to="+4530123456")
            await carrier.hand_over(reached)
            await carrier.hand_over(lost)
            told = {one.letter: (one.fate, one.failure) for one in await opened.receipts(2)}
            assert told == {
                reached.letter: (Fate.DELIVERED, None),
                lost.letter: (Fate.FAILED, Failure.UNDELIVERABLE),
            }


async def test_what_it_took_can_be_read_in_its_log() -> None:
    """By our id and with what became of it; not what it never had, and no number stands in the address."""
    async with gateway_at() as (gateway, host, http):
        gateway.unreachable.add("4530123456")
        carrier, asked = carrier_for(host, http), list[str]()

        async def note(request: httpx.Request) -> None:
            asked.append(str(request.url))

        http.event_hooks["request"].append(note)
        reached, lost, never = parcel(), parcel(to="+4530123456"), parcel()
        for letter in (reached, lost):
            await carrier.hand_over(letter)
        known = await carrier.look_up([reached.letter, lost.letter, never.letter], 0.0)
        assert {letter: told.fate for letter, told in known.items()} == {
            reached.letter: Fate.DELIVERED,
            lost.letter: Fate.FAILED,
        }
        assert not any("4520123456" in url or "4530123456" in url for url in asked)
        assert isinstance(carrier, Remembers)


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b"[]"), (500, b"[]"), (200, b"{"), (200, b'{"error": {"code": 400, "message": "wait"}}')],
)
async def test_a_log_that_cannot_be_read_says_nothing(status: int, body: bytes) -> None:
    """Rather nobody knows than that it never came."""
    async with answering(Response(body, status)) as anybody, client() as http:
        with pytest.raises(CarrierFault):
            await carrier_for(anybody.address, http).look_up([parcel().letter], 60.0)


async def test_the_log_is_not_read_twice_in_two_minutes() -> None:
    """The gateway says no to that; whoever asks must know that it was no answer."""
    async with gateway_at() as (_, host, http):
        carrier = carrier_for(host, http)
        await carrier.look_up([], 60.0)
        with pytest.raises(CarrierFault):
            await carrier.look_up([], 60.0)


async def test_receipts_come_again_until_they_are_written_down() -> None:
    """And late ones come when they come."""
    async with gateway_at() as (gateway, host, http), desk(carrier_for("", http, DESK)) as opened:
        opened.closed = 1
        gateway.script.then(Trick.LATE, Trick.DROP)
        carrier = carrier_for(host, http, opened.address)
        late, dropped = parcel(), parcel()
        await carrier.hand_over(late)
        await carrier.hand_over(dropped)
        gateway.script.release()
        assert [one.letter for one in await opened.receipts(1)] == [late.letter]


async def test_without_an_address_no_receipts_are_asked_for() -> None:
    """Nor promised."""
    async with gateway_at() as (gateway, host, http):
        for carrier in (carrier_for(host, http), carrier_for(host, http, DESK, secret="")):
            await carrier.hand_over(parcel())
            assert not carrier.gives_receipts
        assert gateway.courier.tries == 0
        assert len(gateway.accepted) == 2


async def test_what_the_gateway_finds_wrong_has_a_name() -> None:
    """Key and credit are for somebody to look at; a number it does not know is a bad address; the rest is refused."""
    async with gateway_at() as (gateway, host, http):
        found = [
            (await refused(carrier_for(host, http, key="wrong"), parcel())).failure,
            (await refused(carrier_for(host, http), parcel(to="+45201234567"))).failure,
            (await refused(carrier_for(host, http), parcel(text=""))).failure,
            (await refused(carrier_for(host, http), parcel(text="x" * 1531))).failure,
        ]
        gateway.credit = 0
        found.append((await refused(carrier_for(host, http), parcel())).failure)
        no, bad, never = Failure.NOT_ALLOWED, Failure.BAD_ADDRESS, Failure.REFUSED
        assert found == [no, bad, never, never, no]
        assert gateway.accepted == []


async def test_a_yes_to_nobody_is_no_yes() -> None:
    """207 or 200 with errors instead of a success."""
    answers = (
        JSONResponse({"success": [], "error": [{"errorCode": 400, "errMsg": "-", "to": "45"}]}, 207),
        JSONResponse({"error": {"code": "E1", "message": "Sender not allowed"}}),
        JSONResponse({"success": []}),
    )
    async with answering(*answers) as gateway, client() as http:
        carrier = carrier_for(gateway.address, http)
        faults = [await refused(carrier, parcel()) for _ in range(3)]
        assert [fault.failure for fault in faults] == [Failure.BAD_ADDRESS, Failure.REFUSED, Failure.UNREACHABLE]
        assert [fault.perhaps for fault in faults] == [False, False, True]


async def address_given(letter_id: str) -> dict[str, str]:
    """The query of the address that goes out with a letter."""
    async with answering(JSONResponse({"success": [{"to": "45", "cost": 1}]})) as gateway, client() as http:
        await carrier_for(gateway.address, http, DESK).hand_over(parcel(letter=letter_id))
    address = json.loads(gateway.bodies[0])["dlr_url"]
    assert address.startswith(DESK)
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


READER = Cpsms(CpsmsSettings(USER, KEY, DESK, SECRET), client)  # type: ignore[arg-type]  # nothing is sent


async def test_the_address_has_one_parameter_and_no_number() -> None:
    """Nothing of the person is in it, and nothing that another letter's address could be made of."""
    first, second = parcel().letter, parcel().letter
    one, two = await address_given(first), await address_given(second)
    assert list(one) == ["letter"]
    assert one["letter"].startswith(f"{first}.")
    assert one["letter"].partition(".")[2] != two["letter"].partition(".")[2]
    swapped = f"{second}.{one['letter'].partition('.')[2]}"
    for letter in (swapped, first, f"{first}.", "", f"{first}.{'0' * 32}", f"{first}.ø", "x.y"):
        with pytest.raises(ReceiptFault):
            READER.receipts(Incoming(query={"letter": letter, "status": "1"}))


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        *(("1", Fate.DELIVERED), ("2", Fate.FAILED), ("8", Fate.FAILED)),
        *((odd, Fate.ON_ITS_WAY) for odd in ("3", "4", "0", "11", "delivered")),
    ],
)
async def test_each_status_has_a_fate(status: str, fate: Fate) -> None:
    """What documentation of different years reads differently is no failure."""
    letter = parcel().letter
    address = await address_given(letter)
    (told,) = READER.receipts(Incoming(query={**address, "status": status, "receiver": "4520123456"}))
    assert (told.letter, told.fate) == (letter, fate)
    glued = {"letter": f"{address['letter']}?status={status}&receiver=4520123456"}
    assert READER.receipts(Incoming(query=glued)) == (told,)
    with pytest.raises(ReceiptFault):
        READER.receipts(Incoming(query=address))


def test_it_is_what_the_flows_ask_for() -> None:
    """A carrier of text messages that reads its own receipts."""
    carrier: Carrier = READER
    reader: ReceiptReader = READER
    assert (carrier.name, carrier.channel, carrier.repeatable) == ("cpsms", Channel.SMS, False)
    assert carrier.gives_receipts
    assert reader.reply(taken=True).status == 200
