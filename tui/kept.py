"""The small file in which one person's choices are kept: `portner/console.toml` where their settings live.

language   da | en
[keys]     by id of a key (`portner tui --keys` prints them all): which keys it is instead
[screens.<name>]   columns and order of a list, written by the console itself

Nothing of anybody's data is in it. A file that is unreadable, too large or says something else is no reason not to
open: what is wrong is told, and what it should have said is as if it were not there.
"""

import os
import re
import stat
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MOST: Final = 64 * 1024
"""Bytes."""
_NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")
_ORDER: Final = re.compile(r"-?[a-z][a-z_]{0,39}")
_HEADER: Final = re.compile(r"\s*\[")
_OF_SCREENS: Final = re.compile(r"\s*\[\s*screens\s*[.\]]")
_BEGIN: Final = "# Columns and order of the lists are written by the console itself.\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was not as it must be: a text by its name, and what stands in it."""

    what: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose for one list. Empty: as it comes."""

    columns: tuple[str, ...] = ()
    """Ids, in order."""
    sort: str = ""
    """See `board.sorting.Sort.text`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the file."""

    language: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)
    """By screen."""
    faults: tuple[Fault, ...] = ()


class NotKept(Exception):
    """The file is another than the console would write into, and is left alone."""


def file_of(env: Mapping[str, str]) -> Path | None:
    """Where it is (XDG base directories); None: nobody says where this person's settings live."""
    base, home = env.get("XDG_CONFIG_HOME", ""), env.get("HOME", "")
    if base.startswith("/"):
        return Path(base) / "portner" / "console.toml"
    return Path(home) / ".config" / "portner" / "console.toml" if home.startswith("/") else None


def read(path: Path | None) -> Kept:
    """What is kept; nothing when there is no such file."""
    try:
        said = tomllib.loads(_text(path)) if path is not None else {}
    except FileNotFoundError:
        return Kept()
    except (OSError, ValueError, RecursionError):
        return Kept(faults=(Fault("file.unreadable", {"path": str(path)}),))
    faults = [Fault("file.unknown", {"name": name}) for name in said if name not in ("language", "keys", "screens")]
    language, keys, screens = said.get("language", ""), said.get("keys", {}), said.get("screens", {})
    if language not in ("", "da", "en"):
        faults.append(Fault("file.language"))
        language = ""
    if not isinstance(keys, dict) or not all(isinstance(each, str) for each in keys.values()):
        faults.append(Fault("file.keys"))
        keys = {}
    looks = _looks(screens)
    if looks is None:
        faults.append(Fault("file.screens"))
    return Kept(str(language), keys, looks or {}, tuple(faults))


def keep(path: Path, screen: str, look: Look) -> None:
    """Write it in place of what was kept for that screen: all of it or nothing, readable by its owner alone.

    What a person wrote into the file stays as it is. Raises OSError, and NotKept for a file that cannot be read.
    """
    try:
        before = _text(path)
    except FileNotFoundError:
        before = _BEGIN
    except ValueError as error:
        raise NotKept from error
    # Through a link to where it really is: many people keep their settings elsewhere.
    where = Path(os.path.realpath(path))
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".console-", dir=where.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(with_look(before, screen, look))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, where)
    except BaseException:
        os.unlink(name)
        raise


def with_look(before: str, screen: str, look: Look) -> str:
    """The text of the file with that screen's choices. Raises NotKept when it would say anything else anew."""
    try:
        said = tomllib.loads(before)
        looks = {**(_looks(said.get("screens", {})) or {}), screen: look}
        text = "".join([*_without_screens(before), *(_table(name, each) for name, each in looks.items())])
        after = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotKept from error
    if _looks(after.pop("screens", {})) != looks or after != {key: said[key] for key in said if key != "screens"}:
        raise NotKept
    return text


def _text(path: Path) -> str:
    """Raises OSError; ValueError: no such text as this file may be."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # one that is a pipe must not hold the console up
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no file")
        raw = file.read(MOST + 1)
    if len(raw) > MOST:
        raise ValueError("too large")
    return raw.decode("utf-8")


def _looks(said: object) -> dict[str, Look] | None:
    """By screen; None: it is something else."""
    found: dict[str, Look] = {}
    for name, look in said.items() if isinstance(said, dict) else [("", None)]:
        columns, sort = (look.get("columns", []), look.get("sort", "")) if isinstance(look, dict) else (None, None)
        if not (isinstance(columns, list) and all(_fits(_NAME, each) for each in (name, *columns))):
            return None
        if sort and not _fits(_ORDER, sort):
            return None
        found[name] = Look(tuple(columns), str(sort))
    return found


def _fits(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _without_screens(text: str) -> list[str]:
    kept, ours = list[str](), False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            ours = _OF_SCREENS.match(line) is not None
        if not ours:
            kept.append(line)
    ended = "".join(kept).rstrip("\n")
    return [ended, "\n"] if ended else []


def _table(screen: str, look: Look) -> str:
    """Every name in it has been found to be letters."""
    columns = ", ".join(f'"{each}"' for each in look.columns)
    return f'\n[screens.{screen}]\ncolumns = [{columns}]\nsort = "{look.sort}"\n'
