"""How sure a login is, in the words of every broker; and whether that is enough."""

import re

from xmpp_agent.model.people import Level

_WORDS = {"low": Level.LOW, "substantial": Level.SUBSTANTIAL, "high": Level.HIGH}


def level_of(said: object) -> Level | None:
    """The NSIS level in what a provider said: a bare word, a URI or a URN, in any case of letters.

    The last part after `/` or `:` counts, and only as low, substantial or high; None (refuse) for anything else.
    """
    if not isinstance(said, str):
        return None
    return _WORDS.get(re.split("[/:]", said)[-1].lower())


def lowest(said: tuple[object, ...]) -> Level | None:
    """The whole is as sure as its least sure part (NSIS); None when there is no part or one cannot be read."""
    levels = [level_of(part) for part in said]
    readable = [level for level in levels if level is not None]
    return min(readable) if readable and len(readable) == len(levels) else None


def reaches(level: Level | None, needed: Level) -> bool:
    """Whether the level that came back is the one asked for or a higher one; an unreadable one reaches nothing."""
    return level is not None and level >= needed
