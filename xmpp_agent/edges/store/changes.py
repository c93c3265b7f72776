"""What may be written in one transaction with an audit line, in portable SQL (no dialect's own upsert).

A change is a few statements run in order with the same named values.
"""

from dataclasses import dataclass

from sqlalchemy import (
    Delete,
    Insert,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    update,
)

from xmpp_agent.edges.store.rows import Values, look_values, memory_values, pass_text, place_values
from xmpp_agent.edges.store.tables import appointments, audit, looks, passes, places, room_memory
from xmpp_agent.model.audit import Look
from xmpp_agent.model.people import PassRecord
from xmpp_agent.model.rooms import Place, RoomMemory

Statement = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Change:
    """Statements, and the values they share."""

    statements: tuple[Statement, ...]
    values: Values
    one_row: bool = False
    """Whether the last statement must meet exactly one row; otherwise the whole entry does not stand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit line (canonical JSON) and what must stand or fall with it."""

    line: str
    changes: tuple[Change, ...] = ()


INSERT_LINE = insert(audit)
"""Values: shard, seq, line, prev, hash."""

_forget_memory = delete(room_memory).where(room_memory.c.node == bindparam("node"))
_forget_place = delete(places).where(and_(places.c.node == bindparam("node"), places.c.seat == bindparam("seat")))
_keep_memory = insert(room_memory)
_keep_place = insert(places)
_add_look = insert(looks)
_meet_pass = insert(passes).from_select(
    ["id", "claims", "first_used_at", "revoked_at"],
    select(bindparam("p_id", type_=passes.c.id.type), null(), null(), null()).where(
        ~exists().where(passes.c.id == bindparam("p_id"))
    ),
)
_note_pass = (
    update(passes)
    .where(passes.c.id == bindparam("p_id"))
    .values(
        claims=func.coalesce(passes.c.claims, bindparam("p_claims", type_=passes.c.claims.type)),
        first_used_at=func.coalesce(passes.c.first_used_at, bindparam("p_used", type_=passes.c.first_used_at.type)),
        revoked_at=func.coalesce(passes.c.revoked_at, bindparam("p_revoked", type_=passes.c.revoked_at.type)),
    )
)
_cancel = (
    update(appointments)
    .where(and_(appointments.c.id == bindparam("p_id"), appointments.c.cancelled_at.is_(None)))
    .values(cancelled_at=bindparam("p_at"))
)


def remember(memory: RoomMemory) -> Change:
    """Room memory as it is now."""
    return Change((_forget_memory, _keep_memory), memory_values(memory))


def keep(place: Place) -> Change:
    """A place in the queue as it is now; a place given up is deleted."""
    statements: tuple[Statement, ...] = (_forget_place,) if place.done else (_forget_place, _keep_place)
    return Change(statements, place_values(place))


def note_use(record: PassRecord) -> Change:
    """A pass was used. The first use and the first revocation stand; later ones change nothing."""
    return _pass_change(record.pass_.id, pass_text(record.pass_), record.first_used_at, record.revoked_at)


def looked(look: Look) -> Change:
    """A line of an access log."""
    return Change((_add_look,), look_values(look))


def revoke(pass_id: str, at: float) -> Change:
    """A pass is revoked, whether it was used before or not."""
    return _pass_change(pass_id, None, None, at)


def cancel(appointment_id: str, at: float) -> Change:
    """An appointment is cancelled; a second time changes nothing."""
    return Change((_cancel,), {"p_id": appointment_id, "p_at": at})


def _pass_change(pass_id: str, claims: str | None, used: float | None, revoked: float | None) -> Change:
    values = {"p_id": pass_id, "p_claims": claims, "p_used": used, "p_revoked": revoked}
    return Change((_meet_pass, _note_pass), values)
