"""The first tables, and the policies every installation begins with."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = 64
_LINES_STAND = """
CREATE TRIGGER audit_{verb}_refused BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'audit lines stand as they were written'); END
"""


def upgrade() -> None:
    """Make everything."""
    _people_and_rooms()
    _appointments()
    _door()
    _policies()
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_LINES_STAND.format(verb=verb))


def _people_and_rooms() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.CheckConstraint("role in ('staff', 'citizen', 'companion')", name="people_role"),
    )
    op.create_index("people_by_unit", "people", ["unit", "role"])
    op.create_table(
        "rooms",
        sa.Column("node", sa.String(_ID), primary_key=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("owner", sa.String(_ID), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("covers", sa.Text, nullable=False),
    )
    op.create_index("rooms_by_owner", "rooms", ["owner", "day"])


def _appointments() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("lobby", sa.Boolean, nullable=False),
        sa.Column("recording_allowed", sa.Boolean, nullable=False),
        sa.Column("early", sa.Double, nullable=False),
        sa.Column("late", sa.Double, nullable=False),
        sa.Column("grace", sa.Double, nullable=False),
        sa.Column("tells_place", sa.Boolean, nullable=False),
        sa.Column("retention", sa.String(32), nullable=False),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("citizen", sa.String(_ID), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("invited", sa.String(64), nullable=False),
        sa.Column("room", sa.String(_ID), sa.ForeignKey("rooms.node"), nullable=False),
        sa.Column("policy", sa.String(_ID), sa.ForeignKey("policies.id"), nullable=False),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.Column("case_ref", sa.Text, nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("cancelled_at", sa.Double),
    )
    op.create_index("appointments_by_start", "appointments", ["starts_at"])
    op.create_table(
        "companions",
        sa.Column("appointment", sa.String(_ID), sa.ForeignKey("appointments.id"), primary_key=True),
        sa.Column("person", sa.String(_ID), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
    )


def _door() -> None:
    op.create_table(
        "passes",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("claims", sa.Text),
        sa.Column("first_used_at", sa.Double),
        sa.Column("revoked_at", sa.Double),
    )
    op.create_table(
        "room_memory",
        sa.Column("node", sa.String(_ID), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("visit", sa.Text),
        sa.Column("turnover_open", sa.Boolean, nullable=False),
        sa.Column("frozen_since", sa.Double),
        sa.Column("asked_at", sa.Double),
    )
    op.create_table(
        "places",
        sa.Column("node", sa.String(_ID), primary_key=True),
        sa.Column("seat", sa.String(_ID), primary_key=True),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("left_at", sa.Double),
    )
    op.create_table(
        "audit",
        sa.Column("shard", sa.String(_ID), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "key_marks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("mark", sa.Text, nullable=False),
    )


def _policies() -> None:
    policies = sa.table(
        "policies",
        *(sa.column(name) for name in ("id", "level", "retention")),
        *(sa.column(name, sa.Boolean) for name in ("lobby", "recording_allowed", "tells_place")),
        *(sa.column(name, sa.Double) for name in ("early", "late", "grace")),
    )
    common = {
        "lobby": True,
        "recording_allowed": False,
        "tells_place": True,
        "early": 1800.0,
        "late": 1800.0,
        "grace": 120.0,
        "retention": "standard",
    }
    op.bulk_insert(
        policies,
        [
            common | {"id": "samtale", "level": 2},
            common | {"id": "samtale-optag", "level": 2, "recording_allowed": True},
            common | {"id": "hotline", "level": 0, "lobby": False},
        ],
    )
