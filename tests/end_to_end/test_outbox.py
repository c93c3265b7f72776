"""Killed at any step between "booked" and the receipt: nobody is left out, and no channel brings it twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGKILL

import pytest
from typing_extensions import override

from tests.edges.post.mail_server import Mail, mail_server
from tests.end_to_end.outbox_agent import CVR, SECRET, TOKEN, USER, Orders, as_text
from tests.ready_made import furnish
from tests.warm_fork import Child, Warm, warm_process
from xmpp_agent.demo.gateways.certificates import Issuer, make_issuer
from xmpp_agent.demo.gateways.cpsms import Cpsms
from xmpp_agent.demo.gateways.gatewayapi import GatewayApi
from xmpp_agent.demo.gateways.phone import TextMessage
from xmpp_agent.demo.gateways.running import Tls, running
from xmpp_agent.demo.gateways.script import Script, Trick
from xmpp_agent.demo.gateways.sf1601 import DigitalPost
from xmpp_agent.edges.post.digital_post import SECRET_HEADER
from xmpp_agent.rules.in_doubt import RECEIPT_WINDOW

WITHIN = 90.0
"""Seconds a run may take on a busy machine."""
SOON = 60.0
"""Seconds of its clock within which it does something by itself; what it waits for longer is a receipt."""
PHONE = "4520123456"
ACTS = (
    "book 1",
    *("letter-sending 1", "sms 1", "letter-sent 1", "receipt-failed 1"),
    *("letter-sending 2", "digital-post 1", "letter-sent 2", "receipt-delivered 1"),
)
"""What happens to an invitation that the telephone does not take and the mailbox does."""
STEPS = tuple(f"{when} {act}" for act in ACTS for when in ("before", "after"))
MAIL_ACTS = ("book 1", "letter-sending 1", "email 1", "letter-sent 1")
MAIL_STEPS = tuple(f"{when} {act}" for act in MAIL_ACTS for when in ("before", "after"))
IN_DOUBT = ("after letter-sending 1", "before {channel} 1", "after {channel} 1", "before letter-sent 1")
"""Where nobody knows whether the gateway has it."""
TAKEN = IN_DOUBT[2:]
AT_REST = frozenset({"sent", "delivered", "failed"})
NOBODY_KNOWS = ("after email 1", "before letter-sent 1")
"""The mail server said yes, and the process was dead before it could write that down: nobody will ever tell; and no
other way leads to the person."""


@dataclass
class Agent:
    """The process, what it said, and what its letters are."""

    process: Child
    address: str = ""
    rests: float | None = None
    """Seconds of its clock for which it has nothing to do, if its last line said so."""
    moved: bool = False
    """Whether its last line said that its clock was moved."""
    steps: list[str] = field(default_factory=list)
    letters: list[dict[str, str]] = field(default_factory=list)

    async def hear(self) -> bool:
        """One line; False once it is dead."""
        line = await self.process.says.readline()
        if not line.endswith(b"\n"):
            return False
        words = json.loads(line)
        self.address, self.rests = words.get("listening", self.address), words.get("rests")
        self.moved = "clock" in words
        self.letters = words.get("letters", self.letters)
        self.steps += [words["step"]] if "step" in words else []
        return True

    def tell(self, line: str) -> None:
        """Go on, or move the clock."""
        self.process.tell(line)

    def states(self) -> list[str]:
        """Its letters by rung."""
        return [f"{one['channel']} {one['state']}" for one in self.letters]


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    """What agents are forked from."""
    with warm_process("tests.end_to_end.outbox_agent") as process:
        yield process


@asynccontextmanager
async def agent(warm: Warm, folder: Path, orders: Orders) -> AsyncIterator[Agent]:
    """One that listens and waits for `go`; ended by its own id."""
    if not (folder / "keys").exists():
        await furnish(folder)
    async with warm.child(str(folder), as_text(orders)) as process:
        started = Agent(process)
        while not started.address:
            assert await started.hear()
        yield started


class Listening(Script):
    """Says when a letter has come in."""

    def __init__(self) -> None:
        super().__init__()
        self.came = asyncio.Event()

    @override
    def take(self) -> Trick | None:
        self.came.set()
        return super().take()


@dataclass
class World:
    """Both gateways, and what the agent needs to know of them."""

    sms: GatewayApi
    platform: DigitalPost
    orders: Orders

    def bring_receipts_to(self, address: str) -> None:
        """Where they go from now on."""
        self.sms.webhook, self.platform.receipts = f"{address}/gatewayapi", f"{address}/digital-post"

    def release(self, states: list[str]) -> None:
        """Receipts are late, and come once the agent has written down that a letter was taken."""
        if "sms sent" in states:
            self.sms.script.release()
        if "digital-post sent" in states:
            self.platform.script.release()

    async def told(self) -> None:
        """Return when the agent has every receipt about text messages: two for each."""
        self.sms.script.release()
        self.platform.script.release()
        async with asyncio.timeout(30):
            await self.sms.courier.wait_for(brought=2 * len(self.sms.accepted))


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs both sides' certificates."""
    return make_issuer(tmp_path_factory.mktemp("certificates"))


@asynccontextmanager
async def gateways(issuer: Issuer, first: Trick = Trick.LATE) -> AsyncIterator[World]:
    """A telephone that takes no text messages, and a mailbox; their receipts wait until they are released.

    `first`: what happens to the first letter at each.
    """
    sms, platform = GatewayApi(token=TOKEN, secret=SECRET), DigitalPost(cvr=CVR, secret=(SECRET_HEADER, SECRET))
    sms.unreachable.add(PHONE)
    sms.script, platform.script = Listening(), Listening()
    tls = Tls(issuer.sign("platform"), issuer.path)
    async with running(sms.app) as sms_at, running(platform.app, tls) as platform_at:
        for script in (sms.script, platform.script):
            script.then(first, *[Trick.LATE] * 9)
        orders = Orders(["sms", "digital-post"], sms_at, platform_at, str(issuer.sign("lilleby")), str(issuer.path))
        yield World(sms, platform, orders)


async def until_the_end(world: World, one: Agent) -> bool:
    """Follow it until the mailbox has the letter; False when it was killed before."""
    async with asyncio.timeout(WITHIN):
        while await one.hear():
            world.release(one.states())
            if one.states() == ["sms failed", "digital-post delivered"]:
                return True
    return False


async def as_time_passes(one: Agent, states: list[str]) -> None:
    """Follow it until its letters are so; when it says that it has nothing to do for a while, that passes for it."""
    asked = False
    async with asyncio.timeout(WITHIN):
        while one.states() != states:
            assert await one.hear()
            asked = asked and not one.moved
            if one.rests is not None and one.rests < SOON and not asked:
                one.tell(str(one.rests + 1))
                asked = True


async def whole_day(warm: Warm, world: World, folder: Path, kill_at: str) -> list[str]:
    """Run until it is killed, start again, and go on to the end. Answers the steps of the first run."""
    async with agent(warm, folder, replace(world.orders, kill_at=kill_at)) as first:
        world.bring_receipts_to(first.address)
        first.tell("go")
        ended = await until_the_end(world, first)
        assert ended is not bool(kill_at)
        assert not kill_at or await first.process.wait() == -SIGKILL
    if kill_at:
        await go_on(warm, world, folder)
    return first.steps


async def go_on(warm: Warm, world: World, folder: Path) -> None:
    """Started again: receipts come to where it listens now, the calendar books once more, time passes."""
    async with agent(warm, folder, world.orders) as second:
        world.bring_receipts_to(second.address)
        second.tell("go")
        await world.told()
        second.tell(str(RECEIPT_WINDOW + 1))
        await as_time_passes(second, ["sms failed", "digital-post delivered"])


async def test_these_are_the_steps(warm: Warm, tmp_path: Path, issuer: Issuer) -> None:
    """An undisturbed run goes through them, in this order and no others; so no step is left out below."""
    async with gateways(issuer) as world:
        assert await whole_day(warm, world, tmp_path, "") == list(STEPS)
        assert (len(world.sms.accepted), len(world.platform.taken)) == (1, 1)


@pytest.mark.parametrize("step", STEPS)
async def test_killed_at(warm: Warm, tmp_path: Path, issuer: Issuer, step: str) -> None:
    """One text message and one letter in the mailbox, whichever step was the last of the first life; no text message
    where it may have gone out and had not."""
    async with gateways(issuer) as world:
        steps = await whole_day(warm, world, tmp_path, step)
        assert steps == list(STEPS[: STEPS.index(step) + 1])
        texts = 0 if step in ("after letter-sending 1", "before sms 1") else 1
        assert (len(world.sms.accepted), len(world.platform.mailbox)) == (texts, 1)
        assert set(world.platform.taken) == set(world.platform.mailbox)


@pytest.mark.parametrize("trick", [Trick.LOST_ANSWER, Trick.HANG])
@pytest.mark.parametrize("channel", ["sms", "digital-post"])
async def test_killed_while_the_gateway_has_it_in_hand(
    warm: Warm, tmp_path: Path, issuer: Issuer, trick: Trick, channel: str
) -> None:
    """Whether the gateway took the letter and never said so, or did not take it: it has it once in the end."""
    async with gateways(issuer, trick) as world:
        orders = replace(world.orders, ladder=[channel])
        script = world.sms.script if channel == "sms" else world.platform.script
        assert isinstance(script, Listening)
        world.sms.unreachable.clear()
        async with agent(warm, tmp_path, orders) as first, asyncio.timeout(WITHIN):
            world.bring_receipts_to(f"{first.address}/lost")
            first.tell("go")
            await script.came.wait()
        async with agent(warm, tmp_path, orders) as second:
            world.bring_receipts_to(second.address)
            second.tell("go")
            await world.told()
            second.tell(str(RECEIPT_WINDOW + 1))
            await as_time_passes(second, [f"{channel} delivered"])
        assert len(world.sms.accepted) + len(world.platform.mailbox) == 1


@dataclass
class Town:
    """Gateways that bring no receipts, a telephone, and a mailbox; each channel is counted."""

    texts: list[TextMessage]
    mails: list[Mail]
    orders: Orders

    def arrived(self) -> tuple[int, int]:
        """How many text messages and how many mails the person has."""
        return len(self.texts), len(self.mails)


@asynccontextmanager
async def town(*ladder: str, asked: bool) -> AsyncIterator[Town]:
    """`asked`: text messages go by the gateway that can be asked what it has."""
    log, silent = Cpsms(user=USER, key=TOKEN), GatewayApi(token=TOKEN, secret=SECRET)
    gateway = log if asked else silent
    async with running(gateway.app) as sms_at, mail_server(None) as server:
        orders = Orders(list(ladder), smtp=server.port)
        orders = replace(orders, cpsms=sms_at) if asked else replace(orders, sms=sms_at)
        yield Town(gateway.accepted, server.mails, orders)


async def lives(warm: Warm, here: Town, folder: Path, *kills: str) -> list[str]:
    """Killed at each of these steps, started again each time, until nothing is under way; answers its letters."""
    states: list[str] = []
    for life, kill_at in enumerate((*kills, "")):
        async with agent(warm, folder, replace(here.orders, kill_at=kill_at)) as one, asyncio.timeout(WITHIN):
            one.tell("go")
            one.tell(str(RECEIPT_WINDOW + 1) if life else "0.1")
            while not (one.letters and all(letter["state"] in AT_REST for letter in one.letters)):
                if not await one.hear():
                    break
            if kill_at:
                while await one.hear():
                    pass
                assert await one.process.wait() == -SIGKILL
            states = one.states()
    return states


@pytest.mark.parametrize(
    ("step", "then"),
    [
        *((step, ()) for step in IN_DOUBT),
        (IN_DOUBT[1], ("before asking 1",)),
        (IN_DOUBT[2], ("after letter-in-doubt 1",)),
    ],
    ids=str,
)
async def test_killed_with_a_gateway_that_can_be_asked(
    warm: Warm, tmp_path: Path, step: str, then: tuple[str, ...]
) -> None:
    """One text message and no mail, whether it had been taken or not, and though the question was cut off, too."""
    async with town("sms", "email", asked=True) as here:
        states = await lives(warm, here, tmp_path, step.format(channel="sms"), *then)
        assert states in (["sms sent"], ["sms delivered"])
        assert here.arrived() == (1, 0)


@pytest.mark.parametrize("step", IN_DOUBT)
@pytest.mark.parametrize("ladder", [("sms", "email"), ("email", "sms")], ids=str)
async def test_killed_with_a_gateway_that_tells_nothing(
    warm: Warm, tmp_path: Path, ladder: tuple[str, str], step: str
) -> None:
    """The next way is gone: never two on one channel, and one at least in all."""
    async with town(*ladder, asked=False) as here:
        states = await lives(warm, here, tmp_path, step.format(channel=ladder[0]))
        assert states == [f"{ladder[0]} failed", f"{ladder[1]} sent"]
        first, second = here.arrived() if ladder[0] == "sms" else reversed(here.arrived())
        assert (first, second) == (int(step in TAKEN), 1)


@pytest.mark.parametrize("step", MAIL_STEPS)
async def test_killed_with_a_mail_server_that_tells_nothing(warm: Warm, tmp_path: Path, step: str) -> None:
    """Never lost. Where the server's yes died with the process, the mail goes out again under the same Message-ID."""
    async with mail_server(None) as server:
        orders = Orders(["email"], smtp=server.port)
        for kill_at in (step, ""):
            async with agent(warm, tmp_path, replace(orders, kill_at=kill_at)) as one, asyncio.timeout(WITHIN):
                one.tell("go")
                one.tell(str(RECEIPT_WINDOW + 1) if not kill_at else "0.1")
                while one.states() != ["email sent"] and await one.hear():
                    pass
                assert kill_at or one.states() == ["email sent"]
        assert len(server.mails) == (2 if step in NOBODY_KNOWS else 1)
        assert len({mail.message["Message-ID"] for mail in server.mails}) == 1
