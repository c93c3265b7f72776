"""Letters to try carriers with, and somebody who answers for the agent when a gateway brings receipts."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from xmpp_agent.demo.gateways.running import running
from xmpp_agent.edges.post.asking import make_client
from xmpp_agent.model.letters import Channel
from xmpp_agent.ports.post import (
    Carrier,
    CarrierFault,
    Incoming,
    Meeting,
    Parcel,
    Receipt,
    ReceiptFault,
    ReceiptReader,
)

NUMBER, MAIL, CPR = "+4520123456", "anna.hansen@borger.example", "0101019999"
URL = "https://moede.lilleby.example/m/7Kq2Wp9xZ4m8Tq1r"
TEXT = f"Videomøde med Lilleby Kommune tirsdag 12. maj kl. 10.30. {URL}"
PERSONAL = (NUMBER, NUMBER.removeprefix("+"), MAIL, CPR, "Anna", URL, "Videomøde", "Lilleby")
"""Nothing of it may stand in an exception."""


def meeting(**changed: object) -> Meeting:
    """An appointment on a Tuesday in May."""
    usual = Meeting(
        uid=str(uuid.uuid4()),
        sequence=0,
        starts_at=1778574600.0,
        ends_at=1778576400.0,
        title="Videomøde",
        url=URL,
        place="På video",
        organizer="Lilleby Kommune",
    )
    return replace(usual, **changed)  # type: ignore[arg-type]  # fields by name


def parcel(channel: Channel = Channel.SMS, **changed: object) -> Parcel:
    """A letter with a new id."""
    to = {Channel.SMS: NUMBER, Channel.EMAIL: MAIL, Channel.DIGITAL_POST: CPR}[channel]
    sender = {Channel.SMS: "Lilleby", Channel.EMAIL: "video@lilleby.example"}.get(channel, "Lilleby Kommune")
    usual = Parcel(str(uuid.uuid4()), channel, to, "Indkaldelse til videomøde", TEXT, sender)
    return replace(usual, **changed)  # type: ignore[arg-type]  # fields by name


async def refused(carrier: Carrier, letter: Parcel) -> CarrierFault:
    """The fault with which the letter is not taken; it says nothing of the person, nor does what led to it."""
    with pytest.raises(CarrierFault) as caught:
        await carrier.hand_over(letter)
    fault = caught.value
    assert fault.__cause__ is None
    assert fault.__suppress_context__ or fault.__context__ is None
    spoken = f"{fault!r} {fault}"
    assert [word for word in (*PERSONAL, letter.to, letter.letter) if word and word in spoken] == []
    return fault


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """As wiring makes it."""
    async with make_client() as http:
        yield http


@dataclass
class Desk:
    """Takes receipts as the agent's web side does."""

    reader: ReceiptReader
    address: str = ""
    taken: list[Receipt] = field(default_factory=list)
    turned_away: int = 0
    closed: int = 0
    """So many more requests are not written down, though they can be read."""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def answer(self, request: Request) -> Response:
        """What the gateway hears."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        incoming = Incoming(headers, dict(request.query_params), await request.body())
        taken: tuple[Receipt, ...] | None
        try:
            taken = self.reader.receipts(incoming)
        except ReceiptFault:
            taken = None
        async with self.came:
            if taken is None:
                self.turned_away += 1
            elif self.closed:
                self.closed, taken = self.closed - 1, None
            else:
                self.taken += taken
            self.came.notify_all()
        reply = self.reader.reply(taken=taken is not None)
        return Response(reply.body, reply.status, media_type=reply.content_type)

    async def receipts(self, count: int) -> list[Receipt]:
        """All, once there are so many."""
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: len(self.taken) >= count)
            return list(self.taken)


@asynccontextmanager
async def desk(reader: ReceiptReader) -> AsyncIterator[Desk]:
    """An open desk at its address."""
    opened = Desk(reader)
    app = FastAPI(openapi_url=None)
    app.api_route("/receipts", methods=["GET", "POST"], response_model=None)(opened.answer)
    async with running(app) as base:
        opened.address = f"{base}/receipts"
        yield opened


@dataclass
class Anybody:
    """A gateway that gives the answers it was told, the last one again and again, and keeps what it was asked."""

    answers: list[Response]
    address: str = ""
    asked: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        """The next."""
        self.asked.append(request)
        self.bodies.append(await request.body())
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@asynccontextmanager
async def answering(*answers: Response) -> AsyncIterator[Anybody]:
    """It, at its address."""
    anybody = Anybody(list(answers))
    app = FastAPI(openapi_url=None)
    app.api_route("/{rest:path}", methods=["POST", "PUT", "GET"], response_model=None)(anybody.answer)
    async with running(app) as anybody.address:
        yield anybody
