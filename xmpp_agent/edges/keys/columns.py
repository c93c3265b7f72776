"""Personal columns: AES-256-GCM, bound to the place they stand in, newest key writes, all listed keys read.

A sealed text is base64url of: 4 bytes key mark, 12 bytes nonce (random), ciphertext with tag. The place
(table, column, row) is authenticated with it, so that a value moved to another row does not open.
"""

import base64
import binascii
import hashlib
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xmpp_agent.edges.keys.files import KeyFault, read_secret, write_secret

_LINE = re.compile(r"portner-column-key-1 ([A-Za-z0-9_-]{43}=)")


class SealBroken(ValueError):
    """A sealed text that does not open here: unknown key, changed, or moved from another place."""


class ColumnCipher:
    """Seals and opens texts. `keys` newest first; the first one seals."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._newest = _mark(keys[0])
        self._ciphers = {_mark(key): AESGCM(key) for key in keys}

    @property
    def newest(self) -> str:
        """Mark (hex) of the key that seals."""
        return self._newest.hex()

    def key_of(self, sealed: str) -> str:
        """Mark (hex) of the key a text was sealed with; its first eight characters are enough. Raises ValueError."""
        return base64.urlsafe_b64decode(sealed[:8])[:4].hex()

    def seal(self, text: str, place: str) -> str:
        """The text, unreadable without the key and unusable in another place."""
        nonce = secrets.token_bytes(12)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), place.encode())
        return base64.urlsafe_b64encode(self._newest + nonce + sealed).decode()

    def open(self, sealed: str, place: str) -> str:
        """The text again. Raises SealBroken."""
        try:
            raw = base64.urlsafe_b64decode(sealed.encode())
            return self._ciphers[raw[:4]].decrypt(raw[4:16], raw[16:], place.encode()).decode()
        except (InvalidTag, KeyError, ValueError, binascii.Error):
            raise SealBroken(f"What is stored at {place} does not open with the column keys given.") from None


def make_column_key(path: Path) -> None:
    """Put a new key (256 bits) first; keys that are there already stay, for reading."""
    before = read_secret(path, "Column keys") if path.exists() else b""
    new = b"portner-column-key-1 " + base64.urlsafe_b64encode(secrets.token_bytes(32)) + b"\n"
    write_secret(path, new + before)


def read_column_keys(path: Path) -> ColumnCipher:
    """The cipher with the keys of this file, one a line, newest first. Raises KeyFault."""
    matches = [_LINE.fullmatch(line) for line in _lines(path)]
    keys = tuple(base64.urlsafe_b64decode(match[1]) for match in matches if match is not None)
    if len(keys) != len(matches) or any(len(key) != 32 for key in keys):
        raise KeyFault(f"Column keys {path} is cut short or is another kind of file.")
    return ColumnCipher(keys)


def drop_older_column_keys(path: Path) -> int:
    """Leave only the newest key in the file; how many were dropped. What they sealed opens nowhere any more."""
    newest, *older = _lines(path)
    if older:
        write_secret(path, newest.encode() + b"\n")
    return len(older)


def _lines(path: Path) -> list[str]:
    return read_secret(path, "Column keys").decode("ascii", "replace").splitlines()


def _mark(key: bytes) -> bytes:
    return hashlib.sha256(b"portner column key mark" + key).digest()[:4]
