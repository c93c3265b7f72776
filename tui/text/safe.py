"""Words that came from elsewhere, made fit for a terminal.

Room, staff and citizen names, messages and reasons are chosen by other people. Control characters could
drive the terminal, bidirectional controls could swap what is read, invisible ones could make two names look
alike, stacked accents could paint over the line above. None of them passes. Markup is not handled here:
what leaves this module is only ever drawn as `Segment` or `Content`, never parsed.
"""

import unicodedata

from rich.cells import cell_len, set_cell_size

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by category that draw nothing: a name made of them would be an empty cell."""

_SKINS = range(0x1F3FB, 0x1F400)
"""Colours of skin: some terminals paint them into the emoji before, some beside it. Columns would move."""
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Two of them are a flag in some terminals and two letters in others; here they are the letters."""

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_TO_SPACE = frozenset({"Zs", "Zl", "Zp"})
_ACCENTS_PER_LETTER = 2
_FIRST_ACCENT = "\u0300"
"""Below it nothing combines; what does not print there is caught by `isprintable`."""
LONGEST = 500


def safe(text: str, limit: int = LONGEST) -> str:
    """`text` on one line, without anything invisible or commanding, at most `limit` characters."""
    if len(text) <= limit and text.isprintable() and max(text, default="") < _FIRST_ACCENT:
        return " ".join(text.split())  # nearly every name; the rest costs more
    kept: list[str] = []
    accents = 0
    for char in unicodedata.normalize("NFC", text[: 4 * limit]):
        category = unicodedata.category(char)
        if char in "\t\n\r\x0b\x0c" or category in _TO_SPACE:
            kept.append(" ")
        elif category in _DROPPED or char in _BLANK_LETTERS or "\ufe00" <= char <= "\ufe0f" or ord(char) in _SKINS:
            continue
        elif ord(char) in _FLAG_LETTERS:
            kept.append(chr(ord(char) - _FLAG_LETTERS.start + ord("A")))
        elif category in ("Mn", "Me"):
            accents += 1
            if accents <= _ACCENTS_PER_LETTER:
                kept.append(char)
            continue
        else:
            kept.append(char)
        accents = 0
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def fit(text: str, width: int, align: str = "left") -> str:
    """`text` in exactly `width` terminal cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    used = cell_len(text)
    if used > width:
        return set_cell_size(set_cell_size(text, width - 1).rstrip(" …") + "…", width)
    gap = " " * (width - used)
    return gap + text if align == "right" else text + gap
