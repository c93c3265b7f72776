"""The tables. Migrations make them; `tests/edges/store/test_database.py` holds the two together.

Times are seconds since 1970. Personal columns (`name`, `case_ref`) hold sealed text. Hot tables (passes,
room_memory, places, audit) have no foreign keys: what happened at the door is written down even when its
appointment is gone.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

_ID = 64

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", Text, nullable=False),
    CheckConstraint("role in ('staff', 'citizen', 'companion')", name="people_role"),
    Index("people_by_unit", "unit", "role"),
)

policies = Table(
    "policies",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("level", Integer, nullable=False),
    Column("lobby", Boolean(create_constraint=False), nullable=False),
    Column("recording_allowed", Boolean(create_constraint=False), nullable=False),
    Column("early", Double, nullable=False),
    Column("late", Double, nullable=False),
    Column("grace", Double, nullable=False),
    Column("tells_place", Boolean(create_constraint=False), nullable=False),
    Column("retention", String(32), nullable=False),
)

rooms = Table(
    "rooms",
    metadata,
    Column("node", String(_ID), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("owner", ForeignKey("people.id"), nullable=False),
    Column("day", String(10), nullable=False),
    Column("covers", Text, nullable=False),
    Index("rooms_by_owner", "owner", "day"),
)
"""`covers`: person ids, blank-separated."""

appointments = Table(
    "appointments",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("citizen", ForeignKey("people.id"), nullable=False),
    Column("invited", String(64), nullable=False),
    Column("room", ForeignKey("rooms.node"), nullable=False),
    Column("policy", ForeignKey("policies.id"), nullable=False),
    Column("starts_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("case_ref", Text, nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("cancelled_at", Double),
    Index("appointments_by_start", "starts_at"),
)

companions = Table(
    "companions",
    metadata,
    Column("appointment", ForeignKey("appointments.id"), primary_key=True),
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("kind", String(32), nullable=False),
)

passes = Table(
    "passes",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("claims", Text),
    Column("first_used_at", Double),
    Column("revoked_at", Double),
)
"""A pass is here once it was used or revoked; `claims` is NULL for one revoked before its first use."""

room_memory = Table(
    "room_memory",
    metadata,
    Column("node", String(_ID), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("visit", Text),
    Column("turnover_open", Boolean(create_constraint=False), nullable=False),
    Column("frozen_since", Double),
    Column("asked_at", Double),
)

places = Table(
    "places",
    metadata,
    Column("node", String(_ID), primary_key=True),
    Column("seat", String(_ID), primary_key=True),
    Column("appointment", String(_ID), nullable=False),
    Column("since", Double, nullable=False),
    Column("left_at", Double),
)

audit = Table(
    "audit",
    metadata,
    Column("shard", String(_ID), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

key_marks = Table(
    "key_marks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("mark", Text, nullable=False),
)
"""By which a database notices that it is opened with the keys of another one."""
