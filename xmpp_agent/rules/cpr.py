"""Whether a CPR number could stand in what somebody typed."""

import re
from typing import Final

_TEN_DIGITS: Final = re.compile(r"(?=(\d(?:[\s./_‐-―-]{0,3}\d){9}))")


def could_hold_cpr(text: str) -> bool:
    """Whether any ten digits of it begin with a day (or one of a substitute number, 60 on) and a month."""
    return any(_could_be(found) for found in _TEN_DIGITS.findall(text))


def _could_be(text: str) -> bool:
    digits = "".join(char for char in text if char.isdigit())
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= (day - 60 if day > 60 else day) <= 31 and 1 <= month <= 12
