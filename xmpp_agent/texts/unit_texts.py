"""Judges the texts a unit wrote itself, before the first of them is sent."""

import re
from collections.abc import Mapping

from xmpp_agent.model.letters import About, Channel
from xmpp_agent.rules.gsm7 import measure
from xmpp_agent.texts.render import LANGUAGES, WRITTEN, Facts, key_of, render
from xmpp_agent.texts.template import TextFault

MOST_PARTS = 3
"""Text messages a phone may have to put together."""
LONGEST_SUBJECT = 100
"""Characters; mailboxes show fewer."""

_MADE_WITH = "https://moede.lilleby.example/m/7Kq2Wp9xZ4m8Tq1r"
_FULL = Facts("Lilleby Kommune", 1778574600.0, 30, _MADE_WITH, "00 00 00 00", "Center Nord")
_SPARSE = Facts("Lilleby Kommune", 1778574600.0, 30, _MADE_WITH, companion=False, identity=False)
_KEYS = {
    key_of(about, channel, language): (about, channel, language)
    for about in About
    for channel in WRITTEN
    for language in LANGUAGES
}
_LEADS_SOMEWHERE = frozenset(About) - {About.CANCELLED, About.NOT_NEEDED}
_NAMES_LOGIN = re.compile(r"mit\s*id", re.IGNORECASE)


def check_overrides(overrides: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each fault; none when every text can be sent as it is, whatever the appointment has."""
    found: list[str] = []
    for key, source in overrides.items():
        if key not in _KEYS:
            found.append(f"Text {key[:60]}: there is no such text.")
            continue
        about, channel, language = _KEYS[key]
        try:
            for facts in (_FULL, _SPARSE):
                subject, text = render(about, channel, language, facts, {key: source})
                found += [f"Text {key} {fault}." for fault in _faults(about, channel, subject, text)]
        except TextFault as fault:
            found.append(f"Text {fault}.")
    return tuple(dict.fromkeys(found))


def _faults(about: About, channel: Channel, subject: str, text: str) -> list[str]:
    found: list[str] = []
    if about in _LEADS_SOMEWHERE and _MADE_WITH not in text:
        found.append("does not say {{ url }}")
    if any(after and not after[0].isspace() for after in text.split(_MADE_WITH)[1:]):
        found.append("must have a blank or nothing after {{ url }}: what follows would become part of the address")
    if len(subject) > LONGEST_SUBJECT:
        found.append(f"has a subject of more than {LONGEST_SUBJECT} characters")
    if channel is Channel.SMS:
        if not text:
            found.append("is empty")
        if measure(text).parts > MOST_PARTS:
            found.append(f"is longer than {MOST_PARTS} text messages")
        if _NAMES_LOGIN.search(text):
            found.append(
                "names MitID; a text message that does is taken for fraud, and people are told not to trust it"
            )
    return found
