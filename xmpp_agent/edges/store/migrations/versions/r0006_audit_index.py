"""By what the lines of the audit are found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """A table, empty: the agent fills it from the chain."""
    op.create_table(
        "audit_index",
        sa.Column("shard", sa.String(64), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("appointment", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
    )
    op.create_index("audit_by_time", "audit_index", ["at"])
    op.create_index("audit_by_unit", "audit_index", ["unit", "at"])
    for column in ("room", "appointment", "actor", "act"):
        op.create_index(f"audit_by_{column}", "audit_index", [column])
