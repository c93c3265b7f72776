"""The ledger: the audit line and what stands or falls with it, written before any effect leaves."""

from collections.abc import Callable, Sequence
from typing import Protocol

from xmpp_agent.edges.store.chain import canonical
from xmpp_agent.edges.store.changes import Change, Entry, cancel, keep, looked, note_use, remember, revoke
from xmpp_agent.edges.store.recordings import recording_change
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.people import PassRecord
from xmpp_agent.model.recordings import Recording
from xmpp_agent.model.rooms import Place, RoomMemory

Heard = Sequence[Callable[[Recording], None]]
"""Who shows recordings; told only of what is on disk."""


class Writer(Protocol):
    """Commits entries of one chain in the order of the calls; one implementation per kind of database."""

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is committed; raises Unavailable when nothing of it stands."""
        ...

    def jot(self, entry: Entry) -> None:
        """Commits with the next write or soon; nobody waits, a failure is logged."""
        ...

    async def close(self) -> None:
        """Commits what waits and lets go."""
        ...


class SqlLedger:
    """The `Ledger` of ports, plus the two acts of the command line and the console."""

    def __init__(self, writer: Writer, heard: Heard = ()) -> None:
        """`heard` are told of each recording that was written."""
        self._writer, self._heard = writer, heard

    async def write(
        self,
        line: AuditLine,
        memory: RoomMemory | None = None,
        place: Place | None = None,
        used: PassRecord | None = None,
        look: Look | None = None,
        recording: Recording | None = None,
    ) -> None:
        """See `xmpp_agent.ports.Ledger.write`. Raises ValueError for a line that is no JSON (NaN)."""
        await self._writer.write(_entry(line, memory, place, used, look, recording))
        if recording is not None:
            tell(self._heard, recording)

    def jot(self, line: AuditLine, memory: RoomMemory | None = None, place: Place | None = None) -> None:
        """See `xmpp_agent.ports.Ledger.jot`."""
        self._writer.jot(_entry(line, memory, place))

    async def cancel_appointment(self, appointment_id: str, line: AuditLine) -> None:
        """Cancel as of `line.at`, with its audit line. Unknown or cancelled before: only the line."""
        await self._writer.write(Entry(canonical(line), (cancel(appointment_id, line.at),)))

    async def revoke_pass(self, pass_id: str, line: AuditLine) -> None:
        """Revoke as of `line.at`, with its audit line, also a pass never used yet."""
        await self._writer.write(Entry(canonical(line), (revoke(pass_id, line.at),)))


def tell(heard: Heard, recording: Recording) -> None:
    """Tell everybody who shows recordings."""
    for listener in heard:
        listener(recording)


def _entry(
    line: AuditLine,
    memory: RoomMemory | None,
    place: Place | None,
    used: PassRecord | None = None,
    look: Look | None = None,
    recording: Recording | None = None,
) -> Entry:
    changes: list[Change] = []
    if memory is not None:
        changes.append(remember(memory))
    if place is not None:
        changes.append(keep(place))
    if used is not None:
        changes.append(note_use(used))
    if look is not None:
        changes.append(looked(look))
    if recording is not None:
        changes.append(recording_change(recording))
    return Entry(canonical(line), tuple(changes))
