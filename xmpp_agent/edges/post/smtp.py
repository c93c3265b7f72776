"""Letters by e-mail: submission (RFC 6409) with STARTTLS and authentication; plain text, with a calendar file."""

import asyncio
import contextlib
import re
import ssl
import time
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path
from typing import Literal

import aiosmtplib

from xmpp_agent.edges.post.calendar_file import calendar_file, method_of
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.ports.post import CarrierFault, Handed, Parcel

_NO_PART = r"@<>()\[\],;:\"\\\x00-\x20\x7f\s"
_ADDRESS = re.compile(rf"([^{_NO_PART}]{{1,64}})@((?:[^{_NO_PART}.]{{1,63}}\.)+[^{_NO_PART}.]{{2,63}})")
"""Plain addresses. Quoted local parts and address literals exist; nobody invited to a meeting has one."""
_NAMED = re.compile(r"([^<>\"\\\x00-\x1f\x7f]{1,100}?) *<([^<>]+)>")
_LAST_REPLIES_OF_A_RECIPIENT = frozenset({550, 551, 553, 556})
_BUSY_FOR = 300.0
"""Seconds; what greylisting servers ask for is a few minutes, and the reply does not say."""
_GOODBYE = 2.0


@dataclass(frozen=True, slots=True, repr=False)
class SmtpSettings:
    """The mail server."""

    host: str
    port: int = 587
    user: str = ""
    password: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`none`, for a server on this machine alone, is never fallen back to."""
    authorities: Path | None = None
    """Certificates to trust instead of the system's."""
    seconds: float = 30.0
    """Longest time for the whole."""


class Smtp:
    """One mail server. What becomes of a mail afterwards, it does not tell."""

    name = "smtp"
    channel = Channel.EMAIL
    repeatable = False
    gives_receipts = False

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._tls: ssl.SSLContext | None = None
        if settings.security != "none":
            self._tls = ssl.create_default_context(cafile=settings.authorities)
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    async def hand_over(self, parcel: Parcel) -> Handed:
        """As `Carrier.hand_over`."""
        message = compose(parcel, stamped_at=time.time())
        client, begun = self._client(parcel), False
        try:
            async with asyncio.timeout(self._settings.seconds):
                await client.connect()
                begun = True
                await client.send_message(message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise _fault(error, begun) from None
        finally:
            await _part(client)
        return Handed()

    def _client(self, parcel: Parcel) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=self._tls,
            local_hostname=_sender(parcel).domain,
            timeout=settings.seconds,
        )


async def _part(client: aiosmtplib.SMTP) -> None:
    """Goodbye, which changes nothing of what was taken."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await client.quit()
    client.close()


def compose(parcel: Parcel, *, stamped_at: float) -> EmailMessage:
    """The mail, with the same Message-ID each time the letter is tried. Raises CarrierFault (BAD_ADDRESS, REFUSED)."""
    message = EmailMessage(policy=SMTP)
    sender, to = _sender(parcel), _address(parcel.to, Failure.BAD_ADDRESS)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = " ".join(_clean(parcel.subject).split())
    message["Message-ID"] = f"<{parcel.letter}@{sender.domain}>"
    message["Date"] = formatdate(stamped_at)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    message.set_content(_clean(parcel.text))
    if parcel.meeting is not None:
        file = calendar_file(parcel.meeting, attendee=to.addr_spec, sender=sender.addr_spec, stamped_at=stamped_at)
        message.add_alternative(
            file.encode("utf-8", "replace"),
            maintype="text",
            subtype="calendar",
            params={"method": method_of(parcel.meeting), "charset": "utf-8"},
        )
    message["Content-Language"] = parcel.language
    return message


def _sender(parcel: Parcel) -> Address:
    named = _NAMED.fullmatch(parcel.sender)
    if named is None:
        return _address(parcel.sender, Failure.REFUSED)
    bare = _address(named[2], Failure.REFUSED)
    return Address(display_name=named[1].strip(), username=bare.username, domain=bare.domain)


def _address(text: str, failure: Failure) -> Address:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise CarrierFault(failure, again=False)
    try:
        return Address(username=found[1], domain=found[2].encode("idna").decode())
    except (ValueError, IndexError, HeaderParseError):
        raise CarrierFault(failure, again=False) from None


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _fault(error: Exception, begun: bool) -> CarrierFault:
    """`begun`: the server was greeted and knew us, so that with the connection lost the mail may have been taken."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            code = error.recipients[0].code
            if code in _LAST_REPLIES_OF_A_RECIPIENT:
                return CarrierFault(Failure.BAD_ADDRESS, again=False)
            return _by_reply(code, begun)
        case aiosmtplib.SMTPAuthenticationError() | aiosmtplib.SMTPSenderRefused() if error.code >= 500:
            return CarrierFault(Failure.NOT_ALLOWED, again=False)
        case aiosmtplib.SMTPResponseException():
            return _by_reply(error.code, begun)
        case OSError():
            return CarrierFault(Failure.UNREACHABLE, again=True, perhaps=begun)
        case aiosmtplib.SMTPNotSupported():
            return CarrierFault(Failure.BAD_ADDRESS, again=False)
        case aiosmtplib.SMTPException():
            return CarrierFault(Failure.NOT_ALLOWED, again=False)
    return CarrierFault(Failure.REFUSED, again=False)


def _by_reply(code: int, begun: bool) -> CarrierFault:
    """RFC 5321 §4.2.1: 4yz is not now, 5yz is never; anything else here is no SMTP."""
    if 400 <= code < 500:
        return CarrierFault(Failure.BUSY, again=True, after=_BUSY_FOR)
    if 500 <= code < 600:
        return CarrierFault(Failure.REFUSED, again=False)
    return CarrierFault(Failure.UNREACHABLE, again=True, perhaps=begun)
