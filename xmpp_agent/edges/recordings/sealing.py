"""How a file lies in the vault: AES-256-GCM in chunks, each bound to its place (the STREAM construction).

    sealed file = header, chunk 0, chunk 1, ... last chunk
    header      = "portner-vault-1\\n", 7 random bytes
    chunk       = 1 MiB of the file (the last one: what is left), encrypted, and 16 bytes of tag
    nonce       = the 7 bytes, number of the chunk (4 bytes), 1 for the last chunk and 0 for all others
    bound to    = header, id of the recording

So a file that is cut short, longer, put together anew, or another recording's is noticed at the first wrong chunk.
Each taking in has a key of its own (256 random bits): with the key gone, the file is gone wherever copies of it lie.
"""

import secrets
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"portner-vault-1\n"
"""Says the version: chunk size, cipher and layout follow from it."""
_SALT = 7
HEADER = len(MAGIC) + _SALT
CHUNK = 1 << 20
TAG = 16


class SealBroken(ValueError):
    """This is not what was sealed."""


def new_key() -> bytes:
    """A key for one file."""
    return AESGCM.generate_key(256)


def new_header() -> bytes:
    """The first bytes of a new sealed file."""
    return MAGIC + secrets.token_bytes(_SALT)


def chunks(size: int) -> int:
    """How many chunks a file of this size has; an empty one has one."""
    return max(1, -(-size // CHUNK))


def sealed_size(size: int) -> int:
    """Bytes in the vault of a file of this size."""
    return HEADER + size + TAG * chunks(size)


def sealed_place(chunk: int, size: int) -> int:
    """Where a chunk begins in the sealed file; for the number after the last one: where the file ends."""
    return min(HEADER + chunk * (CHUNK + TAG), sealed_size(size))


class Seal:
    """Seals and opens the chunks of one file of `size` bytes."""

    def __init__(self, key: bytes, header: bytes, recording_id: str, size: int) -> None:
        self._cipher, self._salt = AESGCM(key), header[len(MAGIC) :]
        self._bound, self._last = header + recording_id.encode(), chunks(size) - 1

    def seal(self, plain: memoryview, first: int) -> bytearray:
        """Whole chunks, sealed, the first of them with this number."""
        sealed = bytearray(len(plain) + TAG * chunks(len(plain)))
        with memoryview(sealed) as room:
            for number, begin in enumerate(range(0, len(plain), CHUNK), first):
                part, place = plain[begin : begin + CHUNK], begin + TAG * (number - first)
                into = room[place : place + len(part) + TAG]
                self._cipher.encrypt_into(self._nonce(number), part, self._bound, into)
        return sealed

    def open(self, sealed: memoryview, first: int) -> Iterator[bytes]:
        """Whole chunks as they were, the first of them with this number. Raises SealBroken."""
        step = CHUNK + TAG
        for number, begin in enumerate(range(0, len(sealed), step), first):
            try:
                yield self._cipher.decrypt(self._nonce(number), sealed[begin : begin + step], self._bound)
            except (InvalidTag, ValueError):
                raise SealBroken(f"chunk {number} is not what was sealed") from None

    def _nonce(self, number: int) -> bytes:
        return self._salt + number.to_bytes(4, "big") + bytes([number == self._last])
