"""The part of the wire (`wire.py`) about the audit: its newest lines, looking through it, taking lines away."""

from typing import Annotated, Literal

from msgspec import Meta

from xmpp_agent.wire_base import Ident, Text, Wire

Typed = Annotated[str, Meta(max_length=200)]
ListName = Literal["rooms", "recordings", "hotline", "queue", "invitations", "alerts", "audit"]


class AuditSpot(Wire, frozen=True):
    """Where a line stands: older ones are asked for by it."""

    at: float
    shard: Ident
    seq: Annotated[int, Meta(ge=0, le=2**63 - 1)]


class AuditRow(Wire, frozen=True):
    """One line of the audit. Never changes once it is there."""

    key: Ident
    """`shard/audit/seq`; stable; never shown."""
    at: AuditSpot
    act: Ident
    words: tuple[Text, Text]
    """What was done: Danish, English."""
    decision: Ident
    """`open`, `wait`, `refuse`."""
    reason: Ident
    """Code."""
    reason_words: tuple[Text, Text]
    unit: Text = ""
    """Empty: of no unit; such lines only supervisors of all units see."""
    room: Text = ""
    appointment: Text = ""
    """By which everything about its citizen can be looked up."""
    who: Text = ""
    """Whom it is about: masked; staff by name; empty: nobody."""
    by: Text = ""
    """Who did it: staff by name, others masked, `uid:1000`, `agent`; empty: whom it is about."""
    rules: int = 0
    """How many rules were asked."""


class AuditNews(Wire, frozen=True):
    """Lines that were written since, oldest first."""

    now: float
    rows: tuple[AuditRow, ...]
    skipped: int = 0
    """Lines before these that came too fast to be told; they can be looked up."""


class AuditSaid(Wire, frozen=True):
    """What one rule said."""

    rule: Ident
    decision: Ident
    reason: Ident
    words: tuple[Text, Text]
    facts: Text = ""


class AuditWhy(Wire, frozen=True):
    """One line with everything it holds."""

    row: AuditRow
    subject: Text
    actor: Text
    note: Text
    said: tuple[AuditSaid, ...]
    prev: Ident
    hash: Ident


class AuditSearch(Wire, frozen=True):
    """What is looked for; empty and None: it does not matter. In a body, for what is typed may name somebody.

    Everything about one person (`appointment`, `staff`) needs a reason, and is put on record once for all its pages,
    which have the same `command`.
    """

    command: Ident
    before: AuditSpot | None = None
    room: Typed = ""
    appointment: Typed = ""
    kind: Typed = ""
    staff: Typed = ""
    since: float | None = None
    until: float | None = None
    words: Typed = ""
    reason: Annotated[str, Meta(max_length=300)] = ""


class AuditPage(Wire, frozen=True):
    """Lines, newest first."""

    now: float
    rows: tuple[AuditRow, ...]
    more: AuditSpot | None = None
    """Ask for older ones with this as `before`; None: there are none."""
    complete: bool = True
    """False: some lines cannot be found yet; ask again shortly."""


class AuditTake(Wire, frozen=True, kw_only=True):
    """Every line of one citizen (of an appointment) or of one room, for a reason, to be kept as a file."""

    command: Ident
    room: Typed = ""
    appointment: Typed = ""
    reason: Annotated[str, Meta(min_length=3, max_length=300)]


class AuditTaken(Wire, frozen=True):
    """One line as it stands in the chain: SHA-256 of `prev`, `shard`, `seq` and `line` with a newline between is
    `hash`."""

    shard: Ident
    seq: int
    words: tuple[str, str]
    """What it says: Danish, English. Not part of what is hashed."""
    line: str
    prev: Ident
    hash: Ident


class AuditExport(Wire, frozen=True):
    """The lines, oldest first."""

    now: float
    lines: tuple[AuditTaken, ...]
    complete: bool = True


class ListTaken(Wire, frozen=True):
    """A list of the console is about to be saved as a file; only after `Done` it may be."""

    command: Ident
    name: ListName
    rows: Annotated[int, Meta(ge=0, le=1_000_000)]
