"""Notes of meetings in the database; the text lies sealed."""

from collections.abc import Collection, Mapping

from sqlalchemy import RowMapping, Select, select

from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import notes
from xmpp_agent.model.notes import Note, NoteState

_CHUNK = 500


def note_values(cipher: Cipher, note: Note) -> Values:
    """A row of `notes`."""
    return {
        "id": note.id,
        "appointment": note.appointment,
        "staff": note.staff,
        "text": cipher.seal(note.text, f"notes.text:{note.id}"),
        "case_closes": note.case_closes,
        "state": note.state.value,
        "due_at": note.due_at,
        "attempts": note.attempts,
        "made_at": note.made_at,
        "changed_at": note.changed_at,
        "number": note.number,
    }


class SqlNotes(Reader):
    """The `Notes` of ports."""

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Note, ...]]:
        """See `xmpp_agent.ports.notes.Notes.of`."""
        found: dict[str, tuple[Note, ...]] = {}
        ids = sorted(appointment_ids)
        async with self.reading() as db:
            for begin in range(0, len(ids), _CHUNK):
                theirs = select(notes).where(notes.c.appointment.in_(ids[begin : begin + _CHUNK]))
                for row in (await db.execute(theirs.order_by(notes.c.made_at, notes.c.id))).mappings():
                    note = self._note(row)
                    found[note.appointment] = (*found.get(note.appointment, ()), note)
        return found

    async def drafts_of(self, staff: str) -> tuple[Note, ...]:
        """See `xmpp_agent.ports.notes.Notes.drafts_of`."""
        return await self._all(
            select(notes)
            .where(notes.c.staff == staff, notes.c.state == NoteState.DRAFT.value)
            .order_by(notes.c.made_at, notes.c.id)
        )

    async def due(self, now: float, most: int) -> tuple[Note, ...]:
        """See `xmpp_agent.ports.notes.Notes.due`."""
        states = (NoteState.QUEUED.value, NoteState.SENDING.value)
        return await self._all(
            select(notes)
            .where(notes.c.state.in_(states), notes.c.due_at <= now)
            .order_by(notes.c.due_at, notes.c.id)
            .limit(most)
        )

    async def _all(self, wanted: Select[tuple[object, ...]]) -> tuple[Note, ...]:
        async with self.reading() as db:
            return tuple(self._note(row) for row in (await db.execute(wanted)).mappings())

    def _note(self, row: RowMapping) -> Note:
        ident, sealed = row[notes.c.id], row[notes.c.text]
        return Note(
            id=ident,
            appointment=row[notes.c.appointment],
            staff=row[notes.c.staff],
            text=self.cipher.open(sealed, f"notes.text:{ident}") if sealed else "",
            state=NoteState(row[notes.c.state]),
            made_at=row[notes.c.made_at],
            changed_at=row[notes.c.changed_at],
            due_at=row[notes.c.due_at],
            attempts=row[notes.c.attempts],
            case_closes=bool(row[notes.c.case_closes]),
            number=row[notes.c.number],
        )
