"""What supervisors did about alerts, and their notes to the next shift."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Two tables, empty."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("owned_at", sa.Double),
        sa.Column("seen_by", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.Double),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("alerts_by_change", "alerts", ["changed_at"])
    op.create_table(
        "shift_notes",
        sa.Column("unit", sa.String(100), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
