"""Nouns for tests of the rules: one room, its staff, two appointments, and a moment in the middle of the day."""

from dataclasses import replace

from xmpp_agent.model.appointments import Appointment, Known, Policy, Room
from xmpp_agent.model.people import CompanionKind, Level, Pass, Person, Role
from xmpp_agent.model.rooms import Occupant, RoomState, Visit, Waiting
from xmpp_agent.rules.admission.facts import Asks, Facts

NOW = 1_795_381_467.0
ANNA, BO = "anna", "bo"
"""Appointments, named after their citizens."""
ROOM = Room(node="k3v" * 9, unit="Jobcenter", owner="mette", day="2026-11-22", covers=frozenset({"kim"}))
POLICY = Policy(id="samtale", level=Level.SUBSTANTIAL)
HOTLINE = Policy(id="hotline", level=Level.NONE, lobby=False)


def appointment(
    name: str = ANNA, policy: Policy = POLICY, starts_in: float = 0.0, ends_in: float = 1800.0
) -> Appointment:
    """An appointment around now; `invited` is the identity of that name."""
    return Appointment(name, "Jobcenter", name, f"id-{name}", ROOM.node, policy, NOW + starts_in, NOW + ends_in)


def a_pass(person: str, role: Role, appointment_id: str | None, room: str = ROOM.node) -> Pass:
    """A pass made a minute ago for three hours, with the identity of that name at the level `substantial`."""
    return Pass(
        id=f"pass-{person}",
        role=role,
        person=person,
        seat=f"seat-{person}",
        room=room,
        issued_at=NOW - 60,
        not_before=NOW - 60,
        expires_at=NOW + 10_800,
        appointment=appointment_id,
        level=Level.SUBSTANTIAL,
        proved=f"id-{person}",
        kind=CompanionKind.INTERPRETER if role is Role.COMPANION else None,
    )


def citizen(name: str = ANNA, policy: Policy = POLICY) -> Known:
    """The citizen of an appointment, as invited."""
    return Known(
        a_pass(name, Role.CITIZEN, name), Person(name, "Jobcenter", name.title()), ROOM, appointment(name, policy)
    )


def companion(of: str = ANNA) -> Known:
    """An interpreter of an appointment."""
    who = f"{of}-interpreter"
    return Known(a_pass(who, Role.COMPANION, of), Person(who, "Jobcenter", "Ole Tolk"), ROOM, appointment(of))


def staff(name: str = "mette") -> Known:
    """A member of staff with a pass for the room."""
    return Known(a_pass(name, Role.STAFF, None), Person(name, "Jobcenter", name.title()), ROOM)


def changed(known: Known, **fields: object) -> Known:
    """The same person with another pass."""
    return replace(known, pass_=replace(known.pass_, **fields))  # type: ignore[arg-type]  # fields named by the test


def rebooked(known: Known, **fields: object) -> Known:
    """The same person with another appointment."""
    assert known.appointment is not None
    return replace(known, appointment=replace(known.appointment, **fields))  # type: ignore[arg-type]  # as above


def inside(known: Known, *, arrived: bool = True, since: float = NOW - 30) -> Occupant:
    """Somebody in the meeting."""
    own = known.pass_
    jid = f"u-{own.person}@meet.example.dk/r"
    return Occupant(jid, own.person, own.id, own.seat, own.role, own.appointment, since, arrived=arrived)


def standing(known: Known, since: float = NOW - 30) -> Waiting:
    """Somebody in the lobby."""
    own = known.pass_
    jid = f"u-{own.person}@meet.example.dk/r"
    return Waiting(own.seat, own.id, own.role, own.appointment or "", since, jid=jid, nick=own.person)


def visit(of: str = ANNA, **fields: object) -> Visit:
    """A visit that staff began a minute ago."""
    begun = Visit(seq=1, appointment=of, let_in_at=NOW - 60, let_in_by="pass-mette", arrived=True)
    return replace(begun, **fields)  # type: ignore[arg-type]  # fields named by the test


def room(*people: Occupant, of: str | None = None, **fields: object) -> RoomState:
    """The room with these people inside; `of`: whose visit it is."""
    begun = visit(of) if of else None
    state = RoomState(room=ROOM, exists=True, inside=people, visit=begun, seq=1 if begun else 0)
    return replace(state, **fields)  # type: ignore[arg-type]  # fields named by the test


def facts(known: Known | None, state: RoomState | None, asks: Asks = Asks.JOIN, **fields: object) -> Facts:
    """What is known when somebody asks, with a pass that was used before and a nick as clients choose it."""
    asked = Facts(asks=asks, now=NOW, known=known, first_used_at=NOW - 30, nick="0f12ab34", state=state)
    return replace(asked, **fields)  # type: ignore[arg-type]  # fields named by the test
