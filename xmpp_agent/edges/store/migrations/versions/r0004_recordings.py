"""Recordings and consents, cases to be closed, and the number the journal gave a note."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = 64


def upgrade() -> None:
    """Add what recordings need."""
    op.add_column("notes", sa.Column("number", sa.String(200), nullable=False, server_default=""))
    _recordings()
    _consents()
    _journal()


def _recordings() -> None:
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("room", sa.String(_ID), nullable=False),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.String(_ID), nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("session", sa.String(_ID), nullable=False),
        sa.Column("meeting", sa.String(_ID), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("on_at", sa.Double),
        sa.Column("off_at", sa.Double),
        sa.Column("stopped_by", sa.String(_ID), nullable=False),
        sa.Column("size", sa.BigInteger),
        sa.Column("sha256", sa.String(_ID)),
        sa.Column("duration", sa.Double),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double),
        sa.Column("fault", sa.String(32)),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("recordings_by_session", "recordings", ["session", "part"])
    op.create_index("recordings_by_room", "recordings", ["room", "made_at"])
    op.create_index("recordings_by_appointment", "recordings", ["appointment"])
    op.create_index("recordings_due", "recordings", ["due_at"])
    op.create_index("recordings_by_stage", "recordings", ["stage"])


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("person", sa.String(_ID), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("by", sa.String(_ID), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("consents_by_appointment", "consents", ["appointment", "at"])


def _journal() -> None:
    op.create_table(
        "closings",
        sa.Column("appointment", sa.String(_ID), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("fault", sa.String(32)),
    )
    op.create_index("closings_due", "closings", ["state", "due_at"])
    op.create_table(
        "memos",
        sa.Column("entry", sa.String(_ID), primary_key=True),
        sa.Column("step", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
