"""A video for recorders with nothing to record: two seconds of ffmpeg's test picture, or, without it, a bare MP4."""

import asyncio
import shutil
import struct
import tempfile
from asyncio.subprocess import DEVNULL
from pathlib import Path

SECONDS = 2
_PICTURE = f"testsrc=duration={SECONDS}:size=160x120:rate=10"


async def tiny_video() -> bytes:
    """The file, as MP4."""
    ffmpeg = shutil.which("ffmpeg")
    made = await _drawn(ffmpeg) if ffmpeg is not None else None
    return made or bare_mp4(SECONDS)


async def _drawn(ffmpeg: str) -> bytes | None:
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="portner-video-")
    file = Path(folder) / "video.mp4"
    shown = ("-f", "lavfi", "-i", _PICTURE, "-pix_fmt", "yuv420p", "-movflags", "+faststart")
    try:
        process = await asyncio.create_subprocess_exec(
            *(ffmpeg, "-v", "quiet", "-y", *shown, str(file)), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        )
        if await process.wait():
            return None
        return await asyncio.to_thread(file.read_bytes)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)


def bare_mp4(seconds: int) -> bytes:
    """An MP4 without a picture: what it is, how long it says it lasts, and something that stands for the film."""
    header = struct.pack(">IIIIIIHHII", 0, 0, 0, 1000, seconds * 1000, 0x10000, 0x100, 0, 0, 0)
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    movie = _box(b"mvhd", header + matrix + bytes(24) + struct.pack(">I", 1))
    return _box(b"ftyp", b"isom" + bytes(4) + b"isommp41") + _box(b"moov", movie) + _box(b"mdat", bytes(4096))


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content
