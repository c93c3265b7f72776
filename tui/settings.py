"""What the person at the console may choose: language, signs, theme, keys, the look of each list.

PORTNER_LANG   da | en; else `language` in the file of `kept.py`; else what LC_ALL, LC_MESSAGES or LANG say; else da
PORTNER_SIGNS  unicode (default) | ascii, for terminals and fonts that draw the signs badly
PORTNER_THEME  dark (default) | light
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from tui.kept import Kept, Look

Lang = Literal["da", "en"]
Signs = Literal["unicode", "ascii"]
Light = Literal["dark", "light"]


class UnknownChoice(Exception):
    """A setting holds a value that is none of its choices; the text names the setting and the choices."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of one run of the console."""

    lang: Lang = "da"
    signs: Signs = "unicode"
    light: Light = "dark"
    keys: Mapping[str, str] = field(default_factory=dict)
    """By id: keys that are others than those the console comes with."""
    looks: Mapping[str, Look] = field(default_factory=dict)
    """By screen."""
    file: Path | None = None
    """Where looks are kept; None: nowhere."""

    @classmethod
    def from_env(cls, env: Mapping[str, str], kept: Kept | None = None, file: Path | None = None) -> "Settings":
        """Read the choices; raises UnknownChoice rather than guess."""
        kept = kept or Kept()
        lang = _choice(env, "PORTNER_LANG", get_args(Lang)) if env.get("PORTNER_LANG") else _language(env, kept)
        return cls(
            lang=cast("Lang", lang),
            signs=cast("Signs", _choice(env, "PORTNER_SIGNS", get_args(Signs))),
            light=cast("Light", _choice(env, "PORTNER_THEME", get_args(Light))),
            keys=kept.keys,
            looks=kept.looks,
            file=file,
        )


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name, "") or choices[0]
    if value not in choices:
        raise UnknownChoice(f"{name} must be one of {', '.join(choices)}")
    return value


def _language(env: Mapping[str, str], kept: Kept) -> str:
    """The first of the three variables that says anything decides, as everywhere (POSIX)."""
    names = (env.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    said = kept.language or next(filter(None, names), "")
    return "en" if said.lower().startswith("en") else "da"
