"""Appointments that are booked by machines, invited by letter and reached through a browser."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = 64


def upgrade() -> None:
    """Add what booking, letters, pages and the hotline need."""
    _wider()
    _office()
    _browsers()
    _calls()


def _wider() -> None:
    op.add_column("people", sa.Column("reach", sa.Text))
    op.add_column("people", sa.Column("account", sa.String(_ID)))
    op.create_index("people_by_account", "people", ["account"], unique=True)
    op.add_column("policies", sa.Column("plan", sa.Text, nullable=False, server_default="{}"))
    for column in (
        sa.Column("staff", sa.String(_ID), nullable=False, server_default=""),
        sa.Column("language", sa.String(8), nullable=False, server_default="da"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("caller", sa.String(_ID), nullable=False, server_default=""),
        sa.Column("outcome", sa.String(16)),
        sa.Column("case_closes", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("met", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("made_at", sa.Double, nullable=False, server_default="0"),
    ):
        op.add_column("appointments", column)
    op.execute("UPDATE appointments SET staff = (SELECT owner FROM rooms WHERE rooms.node = appointments.room)")
    op.create_index("rooms_by_day", "rooms", ["day", "unit"])
    of_a_day = sa.text("day <> ''")
    op.create_index(
        "rooms_of_a_day",
        "rooms",
        ["owner", "day"],
        unique=True,
        sqlite_where=of_a_day,
        postgresql_where=of_a_day,
    )
    op.create_index("appointments_by_unit", "appointments", ["unit", "starts_at"])
    op.create_index("appointments_by_staff", "appointments", ["staff", "starts_at"])
    op.create_index("appointments_by_citizen", "appointments", ["citizen"])
    op.create_index("companions_by_person", "companions", ["person"])


def _office() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "external_ids",
        sa.Column("caller", sa.String(_ID), primary_key=True),
        sa.Column("external_id", sa.String(200), primary_key=True),
        sa.Column("appointment", sa.String(_ID), sa.ForeignKey("appointments.id"), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
    )
    op.create_table(
        "links",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("person", sa.String(_ID), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("opened_at", sa.Double),
        sa.Column("revoked_at", sa.Double),
    )
    op.create_index("links_by_appointment", "links", ["appointment", "person"])
    op.create_table(
        "letters",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("person", sa.String(_ID), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failure", sa.String(32)),
        sa.Column("gateway_id", sa.String(200), nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
    )
    op.create_index("letters_due", "letters", ["state", "channel", "due_at"])
    op.create_index("letters_by_appointment", "letters", ["appointment"])
    op.create_index("letters_by_gateway_id", "letters", ["gateway_id"])
    op.create_table(
        "arrivals",
        sa.Column("appointment", sa.String(_ID), primary_key=True),
        sa.Column("person", sa.String(_ID), primary_key=True),
        sa.Column("device", sa.String(16)),
        sa.Column("device_at", sa.Double),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("login_at", sa.Double),
        sa.Column("of_age_at", sa.Double),
        sa.Column("waiting_since", sa.Double),
        sa.Column("seen_at", sa.Double),
        sa.Column("passed_at", sa.Double),
        sa.Column("passed_by", sa.String(64), nullable=False),
        sa.Column("inside_at", sa.Double),
    )


def _browsers() -> None:
    op.create_table(
        "sessions",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("person", sa.String(_ID), nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
    )
    op.create_index("sessions_by_person", "sessions", ["person"])
    op.create_index("sessions_by_end", "sessions", ["expires_at"])
    op.create_table(
        "looks",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("person", sa.String(_ID), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("actor", sa.String(_ID), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
    )
    op.create_index("looks_by_person", "looks", ["person", "at"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("mark", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("per_minute", sa.Integer, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double),
        sa.Column("hook_url", sa.Text, nullable=False, server_default=""),
        sa.Column("hook_secret", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "hooks",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("caller", sa.String(_ID), nullable=False),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("hooks_due", "hooks", ["state", "due_at"])


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("staff", sa.String(_ID), nullable=False),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("room", sa.String(_ID), nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.Column("erase_at", sa.Double, nullable=False),
    )
    op.create_index("calls_by_unit", "calls", ["unit", "made_at"])
    op.create_index("calls_by_room", "calls", ["room"])
    op.create_index("calls_by_appointment", "calls", ["appointment"])
    op.create_table(
        "notes",
        sa.Column("id", sa.String(_ID), primary_key=True),
        sa.Column("appointment", sa.String(_ID), nullable=False),
        sa.Column("staff", sa.String(_ID), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("case_closes", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
    )
    op.create_index("notes_due", "notes", ["state", "due_at"])
    op.create_index("notes_by_appointment", "notes", ["appointment"])
    op.create_index("notes_by_staff", "notes", ["staff", "state"])
