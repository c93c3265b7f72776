"""Shows that a receipt comes from the gateway, and reads what is common to all of them."""

import hashlib
import hmac
import uuid

from xmpp_agent.edges.post.asking import read_json
from xmpp_agent.ports.post import ReceiptFault, Reply

LARGEST = 256 * 1024
"""Bytes a receipt may have; real ones have a few thousand."""
_LONGEST_ID = 200


def is_signed(body: bytes, given: str, secret: str, prefix: str = "") -> bool:
    """Whether `given` is prefix and HMAC-SHA256 (hex) of the body; never without a secret. Constant in time."""
    if not secret or not given.startswith(prefix):
        return False
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return is_same(given.removeprefix(prefix).lower(), right)


def is_same(given: str, secret: str) -> bool:
    """Whether two texts are the same, and there is something to be the same. Constant in time."""
    return bool(secret) and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


def read_receipt(body: bytes) -> object:
    """The JSON value of a receipt. Raises ReceiptFault."""
    if len(body) > LARGEST:
        raise ReceiptFault("too long")
    try:
        return read_json(body)
    except ValueError:
        raise ReceiptFault("not JSON") from None


def letter_of(reference: object) -> str:
    """The letter's id as we write it, when this is one; else empty."""
    if not isinstance(reference, str) or len(reference) not in (32, 36):
        return ""
    try:
        return str(uuid.UUID(reference))
    except ValueError:
        return ""


def word_of(value: object) -> str:
    """A status or a kind of event, when it is a word; else empty."""
    return value if isinstance(value, str) else ""


def id_of(value: object) -> str:
    """A gateway's own id, when this can be one; else empty."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value) if isinstance(value, str) or abs(value) < 1 << 64 else ""
    return text if len(text) <= _LONGEST_ID and text.isprintable() else ""


def in_status(*, taken: bool) -> Reply:
    """The answer of a reader whose gateway looks at the status alone."""
    return Reply(200, b"ok") if taken else Reply(403, b"not taken")
