"""What the person at the console may choose, by environment: language, signs, theme.

PORTNER_LANG   da (default) | en
PORTNER_SIGNS  unicode (default) | ascii, for terminals and fonts that draw the signs badly
PORTNER_THEME  dark (default) | light
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

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

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the choices; raises UnknownChoice rather than guess."""
        return cls(
            lang=cast("Lang", _choice(env, "PORTNER_LANG", get_args(Lang))),
            signs=cast("Signs", _choice(env, "PORTNER_SIGNS", get_args(Signs))),
            light=cast("Light", _choice(env, "PORTNER_THEME", get_args(Light))),
        )


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = env.get(name, "") or choices[0]
    if value not in choices:
        raise UnknownChoice(f"{name} must be one of {', '.join(choices)}")
    return value
