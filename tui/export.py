"""Files that are taken along, readable by their owner alone: lists for a spreadsheet, lines of the audit."""

import csv
import io
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tui.text.cells import Cell, Column

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes what begins so for something to compute."""


def as_csv(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """Titles and rows as RFC 4180 has it; columns without a title by their id."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.title or column.id for column in columns])
    writer.writerows([[_plain(cell.text) for cell in row] for row in rows])
    return out.getvalue()


def file_name(what: str, now: float, kind: str = "csv") -> str:
    """`portner-rooms-20261126-104200.csv`, in local time."""
    return f"portner-{what}-{datetime.fromtimestamp(now, tz=UTC).astimezone():%Y%m%d-%H%M%S}.{kind}"


def write_new(path: Path, text: str, *, marked: bool = True) -> None:
    """A new file nobody else may read; one that is there is left alone. `marked`: for spreadsheets. Raises OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    with os.fdopen(handle, "w", encoding="utf-8-sig" if marked else "utf-8", newline="") as file:
        file.write(text)


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
