"""What the site says, one catalogue a language. Pages, scripts and errors say nothing that does not stand there."""

from collections.abc import Mapping

from xmpp_agent.edges.web.site.texts.da import DA
from xmpp_agent.edges.web.site.texts.en import EN

LANGUAGES: Mapping[str, Mapping[str, str]] = {"da": DA, "en": EN}
"""Danish first; both say the same (tests/edges/web/site/test_texts.py)."""
DEFAULT = "da"


def text(language: str, key: str, **facts: object) -> str:
    """The sentence with its facts set in. Raises KeyError for a key that stands nowhere."""
    return LANGUAGES[language][key].format(**facts)
