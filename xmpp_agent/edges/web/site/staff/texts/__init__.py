"""What staff's pages say, one catalogue a language; beside it the sentences of the reasons, where staff need others."""

from collections.abc import Mapping

from xmpp_agent.edges.web.site.staff.texts.da import DA
from xmpp_agent.edges.web.site.staff.texts.en import EN
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS

STAFF_LANGUAGES: Mapping[str, Mapping[str, str]] = {"da": DA, "en": EN}
"""Both say the same (tests/edges/web/site/staff/test_texts.py)."""


def say(language: str, key: str, **facts: object) -> str:
    """The sentence with its facts set in. Raises KeyError for a key that stands nowhere."""
    return STAFF_LANGUAGES[language][key].format(**facts)


def why(language: str, reason: Reason) -> str:
    """Why something is not possible, to staff: the door's own sentences speak to whoever waits."""
    own = STAFF_LANGUAGES[language].get(f"why.{reason.value}")
    return own or WORDS[reason][0 if language == "da" else 1]
