"""Why a row needs somebody. What is an alert says the agent; nothing is judged here, and no time passes here."""

from collections.abc import Iterable
from dataclasses import dataclass

from xmpp_agent import wire

Ringing = dict[str, frozenset[str]]
"""By key of the row they are about: keys of the alerts that nobody has acknowledged. Rows without any are left out."""


@dataclass(frozen=True, slots=True)
class Need:
    """Alerts about it that nobody has acknowledged, and what citizens wrote there that nobody here has read."""

    kinds: frozenset[wire.AlertKind] = frozenset()
    unread: int = 0

    def __bool__(self) -> bool:
        """Whether it needs somebody."""
        return bool(self.kinds) or self.unread > 0


NOTHING = Need()


def ringing(alerts: Iterable[wire.AlertRow]) -> Ringing:
    """Those of all these alerts."""
    found: Ringing = {}
    for row in alerts:
        _ = put(found, None, row)
    return found


def put(rings: Ringing, before: wire.AlertRow | None, after: wire.AlertRow | None) -> set[str]:
    """One alert as it was and as it is now (None: it is not there); answers the keys of the rows it is about.

    An alert about a unit's shared queue is about no row.
    """
    if before is not None and before.about:
        left = rings.pop(before.about, frozenset()) - {before.key}
        if left:
            rings[before.about] = left
    if after is not None and after.about and after.seen_at is None:
        rings[after.about] = rings.get(after.about, frozenset()) | {after.key}
    return {row.about for row in (before, after) if row is not None and row.about}
