"""The tables of recordings and of the journal they go to; see `tables.py` for what holds of all tables."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, String, Table, Text

from xmpp_agent.edges.store.tables import metadata

_ID = 64

recordings = Table(
    "recordings",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("room", String(_ID), nullable=False),
    Column("appointment", String(_ID), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("asked_by", String(_ID), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("session", String(_ID), nullable=False),
    Column("meeting", String(_ID), nullable=False),
    Column("part", Integer, nullable=False),
    Column("on_at", Double),
    Column("off_at", Double),
    Column("stopped_by", String(_ID), nullable=False),
    Column("size", BigInteger),
    Column("sha256", String(_ID)),
    Column("duration", Double),
    Column("key", Text, nullable=False),
    Column("number", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Double),
    Column("fault", String(32)),
    Column("held", Boolean(create_constraint=False), nullable=False),
    Column("version", Integer, nullable=False),
    Index("recordings_by_session", "session", "part"),
    Index("recordings_by_room", "room", "made_at"),
    Index("recordings_by_appointment", "appointment"),
    Index("recordings_due", "due_at"),
    Index("recordings_by_stage", "stage"),
)
"""The chain of custody. `key` is sealed: with it goes the file."""

consents = Table(
    "consents",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("appointment", String(_ID), nullable=False),
    Column("person", String(_ID), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("how", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("by", String(_ID), nullable=False),
    Column("at", Double, nullable=False),
    Index("consents_by_appointment", "appointment", "at"),
)
"""Answers to the question whether somebody may be recorded; never changed, the newest counts."""

closings = Table(
    "closings",
    metadata,
    Column("appointment", String(_ID), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fault", String(32)),
    Index("closings_due", "state", "due_at"),
)
"""Cases to be closed, on their way to the journal."""

memos = Table(
    "memos",
    metadata,
    Column("entry", String(_ID), primary_key=True),
    Column("step", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Double, nullable=False),
)
"""What a journal adapter must not forget between two attempts: addresses and ids the journal gave, nothing personal."""
