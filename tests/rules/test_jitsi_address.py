"""The address of a meeting, read back as Jitsi Meet reads it."""

import json
from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from xmpp_agent.rules.jitsi_address import Entrance, address

TOKEN = "head.body-_.signature"


def read(url: str) -> dict[str, object]:
    """As jitsi-meet's parseURLParams does: pairs of the fragment, curly quotes made straight, values as JSON."""
    pairs = (pair.split("=", 1) for pair in urlsplit(url).fragment.split("&"))
    straight = str.maketrans("“”‘’", "\"\"''")
    return {key: json.loads(unquote(value).translate(straight)) for key, value in pairs}


@given(
    title=st.text(max_size=60) | st.sampled_from(["“Møde”", "d’Arc"]),
    off=st.booleans(),
    language=st.sampled_from(["da", "en"]),
)
def test_jitsi_reads_what_was_meant(title: str, off: bool, language: str) -> None:
    """Whatever the title, the pass and every setting come through, and nothing is added."""
    settings = read(address(Entrance("https://meet.test", "k3v" * 9, title, language, off), TOKEN))
    shown = settings.pop("config.localSubject")
    assert isinstance(shown, str)
    assert shown == title.replace("“", "").replace("”", "").replace("‘", "'").replace("’", "'")
    assert settings == {
        "jwt": TOKEN,
        "config.deeplinking.disabled": True,
        "config.disableDeepLinking": True,
        "config.doNotStoreRoom": True,
        "config.startWithVideoMuted": off,
    }


def test_the_pass_is_where_no_server_sees_it() -> None:
    """Path and query, which servers log, hold the room and the language and nothing else."""
    parts = urlsplit(address(Entrance("https://meet.test", "k3v" * 9, "Videomøde"), TOKEN))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "meet.test", "/" + "k3v" * 9)
    assert parse_qsl(parts.query) == [("lang", "da")]
