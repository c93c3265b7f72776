"""Telephone numbers: what people and calendar systems write, as the one form that is stored and sent (E.164)."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

HOME = "DK"
"""Where a number without country code belongs."""
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Marks that phones and web pages put around a number when it is copied."""
_TYPED = re.compile(r"\(?\+?[\d\s()./\u2010-\u2015-]{3,40}")
_NO_PERSON = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_HIDDEN = 4
"""Digits that must be left unseen for the last two to say nothing."""
_NO_MESSAGES = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.PAGER})


def e164(typed: str) -> str | None:
    """The number with plus and country code; None when it is none, or none of a person (premium rate, freephone).

    Numbers are Danish unless they say otherwise, by plus, by 00, or by being too long for a Danish one.
    """
    cleaned = _INVISIBLE.sub("", typed).strip()
    if _TYPED.fullmatch(cleaned) is None:
        return None
    for spelling in (cleaned, f"+{cleaned}"):
        number = _parsed(spelling)
        if number is not None and phonenumbers.is_valid_number(number):
            if phonenumbers.number_type(number) in _NO_PERSON:
                return None
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def takes_messages(number: str) -> bool:
    """Whether a number (E.164) may take text messages.

    In Denmark any may: its numbering plan does not tell landlines from mobiles, only a delivery report does.
    """
    parsed = _parsed(number) if number.startswith("+") else None
    return parsed is not None and phonenumbers.number_type(parsed) not in _NO_MESSAGES | _NO_PERSON


def ending(number: str) -> str:
    """What others may see of a number: `** ** ** 56`; empty when none is kept."""
    return f"** ** ** {number[-2:]}" if len(number) > 2 + _HIDDEN else ""


def _parsed(spelling: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(spelling, HOME)
    except NumberParseException:
        return None
