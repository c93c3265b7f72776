"""A real mail server (aiosmtpd) in this process: STARTTLS, authentication, and replies of one's choice."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from typing_extensions import override

USER, PASSWORD = "lilleby", "password-of-the-test"


@dataclass
class Mail:
    """A mail that was taken."""

    sender: str
    recipients: list[str]
    message: EmailMessage
    secure: bool
    """Over TLS, after a login."""


@dataclass
class MailServer:
    """What came in, and what is answered instead of yes."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    at_recipient: str = ""
    at_sender: str = ""
    at_data: str = ""
    hang_at_data: bool = False
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a mail has come in whole."""

    async def handle_MAIL(  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Sender."""
        envelope.mail_from = address
        return self.at_sender or "250 OK"

    async def handle_RCPT(  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Recipient."""
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The mail itself."""
        self.heard.set()
        if self.hang_at_data:
            await asyncio.Event().wait()
        if self.at_data:
            return self.at_data
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(content, policy=default)
        assert server.transport is not None
        secure = server.transport.get_extra_info("ssl_object") is not None and bool(session.authenticated)
        self.mails.append(Mail(envelope.mail_from or "", envelope.rcpt_tos, message, secure))
        return "250 Taken"


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class _Speaker(SMTP):
    """Remembers every transport it was given."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # aiosmtpd's own
        super().__init__(*arguments, **options)
        self.transports: list[asyncio.BaseTransport] = []

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transports.append(transport)


@asynccontextmanager
async def mail_server(identity: Path | None, *, implicit: bool = False) -> AsyncIterator[MailServer]:
    """It runs while the block does. With an identity it takes nothing before STARTTLS and login; without, anything."""
    server, tls = MailServer(), None
    if identity is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(identity)

    speakers: list[_Speaker] = []

    def speaker() -> SMTP:
        one = _Speaker(
            server,
            hostname="mail.lilleby.example",
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            auth_required=tls is not None,
            auth_require_tls=not implicit,
            authenticator=_knows,
            enable_SMTPUTF8=False,
        )
        speakers.append(one)
        return one

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(speaker, "127.0.0.1", 0, ssl=tls if implicit else None)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server
        for one in speakers:
            await _end(one)


async def _end(speaker: _Speaker) -> None:
    """What served the connection has ended, and its ends are closed: the one before STARTTLS and the one after it."""
    serving = speaker._handler_coroutine
    if serving is not None:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    for transport in reversed(speaker.transports):
        transport.close()
