"""Key sets as anybody may publish them."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from xmpp_agent.edges.oidc.config import ASYMMETRIC
from xmpp_agent.edges.oidc.discovery import KeySet

JSON = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=2)
B64 = st.binary(max_size=300).map(lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode())


@given(
    st.dictionaries(st.sampled_from(["n", "e", "x", "y", "d", "p", "k", "use", "key_ops", "x5c"]), JSON | B64),
    st.sampled_from(["RSA", "EC", "OKP", "oct"]),
    st.sampled_from(["P-256", "P-384", "Ed25519", "X25519", "", 7]),
    st.sampled_from(sorted(ASYMMETRIC)),
)
def test_no_key_breaks_the_search_for_one(key: dict[str, object], kty: str, curve: object, alg: str) -> None:
    """Whatever a provider publishes as a key, it is one that can be used or none; never an accident."""
    found = KeySet(({**key, "kty": kty, "crv": curve, "kid": "k"},)).find("k", alg)
    assert found is None or found.algorithm_name == alg
