"""What the console's numbers of the last day are made of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Two tables, empty."""
    op.create_table(
        "waits",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("ended", sa.String(16), nullable=False),
    )
    op.create_index("waits_by_end", "waits", ["until"])
    op.create_table(
        "samples",
        sa.Column("at", sa.Double, primary_key=True),
        sa.Column("unit", sa.String(100), primary_key=True),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("rooms", sa.Integer, nullable=False),
        sa.Column("busy", sa.Double, nullable=False),
        sa.Column("free", sa.Double, nullable=False),
    )
