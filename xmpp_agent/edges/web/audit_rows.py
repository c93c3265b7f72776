"""Lines of the audit as the console shows them: in words, citizens masked."""

from collections.abc import Collection, Mapping

from xmpp_agent.model.audit_trail import About, Named, OldLine, Spot
from xmpp_agent.model.audit_words import act_words
from xmpp_agent.model.people import NO_NAME
from xmpp_agent.model.verdicts import Decision
from xmpp_agent.ports.audit import AuditTrail
from xmpp_agent.rules import names
from xmpp_agent.rules.audit_words import reason_words
from xmpp_agent.wire_audit import AuditRow, AuditSaid, AuditSpot, AuditTaken, AuditWhy

OPEN = Decision.OPEN.value
LONGEST = 200
"""Letters of a name or code; the wire carries no more than 500."""
_NOTHING = "–"


async def rows_of(trail: AuditTrail, lines: Collection[OldLine]) -> tuple[AuditRow, ...]:
    """In the same order. Raises Unavailable."""
    people = await trail.named({one for line in lines for one in (line.about.person, line.about.actor)})
    return tuple(_row(line, people) for line in lines)


async def why_of(trail: AuditTrail, line: OldLine) -> AuditWhy:
    """One with everything it holds. Raises Unavailable."""
    [row] = await rows_of(trail, (line,))
    said = tuple(
        AuditSaid(
            rule=_code(one.rule),
            decision=_code(one.decision),
            reason=_code(one.reason),
            words=reason_words(one.reason),
            facts=one.facts[:LONGEST],
        )
        for one in line.said
    )
    texts = {"subject": line.subject[:LONGEST], "actor": line.actor[:LONGEST], "note": line.note[:LONGEST]}
    return AuditWhy(row=row, said=said, prev=line.prev, hash=line.hash, **texts)


def taken(line: OldLine) -> AuditTaken:
    """One as it stands in the chain."""
    act, why = act_words(line.act), reason_words(line.reason)
    return AuditTaken(
        shard=line.spot.shard,
        seq=line.spot.seq,
        words=(f"{act[0]}. {why[0]}", f"{act[1]}. {why[1]}") if line.decision != OPEN else act,
        line=line.text,
        prev=line.prev,
        hash=line.hash,
    )


def spot_of(at: AuditSpot) -> Spot:
    """Where a console's row stands."""
    return Spot(at.at, at.shard, at.seq)


def _row(line: OldLine, people: Mapping[str, Named]) -> AuditRow:
    spot, about = line.spot, line.about
    return AuditRow(
        key=f"{spot.shard}/audit/{spot.seq}",
        at=AuditSpot(at=spot.at, shard=spot.shard, seq=spot.seq),
        act=_code(line.act),
        words=act_words(line.act[:LONGEST]),
        decision=_code(line.decision),
        reason=_code(line.reason),
        reason_words=reason_words(line.reason),
        unit=about.unit[:LONGEST],
        room=line.room[:LONGEST],
        appointment=about.appointment[:LONGEST],
        who=_shown(people[about.person]) if about.person in people else "",
        by=_by(about, people),
        rules=len(line.said),
    )


def _shown(one: Named) -> str:
    is_plain = one.is_staff or one.name == NO_NAME
    return (one.name if is_plain else names.masked(one.name))[:LONGEST]


def _by(about: About, people: Mapping[str, Named]) -> str:
    """Accounts and programs by name; a pass or id nobody knows any more says nothing to anybody."""
    actor = about.actor
    if actor in people:
        return _shown(people[actor]) if actor != about.person else ""
    return actor if actor.startswith("uid:") or actor in ("agent", "focus", "recorder") else ""


def _code(text: str) -> str:
    return text[:LONGEST] or _NOTHING
