"""What every journal gets of an entry: a title with a mark, the words, the manifest, the file, checked on its way."""

import asyncio
import hashlib
import html
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime
from zoneinfo import ZoneInfo

from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Media, VaultFault

SCHEMA = "portner-journal-1"
CLOSE_CASE = "close-case"
LONGEST_TITLE = 255
"""F2 and SBSYS both have this limit."""
VIDEO = "video/mp4"
"""What Jibri makes."""
_COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_LONGEST_NUMBER = 200
_LARGEST_RECEIPT = 64 * 1024


def named(entry_id: str) -> str:
    """The entry's id, when it is one that may stand in names and headers. Raises JournalFault."""
    if _ID.fullmatch(entry_id) is None:
        raise JournalFault(Fault.JOURNAL_REFUSED, again=False)
    return entry_id


def file_of(entry: JournalEntry) -> Media | None:
    """The recording, when the journal is to get the file itself."""
    return entry.media if entry.media is not None and not entry.media.as_reference else None


def media_name(entry: JournalEntry) -> str:
    """The file's name: the id and nothing of a person."""
    return f"{named(entry.id)}.mp4"


def mark_of(entry: JournalEntry) -> str:
    """Some letters that stand in a title so that an entry can be found again; the same at every attempt."""
    return "P-" + hashlib.sha256(f"portner {entry.id}".encode()).hexdigest()[:12]


def marked_title(entry: JournalEntry) -> str:
    """The subject, cut to size, and the mark."""
    mark = f" [{mark_of(entry)}]"
    return title(entry)[: LONGEST_TITLE - len(mark)].rstrip() + mark


def title(entry: JournalEntry) -> str:
    """The subject on one line, cut to size."""
    return " ".join(entry.subject.split())[:LONGEST_TITLE]


def words(entry: JournalEntry) -> str:
    """The text, who wrote it, and of a recording what makes it known again."""
    parts = [entry.text, f"Medarbejder: {entry.author}"]
    if entry.media is not None:
        parts.append(_of_the_file(entry.media))
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _of_the_file(media: Media) -> str:
    file = media.file
    lines = [f"Størrelse: {file.size} byte", f"SHA-256: {file.sha256}"]
    if file.duration is not None:
        minutes, seconds = divmod(round(file.duration), 60)
        lines.append(f"Varighed: {minutes} min. {seconds} sek.")
    if media.as_reference:
        lines.insert(0, f"Optagelsen selv ligger ikke på sagen. Den opbevares her: {media.kept_at}")
    return "\n".join(lines)


def words_as_html(entry: JournalEntry) -> str:
    """The same for journals that show HTML; nothing in the text can become structure."""
    return "<p>" + html.escape(words(entry)).replace("\n\n", "</p><p>").replace("\n", "<br/>") + "</p>"


def local_time(at: float) -> str:
    """Seconds since 1970 as Danish clocks showed it, without a zone (what F2 and Nova take for local)."""
    return datetime.fromtimestamp(int(at), _COPENHAGEN).replace(tzinfo=None).isoformat()


def zoned_time(at: float) -> str:
    """Seconds since 1970 as Danish clocks showed it, with the zone."""
    return datetime.fromtimestamp(int(at), _COPENHAGEN).isoformat()


def manifest(entry: JournalEntry) -> bytes:
    """The entry as JSON (docs/journal.md), byte for byte the same at every attempt."""
    told: dict[str, object] = {
        "schema": SCHEMA,
        "id": named(entry.id),
        "kind": entry.kind.value,
        "case": entry.case_ref,
        "date": zoned_time(entry.at),
        "subject": title(entry),
        "text": entry.text,
        "author": entry.author,
        "retention": entry.retention,
    }
    if entry.media is not None:
        file, as_reference = entry.media.file, entry.media.as_reference
        told["media"] = {
            "file": None if as_reference else media_name(entry),
            "kept_at": entry.media.kept_at if as_reference else None,
            "size": file.size,
            "sha256": file.sha256,
            "duration": file.duration,
        }
    return _written(told)


def close_manifest(case_ref: str, entry_id: str) -> bytes:
    """The wish to close a case as JSON, byte for byte the same at every attempt."""
    return _written({"schema": SCHEMA, "id": named(entry_id), "kind": CLOSE_CASE, "case": case_ref})


def _written(told: dict[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def number_in(raw: bytes) -> str | None:
    """The number a receipt gives; None for anything that is no receipt."""
    if len(raw) > _LARGEST_RECEIPT:
        return None
    try:
        told: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return as_number(told.get("number")) if isinstance(told, dict) else None


def as_number(value: object) -> str | None:
    """What a journal calls an entry, when this can be it."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value) if isinstance(value, str) or abs(value) < 1 << 63 else ""
    return text if 0 < len(text) <= _LONGEST_NUMBER and text.isprintable() else None


async def pieces(media: Media) -> AsyncIterator[bytes]:
    """The file, hashed on its way. The last piece is held back until all of it is known to be right.

    Whoever counts on so many bytes gets too few of a file that is not what it should be. Raises JournalFault.
    """
    digest, size, held, loop = hashlib.sha256(), 0, b"", asyncio.get_running_loop()
    hashing = loop.run_in_executor(None, digest.update, b"")
    try:
        async for piece in media.read():
            size += len(piece)
            if size > media.file.size:
                raise JournalFault(Fault.VAULT_DAMAGED, again=False)
            await hashing  # of the one before, which went on while this one was read
            hashing = loop.run_in_executor(None, digest.update, piece)
            if held:
                yield held
            held = piece
    except VaultFault as fault:
        raise JournalFault(fault.fault, again=fault.again) from None
    finally:
        await hashing
    if size != media.file.size or digest.hexdigest() != media.file.sha256:
        raise JournalFault(Fault.VAULT_DAMAGED, again=False)
    yield held
