"""A place in line knows how often somebody who came later was let in first."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nobody has been passed over, as far as is known."""
    op.add_column("places", sa.Column("passed_over", sa.Integer, nullable=False, server_default="0"))
