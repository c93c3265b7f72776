"""A reason for a look is as long as the wire lets it be."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """The table is copied: SQLite changes no column in its place."""
    with op.batch_alter_table("looks") as looks:
        looks.alter_column("why", existing_type=sa.String(200), type_=sa.String(300), existing_nullable=False)
