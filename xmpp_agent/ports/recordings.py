"""Recordings: what is remembered of them, the recorders' folder, the vault, and the journal they are filed in."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from xmpp_agent.model.recordings import Closing, Consent, Fault, File, Found, Recording, Stage


class RoomRecordings(Protocol):
    """What the door asks. Every method raises Unavailable when the database cannot answer."""

    async def in_room(self, node: str) -> tuple[Recording, ...]:
        """What was asked for or made in a room, oldest first."""
        ...

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Recording, ...]]:
        """By appointment, oldest first; appointments without any are left out."""
        ...

    async def consents(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Consent, ...]]:
        """Every answer given, by appointment, oldest first; appointments without any are left out."""
        ...

    async def at(self, stages: Collection[Stage]) -> tuple[Recording, ...]:
        """Everything at one of these stages, oldest first."""
        ...


class Recordings(RoomRecordings, Protocol):
    """Every method raises Unavailable when the database cannot answer. Written through `Records` (with audit line)."""

    async def recording(self, recording_id: str) -> Recording | None:
        """One recording."""
        ...

    async def of_session(self, session: str) -> tuple[Recording, ...]:
        """Every part of one recording session, by part."""
        ...

    async def due(self, stages: Collection[Stage], now: float, most: int) -> tuple[Recording, ...]:
        """What of these stages is to be looked at now, longest due first."""
        ...

    async def strayed(self, stages: Collection[Stage], beyond: float, most: int) -> tuple[Recording, ...]:
        """What of these stages is to be looked at only after that moment."""
        ...

    async def shown(self, ended: Collection[Stage], since: float, most: int) -> tuple[Recording, ...]:
        """What people look at: all that has not ended, and what ended (a stage of `ended`) since then; newest first."""
        ...

    async def closing(self, appointment_id: str) -> Closing | None:
        """How far the closing of an appointment's case has come; None: it is not to be closed."""
        ...

    async def closings(self, appointment_ids: Collection[str]) -> Mapping[str, Closing]:
        """The same of many appointments; those whose case is not to be closed are left out."""
        ...

    async def closings_due(self, now: float, most: int) -> tuple[Closing, ...]:
        """Cases to be closed that are looked at now, longest due first."""
        ...


class Source(Protocol):
    """The folder recorders write to. Nothing outside it is read or written, whatever it holds. Raises Unavailable."""

    async def look(self) -> tuple[Found, ...]:
        """Every directory there is, by name; bounded in number, sizes and depth."""
        ...

    async def hashes(self, found: Found) -> tuple[str, ...]:
        """SHA-256 (hex) of each of `media` as it lies there now; empty text for what is no file any more."""
        ...

    async def remove(self, found: Found) -> None:
        """Take one directory away for good: what was found in it, then itself; no link is followed.

        Of an odd one only `media` go: the rest stays for a person to look at.

        Raises Unavailable as well when anything in it has changed since it was found: nobody read that yet.
        Done also when it is gone already.
        """
        ...


class VaultFault(Exception):
    """The vault could not do it; `fault` says why. `again`: a later attempt may succeed."""

    def __init__(self, fault: Fault, *, again: bool) -> None:
        super().__init__(fault.value)
        self.fault, self.again = fault, again


@dataclass(frozen=True, slots=True)
class Sealed:
    """What `Vault.take_in` made."""

    file: File
    key: str = field(repr=False)
    """The file's own key, sealed with the master key, bound to the recording."""


class Vault(Protocol):
    """Files at rest: encrypted, authenticated chunk by chunk, one key each. Never holds a file in memory."""

    async def take_in(self, recording_id: str, directory: str, media: str) -> Sealed:
        """Read the recorder's file once: hash and seal it. Nothing may be deleted yet. Raises VaultFault."""
        ...

    async def read_back(self, recording: Recording) -> None:
        """Read all of it from where it lies: whole, unchanged, and of the size taken in. Raises VaultFault."""
        ...

    def read(self, recording: Recording) -> AsyncIterator[bytes]:
        """The file as the recorder left it, in pieces. Raises VaultFault, also in the middle."""
        ...

    async def destroy(self, recording_id: str) -> None:
        """Delete the sealed file; done also when there is none. Raises VaultFault."""
        ...


class EntryKind(StrEnum):
    """What is filed."""

    NOTE = "note"
    CONSENT = "consent"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True, repr=False)
class Media:
    """A recording as the journal gets it."""

    file: File
    read: Callable[[], AsyncIterator[bytes]]
    """The file in pieces, from the start at each call."""
    as_reference: bool = False
    """File only size, hash and where it is kept, not the file."""
    kept_at: str = ""
    """Where it is kept, as the reference says it: the authority's own words."""


@dataclass(frozen=True, slots=True, repr=False)
class JournalEntry:
    """One thing to be filed. Never logged: `repr` tells nothing."""

    id: str
    """The same at every attempt, so that a repetition is known as one."""
    kind: EntryKind
    case_ref: str
    subject: str
    """Short, Danish, without names (offentlighedsloven § 15 wants date and short subject)."""
    text: str
    """The note, the consent word for word, or what the recording is."""
    at: float
    """When it happened, seconds since 1970."""
    author: str
    """Name of the member of staff."""
    retention: str = "standard"
    """The policy's retention class, as the journal knows it."""
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the journal answered."""

    number: str
    """What the journal calls it; empty when it calls it nothing."""
    is_final: bool = True
    """False: taken, and its confirmation is still to come (`confirmed`)."""


class JournalFault(Exception):
    """The journal gave no receipt. The text names no person and repeats nothing the journal said.

    `again`: a later attempt may succeed.
    """

    def __init__(self, fault: Fault, *, again: bool) -> None:
        super().__init__(fault.value)
        self.fault, self.again = fault, again


class Journal(Protocol):
    """The authority's case system. Every call is bounded in time and may be repeated: nothing is filed twice.

    Each raises JournalFault.
    """

    async def file(self, entry: JournalEntry) -> Receipt:
        """Returns when the journal has taken it."""
        ...

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """For what was taken without a final receipt: the receipt, or None while there is none."""
        ...

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """Close the case; done also when it is closed already. `entry_id` is the same at every attempt."""
        ...


class Memo(Protocol):
    """What an adapter must not forget between two attempts at one entry (a single-use address, an id it was given).

    Raises Unavailable.
    """

    async def recall(self, entry_id: str) -> Mapping[str, str]:
        """What was remembered, by step."""
        ...

    async def remember(self, entry_id: str, step: str, value: str) -> None:
        """Returns when it is on disk. A step that is remembered again has the new value."""
        ...
