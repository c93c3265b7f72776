"""Why a login came to nothing, with the check that said so."""

import hmac
import math
from collections.abc import Mapping

from xmpp_agent.ports.login import LoginFault, LoginReason

SKEW = 60.0
"""Seconds the provider's clock may differ from ours."""


LONGEST_SUBJECT = 255
"""OpenID Connect Core §2."""


class Refused(LoginFault):
    """A login that came to nothing. `check` is our own word for what did not hold, for the log."""

    def __init__(self, reason: LoginReason, check: str) -> None:
        super().__init__(reason)
        self.check = check


def same(one: object, other: str) -> bool:
    """Whether what came is the text expected, compared in constant time."""
    return isinstance(one, str) and hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())


def hold(holds: bool, reason: LoginReason, check: str) -> None:
    """Raise Refused unless it holds."""
    if not holds:
        raise Refused(reason, check)


def plain(said: object, most: int) -> bool:
    """Whether it is a text of 1 to `most` visible ASCII characters, as ids, codes and tokens are."""
    return isinstance(said, str) and 0 < len(said) <= most and said.isascii() and said.isprintable()


def moment(claims: Mapping[str, object], name: str) -> float | None:
    """A time (seconds since 1970) as a claim says it; None when it is not there.

    Raises Refused (FORGED) for what is no number: NaN compares as nothing does, and would pass every check.
    """
    said = claims.get(name)
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        raise Refused(LoginReason.FORGED, name)
    return float(said)
