"""How a language writes times, numbers and one or many: as Babel (CLDR) has it. English is that of Britain."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal
from typing_extensions import override

from tui.settings import Lang

_NAMES: Final = {"da": "da_DK", "en": "en_GB"}


@lru_cache
def locale_of(lang: Lang) -> Locale:
    """What Babel knows of a language."""
    return Locale.parse(_NAMES[lang])


def time_of_day(at: float, lang: Lang, *, seconds: bool = False) -> str:
    """`10.02`, `10:02` here, of `at` seconds since 1970."""
    return format_skeleton("Hms" if seconds else "Hm", _here(at), locale=locale_of(lang))


def day(at: float, lang: Lang) -> str:
    """`26.11`, `26/11` here."""
    return format_skeleton("MMdd", _here(at), locale=locale_of(lang))


def decimal(number: float, lang: Lang) -> str:
    """With one digit after the comma: `1,9`, `1.9`."""
    return format_decimal(number, format="0.0", locale=locale_of(lang))


class Count(int):
    """A number that in a text chooses a word: `{n} {n:besked|beskeder}`."""

    lang: Lang = "da"

    @classmethod
    def of(cls, number: int, lang: Lang) -> "Count":
        """That number in that language."""
        made = cls(number)
        made.lang = lang
        return made

    @override
    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        if not bar:
            return int(self).__format__(spec)
        return one if locale_of(self.lang).plural_form(int(self)) == "one" else many


def _here(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC).astimezone()
