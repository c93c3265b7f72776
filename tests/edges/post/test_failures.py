"""Every way a gateway can misbehave is one of a few faults, and nothing is sent to a place nobody chose."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from fastapi import Response

from tests.edges.post.odd_server import speaking
from tests.edges.post.parcels import answering, client, parcel, refused
from xmpp_agent.demo.gateways import cpsms as cpsms_stand_in
from xmpp_agent.demo.gateways import gatewayapi as gatewayapi_stand_in
from xmpp_agent.demo.gateways.phone import TextMessage
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.gateways.script import RETRY_AFTER, Script, Trick
from xmpp_agent.edges.post.asking import ask
from xmpp_agent.edges.post.cpsms import Cpsms, CpsmsSettings
from xmpp_agent.edges.post.gatewayapi import GatewayApi, GatewayApiSettings
from xmpp_agent.edges.post.http_template import HttpTemplate, TemplateSettings
from xmpp_agent.model.letters import Failure
from xmpp_agent.ports.post import Carrier, CarrierFault

END_OF_HEAD = b"\r\n\r\n"
SOON = 0.4
"""Seconds our side waits for an answer that will not come."""

Opened = tuple[Callable[[float], Carrier], Script, list[TextMessage]]
"""Our side with a deadline, what the gateway is told to do, and what it took."""


@asynccontextmanager
async def gatewayapi() -> AsyncIterator[Opened]:
    """GatewayAPI and our side of it."""
    gateway = gatewayapi_stand_in.GatewayApi(token="t", secret="s")
    async with running(gateway.app) as host, client() as http:
        yield (
            lambda seconds: GatewayApi(GatewayApiSettings("t", "s", host, seconds), http),
            gateway.script,
            gateway.accepted,
        )


@asynccontextmanager
async def cpsms() -> AsyncIterator[Opened]:
    """CPSMS and our side of it."""
    gateway = cpsms_stand_in.Cpsms(user="u", key="k")
    async with running(gateway.app) as host, client() as http:
        yield (
            lambda seconds: Cpsms(CpsmsSettings("u", "k", host=host, seconds=seconds), http),
            gateway.script,
            gateway.accepted,
        )


@asynccontextmanager
async def template() -> AsyncIterator[Opened]:
    """GatewayAPI described by settings."""
    gateway = gatewayapi_stand_in.GatewayApi(token="t", secret="s")
    async with running(gateway.app) as host, client() as http:
        settings = TemplateSettings(
            url=f"{host}/mobile/single",
            headers={"Authorization": "Token t"},
            body={"sender": "{sender}", "recipient": "{digits}", "message": "{text}", "reference": "{letter}"},
            numbers=True,
            id_at=("msg_id",),
        )
        yield (
            lambda seconds: HttpTemplate(replace(settings, seconds=seconds), http),
            gateway.script,
            gateway.accepted,
        )


GATEWAYS = pytest.mark.parametrize("opened", [gatewayapi, cpsms, template])


@GATEWAYS
@pytest.mark.parametrize(
    ("trick", "failure", "after", "perhaps"),
    [
        (Trick.HANG, Failure.UNREACHABLE, 0, True),
        (Trick.LOST_ANSWER, Failure.UNREACHABLE, 0, True),
        (Trick.ERROR, Failure.UNREACHABLE, 0, False),
        (Trick.BUSY, Failure.BUSY, RETRY_AFTER, False),
        (Trick.CLOSED, Failure.BUSY, RETRY_AFTER, False),
        (Trick.GARBAGE, Failure.UNREACHABLE, 0, True),
        (Trick.OTHER_KIND, Failure.UNREACHABLE, 0, True),
        (Trick.HUGE, Failure.UNREACHABLE, 0, True),
        (Trick.CUT, Failure.UNREACHABLE, 0, True),
        (Trick.PACKED, Failure.UNREACHABLE, 0, True),
        (Trick.REDIRECT, Failure.UNREACHABLE, 0, False),
    ],
)
async def test_misbehaviour_is_a_fault_that_is_tried_again(
    opened: Callable[[], AbstractAsyncContextManager[Opened]],
    trick: Trick,
    failure: Failure,
    after: float,
    perhaps: bool,
) -> None:
    """With the right reason, within the deadline, saying whether it may have been taken; and the next one goes well."""
    async with opened() as (within, script, accepted):
        script.then(trick)
        async with asyncio.timeout(30):
            fault = await refused(within(SOON if trick in (Trick.HANG, Trick.LOST_ANSWER) else 5.0), parcel())
        assert (fault.failure, fault.again, fault.after, fault.perhaps) == (failure, True, after, perhaps)
        assert script.followed == 0
        assert len(accepted) == (trick is Trick.LOST_ANSWER)
        after_it = parcel()
        await within(5.0).hand_over(after_it)
        assert accepted[-1].text == after_it.text


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://name.invalid", "ftp://127.0.0.1"])
async def test_nobody_there_is_tried_again(address: str) -> None:
    """Nobody listens, nobody of that name, no such protocol: surely not taken."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with client() as http:
        host = address.format(port=port)
        for carrier in (
            GatewayApi(GatewayApiSettings("t", host=host, seconds=5), http),
            Cpsms(CpsmsSettings("u", "k", host=host, seconds=5), http),
        ):
            fault = await refused(carrier, parcel())
            assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, False)


@pytest.mark.parametrize(
    "said",
    [
        b"220 mail.example ESMTP\r\n",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"",
    ],
    ids=range(6),
)
async def test_a_server_that_speaks_something_else_is_tried_again(said: bytes) -> None:
    """Another protocol, half an answer, endless headers, nothing at all."""
    async with asyncio.timeout(30), speaking(said, after=END_OF_HEAD) as port, client() as http:
        host = f"http://127.0.0.1:{port}"
        fault = await refused(GatewayApi(GatewayApiSettings("t", host=host, seconds=SOON), http), parcel())
        assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, True)


@pytest.mark.parametrize(
    ("statuses", "failure", "again"),
    [
        ((400, 406, 409, 413, 415, 422, 451), Failure.REFUSED, False),
        ((401, 402, 403, 404, 405, 407, 410), Failure.NOT_ALLOWED, False),
        ((300, 301, 308, 408, 425, 500, 501, 502, 503, 504, 599), Failure.UNREACHABLE, True),
        ((429,), Failure.BUSY, True),
    ],
    ids=["letter", "us", "passing", "busy"],
)
async def test_each_status_has_a_failure(statuses: tuple[int, ...], failure: Failure, again: bool) -> None:
    """What is our fault or the letter's is not tried again; what may pass is. Nobody is followed anywhere."""
    answers = [Response(status_code=status, headers={"Location": "/elsewhere"}) for status in statuses]
    async with answering(*answers) as gateway, client() as http:
        carrier = GatewayApi(GatewayApiSettings("t", host=gateway.address), http)
        faults = [await refused(carrier, parcel()) for _ in statuses]
        assert {(fault.failure, fault.again, fault.perhaps) for fault in faults} == {(failure, again, False)}
        assert {request.url.path for request in gateway.asked} == {"/mobile/single"}


async def test_how_long_to_wait_is_bounded() -> None:
    """Seconds or a date, never more than an hour, and nothing where nothing can be read."""
    ten_minutes = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    yesterday = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    wanted = {
        "120": (120, 120),
        "0": (0, 0),
        "-5": (0, 0),
        "soon": (0, 0),
        "": (0, 0),
        "\t": (0, 0),
        "9" * 400: (3600, 3600),
        "1.5": (0, 0),
        "²": (0, 0),
        ten_minutes: (500, 600),
        yesterday: (0, 0),
        "Fri, 31 Dec 9999 23:59:59 GMT": (3600, 3600),
        "Tue, 12 May 2026 10:30:00": (0, 3600),
    }
    answers = [Response(status_code=429, headers={"Retry-After": header}) for header in wanted]
    async with answering(*answers) as gateway, client() as http:
        carrier = GatewayApi(GatewayApiSettings("t", host=gateway.address), http)
        for header, (least, most) in wanted.items():
            fault = await refused(carrier, parcel())
            assert least <= fault.after <= most, header


async def test_a_lost_answer_to_a_question_is_no_perhaps() -> None:
    """Where nothing was handed over, nothing can have been taken."""
    async with speaking(b"", after=END_OF_HEAD) as port, client() as http:
        with pytest.raises(CarrierFault) as caught:
            await ask(http, http.build_request("GET", f"http://127.0.0.1:{port}"), seconds=SOON, hands_over=False)
    assert (caught.value.failure, caught.value.perhaps) == (Failure.UNREACHABLE, False)
