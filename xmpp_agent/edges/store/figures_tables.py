"""The tables behind supervisors' numbers: a day of waits and of five-minute marks, of units and of nobody."""

from sqlalchemy import Column, Double, Index, Integer, String, Table

from xmpp_agent.edges.store.tables import metadata

waits = Table(
    "waits",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("unit", String(100), nullable=False),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("ended", String(16), nullable=False),
    Index("waits_by_end", "until"),
)
"""`id`: a hash that tells one wait from another."""

samples = Table(
    "samples",
    metadata,
    Column("at", Double, primary_key=True),
    Column("unit", String(100), primary_key=True),
    Column("waiting", Integer, nullable=False),
    Column("rooms", Integer, nullable=False),
    Column("busy", Double, nullable=False),
    Column("free", Double, nullable=False),
)
