"""What Beskedfordeleren says of a letter."""

import uuid
from base64 import b64encode

import pytest

from xmpp_agent.demo.gateways.envelopes import Sent, says_taken, status
from xmpp_agent.edges.post.post_status import answer, read_post_status
from xmpp_agent.edges.post.xml import read_xml
from xmpp_agent.model.letters import Failure
from xmpp_agent.ports.post import Fate, Receipt, ReceiptFault

LETTER, TRANSMISSION = str(uuid.uuid4()), str(uuid.uuid4())
SENT = Sent(LETTER, TRANSMISSION)
TYPES = "http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types"


def wrapped(*inside: bytes, namespace: str = "urn:besked:kuvert:1.0") -> bytes:
    """A message around these."""
    parts = "".join(f'<Base64 xmlns="{namespace}">{b64encode(one).decode()}</Base64>' for one in inside)
    return f'<a:ModtagBeskedInput xmlns:a="urn:oio:sts:1.0.0">{parts}</a:ModtagBeskedInput>'.encode()


@pytest.mark.parametrize(
    ("code", "fault", "told"),
    [
        ("Afleveret Digital Post", None, (Fate.DELIVERED, None)),
        ("Modtaget Digital Post", None, (Fate.ON_ITS_WAY, None)),
        ("Noget helt nyt", None, (Fate.ON_ITS_WAY, None)),
        ("Fejlet", ("memo.invalid", 'tag name "mandatory" is not allowed'), (Fate.FAILED, Failure.REFUSED)),
        ("Fejlet", ("recipient.closed", "<b>"), (Fate.FAILED, Failure.UNDELIVERABLE)),
        ("Fejlet", None, (Fate.FAILED, Failure.UNDELIVERABLE)),
    ],
)
def test_each_status_has_a_fate(code: str, fault: tuple[str, str] | None, told: tuple[Fate, Failure | None]) -> None:
    """Received is not delivered; what our own message got wrong is another failure than what the mailbox did."""
    assert read_post_status(status(SENT, code, fault)) == (Receipt(told[0], LETTER, TRANSMISSION, told[1]),)


def test_two_in_one_message_are_two() -> None:
    """Each envelope is read."""
    inside = f'<PKO_PostStatus xmlns="{TYPES}"><MessageUUID>{LETTER}</MessageUUID></PKO_PostStatus>'.encode()
    assert read_post_status(wrapped(inside, inside)) == (Receipt(Fate.ON_ITS_WAY, LETTER),) * 2


RIGHT = f'<PKO_PostStatus xmlns="{TYPES}"><MessageUUID>{LETTER}</MessageUUID></PKO_PostStatus>'.encode()


def test_the_encoding_it_claims_is_not_believed() -> None:
    """It is UTF-8, whatever it says, so that what was looked for in the text is what is read."""
    claims = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    assert read_xml(claims + "<a>æ</a>".encode()).text == "æ"
    assert read_post_status(claims + wrapped(claims + RIGHT))


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE a>" + wrapped(RIGHT),
        wrapped(b'<!DOCTYPE a [<!ENTITY b "c">]>' + RIGHT),
        wrapped(RIGHT.replace(TYPES.encode(), b"urn:another")),
        wrapped(RIGHT, f"<a><MessageUUID>{LETTER}</MessageUUID></a>".encode()),
        wrapped(RIGHT) + b" " * (1 << 18),
    ],
    ids=["document type", "entities", "another namespace", "another beside it", "too long"],
)
def test_what_would_be_one_but_for_a_single_thing_is_none(body: bytes) -> None:
    """Each by itself is enough."""
    assert read_post_status(wrapped(RIGHT))
    with pytest.raises(ReceiptFault):
        read_post_status(body)


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
EMPTY = f'<PKO_PostStatus xmlns="{TYPES}"/>'.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<a/>",
        b"<a",
        b"\xff\xfe<\x00a\x00/\x00>\x00",
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        BOMB,
        wrapped(),
        wrapped(b""),
        wrapped(b"<a/>"),
        wrapped(b"<a"),
        wrapped(BOMB),
        wrapped(EMPTY),
        wrapped(EMPTY, namespace="urn:another"),
        wrapped(f'<PKO_PostStatus xmlns="{TYPES}"><MessageUUID>x</MessageUUID></PKO_PostStatus>'.encode()),
        b'<Base64 xmlns="urn:besked:kuvert:1.0">%%%</Base64>',
        b"<a>" * 80_000,
        b"<a>" * 20_000 + b"</a>" * 20_000,
        b"<a>" + b"x" * (1 << 18) + b"</a>",
    ],
    ids=range(19),
)
def test_anything_else_is_no_receipt(body: bytes) -> None:
    """Other formats, half of one, documents with entities, too deep, too long."""
    with pytest.raises(ReceiptFault):
        read_post_status(body)


def test_the_answer_is_the_one_it_waits_for() -> None:
    """20 and it is done; 40 and it comes again. Both with status 200."""
    yes, no = answer(taken=True), answer(taken=False)
    assert (yes.status, no.status, yes.content_type) == (200, 200, "application/xml")
    assert says_taken(yes.body)
    assert not says_taken(no.body)
    assert b"<StatusKode>40</StatusKode>" in no.body
