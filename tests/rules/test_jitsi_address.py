"""The address of a meeting, read back as Jitsi Meet reads it."""

import json
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from xmpp_agent.rules.jitsi_address import Entrance, address

TOKEN = "head.body-_.signature"


def read(url: str) -> tuple[str, dict[str, object]]:
    """As jitsi-meet's parseURLParams does: pairs of the fragment, values as JSON, `jwt` as it stands."""
    fragment = urlsplit(url).fragment
    pairs = dict(pair.split("=", 1) for pair in fragment.split("&"))
    token = pairs.pop("jwt")
    return token, {key: json.loads(unquote(value)) for key, value in pairs.items()}


@given(title=st.text(max_size=60), off=st.booleans(), language=st.sampled_from(["da", "en"]))
def test_jitsi_reads_what_was_meant(title: str, off: bool, language: str) -> None:
    """Whatever the title, the pass and every setting come through, and nothing is added."""
    url = address(Entrance("https://meet.test", "k3v" * 9, title, language, off), TOKEN)
    token, settings = read(url)
    assert token == TOKEN
    assert settings.pop("config.startWithVideoMuted", False) is off
    assert settings == {
        "config.prejoinConfig.enabled": False,
        "config.prejoinPageEnabled": False,
        "config.defaultLanguage": language,
        "config.subject": title,
    }


def test_the_pass_is_where_no_server_sees_it() -> None:
    """Path and query, which servers log, hold the room and the language and nothing else."""
    parts = urlsplit(address(Entrance("https://meet.test", "k3v" * 9, "Videomøde"), TOKEN))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "meet.test", "/" + "k3v" * 9)
    assert parse_qsl(parts.query) == [("lang", "da")]
