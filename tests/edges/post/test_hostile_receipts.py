"""Whatever is brought as a receipt: receipts or ReceiptFault, and nothing else; also when it is signed."""

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edges.post.parcels import client
from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.edges.post.cpsms import Cpsms, CpsmsSettings
from xmpp_agent.edges.post.digital_post import SECRET_HEADER, DigitalPost, DigitalPostSettings
from xmpp_agent.edges.post.gatewayapi import GatewayApi, GatewayApiSettings
from xmpp_agent.edges.post.http_template import HttpTemplate, TemplateReceipts, TemplateSettings
from xmpp_agent.ports.post import Incoming, Receipt, ReceiptFault, ReceiptReader

SECRET = "secret"
GATEWAYAPI = GatewayApi(GatewayApiSettings("t", SECRET), client)  # type: ignore[arg-type]  # nothing is sent
CPSMS = Cpsms(CpsmsSettings("u", "k", "https://p.example", SECRET), client)  # type: ignore[arg-type]  # sends nothing
TEMPLATE = HttpTemplate(
    TemplateSettings(
        url="https://x.example", body={}, receipts=TemplateReceipts(fates={"ok": "delivered"}), receipt_secret=SECRET
    ),
    client,  # type: ignore[arg-type]  # nothing is sent
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "event_type": JSON | st.just("message.status.sms"),
        "event": JSON
        | st.fixed_dictionaries({}, optional=dict.fromkeys(("msg_id", "reference", "status", "error"), JSON)),
        "reference": JSON,
        "id": JSON,
        "status": JSON,
    },
)
BODIES = st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode()))
MANY = settings(deadline=None, max_examples=300)


def heard(reader: ReceiptReader, incoming: Incoming) -> tuple[Receipt, ...]:
    """What it says; nothing when it is turned away."""
    try:
        return reader.receipts(incoming)
    except ReceiptFault:
        return ()


def signed(body: bytes) -> Incoming:
    """As a gateway would."""
    mark = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return Incoming({"signature": f"v1={mark}"}, body=body)


def bare(body: bytes) -> Incoming:
    """The same without a prefix."""
    return Incoming({"signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}, body=body)


@MANY
@given(BODIES | EVENTS.map(lambda value: json.dumps(value).encode()))
def test_signed_bodies_of_any_shape(body: bytes) -> None:
    """Values of the wrong kind in the right places, and anything at all."""
    for reader, incoming in ((GATEWAYAPI, signed(body)), (TEMPLATE, bare(body))):
        for told in heard(reader, incoming):
            assert told.letter or told.gateway_id
            assert len(told.letter) in (0, 36)
            assert len(told.gateway_id) <= 200


@MANY
@given(BODIES, st.dictionaries(st.sampled_from(["signature", "authorization", SECRET_HEADER]), st.text(max_size=80)))
def test_bodies_that_nobody_signed_say_nothing(body: bytes, headers: dict[str, str]) -> None:
    """Whatever stands in the headers."""
    for reader in (GATEWAYAPI, TEMPLATE, CPSMS):
        assert heard(reader, Incoming(headers, body=body)) == ()


@MANY
@given(st.dictionaries(st.sampled_from(["letter", "status", "receiver"]), st.text(max_size=90)))
def test_addresses_that_were_not_given_away_say_nothing(query: dict[str, str]) -> None:
    """Whatever they carry."""
    assert heard(CPSMS, Incoming(query=query)) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"event_type": "message.status.sms", "event": {"msg_id": ' + b"9" * 5000 + b"}}",
        b'{"event_type": ["message.status.sms"], "event": {"msg_id": "a"}}',
        b'{"event_type": "message.status.sms", "event": {"msg_id": "a", "status": ["DELIVERED"]}}',
        b"\xff\xfe[\x00]\x00",
        b'"' + b"x" * (1 << 18) + b'"',
        b"",
    ],
    ids=range(8),
)
def test_bodies_made_to_hurt(body: bytes) -> None:
    """Nested too deep, numbers too long, values that cannot be looked up, too much of it."""
    heard(GATEWAYAPI, signed(body))
    heard(TEMPLATE, bare(body))


@pytest.fixture(scope="module")
def digital_post(tmp_path_factory: pytest.TempPathFactory) -> DigitalPost:
    """One that sends nothing."""
    folder: Path = tmp_path_factory.mktemp("certificates")
    identity = make_issuer(folder).sign("lilleby")
    return DigitalPost(DigitalPostSettings("12345678", identity, SECRET), client)  # type: ignore[arg-type]  # as above


TAGS = st.sampled_from(["a", "MessageUUID", "TransmissionId", "TransaktionsStatusKode", "FejlKode", "PKO_PostStatus"])
TREES = st.recursive(
    st.tuples(TAGS, st.text(st.characters(codec="utf-8"), max_size=40)).map(
        lambda one: f"<{one[0]}>{one[1]}</{one[0]}>"
    ),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)).map(
        lambda one: (
            f'<{one[0]} xmlns="http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types">'
            f"{''.join(one[1])}</{one[0]}>"
        )
    ),
    max_leaves=8,
)


@MANY
@given(st.one_of(st.binary(max_size=200), TREES.map(str.encode), st.text().map(str.encode)), st.booleans())
def test_messages_of_any_shape_through_the_proxy(digital_post: DigitalPost, body: bytes, wrap: bool) -> None:
    """XML and anything else, bare or in an envelope."""
    if wrap:
        body = b'<Base64 xmlns="urn:besked:kuvert:1.0">' + b64encode(body) + b"</Base64>"
    for told in heard(digital_post, Incoming({SECRET_HEADER: SECRET}, body=body)):
        assert told.letter or told.gateway_id
