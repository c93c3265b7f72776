"""Times in words, as people read them where the unit is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

_LOCALE = {"da": "da", "en": "en_GB"}
_WHEN = {"da": "EEEE 'den' d. MMMM y 'kl.' HH.mm", "en": "EEEE d MMMM y 'at' HH:mm"}
_CLOCK = {"da": "HH.mm", "en": "HH:mm"}


def _local(at: float, timezone: str) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone))


def when(at: float, timezone: str, language: str) -> str:
    """`tirsdag den 12. maj 2026 kl. 10.30`, `Tuesday 12 May 2026 at 10:30`."""
    return format_datetime(_local(at, timezone), _WHEN[language], locale=_LOCALE[language])


def clock(at: float, timezone: str, language: str) -> str:
    """`10.30`, `10:30`."""
    return format_datetime(_local(at, timezone), _CLOCK[language], locale=_LOCALE[language])


def machine(at: float, timezone: str) -> str:
    """For the `datetime` attribute of `time`: ISO 8601 with offset."""
    return _local(at, timezone).isoformat(timespec="minutes")
