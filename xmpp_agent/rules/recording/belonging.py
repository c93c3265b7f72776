"""Whose recording a recorder's directory holds, and when it may be taken in.

The session decides: its name is random, and only Jicofo and the recorder know it. The room's meeting and the time
decide only where no session is known. Whatever does not fit goes to a shelf where a person looks at it, never away.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xmpp_agent.model.recordings import Fault, Found, Recording, Stage
from xmpp_agent.rules.recording.custody import STOPS_WITHIN, TRANSITIONS, Happened

QUIET = 120.0
"""Seconds without any change after which a directory is complete although its finalize script never ran."""
FOR_A_PERSON = frozenset({Fault.ODD_DIRECTORY})
"""A recording with this goes to the shelf although its appointment is known: a person says that it is of it."""
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
_MAY_STILL_COME = frozenset(stage for stage, happened in TRANSITIONS if happened is Happened.FILE_CAME) - {Stage.HERE}


@dataclass(frozen=True, slots=True)
class Piece:
    """One video file of a directory and its place in the session."""

    media: str
    size: int
    part: int
    recording: Recording | None = None
    """What is on record of this part; None: nothing yet, it is a further one (or of nobody we know)."""
    is_taken: bool = False
    """It is on record already with this size and, where it was reckoned, this hash."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose it is, and why nobody's if so."""

    pieces: tuple[Piece, ...]
    """Empty files are left out where another one has something in it."""
    of: Recording | None = None
    """A recording of the same session: room and appointment of further parts are its own."""
    fault: Fault | None = None
    """Why it is for the shelf (or for nothing: NO_FILE, EMPTY_FILE); None: it is mapped."""


class _Media(NamedTuple):
    name: str
    size: int
    sha256: str


def is_ripe(found: Found, running: bool, now: float) -> bool:
    """Whether it may be taken in. `running`: its recording is still on, as far as is known.

    With the recorder's mark: at once. Without: after a while of quiet; far in the future is quiet, too (somebody set
    a clock), and a file that grows all the same is noticed when it is read.
    """
    return found.handed_over or (not running and abs(now - found.quiet_since) >= QUIET)


def belongs(found: Found, recordings: Iterable[Recording]) -> Belonging:
    """Whose it is. `recordings`: all of its session and of its meeting, more do no harm."""
    known = sorted(recordings, key=lambda recording: (recording.part, recording.made_at))
    session = [r for r in known if found.session and _as_directory(r.session) == found.session]
    own = session or _by_meeting(found, known)
    files = _with_something_in_it(found)
    fault = _fault(found, files, own)
    # A row made for the shelf waits for its own file; with a fault no other one may have it. But where only something
    # odd lies beside the session's file the recording itself goes to the shelf: it would be missing else, as well.
    is_beside = fault in FOR_A_PERSON and bool(session)
    open_ones = [r for r in own if r.file is None and r.stage in _MAY_STILL_COME]
    waiting = [r for r in open_ones if fault is None or not r.appointment or is_beside]
    return Belonging(tuple(_placed(files, own, waiting)), own[0] if own else None, fault)


def _fault(found: Found, files: Sequence[_Media], own: Sequence[Recording]) -> Fault | None:
    if found.fault is not None:
        return found.fault
    if not files and not any(r.file for r in own):
        return Fault.EMPTY_FILE if found.media else Fault.NO_FILE
    if not own or not own[0].appointment:
        return Fault.NO_SUCH_RECORDING  # or it is on the shelf already
    if _speaks_of_another(found, own[0]):
        return Fault.OTHER_ROOM
    if any(r.stage is Stage.DELETED and r.file is None for r in own):
        return Fault.DISCARDED
    # Without a session nothing says that a second file is of the same recording.
    return Fault.TWO_FILES if len(files) > 1 and not own[0].session else None


def _speaks_of_another(found: Found, recording: Recording) -> bool:
    pairs = ((found.room.lower(), recording.room.lower()), (found.meeting, recording.meeting))
    return any(said and known and said != known for said, known in pairs)


def _by_meeting(found: Found, known: Iterable[Recording]) -> list[Recording]:
    """The one recording of its meeting that waits for a file, whose session nobody knows, at that time; or none.

    Not a start that was refused: it has no time of its own, and each visit of the day is of the same meeting.
    """
    fitting = [
        r
        for r in known
        if found.meeting
        and r.meeting == found.meeting
        and not r.session
        and r.file is None
        and r.stage in _MAY_STILL_COME - {Stage.NOT_STARTED}
        and (r.on_at or r.made_at) <= found.quiet_since <= (r.off_at or found.quiet_since) + STOPS_WITHIN
    ]
    return fitting if len(fitting) == 1 else []


def _with_something_in_it(found: Found) -> tuple[_Media, ...]:
    hashes = found.hashes or ("",) * len(found.media)
    return tuple(_Media(*one) for one in zip(found.media, found.sizes, hashes, strict=True) if one[1] > 0)


def _placed(files: Iterable[_Media], own: Sequence[Recording], waiting: list[Recording]) -> Iterator[Piece]:
    """Each file with its part: one that is on record, else the next that waits for a file, else a new one."""
    taken = [r for r in own if r.file is not None]
    next_part = max((r.part for r in own), default=0) + 1
    for media, size, sha256 in files:
        before = next((r for r in taken if _is_that(r, size, sha256)), None)
        if before is not None:
            taken.remove(before)
            yield Piece(media, size, before.part, before, is_taken=True)
        elif waiting:
            recording = waiting.pop(0)
            yield Piece(media, size, recording.part, recording)
        else:
            yield Piece(media, size, next_part)
            next_part += 1


def _is_that(recording: Recording, size: int, sha256: str) -> bool:
    file = recording.file
    return file is not None and file.size == size and sha256 in {"", file.sha256}


def _as_directory(session: str) -> str:
    """What Jibri makes of a session's name (jitsi-protocol §7.5)."""
    return _NOT_IN_A_NAME.sub("_", session)
