"""Appointments keep what a calling system wrote of them for itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Two sealed columns, empty for what stands."""
    for name in ("subject", "description"):
        op.add_column("appointments", sa.Column(name, sa.Text, nullable=False, server_default=""))
