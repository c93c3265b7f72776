"""Digital Post over mutual TLS: tokens, look-up, sending, status messages."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.edges.post.parcels import CPR, Desk, client, desk, meeting, parcel, refused
from xmpp_agent.demo.gateways import envelopes, sf1601
from xmpp_agent.demo.gateways.certificates import Issuer, make_issuer
from xmpp_agent.demo.gateways.running import Tls, running
from xmpp_agent.demo.gateways.script import RETRY_AFTER, Trick
from xmpp_agent.edges.post.asking import make_client
from xmpp_agent.edges.post.digital_post import SECRET_HEADER, DigitalPost, DigitalPostSettings, mutual_tls
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import Carrier, Fate, Incoming, Parcel, ReceiptFault, ReceiptReader

CVR, SECRET = "12345678", "between proxy and agent"
SOON = 1.0
"""Seconds our side waits where nothing is going to come."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs both sides' certificates."""
    return make_issuer(tmp_path_factory.mktemp("certificates"))


def letter(**changed: object) -> Parcel:
    """One for a mailbox."""
    return parcel(Channel.DIGITAL_POST, **changed)


@asynccontextmanager
async def platform_for(issuer: Issuer) -> AsyncIterator[tuple[sf1601.DigitalPost, str]]:
    """Serviceplatformen, and where it is."""
    platform = sf1601.DigitalPost(cvr=CVR, secret=(SECRET_HEADER, SECRET))
    async with running(platform.app, Tls(issuer.sign("platform"), issuer.path)) as host:
        yield platform, host


def settings_for(issuer: Issuer, host: str, **changed: object) -> DigitalPostSettings:
    """Ours."""
    usual = {"cvr": CVR, "identity": issuer.sign("lilleby"), "receipt_secret": SECRET, "seconds": 5.0}
    places = {"token_host": host, "service_host": host, "authorities": issuer.path}
    return DigitalPostSettings(**{**usual, **places, **changed})  # type: ignore[arg-type]  # fields by name


@asynccontextmanager
async def ours(settings: DigitalPostSettings) -> AsyncIterator[DigitalPost]:
    """Our side, as wiring makes it."""
    async with make_client(mutual_tls(settings)) as http:
        yield DigitalPost(settings, http)


@asynccontextmanager
async def both(issuer: Issuer, **changed: object) -> AsyncIterator[tuple[sf1601.DigitalPost, DigitalPost]]:
    """Both sides."""
    async with (
        platform_for(issuer) as (platform, host),
        ours(settings_for(issuer, host, **changed)) as carrier,
    ):
        yield platform, carrier


@asynccontextmanager
async def with_desk(issuer: Issuer) -> AsyncIterator[tuple[sf1601.DigitalPost, DigitalPost, Desk]]:
    """Both sides, and somebody who takes the status messages."""
    async with both(issuer) as (platform, carrier), desk(carrier) as opened:
        platform.receipts = opened.address
        yield platform, carrier, opened


async def test_a_letter_lies_in_the_mailbox(issuer: Issuer) -> None:
    """With its text and its appointment; the platform's transmission is the gateway's id."""
    async with both(issuer) as (platform, carrier):
        of = letter(meeting=meeting())
        handed = await carrier.hand_over(of)
        assert handed.gateway_id
        memo = platform.mailbox[of.letter]
        assert (memo.recipient, memo.label, len(memo.appointments)) == (CPR, of.subject, 1)
        assert platform.faults == []


async def test_what_became_of_it_is_told(issuer: Issuer) -> None:
    """Received, then delivered, by both ids."""
    async with with_desk(issuer) as (_, carrier, opened):
        of = letter()
        handed = await carrier.hand_over(of)
        told = await opened.receipts(2)
        assert [one.fate for one in told] == [Fate.ON_ITS_WAY, Fate.DELIVERED]
        assert {(one.letter, one.gateway_id) for one in told} == {(of.letter, handed.gateway_id)}


async def test_a_yes_is_not_delivery(issuer: Issuer) -> None:
    """What the schema does not allow is taken all the same; only the status message says that it failed."""
    async with with_desk(issuer) as (platform, carrier, opened):
        of = letter(letter="7d0d9c3e-8a4e-1f44-9c0e-1d6a2c3b4e5f")  # version 1
        await carrier.hand_over(of)
        (told,) = await opened.receipts(1)
        assert (told.fate, told.failure, told.letter) == (Fate.FAILED, Failure.REFUSED, of.letter)
        assert platform.mailbox == {}


async def test_status_messages_come_again_until_the_answer_says_twenty(issuer: Issuer) -> None:
    """Status 200 with code 40 is a no."""
    async with with_desk(issuer) as (platform, carrier, opened):
        opened.closed = 2
        await carrier.hand_over(letter())
        assert [one.fate for one in await opened.receipts(2)] == [Fate.ON_ITS_WAY, Fate.DELIVERED]
        await platform.courier.wait_for(brought=2)
        assert platform.courier.tries == 4


async def test_a_letter_handed_over_twice_counts_once(issuer: Issuer) -> None:
    """Its id is the message's; after a crash or a lost answer it is safe to send it again."""
    async with platform_for(issuer) as (platform, host), ours(settings_for(issuer, host)) as carrier:
        of = letter()
        platform.script.then(Trick.LOST_ANSWER)
        async with ours(settings_for(issuer, host, seconds=SOON)) as impatient:
            fault = await refused(impatient, of)
        assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, True)
        await carrier.hand_over(of)
        assert platform.taken == [of.letter, of.letter]
        assert list(platform.mailbox) == [of.letter]
        assert carrier.repeatable


async def test_who_has_no_mailbox_is_not_sent_to(issuer: Issuer) -> None:
    """Known before anything is sent; the next rung may still reach them."""
    async with both(issuer) as (platform, carrier):
        platform.exempt.add(CPR)
        fault = await refused(carrier, letter())
        assert (fault.failure, fault.again, platform.taken) == (Failure.NOT_REGISTERED, False, [])


@pytest.mark.parametrize("to", ["", "010101-9999", "12345678", "01010199999", "٠١٠١٠١٩٩٩٩", "0101019999\n"])
async def test_what_is_no_cpr_number_is_asked_nobody(issuer: Issuer, to: str) -> None:
    """Not even whether it is registered."""
    async with both(issuer) as (platform, carrier):
        fault = await refused(carrier, letter(to=to))
        assert (fault.failure, fault.again) == (Failure.BAD_ADDRESS, False)
        assert platform.token_script.requests == platform.lookup_script.requests == 0


async def test_tokens_are_kept_until_shortly_before_their_end(issuer: Issuer) -> None:
    """One for each of the two services, however many letters; one that is about to end is not used again."""
    async with both(issuer) as (platform, carrier):
        for _ in range(3):
            await carrier.hand_over(letter())
        assert platform.token_script.requests == 2
        platform.token_lives = 299
        platform.revoke_tokens()
        await carrier.hand_over(letter())
        await carrier.hand_over(letter())
        assert platform.token_script.requests == 6
        assert len(platform.mailbox) == 5


async def test_many_letters_at_once_fetch_one_token(issuer: Issuer) -> None:
    """Each service's."""
    async with both(issuer) as (platform, carrier):
        await asyncio.gather(*(carrier.hand_over(letter()) for _ in range(5)))
        assert platform.token_script.requests == 2
        assert len(platform.mailbox) == 5


async def test_a_token_that_is_taken_back_is_fetched_anew_once(issuer: Issuer) -> None:
    """And the letter goes out with the new one."""
    async with both(issuer) as (platform, carrier):
        await carrier.hand_over(letter())
        platform.revoke_tokens()
        of = letter()
        await carrier.hand_over(of)
        assert of.letter in platform.mailbox
        assert platform.token_script.requests == 4


async def test_an_authority_that_is_not_signed_up_is_for_somebody_to_look_at(issuer: Issuer) -> None:
    """No token, no letter, no repetition."""
    async with both(issuer, cvr="87654321") as (platform, carrier):
        fault = await refused(carrier, letter())
        assert (fault.failure, fault.again, platform.taken) == (Failure.NOT_ALLOWED, False, [])


async def test_without_our_certificate_nothing_is_said(issuer: Issuer) -> None:
    """The platform ends the connection; and ours does not talk to a platform of another issuer."""
    async with platform_for(issuer) as (platform, host):
        settings = settings_for(issuer, host)
        async with make_client(ssl.create_default_context(cafile=issuer.path)) as bare:
            fault = await refused(DigitalPost(settings, bare), letter())
            assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, False)
        folder = issuer.path.parent / "another"
        folder.mkdir()
        another = make_issuer(folder)
        async with ours(settings_for(issuer, host, authorities=another.path)) as carrier:
            fault = await refused(carrier, letter())
            assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, False)
        async with ours(settings_for(issuer, host, identity=another.sign("stranger"))) as carrier:
            assert (await refused(carrier, letter())).failure is Failure.UNREACHABLE
        assert platform.token_script.requests == 0


def test_a_certificate_that_cannot_be_used_is_found_at_start(issuer: Issuer, tmp_path: Path) -> None:
    """No file, a file without key, a file with nothing."""
    bare = tmp_path / "bare.pem"
    bare.write_bytes(issuer.path.read_bytes())
    empty = tmp_path / "empty.pem"
    empty.touch()
    for path in (tmp_path / "missing.pem", bare, empty):
        with pytest.raises(OSError):  # ssl.SSLError is one
            mutual_tls(settings_for(issuer, "", identity=path))


@pytest.mark.parametrize(
    ("trick", "failure", "after"),
    [
        (Trick.HANG, Failure.UNREACHABLE, 0),
        (Trick.ERROR, Failure.UNREACHABLE, 0),
        (Trick.BUSY, Failure.BUSY, RETRY_AFTER),
        (Trick.CLOSED, Failure.BUSY, RETRY_AFTER),
        (Trick.GARBAGE, Failure.UNREACHABLE, 0),
        (Trick.OTHER_KIND, Failure.UNREACHABLE, 0),
        (Trick.HUGE, Failure.UNREACHABLE, 0),
        (Trick.CUT, Failure.UNREACHABLE, 0),
        (Trick.PACKED, Failure.UNREACHABLE, 0),
        (Trick.REDIRECT, Failure.UNREACHABLE, 0),
    ],
)
async def test_misbehaviour_at_each_step_is_tried_again(
    issuer: Issuer, trick: Trick, failure: Failure, after: float
) -> None:
    """Tokens, look-up, sending: the same fault; only what was lost while sending may have been taken."""
    seconds = SOON if trick is Trick.HANG else 5.0
    async with (
        platform_for(issuer) as (platform, host),
        ours(settings_for(issuer, host)) as carrier,
        ours(settings_for(issuer, host, seconds=seconds)) as tried,
    ):
        for script in (platform.token_script, platform.lookup_script, platform.script):
            script.then(trick)
            fault = await refused(tried, letter())
            assert (fault.failure, fault.again, fault.after) == (failure, True, after)
            assert fault.perhaps == (
                script is platform.script and trick not in (Trick.ERROR, Trick.BUSY, Trick.CLOSED, Trick.REDIRECT)
            )
        assert platform.taken == []
        of = letter()
        await carrier.hand_over(of)
        assert list(platform.mailbox) == [of.letter]


@pytest.mark.parametrize("given", ["", "another", SECRET[:-1], "ø", None])
def test_a_status_message_that_came_past_the_proxy_is_turned_away(issuer: Issuer, given: str | None) -> None:
    """Beskedfordeleren signs nothing; the proxy that checked its certificate says so in a header."""
    reader = DigitalPost(settings_for(issuer, ""), client)  # type: ignore[arg-type]  # nothing is sent
    headers = {} if given is None else {SECRET_HEADER: given}
    with pytest.raises(ReceiptFault):
        reader.receipts(Incoming(headers, body=STATUS))
    assert reader.receipts(Incoming({SECRET_HEADER: SECRET}, body=STATUS))
    unset = DigitalPost(settings_for(issuer, "", receipt_secret=""), client)  # type: ignore[arg-type]  # sends nothing
    with pytest.raises(ReceiptFault):
        unset.receipts(Incoming({SECRET_HEADER: ""}, body=STATUS))
    assert not unset.gives_receipts


STATUS = envelopes.status(envelopes.Sent(letter().letter, letter().letter), "Afleveret Digital Post")


def test_it_is_what_the_flows_ask_for(issuer: Issuer) -> None:
    """A carrier of Digital Post, safe to repeat, that reads its own receipts."""
    made = DigitalPost(settings_for(issuer, ""), client)  # type: ignore[arg-type]  # nothing is sent
    carrier: Carrier = made
    reader: ReceiptReader = made
    assert (carrier.name, carrier.channel, carrier.repeatable) == ("digital-post", Channel.DIGITAL_POST, True)
    assert (carrier.gives_receipts, reader.reply(taken=False).status) == (True, 200)
