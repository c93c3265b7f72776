"""Gateways that hang, break, babble, or take a letter and say no more of it: the person is reached, and not twice.

The SMS gateway and the mail server are asked over the network by the real carriers; time is moved by hand.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response

from tests.an_office import SITE, UNIT, OpenOffice, open_office
from tests.edges.post.mail_server import MailServer, mail_server
from tests.end_to_end.outbox_agent import SECRET, TOKEN
from tests.flows.mail import BY_SMS, REACH
from tests.rules.invited import DAY
from xmpp_agent.demo.gateways import gatewayapi
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.demo.gateways.script import Trick
from xmpp_agent.edges.post.asking import make_client
from xmpp_agent.edges.post.gatewayapi import GatewayApi, GatewayApiSettings
from xmpp_agent.edges.post.smtp import Smtp, SmtpSettings
from xmpp_agent.flows.post import PostRoom
from xmpp_agent.flows.receipts import receive
from xmpp_agent.model.letters import LetterState
from xmpp_agent.ports.post import Incoming
from xmpp_agent.rules.ladder import on_booking

DELIVERED, SENT, FAILED = LetterState.DELIVERED, LetterState.SENT, LetterState.FAILED
WAIT = 7200.0
"""Seconds of the clock that is moved by hand: long enough for every wait of the ladder."""
SOON = 0.3
"""Seconds our side waits for an answer that does not come."""
SILENT = (Trick.DROP, Trick.LATE)
SAYS_NO = (Trick.ERROR, Trick.BUSY, Trick.CLOSED, Trick.REDIRECT)
"""It is plain that the letter was not taken."""
BABBLE = [trick for trick in Trick if trick not in SILENT]
NOT_TAKEN = [trick for trick in BABBLE if trick is not Trick.LOST_ANSWER]


@dataclass
class Town:
    """An agent's post room, the two gateways it has, and Anna's appointment."""

    here: OpenOffice
    room: PostRoom
    sms: gatewayapi.GatewayApi
    mails: MailServer

    silent: int = 0
    """Text messages of which the gateway says nothing until it is told to."""

    async def book(self) -> None:
        """Anna is to be invited by text message, then by e-mail."""
        unit = replace(UNIT, email_sender="video@lilleby.example")
        await self.here.appointment(policy=BY_SMS, starts_in=7 * DAY, reach=REACH)
        entry = await self.here.office.diary.entry("anna")
        assert entry is not None
        letters = on_booking(entry, self.here.clock.at)
        await self.here.office.records.keep(self.here.office.line("book", "test", "anna"), unit, *letters)

    async def pass_time(self, seconds: float = WAIT) -> None:
        """Look whenever there is something to be done; what the gateway has to tell has come before time goes on."""
        until = self.here.clock.at + seconds
        while self.here.clock.at < until:
            pause = await self.room.look()
            await self.room.quiet()
            async with asyncio.timeout(30):
                await self.sms.courier.wait_for(brought=2 * (len(self.sms.accepted) - self.silent))
            self.here.clock.at += max(pause, 1.0)

    async def states(self) -> list[LetterState]:
        """Of the text message, then of the e-mail if there is one."""
        letters = await self.here.database.mailroom.letters_of("anna")
        return [letter.state for letter in sorted(letters, key=lambda one: one.rung)]


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Everything open."""
    sms = gatewayapi.GatewayApi(token=TOKEN, secret=SECRET)
    async with (
        open_office(folder) as here,
        running(sms.app) as sms_at,
        mail_server(None) as mails,
        make_client() as http,
    ):
        carrier = GatewayApi(GatewayApiSettings(TOKEN, SECRET, host=sms_at, seconds=SOON), http)
        smtp = Smtp(SmtpSettings("127.0.0.1", mails.port, security="none"))
        room = PostRoom(
            here.office,
            here.database.visitors,
            here.database.mailroom,
            (carrier, smtp),
            SITE,
            here.faults.append,
            leads=lambda: True,
        )
        app = FastAPI(openapi_url=None)

        @app.post("/receipts", response_model=None)
        async def receipts(request: Request) -> Response:
            headers = {name.lower(): value for name, value in request.headers.items()}
            reply = await receive(room.book, carrier, Incoming(headers, {}, await request.body()))
            return Response(reply.body, reply.status)

        async with running(app) as base:
            sms.webhook = f"{base}/receipts"
            yield Town(here, room, sms, mails)


@pytest.mark.parametrize("trick", BABBLE, ids=lambda trick: str(trick.name))
async def test_a_gateway_that_misbehaves_once(tmp_path: Path, trick: Trick) -> None:
    """The person is reached once: by text message, or by mail when nobody can know whether that had been taken."""
    async with town(tmp_path) as here:
        here.sms.script.then(trick)
        await here.book()
        await here.pass_time()
        by_text = trick in (*SAYS_NO, Trick.LOST_ANSWER)
        assert await here.states() == ([DELIVERED] if by_text else [FAILED, SENT])
        reached = (len(here.sms.accepted), len(here.mails.mails), here.sms.script.followed)
        assert reached == ((1, 0, 0) if by_text else (0, 1, 0))


@pytest.mark.parametrize("trick", NOT_TAKEN, ids=lambda trick: str(trick.name))
async def test_a_gateway_that_takes_nothing_any_more(tmp_path: Path, trick: Trick) -> None:
    """It is given up, and the mail goes out."""
    async with town(tmp_path) as here:
        here.sms.script.then(*[trick] * 99)
        await here.book()
        await here.pass_time()
        assert await here.states() == [FAILED, SENT]
        assert (len(here.sms.accepted), len(here.mails.mails)) == (0, 1)
        assert here.sms.script.requests < 12


@pytest.mark.parametrize("trick", SILENT, ids=lambda trick: str(trick.name))
async def test_a_gateway_that_takes_a_letter_and_says_no_more(tmp_path: Path, trick: Trick) -> None:
    """The mail goes out when the time for a receipt is over; one that comes late is believed."""
    async with town(tmp_path) as here:
        here.silent = 1
        here.sms.script.then(trick)
        await here.book()
        await here.pass_time()
        assert await here.states() == [FAILED, SENT]
        assert (len(here.sms.accepted), len(here.mails.mails)) == (1, 1)
        if trick is Trick.LATE:
            here.silent = 0
            here.sms.script.release()
            await here.pass_time(1)
            assert await here.states() == [DELIVERED, SENT]


async def test_answers_that_are_always_lost(tmp_path: Path) -> None:
    """Every message was taken: the receipt of the first says so, and no second is sent."""
    async with town(tmp_path) as here:
        here.sms.script.then(*[Trick.LOST_ANSWER] * 99)
        await here.book()
        await here.pass_time()
        assert await here.states() == [DELIVERED]
        assert (len(here.sms.accepted), len(here.mails.mails)) == (1, 0)
