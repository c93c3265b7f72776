"""Lengths of time as people read them. Minutes are enough for a board one glances at; seconds for a queue."""

import re
from datetime import UTC, datetime, timedelta

from tui.text.locales import day, time_of_day
from tui.text.words import Words


def glance(seconds: float, words: Words) -> str:
    """`45 s`, `12 min`, `1:05 t`: changes once a minute, so the board stays calm."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return words.say("age.hours", n=f"{whole // 3600}:{whole % 3600 // 60:02}")


def exact(seconds: float) -> str:
    """`2:13`, `1:02:13`."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def day_clock(at: float, words: Words) -> str:
    """Day and time of day here."""
    return f"{day(at, words.settings.lang)} {clock(at, words)}"


def clock(at: float, words: Words, *, seconds: bool = False) -> str:
    """Time of day here, of `at` seconds since 1970."""
    return time_of_day(at, words.settings.lang, seconds=seconds)


def moment(text: str, now: float) -> float | None:
    """When a clock here last showed `10:42` (or `10.42:30`), seconds since 1970; None: no such time."""
    found = re.fullmatch(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?", text.strip())
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    here = datetime.fromtimestamp(now, tz=UTC).astimezone()
    try:
        then = here.replace(hour=hour, minute=minute, second=second, microsecond=0)
    except ValueError:
        return None
    return (then if then <= here else then - timedelta(days=1)).timestamp()
