"""What supervisors did about alerts, and their notes to the next shift."""

from sqlalchemy import Column, Double, Index, Integer, String, Table, Text

from xmpp_agent.edges.store.tables import metadata

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("since", Double, nullable=False),
    Column("changed_at", Double, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("owned_at", Double),
    Column("seen_by", String(64), nullable=False),
    Column("seen_at", Double),
    Column("version", Integer, nullable=False),
    Index("alerts_by_change", "changed_at"),
)
"""Only those somebody took or acknowledged. `id`: a hash that tells one alert from another."""

shift_notes = Table(
    "shift_notes",
    metadata,
    Column("unit", String(100), primary_key=True),
    Column("text", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", Double, nullable=False),
)
"""`text` is sealed, and empty once it was taken away."""
