"""From a CPR number to the keyed hash that is all we keep of it."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from pathlib import Path

from xmpp_agent.edges.keys.files import KeyFault, read_secret, write_secret

_FILE = re.compile(rb"portner-identity-key-1 ([A-Za-z0-9_-]{43}=)\n?")
_CPR = re.compile(r"(\d{6})[ -]?(\d{4})", re.ASCII)


class IdentityFault(ValueError):
    """What was given is no CPR number. The text never repeats it."""


class IdentityHash:
    """Turns identities into keyed hashes. Comparing them (in constant time) is a rule's work."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cpr(self, text: str) -> str:
        """HMAC-SHA-256 (hex) of a CPR number's ten digits; a hyphen or blank before the last four is dropped.

        Raises IdentityFault when it is not ten digits.
        """
        match = _CPR.fullmatch(text.strip())
        if match is None:
            raise IdentityFault("A CPR number has ten digits, with or without a hyphen before the last four.")
        return self._keyed("cpr:" + match[1] + match[2])

    def mark(self, kind: str, text: str) -> str:
        """HMAC-SHA-256 (hex) of a text of one kind (`link`, `session`, `account`, `api-key`)."""
        return self._keyed(f"{kind}:{text}")

    @property
    def own_mark(self) -> str:
        """Tells one key from another without telling it: kept in the database to notice a swapped file."""
        return self._keyed("mark")[:32]

    def _keyed(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def make_identity_key(path: Path) -> None:
    """Write a new random key (256 bits)."""
    write_secret(path, b"portner-identity-key-1 " + base64.urlsafe_b64encode(secrets.token_bytes(32)) + b"\n")


def read_identity_key(path: Path) -> IdentityHash:
    """The hash with the key of this file. Raises KeyFault."""
    match = _FILE.fullmatch(read_secret(path, "Identity key"))
    if match is None:
        raise KeyFault(f"Identity key {path} is cut short or is another kind of file.")
    try:
        return IdentityHash(base64.urlsafe_b64decode(match[1]))
    except binascii.Error:
        raise KeyFault(f"Identity key {path} is cut short or is another kind of file.") from None
