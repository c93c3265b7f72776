"""What somebody types to look through the audit, understood: `medarbejder:mette slags:afvist fra:08:00 til:26.11 for
tidligt`. Names of fields in Danish and English whatever language is shown; what has no field is looked for as words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import Final

_FIELDS: Final[Mapping[str, str]] = {
    "staff": "staff", "medarbejder": "staff", "by": "staff", "af": "staff",
    "kind": "kind", "slags": "kind",
    "from": "since", "fra": "since", "to": "until", "til": "until",
    "appointment": "appointment", "aftale": "appointment",
}  # fmt: skip
_FIELD: Final = re.compile(r"(?P<name>[^\W\d]+):(?P<value>.+)")
_MOMENT: Final = re.compile(
    r"(?:(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?)?-?(?:(?P<hour>\d{1,2}):(?P<minute>\d\d))?"
)
LONGEST: Final = 200


class Misunderstood(Exception):
    """A time that is none; holds what was typed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    appointment: str = ""
    kind: str = ""
    staff: str = ""
    since: float | None = None
    until: float | None = None
    words: str = ""

    def fields(self) -> dict[str, str | float | None]:
        """By name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def understood(text: str, now: float) -> Wanted:
    """Several values of one field are words of it. Raises Misunderstood. `now`: the agent's clock."""
    said: dict[str, list[str]] = {"words": []}
    for word in text[:LONGEST].split():
        found = _FIELD.fullmatch(word)
        name = _FIELDS.get(found["name"].casefold(), "words") if found is not None else "words"
        said.setdefault(name, []).append(found["value"] if found is not None and name != "words" else word)
    joined = {name: " ".join(values).replace("_", " ") for name, values in said.items() if name not in _TIMES}
    times = {name: moment(said[name][-1], now, is_end=name == "until") for name in _TIMES if name in said}
    return Wanted(
        appointment="".join(said.get("appointment", ())[:1]),
        kind=joined.get("kind", ""),
        staff=joined.get("staff", ""),
        since=times.get("since"),
        until=times.get("until"),
        words=joined["words"],
    )


_TIMES: Final = ("since", "until")


def moment(text: str, now: float, *, is_end: bool) -> float:
    """`08:00` (today), `26.11`, `26.11.2025-14:30`, here. A day alone: its beginning, or (`is_end`) its end.

    A day without a year is the last one there was. Raises Misunderstood.
    """
    found = _MOMENT.fullmatch(text)
    if found is None or not any(found.groups()):
        raise Misunderstood(text)
    here = datetime.fromtimestamp(now, tz=UTC).astimezone()
    day = here.date()
    try:
        if found["day"]:
            day = day.replace(int(found["year"] or day.year), int(found["month"]), int(found["day"]))
            day = day.replace(day.year - 1) if day > here.date() and not found["year"] else day
        begun = datetime.combine(day, time(int(found["hour"] or 0), int(found["minute"] or 0)))
    except ValueError:
        raise Misunderstood(text) from None
    whole_day = timedelta(days=1 if is_end and not found["hour"] else 0)
    return (begun + whole_day).astimezone().timestamp()
