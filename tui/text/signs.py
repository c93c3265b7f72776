"""One sign for each state, so that colour is never the only difference; and an ASCII set for plain terminals."""

from typing import Final

from tui.settings import Signs

SIGNS: Final[dict[str, tuple[str, str]]] = {
    # what: (unicode, ascii)
    "closed": ("○", "o"),
    "ready": ("●", "*"),
    "expecting": ("◐", ">"),
    "visit": ("▶", "="),
    "frozen": ("■", "#"),
    "turnover": ("↻", "~"),
    "stuck": ("▲", "X"),
    "open": ("✓", "+"),
    "wait": ("…", "."),
    "refuse": ("✗", "x"),
    "judge": ("?", "?"),
    "recording": ("REC", "REC"),
    "step": ("■", "#"),
    "no_step": ("·", "."),
    "held": ("§", "H"),
    "unread": ("✉", "@"),
    "alert": ("!", "!"),
    "followed": ("◆", "&"),
    "rising": ("↑", "^"),
    "falling": ("↓", "v"),
    "cursor": ("▌", ">"),
    "asked": ("→", ">"),
    "done": ("✓", "+"),
    "note": ("·", "-"),
    "live": ("●", "*"),
    "late": ("◌", "."),
    "lost": ("✗", "x"),
    "green": ("✓", "+"),
    "amber": ("!", "!"),
    "red": ("▲", "X"),
    "none": ("·", "-"),
    "pixel": ("█", "#"),
    "gap": ("┄", "?"),
    "nought": ("_", "_"),
    "loading": ("↻", "~"),
}
_IN_ASCII: Final = {
    **dict.fromkeys(map(chr, range(0x2500, 0x2580)), "-"),
    **dict.fromkeys(map(chr, range(0x2580, 0x25A0)), "#"),
    **dict.fromkeys("│┃║╎┆┊", "|"),
    **dict.fromkeys("━═", "="),
    "…": "~",
    "·": "-",
    "–": "-",
}
"""What is drawn around words, and in them by the console itself, on a terminal that has ASCII only."""


def in_ascii(drawn: str) -> str:
    """Lines, scrollbars, dots and dashes in ASCII, each as wide as it was. Letters stay: names are spelt so."""
    return drawn.translate(_TABLE)


_TABLE: Final = str.maketrans(_IN_ASCII)


def sign(what: str, signs: Signs) -> str:
    """The sign for a state; a KeyError is a missing line in the table above."""
    return SIGNS[what][1 if signs == "ascii" else 0]
