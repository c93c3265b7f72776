"""Makes a letter's subject and text from facts. Pure: the same facts give the same letter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from jinja2 import TemplateError

from xmpp_agent.model.letters import About, Channel
from xmpp_agent.rules.gsm7 import plain
from xmpp_agent.texts.template import TextFault, read_template

LANGUAGES = ("da", "en")
"""The first is written to whoever reads none of them."""
WRITTEN = (Channel.SMS, Channel.EMAIL, Channel.DIGITAL_POST)
"""Channels that carry a text."""

_FOLDER = Path(__file__).parent
_KIND = {Channel.SMS: "sms", Channel.EMAIL: "letter", Channel.DIGITAL_POST: "letter"}
_DEFAULTS = {
    (kind, about, language): (_FOLDER / kind / f"{about.value}.{language}.j2").read_text("utf-8")
    for kind in ("sms", "letter")
    for about in About
    for language in LANGUAGES
}
_SPELLED = {
    "da": ("EEEE d. MMMM", "EEEE 'den' d. MMMM y", "HH.mm"),
    "en": ("EEE d MMMM", "EEEE d MMMM y", "HH:mm"),
}
"""Date in a message, date in a letter, time (CLDR patterns)."""
_LOCALES = {"da": Locale.parse("da"), "en": Locale.parse("en_GB")}
for _locale in _LOCALES.values():
    _locale.days  # noqa: B018  # reads its file now, not in the middle of the first letter


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """What a letter is told. Times are seconds since 1970 and are written as the clocks in `timezone` show them."""

    authority: str
    """A neutral name: `Lilleby Kommune`, not the ward."""
    starts_at: float
    minutes: int
    url: str
    phone: str = ""
    unit: str = ""
    """Only if the unit wants to be named; it stands where the authority would."""
    companion: bool = True
    """Whether somebody may be brought along."""
    identity: bool = True
    """Whether a login will be asked for."""
    timezone: str = "Europe/Copenhagen"


def render(
    about: About, channel: Channel, language: str, facts: Facts, overrides: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Subject (empty for text messages) and text. `overrides` are a unit's own texts by key (`sms.invitation.da`).

    Raises TextFault when a unit's text is faulty (`check_overrides` finds that when it is loaded), or the channel
    carries no text. Never half a text.
    """
    if channel not in WRITTEN:
        raise TextFault(f"carries no text: {channel.value}")
    language = language if language in LANGUAGES else LANGUAGES[0]
    key = key_of(about, channel, language)
    source = (overrides or {}).get(key, _DEFAULTS[_KIND[channel], about, language])
    try:
        text = read_template(source).render(_told(facts, language))
    except TemplateError:
        raise TextFault(f"{key} cannot be printed") from None
    except TextFault as fault:
        raise TextFault(f"{key} {fault}") from None
    return ("", _message(text)) if channel is Channel.SMS else _letter(key, text)


def key_of(about: About, channel: Channel, language: str) -> str:
    """What a unit's own text is found under."""
    return f"{channel.value}.{about.value}.{language}"


def _told(facts: Facts, language: str) -> dict[str, str | int | bool]:
    date, long_date, time = _SPELLED[language]
    starts = datetime.fromtimestamp(facts.starts_at, ZoneInfo(facts.timezone))
    locale = _LOCALES[language]
    authority, unit = _one_line(facts.authority), _one_line(facts.unit)
    return {
        "who": unit or authority,
        "authority": authority,
        "unit": unit,
        "phone": _one_line(facts.phone),
        "url": _one_line(facts.url),
        "date": format_datetime(starts, date, locale=locale),
        "long_date": format_datetime(starts, long_date, locale=locale),
        "time": format_datetime(starts, time, locale=locale),
        "minutes": facts.minutes,
        "companion": facts.companion,
        "identity": facts.identity,
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _message(text: str) -> str:
    return _one_line(plain(text))


def _letter(key: str, text: str) -> tuple[str, str]:
    subject, _, body = text.strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in body.strip().splitlines()))
    if not subject or not body:
        raise TextFault(f"{key} needs a subject in its first line and a text below it")
    return _one_line(subject), body + "\n"
