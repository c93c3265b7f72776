"""One line of the chain, read; also one that cannot be: spoilt on the disk, or written over by a hand."""

import json
from collections.abc import Mapping
from itertools import chain

from sqlalchemy import LargeBinary, cast

from xmpp_agent.edges.store.tables import audit
from xmpp_agent.model.audit_trail import UNREADABLE, About, OldLine, OldSaid, Spot
from xmpp_agent.model.verdicts import Decision, Reason

AS_WRITTEN = tuple(
    cast(column, LargeBinary).label(column.name) for column in (audit.c.line, audit.c.prev, audit.c.hash)
)
"""Text and hashes of a line as bytes: a page with one that is no text would not come at all."""
_WORDS = ("act", "room", "subject", "actor", "decision", "reason", "note")
_NO_TIME = 253_370_764_800.0
"""The year 9999, in which calendars end: whoever draws the line could not say when it was."""
_NO_LINE = (ValueError, KeyError, TypeError, RecursionError)


def text_of(written: bytes) -> str:
    """The text, with what is none written out, so that it gives another hash."""
    return written.decode(errors="backslashreplace")


def line_of(spot: Spot, written: tuple[bytes, bytes, bytes], whose: About) -> OldLine:
    """The line of `AS_WRITTEN`. `spot` is where it stands when its own text does not say so.

    One that cannot be read is `UNREADABLE`, and refused whatever it was: nothing in it is to be believed.
    """
    text, prev, own_hash = map(text_of, written)
    try:
        return _read(spot, text, prev, own_hash, whose)
    except _NO_LINE:
        return OldLine(
            spot=spot,
            act=UNREADABLE,
            room="",
            subject="",
            actor="",
            decision=Decision.REFUSE.value,
            reason=Reason.UNREADABLE_LINE.value,
            note="",
            said=(),
            text=text,
            prev=prev,
            hash=own_hash,
            about=whose,
        )


def _read(spot: Spot, text: str, prev: str, own_hash: str, whose: About) -> OldLine:
    said: Mapping[str, object] = json.loads(text)
    rules, at = said["said"], float(str(said["at"]))
    words = {name: str(said[name]) for name in _WORDS}
    if not isinstance(rules, list) or not 0 <= at < _NO_TIME:
        raise ValueError("no line of the audit")
    heard = [list(map(str, rule)) for rule in rules]
    "".join((*words.values(), *chain(*heard))).encode()  # half a character can be neither kept in the index nor told
    return OldLine(
        spot=Spot(at, spot.shard, spot.seq),
        said=tuple(OldSaid(*one) for one in heard),
        text=text,
        prev=prev,
        hash=own_hash,
        about=whose,
        **words,
    )
