"""From nouns to rows and back; the only place that knows how a noun is spelled in a column."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from xmpp_agent.edges.store.tables import appointments, places, policies, room_memory, rooms
from xmpp_agent.model.appointments import Appointment, Outcome, Plan, Policy, Room
from xmpp_agent.model.audit import Look
from xmpp_agent.model.people import Level, Pass
from xmpp_agent.model.rooms import Place, RoomMemory, Visit

_PLAN = TypeAdapter(Plan)
_PASS = TypeAdapter(Pass)
_VISIT = TypeAdapter(Visit)

Values = Mapping[str, str | float | int | None]
Opens = Callable[[str, str], str]
"""Opens a sealed text at its place (`Cipher.open`)."""


def memory_values(memory: RoomMemory) -> Values:
    """A row of `room_memory`."""
    return {
        "node": memory.node,
        "seq": memory.seq,
        "visit": None if memory.visit is None else _VISIT.dump_json(memory.visit).decode(),
        "turnover_open": memory.turnover_open,
        "frozen_since": memory.frozen_since,
        "asked_at": memory.asked_at,
    }


def memory_of(row: RowMapping) -> RoomMemory:
    """The noun of a row of `room_memory`."""
    visit = row[room_memory.c.visit]
    return RoomMemory(
        node=row[room_memory.c.node],
        seq=row[room_memory.c.seq],
        visit=None if visit is None else _VISIT.validate_json(visit),
        turnover_open=bool(row[room_memory.c.turnover_open]),
        frozen_since=row[room_memory.c.frozen_since],
        asked_at=row[room_memory.c.asked_at],
    )


def place_values(place: Place) -> Values:
    """A row of `places`."""
    return {
        "node": place.node,
        "seat": place.seat,
        "appointment": place.appointment,
        "since": place.since,
        "left_at": place.left_at,
        "passed_over": place.passed_over,
    }


def look_values(look: Look) -> Values:
    """A row of `looks`."""
    return {
        "id": look.id,
        "person": look.person,
        "at": look.at,
        "actor": look.actor,
        "act": look.act,
        "why": look.why,
    }


def place_of(row: RowMapping) -> Place:
    """The noun of a row of `places`."""
    return Place(
        node=row[places.c.node],
        seat=row[places.c.seat],
        appointment=row[places.c.appointment],
        since=row[places.c.since],
        left_at=row[places.c.left_at],
        passed_over=row[places.c.passed_over],
    )


def room_of(row: RowMapping) -> Room:
    """The noun of a row of `rooms`."""
    return Room(
        node=row[rooms.c.node],
        unit=row[rooms.c.unit],
        owner=row[rooms.c.owner],
        day=row[rooms.c.day],
        covers=frozenset(row[rooms.c.covers].split()),
    )


def policy_values(policy: Policy) -> Values:
    """A row of `policies`."""
    return {
        "id": policy.id,
        "level": int(policy.level),
        "lobby": policy.lobby,
        "recording_allowed": policy.recording_allowed,
        "early": policy.early,
        "late": policy.late,
        "grace": policy.grace,
        "tells_place": policy.tells_place,
        "retention": policy.retention,
        "plan": _PLAN.dump_json(policy.plan).decode(),
    }


@lru_cache(maxsize=256)
def _plan_of(text: str) -> Plan:
    """Policies are few and read at every login."""
    return _PLAN.validate_json(text)


def policy_of(row: RowMapping) -> Policy:
    """The noun of a row of `policies`."""
    return Policy(
        id=row[policies.c.id],
        level=Level(row[policies.c.level]),
        lobby=bool(row[policies.c.lobby]),
        recording_allowed=bool(row[policies.c.recording_allowed]),
        early=row[policies.c.early],
        late=row[policies.c.late],
        grace=row[policies.c.grace],
        tells_place=bool(row[policies.c.tells_place]),
        retention=row[policies.c.retention],
        plan=_plan_of(row[policies.c.plan]),
    )


def appointment_of(row: RowMapping, opens: Opens) -> Appointment:
    """The noun of a row of `appointments` joined with its policy. Raises ValueError when sealed text does not open."""
    ident, case_ref = row[appointments.c.id], row[appointments.c.case_ref]
    subject, description = row[appointments.c.subject], row[appointments.c.description]
    return Appointment(
        id=ident,
        unit=row[appointments.c.unit],
        citizen=row[appointments.c.citizen],
        invited=row[appointments.c.invited],
        room=row[appointments.c.room],
        policy=policy_of(row),
        starts_at=row[appointments.c.starts_at],
        ends_at=row[appointments.c.ends_at],
        case_ref=opens(case_ref, f"appointments.case_ref:{ident}") if case_ref else "",
        subject=opens(subject, f"appointments.subject:{ident}") if subject else "",
        description=opens(description, f"appointments.description:{ident}") if description else "",
        external_id=row[appointments.c.external_id],
        cancelled_at=row[appointments.c.cancelled_at],
        staff=row[appointments.c.staff],
        language=row[appointments.c.language],
        version=row[appointments.c.version],
        sequence=row[appointments.c.sequence],
        caller=row[appointments.c.caller],
        outcome=Outcome(row[appointments.c.outcome]) if row[appointments.c.outcome] else None,
        case_closes=bool(row[appointments.c.case_closes]),
        met=bool(row[appointments.c.met]),
        asked=bool(row[appointments.c.asked]),
        made_at=row[appointments.c.made_at],
    )


def room_values(room: Room) -> Values:
    """A row of `rooms`."""
    return {
        "node": room.node,
        "unit": room.unit,
        "owner": room.owner,
        "day": room.day,
        "covers": " ".join(sorted(room.covers)),
    }


def pass_text(pass_: Pass) -> str:
    """A pass as JSON for `passes.claims`."""
    return _PASS.dump_json(pass_).decode()


def pass_of(text: str) -> Pass:
    """The pass of `passes.claims`."""
    return _PASS.validate_json(text)
