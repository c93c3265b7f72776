"""Letters by e-mail, against a real mail server."""

import asyncio
import socket
from pathlib import Path

import idna
import pytest
from icalendar import Calendar

from tests.edges.post.mail_server import PASSWORD, USER, mail_server
from tests.edges.post.odd_server import speaking
from tests.edges.post.parcels import MAIL, TEXT, meeting, parcel, refused
from xmpp_agent.demo.gateways.certificates import Issuer, make_issuer
from xmpp_agent.edges.post.smtp import Smtp, SmtpSettings, compose
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import Carrier, CarrierFault, Parcel

SOON = 1.0
"""Seconds our side waits where nothing is going to come."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs the server's certificate."""
    return make_issuer(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def identity(issuer: Issuer) -> Path:
    """The server's certificate and key."""
    return issuer.sign("mail")


def letter(**changed: object) -> Parcel:
    """A mail."""
    return parcel(Channel.EMAIL, **changed)


def carrier_for(issuer: Issuer, port: int, **changed: object) -> Smtp:
    """Our side."""
    usual = {"port": port, "user": USER, "password": PASSWORD, "authorities": issuer.path, "seconds": 10.0}
    return Smtp(SmtpSettings("127.0.0.1", **{**usual, **changed}))  # type: ignore[arg-type]  # fields by name


async def test_a_letter_arrives_with_its_calendar_file(issuer: Issuer, identity: Path) -> None:
    """Over TLS and after a login: text first, then the appointment, which calendars take as an invitation."""
    async with mail_server(identity) as server:
        of = letter(meeting=meeting())
        await carrier_for(issuer, server.port).hand_over(of)
        (mail,) = server.mails
        assert (mail.secure, mail.sender, mail.recipients) == (True, "video@lilleby.example", [MAIL])
        message = mail.message
        assert message.get_content_type() == "multipart/alternative"
        text, calendar = message.iter_parts()
        assert text.get_content().splitlines() == [TEXT]
        assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "REQUEST")
        found = Calendar.from_ical(str(calendar.get_content()))
        assert found["METHOD"] == "REQUEST"
        assert [event.uid for event in found.events] == [of.meeting.uid if of.meeting else ""]


async def test_headers_say_what_it_is(issuer: Issuer, identity: Path) -> None:
    """From, to, subject, the same Message-ID at each try, and that nobody need answer automatically."""
    async with mail_server(identity) as server:
        of = letter(subject="Indkaldelse til\r\n videomøde æøå", sender="Lilleby Kommune <video@lilleby.example>")
        carrier = carrier_for(issuer, server.port)
        await carrier.hand_over(of)
        await carrier.hand_over(of)
        first, again = (mail.message for mail in server.mails)
        assert first["Message-ID"] == again["Message-ID"] == f"<{of.letter}@lilleby.example>"
        assert first["From"] == "Lilleby Kommune <video@lilleby.example>"
        assert first["To"] == MAIL
        assert first["Subject"] == "Indkaldelse til videomøde æøå"
        assert (first["Auto-Submitted"], first["Content-Language"]) == ("auto-generated", "da")
        assert first.get_content_type() == "text/plain"


async def test_a_cancellation_cancels(issuer: Issuer, identity: Path) -> None:
    """In the part's content type as in the file."""
    async with mail_server(identity) as server:
        await carrier_for(issuer, server.port).hand_over(letter(meeting=meeting(cancelled=True, sequence=2)))
        _, calendar = server.mails[0].message.iter_parts()
        assert calendar.get_param("method") == "CANCEL"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server knows only STARTTLS as TLS
async def test_a_server_that_speaks_tls_from_the_start(issuer: Issuer, identity: Path) -> None:
    """Port 465's way, when the settings name it."""
    async with mail_server(identity, implicit=True) as server:
        await carrier_for(issuer, server.port, security="tls").hand_over(letter())
        assert server.mails[0].secure


async def test_without_starttls_nothing_is_sent(issuer: Issuer) -> None:
    """A server that does not offer it is not talked to, neither with password nor with letter."""
    async with mail_server(None) as server:
        for login in ({}, {"user": "", "password": ""}):
            fault = await refused(carrier_for(issuer, server.port, **login), letter())
            assert (fault.failure, fault.again, fault.perhaps) == (Failure.NOT_ALLOWED, False, False)
        assert server.mails == []
        await carrier_for(issuer, server.port, security="none", user="", password="").hand_over(letter())
        assert len(server.mails) == 1


async def test_a_server_nobody_vouches_for_gets_nothing(identity: Path, tmp_path: Path) -> None:
    """Its certificate is of another issuer."""
    async with mail_server(identity) as server:
        fault = await refused(carrier_for(make_issuer(tmp_path), server.port), letter())
        assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, False)
        assert not server.heard.is_set()


async def test_a_wrong_password_is_for_somebody_to_look_at(issuer: Issuer, identity: Path) -> None:
    """Not for a repetition."""
    async with mail_server(identity) as server:
        fault = await refused(carrier_for(issuer, server.port, password="wrong"), letter())
        assert (fault.failure, fault.again) == (Failure.NOT_ALLOWED, False)


@pytest.mark.parametrize(
    ("place", "reply", "failure", "again"),
    [
        ("at_recipient", "550 5.1.1 No such user", Failure.BAD_ADDRESS, False),
        ("at_recipient", "551 User not local", Failure.BAD_ADDRESS, False),
        ("at_recipient", "553 Mailbox name not allowed", Failure.BAD_ADDRESS, False),
        ("at_recipient", "556 Domain does not accept mail", Failure.BAD_ADDRESS, False),
        ("at_recipient", "554 No", Failure.REFUSED, False),
        ("at_recipient", "450 4.2.0 Greylisted", Failure.BUSY, True),
        ("at_recipient", "452 Mailbox full", Failure.BUSY, True),
        ("at_sender", "550 Not your domain", Failure.NOT_ALLOWED, False),
        ("at_sender", "451 Later", Failure.BUSY, True),
        ("at_data", "554 Looks like spam", Failure.REFUSED, False),
        ("at_data", "452 Disk full", Failure.BUSY, True),
    ],
)
async def test_each_reply_has_a_failure(
    issuer: Issuer, identity: Path, place: str, reply: str, failure: Failure, again: bool
) -> None:
    """4yz is not now, 5yz is never, and at the recipient it may be the address."""
    async with mail_server(identity) as server:
        setattr(server, place, reply)
        fault = await refused(carrier_for(issuer, server.port), letter())
        assert (fault.failure, fault.again, fault.perhaps) == (failure, again, False)
        assert (fault.after > 0) == (failure is Failure.BUSY)


async def test_a_lost_answer_may_have_been_a_yes(issuer: Issuer, identity: Path) -> None:
    """The mail came in whole and nothing was heard of it; the deadline holds."""
    async with mail_server(identity) as server:
        server.hang_at_data = True
        async with asyncio.timeout(30):
            fault = await refused(carrier_for(issuer, server.port, seconds=3.0), letter())
        assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, True)
        assert server.heard.is_set()


async def test_nobody_there_is_tried_again(issuer: Issuer) -> None:
    """Nobody listens: surely not taken."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fault = await refused(carrier_for(issuer, port), letter())
    assert (fault.failure, fault.again, fault.perhaps) == (Failure.UNREACHABLE, True, False)


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff" * 50, b"421 Closing\r\n"], ids=range(4)
)
async def test_a_server_that_speaks_something_else_is_tried_again(issuer: Issuer, said: bytes) -> None:
    """Silence, another protocol, noise, or a server that is closing: within the deadline, and surely not taken."""
    async with asyncio.timeout(30), speaking(said) as port:
        fault = await refused(carrier_for(issuer, port, seconds=SOON), letter())
        assert fault.failure in (Failure.UNREACHABLE, Failure.BUSY)
        assert (fault.again, fault.perhaps) == (True, False)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna",
        "anna@",
        "@borger.example",
        "anna@borger",
        "anna@borger.example\r\nBcc: b@b.example",
        "anna@borger.example, b@b.example",
        "Anna <anna@borger.example>",
        "anna@bor ger.example",
        "anna@borger..example",
        '"a b"@borger.example',
        "anna\x00@borger.example",
        "a" * 65 + "@borger.example",
        f"anna@{'b' * 64}.example",
        "anna@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_not_written_to(to: str) -> None:
    """Neither two addresses nor a header in one."""
    with pytest.raises(CarrierFault) as caught:
        compose(letter(to=to), stamped_at=0)
    assert (caught.value.failure, caught.value.again) == (Failure.BAD_ADDRESS, False)


@pytest.mark.parametrize("sender", ["", "Lilleby", "a@b", "x\r\nBcc: b@b.example <a@b.example>", "<>", "x <y>"])
def test_what_is_no_sender_is_not_sent_from(sender: str) -> None:
    """Settings, not the person: refused."""
    with pytest.raises(CarrierFault) as caught:
        compose(letter(sender=sender), stamped_at=0)
    assert (caught.value.failure, caught.value.again) == (Failure.REFUSED, False)


def test_a_domain_with_danish_letters_is_written_as_the_net_does() -> None:
    """IDNA; the local part stays."""
    assert (
        compose(letter(to="anna@rådhus.example"), stamped_at=0)["To"]
        == f"anna@{idna.encode('rådhus.example').decode()}"
    )


async def test_a_local_part_with_danish_letters_needs_a_server_that_takes_it(issuer: Issuer, identity: Path) -> None:
    """This one does not (SMTPUTF8), so the next rung is needed."""
    async with mail_server(identity) as server:
        fault = await refused(carrier_for(issuer, server.port), letter(to="åse@borger.example"))
        assert (fault.failure, fault.again) == (Failure.BAD_ADDRESS, False)
        assert server.mails == []


def test_hostile_texts_are_texts() -> None:
    """No header comes of a subject, and nothing that cannot be encoded stops the letter."""
    message = compose(letter(subject="x\r\nBcc: b@b.example\ud800", text="a\r\n.\r\nb\x00\ud800"), stamped_at=0)
    assert message["Bcc"] is None
    assert message["Subject"] == "x Bcc: b@b.example?"
    assert message.as_bytes()


def test_it_is_what_the_flows_ask_for(issuer: Issuer) -> None:
    """A carrier of e-mail that cannot say what becomes of a letter."""
    carrier: Carrier = carrier_for(issuer, 587)
    assert (carrier.name, carrier.channel, carrier.repeatable) == ("smtp", Channel.EMAIL, False)
    assert not carrier.gives_receipts
