"""The tables. Migrations make them; `tests/edges/store/test_database.py` holds the two together.

Times are seconds since 1970. Personal columns hold sealed text (all of them are listed in `resealing.py`); marks are
keyed hashes. Hot tables (passes, room_memory, places, audit) have no foreign keys: what happened at the door is written
down even when its appointment is gone. What each column holds, and until when: docs/privacy.md.
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
    false,
    text,
)

_ID = 64
_OF_A_DAY = text("day <> ''")
"""Hotline calls have rooms of their own; for a day there is one for each member of staff."""

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("reach", Text),
    Column("account", String(_ID)),
    CheckConstraint("role in ('staff', 'citizen', 'companion')", name="people_role"),
    Index("people_by_unit", "unit", "role"),
    Index("people_by_account", "account", unique=True),
)
"""`account`: keyed hash of what the employer calls a member of staff; NULL for everybody else."""

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
    Column("plan", Text, nullable=False, server_default="{}"),
)
"""`plan`: the rest of a policy as JSON: what the door does not ask about."""

units = Table(
    "units",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("body", Text, nullable=False),
)
"""`body`: the unit as JSON."""

rooms = Table(
    "rooms",
    metadata,
    Column("node", String(_ID), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("owner", ForeignKey("people.id"), nullable=False),
    Column("day", String(10), nullable=False),
    Column("covers", Text, nullable=False),
    Index("rooms_by_owner", "owner", "day"),
    Index("rooms_by_day", "day", "unit"),
    Index("rooms_of_a_day", "owner", "day", unique=True, sqlite_where=_OF_A_DAY, postgresql_where=_OF_A_DAY),
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
    Column("staff", String(_ID), nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default="da"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("caller", String(_ID), nullable=False, server_default=""),
    Column("outcome", String(16)),
    Column("case_closes", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("met", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("asked", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("made_at", Double, nullable=False, server_default="0"),
    Column("subject", Text, nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Index("appointments_by_start", "starts_at"),
    Index("appointments_by_unit", "unit", "starts_at"),
    Index("appointments_by_staff", "staff", "starts_at"),
    Index("appointments_by_citizen", "citizen"),
)

external_ids = Table(
    "external_ids",
    metadata,
    Column("caller", String(_ID), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("appointment", ForeignKey("appointments.id"), nullable=False),
    Column("content", String(64), nullable=False),
)
"""What each calling system calls its appointments: its own ids are unique, so booking twice books once.

`content`: keyed hash of what was wished for.
"""

companions = Table(
    "companions",
    metadata,
    Column("appointment", ForeignKey("appointments.id"), primary_key=True),
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("kind", String(32), nullable=False),
    Index("companions_by_person", "person"),
)

links = Table(
    "links",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("appointment", String(_ID), nullable=False),
    Column("person", String(_ID), nullable=False),
    Column("code", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("opened_at", Double),
    Column("revoked_at", Double),
    Index("links_by_appointment", "appointment", "person"),
)
"""`mark` finds a link by its code; the sealed `code` is there to be written into the next letter."""

letters = Table(
    "letters",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("appointment", String(_ID), nullable=False),
    Column("person", String(_ID), nullable=False),
    Column("about", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", Double, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failure", String(32)),
    Column("gateway_id", String(200), nullable=False),
    Column("parts", Integer, nullable=False),
    Column("changed_at", Double, nullable=False),
    Index("letters_due", "state", "channel", "due_at"),
    Index("letters_by_appointment", "appointment"),
    Index("letters_by_gateway_id", "gateway_id"),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("appointment", String(_ID), primary_key=True),
    Column("person", String(_ID), primary_key=True),
    Column("device", String(16)),
    Column("device_at", Double),
    Column("level", Integer, nullable=False),
    Column("verified", Boolean(create_constraint=False), nullable=False),
    Column("login_at", Double),
    Column("of_age_at", Double),
    Column("waiting_since", Double),
    Column("seen_at", Double),
    Column("passed_at", Double),
    Column("passed_by", String(64), nullable=False),
    Column("inside_at", Double),
)

sessions = Table(
    "sessions",
    metadata,
    Column("mark", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("person", String(_ID), nullable=False),
    Column("expires_at", Double, nullable=False),
    Index("sessions_by_person", "person"),
    Index("sessions_by_end", "expires_at"),
)
"""`body`: the session as JSON; ids and hashes, nothing personal."""

looks = Table(
    "looks",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("person", String(_ID), nullable=False),
    Column("at", Double, nullable=False),
    Column("actor", String(_ID), nullable=False),
    Column("act", String(32), nullable=False),
    Column("why", String(300), nullable=False),
    Index("looks_by_person", "person", "at"),
)
"""The access log: who looked at or acted on whom. Written with the audit line of the act."""

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("mark", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("units", Text, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("revoked_at", Double),
    Column("hook_url", Text, nullable=False, server_default=""),
    Column("hook_secret", Text, nullable=False, server_default=""),
)
"""Calling systems. `units`: JSON list; `hook_secret` is sealed."""

hooks = Table(
    "hooks",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("caller", String(_ID), nullable=False),
    Column("appointment", String(_ID), nullable=False),
    Column("event", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Index("hooks_due", "state", "due_at"),
)
"""What calling systems are to be told. What they have is deleted; what was given up stays to be seen."""

calls = Table(
    "calls",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("staff", String(_ID), nullable=False),
    Column("appointment", String(_ID), nullable=False),
    Column("room", String(_ID), nullable=False),
    Column("number", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("erase_at", Double, nullable=False),
    Index("calls_by_unit", "unit", "made_at"),
    Index("calls_by_room", "room"),
    Index("calls_by_appointment", "appointment"),
)
"""Hotline calls. `number` is sealed, and empty once erased."""

notes = Table(
    "notes",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("appointment", String(_ID), nullable=False),
    Column("staff", String(_ID), nullable=False),
    Column("text", Text, nullable=False),
    Column("case_closes", Boolean(create_constraint=False), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("number", String(200), nullable=False, server_default=""),
    Index("notes_due", "state", "due_at"),
    Index("notes_by_appointment", "appointment"),
    Index("notes_by_staff", "staff", "state"),
)
"""Notes of meetings (duty to take notes), on their way to the journal. `text` is sealed."""

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
    Column("passed_over", Integer, nullable=False, server_default="0"),
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
