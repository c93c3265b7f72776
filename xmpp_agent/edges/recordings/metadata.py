"""What a recorder's `metadata.json` says of the room (jitsi-protocol §7.5). Written at the end of a recording only.

There are names of people in it: nothing of it is kept but the two values here.
"""

import json
import os
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from xmpp_agent.edges.recordings import inside

NAME = "metadata.json"
MOST_BYTES = 1_000_000
"""A recorder lists everybody it saw: a few hundred bytes each."""
_PLAIN = re.compile(r"[!-~]{1,300}")


@dataclass(frozen=True, slots=True)
class Told:
    """What it says; empty: not said."""

    meeting: str = ""
    room: str = ""
    odd: bool = False
    """No recorder writes this. A file cut short, or none, is not odd: that is what one leaves that was killed."""


NOTHING, ODD = Told(), Told(odd=True)


def read(folder: int) -> Told:
    """What it says in the directory of this descriptor; never more than `MOST_BYTES` are read. Raises OSError."""
    with inside.file(NAME, folder) as descriptor:
        if not inside.is_plain(os.fstat(descriptor)):
            return ODD
        raw = bytearray()
        while piece := os.read(descriptor, MOST_BYTES + 1 - len(raw)):
            raw += piece
    return ODD if len(raw) > MOST_BYTES else told(bytes(raw))


def told(raw: bytes) -> Told:
    """What these bytes say."""
    try:
        found: object = json.loads(raw)
    except RecursionError:
        return ODD
    except ValueError:  # cut short, in the middle of a character perhaps
        return NOTHING
    if not isinstance(found, dict):
        return ODD
    details = found.get("conference_details", {})
    url = found.get("meeting_url", "")
    meeting = details.get("session_id", "") if isinstance(details, dict) else None
    if not _is_plain(meeting) or not _is_plain(url):
        return ODD
    try:
        return Told(str(meeting), unquote(urlsplit(str(url)).path).rpartition("/")[2].lower())
    except ValueError:
        return ODD


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and (value == "" or _PLAIN.fullmatch(value) is not None)
