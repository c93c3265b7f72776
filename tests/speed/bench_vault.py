"""What the vault costs: a recording of 2 GB taken in, read back and filed into a folder, beside `sha256sum` of it.

`make bench-vault`, or `python -m tests.speed.bench_vault [--quick]`. Prints figures and one last line of `name=value`;
fails nothing but wrong content: whether a figure is good is for the reader (docs/performance.md says what is aimed at).
"""

import argparse
import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from xmpp_agent.edges.journal.folder import Folder, FolderSettings
from xmpp_agent.edges.keys.columns import ColumnCipher
from xmpp_agent.edges.recordings.folder import RecorderFolder
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.model.recordings import File, Recording, Stage
from xmpp_agent.ports.recordings import EntryKind, JournalEntry, Media

ROOT = Path(__file__).resolve().parents[2]
FULL, QUICK = 2_000_000_000, 20_000_000
PIECE = 4_000_000
SESSION, MEDIA = "bench", "bench.mp4"
STEPS = ("in", "back", "again", "filed")
"""Taken in, read back, compared with the recorder's copy before that goes, filed."""


def say(text: str) -> None:
    """A line for the reader."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def make_recording(folder: Path, size: int) -> Path:
    """A file of noise, every byte of it on disk."""
    media = folder / "recordings" / SESSION / MEDIA
    media.parent.mkdir(parents=True)
    with media.open("xb") as file:
        for _ in range(0, size, PIECE):
            file.write(os.urandom(PIECE))
        file.flush()
        os.fsync(file.fileno())
    return media


def sha256sum(media: Path) -> tuple[float, str]:
    """Seconds and hash."""
    before = time.perf_counter()
    said = subprocess.run(["sha256sum", media], check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - before, said.split()[0]


async def filed(vault: SealedVault, recording: Recording, sealed: File, journal: Path) -> None:
    """Filed in a journal's folder, as the product does it: hashed on its way, on disk."""
    media = Media(sealed, lambda: vault.read(recording))
    entry = JournalEntry("bench", EntryKind.RECORDING, "17-1", "Optagelse", "", 0.0, "", media=media)
    await Folder(FolderSettings(journal)).file(entry)


async def custody(folder: Path) -> dict[str, float | str]:
    """Seconds of each step, in this process and nothing else; and the most memory it ever had."""
    vault = SealedVault(folder / "recordings", LocalShelf.made(folder / "vault"), ColumnCipher((bytes(32),)))
    clock = [time.perf_counter()]
    sealed = await vault.take_in("bench", SESSION, MEDIA)
    clock.append(time.perf_counter())
    recording = Recording("bench", "", "", Stage.HERE, "", 0.0, 0.0, file=sealed.file, key=sealed.key)
    await vault.read_back(recording)
    clock.append(time.perf_counter())
    folder_of_recorder = RecorderFolder(folder / "recordings")
    [found] = await folder_of_recorder.look()
    if await folder_of_recorder.hashes(found) != (sealed.file.sha256,):
        raise SystemExit("the recorder's copy is another one")
    clock.append(time.perf_counter())
    await filed(vault, recording, sealed.file, folder / "journal")
    clock.append(time.perf_counter())
    took = {name: end - begin for name, begin, end in zip(STEPS, clock, clock[1:], strict=False)}
    return {**took, "sha256": sealed.file.sha256, "rss_mb": peak_mb()}


def peak_mb() -> float:
    """The most memory this process ever had resident, in MB (10^6 bytes)."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024 / 1e6


def measure(size: int) -> str:
    """Measure everything; answers the last line. `sha256sum` runs before and after: neighbours come and go."""
    say(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; a file of {size / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory(prefix="bench-vault-") as name:
        folder = Path(name)
        media = make_recording(folder, size)
        (folder / "journal").mkdir()
        first, expected = sha256sum(media)
        command = [sys.executable, "-m", "tests.speed.bench_vault", "--in", name]
        took = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        second, _ = sha256sum(media)
        with (folder / "journal" / "bench.mp4").open("rb") as file:
            kept = hashlib.file_digest(file, "sha256").hexdigest()
    if not expected == took["sha256"] == kept:
        raise SystemExit("what was filed is not what was recorded")
    yardstick, seconds = (first + second) / 2, sum(took[step] for step in STEPS)
    say(f"sha256sum: {first:.1f} s before, {second:.1f} s after")
    said = "taken in {in:.1f} s, read back {back:.1f} s, recorder's copy compared {again:.1f} s, filed {filed:.1f} s"
    say(said.format_map(took))
    rate = size / 1e6 / seconds
    return f"vault: sha256_ratio={yardstick / seconds:.2f} mb_per_s={rate:.0f} rss_mb={took['rss_mb']:.0f}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.folder is not None:
        say(json.dumps(asyncio.run(custody(asked.folder))))
    else:
        say(measure(QUICK if asked.quick else FULL))


if __name__ == "__main__":
    main()
