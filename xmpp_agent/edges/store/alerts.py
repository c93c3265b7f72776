"""What supervisors did about alerts, and their notes to the next shift, in the database; the text lies sealed."""

from sqlalchemy import select

from xmpp_agent.edges.store.alert_tables import alerts, shift_notes
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.model.alerts import AlertKind, Handled, ShiftNote


def handled_values(handled: Handled) -> Values:
    """A row of `alerts`."""
    return {
        "id": handled.alert,
        "kind": handled.kind.value,
        "unit": handled.unit,
        "since": handled.since,
        "changed_at": handled.changed_at,
        "owner": handled.owner,
        "owned_at": handled.owned_at,
        "seen_by": handled.seen_by,
        "seen_at": handled.seen_at,
        "version": handled.version,
    }


def shift_note_values(cipher: Cipher, note: ShiftNote) -> Values:
    """A row of `shift_notes`."""
    sealed = cipher.seal(note.text, f"shift_notes.text:{note.unit}") if note.text else ""
    return {"unit": note.unit, "text": sealed, "author": note.by, "at": note.at}


class SqlAlerts(Reader):
    """The `Alerts` of ports."""

    async def handled(self) -> tuple[Handled, ...]:
        """See `xmpp_agent.ports.alerts.Alerts.handled`."""
        async with self.reading() as db:
            return tuple(
                Handled(
                    alert=row.id,
                    kind=AlertKind(row.kind),
                    unit=row.unit,
                    since=row.since,
                    changed_at=row.changed_at,
                    owner=row.owner,
                    owned_at=row.owned_at,
                    seen_by=row.seen_by,
                    seen_at=row.seen_at,
                    version=row.version,
                )
                for row in await db.execute(select(alerts))
            )

    async def shift_notes(self) -> tuple[ShiftNote, ...]:
        """See `xmpp_agent.ports.alerts.Alerts.shift_notes`."""
        async with self.reading() as db:
            rows = await db.execute(select(shift_notes).where(shift_notes.c.text != "").order_by(shift_notes.c.unit))
            return tuple(
                ShiftNote(row.unit, self.cipher.open(row.text, f"shift_notes.text:{row.unit}"), row.author, row.at)
                for row in rows
            )
