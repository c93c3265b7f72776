"""Units' notes to their next shift on the board: read once for the first who looks, then as they are written."""

import asyncio

from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.supervisors import Names
from xmpp_agent.model.alerts import ShiftNote
from xmpp_agent.ports import Clock
from xmpp_agent.ports.alerts import Alerts
from xmpp_agent.rules.shift_note import is_shown
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire_alerts import ShiftNoteChanged, ShiftNoteGone, ShiftNoteRow


class ShiftNoteList:
    """One per agent. `look` is called every second; `forget` may be called at any time."""

    def __init__(self, kept: Alerts, names: Names, feed: Feed, clock: Clock) -> None:
        self._kept, self._names, self._feed, self._clock = kept, names, feed, clock
        self._notes: dict[str, ShiftNote] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ready(self) -> None:
        """Read them if nobody has. Raises Unavailable."""
        async with self._one_at_a_time:
            if self._notes is None:
                found = await self._kept.shift_notes()
                await self._names.learn(note.by for note in found)
                self._notes = {note.unit: note for note in found if is_shown(note, self._clock.now())}

    def rows(self, units: frozenset[str]) -> tuple[ShiftNoteRow, ...]:
        """What a supervisor of these units sees, as sent up to now."""
        return tuple(self._row(note) for note in (self._notes or {}).values() if may_see(units, note.unit))

    def took_in(self, note: ShiftNote) -> None:
        """It is written."""
        if self._notes is None:
            return
        self._notes[note.unit] = note
        if note.text:
            self._feed.publish(note.unit, "shift_note", ShiftNoteChanged(now=self._clock.now(), row=self._row(note)))
        self.look()

    def look(self) -> None:
        """What is too old to be of use, or was taken away, goes."""
        if not self._feed.is_wanted:
            self.forget()
            return
        now = self._clock.now()
        for note in tuple((self._notes or {}).values()):
            if self._notes is not None and not is_shown(note, now):
                del self._notes[note.unit]
                self._feed.publish(note.unit, "shift_note_gone", ShiftNoteGone(unit=note.unit))

    def forget(self) -> None:
        """They may be different from here on; whoever looks gets them anew."""
        if self._notes is not None:
            self._feed.start_over()
        self._notes = None

    def _row(self, note: ShiftNote) -> ShiftNoteRow:
        return ShiftNoteRow(unit=note.unit, text=note.text, by=self._names.of(note.by), at=note.at)
