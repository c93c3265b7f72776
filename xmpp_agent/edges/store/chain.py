"""The audit chain: each line carries the hash of the one before; one chain per shard, numbered from 1, no gaps.

A line that was changed, removed, moved or put in between shows. Lines cut off at the end do not show by
themselves: keep the last hash that `portner audit verify` prints somewhere else.
"""

import hashlib
import json
from dataclasses import dataclass

from xmpp_agent.model.audit import AuditLine

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One line as it stands in the database."""

    shard: str
    seq: int
    line: str
    prev: str
    hash: str

    def values(self) -> dict[str, str | int]:
        """By column name."""
        return {
            "shard": self.shard,
            "seq": self.seq,
            "line": self.line,
            "prev": self.prev,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a chain that stands."""

    seq: int = 0
    hash: str = START


@dataclass(frozen=True, slots=True)
class Broken:
    """The first line that does not hold, and why."""

    shard: str
    seq: int
    why: str


def canonical(line: AuditLine) -> str:
    """The line as JSON with sorted names and no blanks: the bytes that are hashed."""
    verdict = line.verdict
    return json.dumps(
        {
            "act": line.act,
            "actor": line.actor,
            "at": line.at,
            "decision": verdict.decision.value,
            "note": line.note,
            "reason": verdict.reason.value,
            "room": line.room,
            "said": [[said.rule, said.decision.value, said.reason.value, said.facts] for said in verdict.said],
            "subject": line.subject,
        },
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def link(head: Head, shard: str, line: str) -> Link:
    """The next line of a chain."""
    seq = head.seq + 1
    return Link(shard, seq, line, head.hash, _hash(head.hash, shard, seq, line))


def is_itself(found: Link) -> bool:
    """Whether the text of a line gives its hash; says nothing of the lines around it."""
    return found.hash == _hash(found.prev, found.shard, found.seq, found.line)


class ChainCheck:
    """Walks lines in order of shard and seq, and stops believing at the first one that does not follow."""

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.broken: Broken | None = None

    def look(self, found: Link) -> bool:
        """Whether this line follows; after a False `broken` says which line and why."""
        head = self.heads.get(found.shard, Head())
        why = _fault(head, found)
        if why:
            self.broken = Broken(found.shard, found.seq, why)
            return False
        self.heads[found.shard] = Head(found.seq, found.hash)
        return True


def _fault(head: Head, found: Link) -> str:
    if found.seq != head.seq + 1:
        return f"line {head.seq + 1} is missing before it"
    if found.prev != head.hash:
        return "it does not follow from the line before"
    if not is_itself(found):
        return "its text is not what was written"
    return ""


def _hash(prev: str, shard: str, seq: int, line: str) -> str:
    return hashlib.sha256(f"{prev}\n{shard}\n{seq}\n{line}".encode()).hexdigest()
