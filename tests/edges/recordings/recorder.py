"""Directories as a recorder leaves them, and a vault over them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from xmpp_agent.edges.keys.columns import ColumnCipher
from xmpp_agent.edges.recordings.shelves import MARK, LocalShelf, ObjectShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.model.recordings import Recording, Stage
from xmpp_agent.ports.recordings import Sealed

SESSION = "3f1c9a52-8d4e-4c57-9a20-5b7f6f0f3c11"
MEDIA = "qkzvw_2027-03-01-09-15-00.mp4"
MEETING = "5ad0b6a2-77aa-4b6e-8a51-6a1f0d5c2f9e"
ROOM = "qkzvw"
MASTER = ColumnCipher((bytes(range(32)),))
ID = "01JRECORDING"


def metadata(**changes: object) -> bytes:
    """metadata.json as Jibri writes it, with these keys changed."""
    said: dict[str, object] = {
        "meeting_url": f"https://meet.example.dk/{ROOM}",
        "participants": [{"user": {"id": "u1", "name": "Anna Hansen"}, "group": "citizen"}],
        "share": True,
        "conference_details": {"session_id": MEETING},
    }
    return json.dumps({**said, **changes}).encode()


def leave(folder: Path, name: str = SESSION, media: bytes = b"video", said: bytes | None = None) -> Path:
    """One directory with a video and metadata."""
    directory = folder / name
    directory.mkdir(parents=True)
    (directory / MEDIA).write_bytes(media)
    (directory / "metadata.json").write_bytes(metadata() if said is None else said)
    return directory


@dataclass(frozen=True)
class House:
    """A recorder's folder and a vault."""

    recorder: Path
    vault: SealedVault

    async def take_in(self, content: bytes, recording_id: str = ID) -> Recording:
        """A recording with this content, taken in."""
        directory = f"session-{recording_id}"
        leave(self.recorder, directory, content)
        return taken(recording_id, await self.vault.take_in(recording_id, directory, MEDIA))

    async def whole(self, recording: Recording) -> bytes:
        """All that the vault reads of it."""
        return b"".join([piece async for piece in self.vault.read(recording)])


def house(folder: Path, shelf: ObjectShelf | None = None) -> House:
    """A recorder's folder and a vault beside it; without a shelf: on disk."""
    (folder / "recordings").mkdir()
    shelf = shelf or LocalShelf.made(folder / "vault")
    return House(folder / "recordings", SealedVault(folder / "recordings", shelf, MASTER))


def taken(recording_id: str, sealed: Sealed) -> Recording:
    """The recording after it was taken in."""
    return Recording(recording_id, ROOM, "a1", Stage.HERE, "p1", 0.0, 0.0, file=sealed.file, key=sealed.key)


def noise(size: int) -> bytes:
    """So many bytes that no one knows."""
    return os.urandom(size)


def lies_in(vault: Path) -> list[str]:
    """Names of what lies in a vault's folder, beside its mark."""
    return sorted(path.name for path in vault.iterdir() if path.name != MARK)
