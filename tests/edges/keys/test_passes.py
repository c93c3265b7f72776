"""Passes: what was minted is read back; whatever else comes is no pass."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.edges.keys.passes import LONGEST, SignedPasses
from xmpp_agent.edges.keys.signing import SigningKeys
from xmpp_agent.model.people import CompanionKind, Level, Pass, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import PassFault, PassReader
from xmpp_agent.rules.passes import seat_of

OLD = "20260101T000000-00000001"
NEW = "20260201T000000-00000002"
KEYS = SigningKeys({kid: generate_private_key(65537, 2048) for kid in (NEW, OLD)})
STRANGER = generate_private_key(65537, 2048)
PASSES = SignedPasses(KEYS, "meet.example.dk", "jitsi")
ANNA = Pass(
    id="k3vq",
    role=Role.CITIZEN,
    person="anna",
    seat="seat",
    room="a2" * 13,
    issued_at=1795381467.25,
    not_before=1795381467.25,
    expires_at=1795385067.0,
    appointment="appointment",
    level=Level.SUBSTANTIAL,
    proved="0f" * 32,
)
TOKEN = PASSES.mint(ANNA, "Anna Hansen")

idents = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
times = st.floats(0, 1e11)


@st.composite
def some_pass(draw: st.DrawFn) -> Pass:
    """Any pass that hangs together."""
    role = draw(st.sampled_from(Role))
    start, end = sorted((draw(times), draw(times)))
    return Pass(
        id=draw(idents),
        role=role,
        person=draw(idents),
        seat=draw(idents),
        room=draw(st.from_regex(r"[a-z0-9]{20,64}", fullmatch=True)),
        issued_at=draw(times),
        not_before=start,
        expires_at=end,
        appointment=draw(idents if role is not Role.STAFF else st.none() | idents),
        level=draw(st.sampled_from(Level)),
        proved=draw(st.just("") | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
        kind=draw(st.sampled_from(CompanionKind)) if role is Role.COMPANION else None,
        link=draw(st.just("") | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
    )


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, unchecked."""
    head, body, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(head), json.loads(body)


def spelled(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(head: str | Mapping[str, Any], body: str | Mapping[str, Any], key: RSAPrivateKey) -> str:
    """A token of any shape with a signature that really holds."""
    texts = [part if isinstance(part, str) else json.dumps(part) for part in (head, body)]
    start = ".".join(spelled(text.encode()) for text in texts)
    return f"{start}.{spelled(key.sign(start.encode(), PKCS1v15(), hashes.SHA256()))}"


def is_broken(token: str) -> bool:
    """Whether reading it says PASS_BROKEN; no fault at all fails the test."""
    with pytest.raises(PassFault) as caught:
        PASSES.read(token)
    return caught.value.reason is Reason.PASS_BROKEN


@given(some_pass(), st.text(max_size=200))
@settings(deadline=None, max_examples=50)
def test_what_is_minted_is_read_back(pass_: Pass, name: str) -> None:
    """Every pass that can be minted reads back equal, whatever the name."""
    reader: PassReader = PASSES

    assert pass_ == reader.read(PASSES.mint(pass_, name))


def test_a_hand_made_token_of_the_right_shape_is_read() -> None:
    """The forging helper below makes tokens that hold, so that the refusals below are for the stated cause."""
    head, body = parts(TOKEN)

    assert PASSES.read(signed(head, body, KEYS.private[NEW])) == ANNA


def test_a_pass_made_before_passes_named_their_link_is_read() -> None:
    """An upgrade in the middle of a day puts nobody out: such a pass is judged as one without a link."""
    head, body = parts(TOKEN)
    del body["portner"]["link"]

    assert PASSES.read(signed(head, body, KEYS.private[NEW])) == ANNA


def test_jitsi_finds_its_words() -> None:
    """The claims Jitsi reads are there, and nothing that tells who somebody is besides the name."""
    head, body = parts(TOKEN)

    assert head == {"alg": "RS256", "typ": "JWT", "kid": NEW}
    assert body["context"] == {"user": {"id": "anna", "name": "Anna Hansen"}}
    assert {"iss", "aud", "sub", "jti", "iat", "nbf", "exp", "room", "context", "portner"} == set(body)


def test_an_empty_token_is_no_pass() -> None:
    """Nothing given is another reason than something broken."""
    with pytest.raises(PassFault) as caught:
        PASSES.read("")

    assert Reason.NO_PASS is caught.value.reason


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="utf-8"))
@settings(deadline=None, max_examples=300)
def test_any_character_changed_breaks_it(position: int, other: str) -> None:
    """A token with one character changed is broken, wherever it is."""
    changed = TOKEN[:position] + other + TOKEN[position + 1 :]

    assert changed == TOKEN or is_broken(changed)


@given(st.integers(0, len(TOKEN)), st.sampled_from("A=.\n !\0"))
@settings(deadline=None)
def test_anything_put_in_breaks_it(position: int, extra: str) -> None:
    """A token with one character more is broken, also one that base64 decoders skip."""
    assert is_broken(TOKEN[:position] + extra + TOKEN[position:])


def test_spare_bits_of_the_last_character_break_it() -> None:
    """The last characters that decode to the same signature are not the same token."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    assert all(is_broken(TOKEN[:-1] + other) for other in alphabet if other != TOKEN[-1])


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True))
@settings(deadline=None)
def test_noise_is_broken(noise: str) -> None:
    """Random text, also in the shape of a token, never gets further than PassFault."""
    with pytest.raises(PassFault):
        PASSES.read(noise)


def test_alg_none_is_broken() -> None:
    """A token without signature is no pass."""
    _, body = parts(TOKEN)
    bare = ".".join(spelled(json.dumps(part).encode()) for part in ({"alg": "none", "typ": "JWT", "kid": NEW}, body))

    assert is_broken(bare + ".")
    assert is_broken(bare + ".AA")


def test_hs256_with_the_public_key_is_broken() -> None:
    """A token signed with our public key as a shared secret is no pass."""
    _, body = parts(TOKEN)
    pem = (
        KEYS.private[NEW]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for alg in ("HS256", "RS256"):
        start = ".".join(spelled(json.dumps(part).encode()) for part in ({"alg": alg, "typ": "JWT", "kid": NEW}, body))
        assert is_broken(f"{start}.{spelled(hmac.digest(pem, start.encode(), 'sha256'))}")


HEADS: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda head: head | {"alg": "RS512"},
    lambda head: head | {"alg": "rs256"},
    lambda head: head | {"kid": "20260301T000000-00000003"},
    lambda head: head | {"kid": 7},
    lambda head: {key: head[key] for key in ("alg", "typ")},
    lambda head: head | {"crit": ["exp"]},
    lambda head: head | {"jwk": {}},
    lambda head: head | {"b64": False},
]


@pytest.mark.parametrize("change", HEADS)
def test_other_headers_are_broken(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Only our algorithm, type and key ids, and nothing else, stand in a header."""
    head, body = parts(TOKEN)

    assert is_broken(signed(change(head), body, KEYS.private[NEW]))


def test_other_signers_are_broken() -> None:
    """A stranger's key under our key id is no pass, nor our old key under the new one's id."""
    head, body = parts(TOKEN)

    assert is_broken(signed(head, body, STRANGER))
    assert is_broken(signed(head, body, KEYS.private[OLD]))


def test_rotation() -> None:
    """The newest key signs; a token of the older one is still read until its file is gone."""
    old = SignedPasses(SigningKeys({OLD: KEYS.private[OLD]}), "meet.example.dk", "jitsi")
    only_new = SignedPasses(SigningKeys({NEW: KEYS.private[NEW]}), "meet.example.dk", "jitsi")
    token = old.mint(ANNA, "Anna")

    assert parts(TOKEN)[0]["kid"] == NEW
    assert PASSES.read(token) == ANNA
    with pytest.raises(PassFault):
        only_new.read(token)


def test_jwks() -> None:
    """Somebody with only the published keys can check a pass."""
    published = {key["kid"]: jwt.PyJWK(key) for key in KEYS.jwks()["keys"]}
    claims = jwt.decode(
        TOKEN,
        published[NEW],
        algorithms=["RS256"],
        audience="jitsi",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )

    assert claims["sub"] == "anna"
    assert {"kty", "use", "alg", "kid", "n", "e"} == set(KEYS.jwks()["keys"][0])


def _leaves(body: Mapping[str, Any], at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [(*at, key) for key in body]
    for key, value in body.items():
        if isinstance(value, dict):
            found += _leaves(value, (*at, key))
    return found


def _changed(
    body: dict[str, Any], at: tuple[str, ...], change: Callable[[dict[str, Any], str], None]
) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(body))
    place = copy
    for key in at[:-1]:
        place = place[key]
    change(place, at[-1])
    return copy


CLAIMS = _leaves(parts(TOKEN)[1])


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim != ("portner", "link")], ids=".".join)
def test_every_claim_is_needed(claim: tuple[str, ...]) -> None:
    """A token that lacks one claim is no pass, however well it is signed; but for the link, which is younger."""
    head, body = parts(TOKEN)

    assert is_broken(signed(head, _changed(body, claim, lambda place, key: place.pop(key)), KEYS.private[NEW]))


@pytest.mark.parametrize("claim", CLAIMS, ids=".".join)
@pytest.mark.parametrize("wrong", [True, [], {}, -1, "long " * 60, 1e300], ids=lambda wrong: str(wrong)[:5])
def test_every_claim_is_typed_and_bounded(claim: tuple[str, ...], wrong: object) -> None:
    """A claim of another type, or out of bounds, makes it no pass."""
    head, body = parts(TOKEN)

    assert is_broken(
        signed(head, _changed(body, claim, lambda place, key: place.update({key: wrong})), KEYS.private[NEW])
    )


def _set(*path_and_value: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    *path, value = path_and_value
    at = tuple(str(step) for step in path)
    return lambda body: _changed(body, at, lambda place, key: place.update({key: value}))


BODIES = {
    "other issuer": _set("iss", "meet.example.com"),
    "other audience": _set("aud", "jitsi2"),
    "several audiences": _set("aud", ["jitsi"]),
    "extra claim": _set("admin", True),
    "extra user word": _set("context", "user", "email", "x"),
    "moderator by Jitsi's word": _set("context", "user", "moderator", "true"),
    "features": _set("context", "features", {"recording": True}),
    "room short": _set("room", "a2"),
    "room upper case": _set("room", "A2" * 13),
    "room with domain": _set("room", "a2" * 13 + "@conference"),
    "room any": _set("room", "*"),
    "room newline": _set("room", "a2" * 13 + "\n"),
    "seat blank": _set("portner", "seat", "a b"),
    "person empty": _set("sub", ""),
    "role unknown": _set("portner", "role", "owner"),
    "level beyond": _set("portner", "level", 4),
    "level text": _set("portner", "level", "2"),
    "level fraction": _set("portner", "level", 2.0),
    "proved short": _set("portner", "proved", "0f"),
    "citizen with kind": _set("portner", "kind", "guardian"),
    "citizen without appointment": _set("portner", "appointment", None),
    "companion without kind": _set("portner", "role", "companion"),
    "ends before it begins": _set("exp", 1.0),
    "time as text": _set("exp", "1795385067"),
    "time as truth": _set("iat", True),
    "user is another": _set("context", "user", "id", "ole"),
}


@pytest.mark.parametrize("name", BODIES)
def test_junk_with_a_good_signature_is_broken(name: str) -> None:
    """Claims that do not say what a pass says are refused although the signature holds."""
    head, body = parts(TOKEN)

    assert is_broken(signed(head, BODIES[name](body), KEYS.private[NEW]))


def test_doubled_names_and_odd_json_are_broken() -> None:
    """JSON that two readers could read differently is no pass."""
    head, body = parts(TOKEN)
    text = json.dumps(body)
    odd = [
        text[:-1] + ', "room": "' + "b3" * 13 + '"}',
        text.replace("1795385067.0", "NaN"),
        text.replace("1795385067.0", "Infinity"),
        text.replace("1795385067.0", "1e999"),
        f"[{text}]",
        text + " x",
        '"text"',
        "[" * 3000,
    ]

    assert all(is_broken(signed(head, one, KEYS.private[NEW])) for one in odd)
    assert is_broken(signed(json.dumps(head)[:-1] + f', "kid": "{NEW}"}}', body, KEYS.private[NEW]))


def test_oversized_tokens_are_broken_before_they_are_looked_at() -> None:
    """More than 8 kB is refused, however well it is signed."""
    head, body = parts(TOKEN)
    padded = signed(head, json.dumps(body) + " " * LONGEST, KEYS.private[NEW])

    assert is_broken(padded)
    assert PASSES.read(signed(head, json.dumps(body) + " " * 2000, KEYS.private[NEW])) == ANNA


@pytest.mark.parametrize(
    "wrong",
    [{"room": "short"}, {"id": "a b"}, {"appointment": None}, {"kind": CompanionKind.GUARDIAN}, {"expires_at": 0.0}],
    ids=str,
)
def test_what_would_not_be_read_is_not_minted(wrong: dict[str, Any]) -> None:
    """Minting refuses a pass that reading would refuse."""
    with pytest.raises(ValueError):
        PASSES.mint(replace(ANNA, **wrong), "Anna")


def test_seats() -> None:
    """A person has one seat for one appointment, another for another, and nobody shares it."""
    assert seat_of("anna", "a1") == seat_of("anna", "a1")
    assert len({seat_of(person, held) for person in ("anna", "ole") for held in ("a1", "a2")}) == 4


def test_no_fault_repeats_what_was_read() -> None:
    """A fault says its reason code and carries no part of the token, not even as its cause."""
    with pytest.raises(PassFault) as caught:
        PASSES.read(TOKEN[:-1])

    assert str(caught.value) == "pass_broken"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
