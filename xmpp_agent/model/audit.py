"""The line that must stand before a door opens."""

from dataclasses import dataclass

from xmpp_agent.model.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One decision or act. No names, no CPR numbers, no addresses: ids only, so that the log can be kept and shown."""

    at: float
    act: str
    """`authenticate`, `join`, `knock`, `let-in`, `finish`, `order:kick`, ..."""
    room: str
    subject: str
    """Pass id or knock it is about; empty when there is none."""
    actor: str
    """Who did it: pass id, `uid:<n>`, `focus`, `agent`."""
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One line of a person's access log: who looked at or acted on them, and why."""

    id: str
    person: str
    at: float
    actor: str
    """Person id of staff, `uid:<n>` of a supervisor, API key id of a calling system, or the person's own id."""
    act: str
    why: str = ""
    """What somebody typed: it may tell of a person, so it stands here, where it is erased, and not in the audit."""
