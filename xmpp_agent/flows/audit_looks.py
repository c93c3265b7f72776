"""A supervisor looks through the audit, and takes lines away: judged, on record, and only then answered.

Reading the lines of one's units is not put on record, or the record would be of nothing else. Looking one person up
is, once a search; so is whatever leaves as a file.
"""

import re
from dataclasses import dataclass, replace

from xmpp_agent.flows.office import ALLOWED, new_id
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.audit_trail import OldLine, Query, Spot
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.ports import Clock
from xmpp_agent.ports.audit import AuditTrail, Booked
from xmpp_agent.ports.diary import Diary, Records
from xmpp_agent.ports.privacy import Holdings
from xmpp_agent.rules import audit_looks as rules
from xmpp_agent.rules import reasons
from xmpp_agent.rules.audit_words import kinds, terms
from xmpp_agent.rules.staff_acts import may_see

_ACCOUNT = re.compile(r"uid:\d{1,10}")
_NOT_TOLD = frozenset({Reason.NOT_YOUR_UNIT, Reason.UNKNOWN_ROOM, Reason.UNKNOWN_PERSON})
"""Refusals whose line must not stand among those of the room or person that was asked for."""
_Lines = tuple[OldLine, ...] | None
CATCH_UP = 10
"""Steps of making lines findable that somebody who asks waits for."""


@dataclass(frozen=True, slots=True)
class Archives:
    """What these flows work on."""

    trail: AuditTrail
    diary: Diary
    holdings: Holdings
    records: Records
    clock: Clock


@dataclass(frozen=True, slots=True)
class Who:
    """The supervisor who asks; "*": all units."""

    actor: str
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Search:
    """What they look for; empty and None: it does not matter. Kind, staff and words as they were typed."""

    room: str = ""
    appointment: str = ""
    """Of the citizen whose lines are wanted; all of them, in the supervisor's units."""
    kind: str = ""
    staff: str = ""
    since: float | None = None
    until: float | None = None
    words: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it. Not `complete`: some lines, the newest, cannot be found yet."""

    verdict: Verdict
    lines: tuple[OldLine, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Meant:
    """A search with whom and what it names looked up."""

    asked: rules.Asked
    query: Query
    people: frozenset[str] = frozenset()
    """Citizens and colleagues it is about, by id."""


async def look_up(archives: Archives, who: Who, search: Search, before: Spot | None, most: int, *, anew: bool) -> Found:
    """Lines, newest first. `anew`: this search is not on record yet. Raises Unavailable: then nothing is shown."""
    complete = await _caught_up(archives)
    meant = await _meant(archives, who, search)
    verdict = rules.may_look(meant.asked)
    if verdict.reason is Reason.REASON_NEEDED:
        return Found(verdict)  # asked back, and nothing shown
    if not verdict.is_open or (anew and rules.is_of_a_person(meant.asked)):
        await _on_record(archives, "audit-look", who, search, meant, verdict)
    if not verdict.is_open:
        return Found(verdict)
    return Found(verdict, await archives.trail.find(replace(meant.query, before=before), most), complete)


async def take(archives: Archives, who: Who, search: Search) -> Found:
    """Every line of one citizen or one room, to be kept as a file. Raises Unavailable: then nothing is given out."""
    complete = await _caught_up(archives)
    meant = await _meant(archives, who, Search(room=search.room, appointment=search.appointment, why=search.why))
    verdict, lines = rules.may_take(meant.asked, 0), tuple[OldLine, ...]()
    if verdict.is_open:
        lines = await archives.trail.find(meant.query, rules.MOST_TAKEN + 1)
        verdict = rules.may_take(meant.asked, len(lines))
    await _on_record(archives, "audit-take", who, search, meant, verdict, lines)
    return Found(verdict, lines[::-1], complete) if verdict.is_open else Found(verdict)


async def read_line(archives: Archives, who: Who, shard: str, seq: int) -> OldLine | None:
    """One line of the supervisor's units; None also when it is another's."""
    line = await archives.trail.line(shard, seq)
    return line if line is not None and may_see(who.units, line.about.unit) else None


async def list_taken(archives: Archives, who: Who, name: str, rows: int) -> Verdict:
    """A list of the console is about to be saved as a file. Raises Unavailable: then it must not be."""
    note = f"list={name} rows={rows}"
    await archives.records.keep(AuditLine(archives.clock.now(), "list-take", "", "", who.actor, ALLOWED, note))
    return ALLOWED


async def _caught_up(archives: Archives) -> bool:
    for _ in range(CATCH_UP):
        if not await archives.trail.follow():
            return True
    return False


async def _meant(archives: Archives, who: Who, search: Search) -> _Meant:
    named = await archives.trail.appointment(search.appointment) if search.appointment else None
    room = await archives.trail.unit_of_room(search.room) if search.room else None
    mine = await _appointments(archives, who, named) if named is not None else ()
    actors, colleagues = await _staff(archives, who, search.staff)
    acts = await archives.trail.acts() if search.kind or search.words else ()
    asked = rules.Asked(
        units=who.units,
        citizen=(named.unit if named is not None else "") if search.appointment else None,
        staff=bool(colleagues),
        room=(room or "") if search.room else None,
        why=search.why,
    )
    query = Query(
        units=who.units,
        room=search.room,
        appointments=tuple(one.id for one in mine) if search.appointment else None,
        actors=actors if search.staff else None,
        kinds=kinds(search.kind, acts) if search.kind else None,
        since=search.since,
        until=search.until,
        terms=terms(search.words, acts),
    )
    return _Meant(asked, query, frozenset(one.citizen for one in mine) | frozenset(colleagues))


async def _appointments(archives: Archives, who: Who, named: Booked) -> tuple[Booked, ...]:
    """Every appointment of the same citizen in these units; there is a row of the citizen for each."""
    rows = await archives.holdings.like(named.citizen) or (named.citizen,)
    return tuple(one for one in await archives.trail.appointments_of(rows) if may_see(who.units, one.unit))


async def _staff(archives: Archives, who: Who, typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom lines name that were called so, and those of them who are people: staff of these units, local accounts."""
    words = typed.casefold().split()
    if words == ["agent"]:
        return ("agent",), ()
    if not words or _ACCOUNT.fullmatch(words[0]):
        return tuple(words[:1]), tuple(words[:1])
    units = [unit.id for unit in await archives.diary.units() if may_see(who.units, unit.id)]
    people = [person for unit in units for person in await archives.diary.staff_of(unit)]
    found = tuple(person.id for person in people if all(word in person.name.casefold() for word in words))
    return found, found


async def _on_record(
    archives: Archives, act: str, who: Who, search: Search, meant: _Meant, verdict: Verdict, lines: _Lines = None
) -> None:
    """Who was looked at and why is in the looks: what somebody typed may name a person, and lines are for good."""
    now, is_known = archives.clock.now(), verdict.is_open or verdict.reason not in _NOT_TOLD
    note = " ".join(name for name in ("room", "appointment", "staff") if getattr(search, name))
    note = note if lines is None else f"{note} lines={len(lines)}"
    subject, room = (search.appointment, search.room) if is_known else ("", "")
    looked_at = meant.people | {line.about.person for line in lines or ()} - {""} if verdict.is_open else frozenset()
    looks = (Look(new_id(), one, now, who.actor, act, reasons.kept(search.why)) for one in sorted(looked_at))
    await archives.records.keep(AuditLine(now, act, room, subject, who.actor, verdict, note), *looks)
