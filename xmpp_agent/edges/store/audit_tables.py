"""By what the lines of the audit are found. Made from the chain, and could be made from it again."""

from sqlalchemy import Column, Double, Index, Integer, String, Table

from xmpp_agent.edges.store.tables import metadata

audit_index = Table(
    "audit_index",
    metadata,
    Column("shard", String(64), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("unit", String(100), nullable=False),
    Column("room", String(64), nullable=False),
    Column("appointment", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("act", String(64), nullable=False),
    Column("reason", String(64), nullable=False),
    Index("audit_by_time", "at"),
    Index("audit_by_unit", "unit", "at"),
    Index("audit_by_room", "room"),
    Index("audit_by_appointment", "appointment"),
    Index("audit_by_actor", "actor"),
    Index("audit_by_act", "act"),
)
"""Not part of the chain: nothing is proved by it. `unit`, `appointment`, `person` and `actor` are as
`rules/audit_lines.py` says, at a time when passes can still be read."""
