"""Logging people in at an OpenID provider: MitID brokers for citizens, the employer's sign-on for staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from xmpp_agent.model.people import Level


class LoginReason(StrEnum):
    """Why a login came to nothing; one code, one page or one log line."""

    CANCELLED = "cancelled"
    """The person pressed cancel at the provider."""
    NOT_SIGNED_IN = "not_signed_in"
    """A silent attempt (`prompt=none`) found nobody signed in."""
    PROVIDER_DOWN = "provider_down"
    PROVIDER_REFUSED = "provider_refused"
    """The provider answered with an error of its own."""
    TOO_SLOW = "too_slow"
    """The attempt is older than its life."""
    NOT_OURS = "not_ours"
    """State, issuer or browser do not fit: this answer belongs to no attempt of this browser."""
    FORGED = "forged"
    """Signature, algorithm, audience, nonce, times or subject do not hold."""
    LEVEL_TOO_LOW = "level_too_low"
    """The level that came back is lower than asked for, or unreadable."""
    WRONG_KIND = "wrong_kind"
    """A professional identity where a private one is needed."""


class LoginFault(Exception):
    """A login that came to nothing. The text names no person and repeats nothing the provider said."""

    def __init__(self, reason: LoginReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class Attempt:
    """What the browser keeps, sealed, between going to the provider and coming back. JSON-ready."""

    provider: str
    state: str
    nonce: str
    verifier: str
    """PKCE."""
    begun_at: float
    level: int = 0
    """Level needed (`Level` as number)."""
    silent: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who logged in, as the provider vouches for it. `cpr` is used at once and never kept as it is."""

    issuer: str
    subject: str
    level: Level
    name: str = ""
    cpr: str = ""
    """Ten digits, or empty."""
    uuid: str = ""
    """MitID UUID, or CPR UUID through a bridge."""
    birthdate: str = ""
    """ISO date, or empty."""
    email: str = ""
    account: str = ""
    """Staff: what the employer calls them (the claim the settings name), in lower case; booking names staff so."""
    roles: frozenset[str] = frozenset()
    """Values of the configured roles claim; empty when the provider left it out (overage)."""
    authenticated_at: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Vouched:
    """What a token says that its bearer brought, checked whole. Times are seconds since 1970."""

    identity: Identity
    issued_at: float
    expires_at: float
    signed: str
    """What the provider signed: one text for every spelling of the same token."""


class TokenReader(Protocol):
    """Reads the ID tokens that consoles elsewhere bring."""

    async def read(self, token: str, *, now: float) -> Vouched:
        """Who it is. Raises LoginFault."""
        ...


class LoginProvider(Protocol):
    """One configured OpenID provider."""

    @property
    def name(self) -> str:
        """As configured: `mitid`, `staff`."""
        ...

    async def begin(
        self, *, now: float, level: Level = Level.NONE, silent: bool = False, language: str = "da"
    ) -> tuple[str, Attempt]:
        """Where to send the browser, and what it has to bring back. Raises LoginFault (PROVIDER_DOWN)."""
        ...

    async def finish(self, attempt: Attempt, answer: Mapping[str, str], *, now: float) -> Identity:
        """Who it is, from the query the browser came back with; checked whole before any of it is believed.

        Raises LoginFault.
        """
        ...
