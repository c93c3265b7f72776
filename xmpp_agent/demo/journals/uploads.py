"""What a stand-in keeps of a file it was given: enough to say whether it is the right one."""

import hashlib
from dataclasses import dataclass

from starlette.datastructures import UploadFile

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file."""

    name: str
    size: int
    sha256: str
    begins: bytes
    """Its first bytes."""


async def taken(file: UploadFile) -> Upload:
    """Read it once, block by block."""
    digest, size, begins = hashlib.sha256(), 0, b""
    while block := await file.read(_BLOCK):
        begins = begins or block[:4096]
        size += len(block)
        digest.update(block)
    return Upload(file.filename or "", size, digest.hexdigest(), begins)
