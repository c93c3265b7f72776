"""How long a text message is, and how to keep it short (3GPP TS 23.038; part sizes with a 6-octet header)."""

import re
import unicodedata
from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_UNITS = dict.fromkeys(_BASIC, 1) | dict.fromkeys("\f^{}\\[~]|€", 2)
"""Septets of each character; those of the second table take an escape first."""

_DASHES, _QUOTES, _TICKS = "‐‑‒–—―−", "“”„«»", "‘’‚‹›´`"
_SPACES = "\t\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"
_TYPOGRAPHIC = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys(_TICKS, "'"),
        **dict.fromkeys(_SPACES, " "),
        "…": "...",
        "•": "-",
        "·": "-",
    }
)
_LINE_END = re.compile(r"\r\n?|[\f\v\u0085\u2028\u2029]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 .-]{0,9}[A-Za-z0-9]|[A-Za-z]")
_NUMERIC = re.compile(r"\+?[1-9][0-9]{2,14}")


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs."""

    gsm7: bool
    """False: one character outside the table makes the whole text UCS-2."""
    units: int
    """Septets, or UTF-16 units."""
    parts: int
    """Messages a phone puts together again, each paid for."""


def measure(text: str) -> Measure:
    """Length and parts of a text as it stands. No character is split between two parts."""
    if all(character in _UNITS for character in text):
        return _packed([_UNITS[character] for character in text], single=160, part=153, gsm7=True)
    return _packed([1 + (ord(character) > 0xFFFF) for character in text], single=70, part=67, gsm7=False)


def plain(text: str) -> str:
    """The text with typographic characters written as a typewriter would, so that they do not make it UCS-2.

    Dashes, quotes, spaces and dots are replaced, letters put together (å written as a and ring), invisible characters
    dropped. Letters outside the table stay: a name is not rewritten.
    """
    lines = _LINE_END.sub("\n", text)
    visible = "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in _INVISIBLE)
    return unicodedata.normalize("NFC", visible).translate(_TYPOGRAPHIC)


def may_be_sender(sender: str) -> bool:
    """Whether gateways and phones take it as sender: 1-11 of A-Z, 0-9, blank, dot, hyphen, or 3-15 digits."""
    return _ALPHANUMERIC.fullmatch(sender) is not None or _NUMERIC.fullmatch(sender) is not None


def _packed(sizes: list[int], *, single: int, part: int, gsm7: bool) -> Measure:
    units = sum(sizes)
    if units <= single:
        return Measure(gsm7, units, 1)
    parts, room = 1, part
    for size in sizes:
        if size > room:
            parts, room = parts + 1, part
        room -= size
    return Measure(gsm7, units, parts)
