"""Reads what Beskedfordeleren pushes about a Digital Post letter (SF1461), and writes the answer it waits for.

The envelope `ModtagBeskedInput` holds, in base64, a `PKO_PostStatus`. "Modtaget Digital Post" means that the solution
has it, "Afleveret Digital Post" that it lies in the mailbox, "Fejlet" that it never will.
"""

import binascii
from base64 import b64decode

from xmpp_agent.edges.post.receipts import LARGEST, id_of, letter_of
from xmpp_agent.edges.post.xml import read_xml, words_in
from xmpp_agent.model.letters import Failure
from xmpp_agent.ports.post import Fate, Receipt, ReceiptFault, Reply

_WRAPPED = "{urn:besked:kuvert:1.0}Base64"
_STATUS = "{http://serviceplatformen.dk/xml/print/PKO_PostStatus/1/types}PKO_PostStatus"
_FATES = {"afleveret digital post": Fate.DELIVERED, "fejlet": Fate.FAILED}
_ANSWER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<ns2:ModtagBeskedOutput xmlns="urn:oio:sagdok:3.0.0" xmlns:ns2="urn:oio:sts:1.0.0">'
    "<StandardRetur><StatusKode>{code}</StatusKode><FejlbeskedTekst>{text}</FejlbeskedTekst></StandardRetur>"
    "</ns2:ModtagBeskedOutput>"
)


def read_post_status(body: bytes) -> tuple[Receipt, ...]:
    """What the message says. Raises ReceiptFault."""
    if len(body) > LARGEST:
        raise ReceiptFault("too long")
    try:
        wrapped = [element.text or "" for element in read_xml(body).iter(_WRAPPED)]
        roots = [read_xml(b64decode("".join(text.split()), validate=True)) for text in wrapped]
    except (ValueError, binascii.Error):
        raise ReceiptFault("not a message of Beskedfordeleren") from None
    if not roots or any(root.tag != _STATUS for root in roots):
        raise ReceiptFault("no status of post")
    return tuple(_receipt(words_in(root)) for root in roots)


def _receipt(words: dict[str, str]) -> Receipt:
    letter, gateway_id = letter_of(words.get("MessageUUID")), id_of(words.get("TransmissionId"))
    if not letter and not gateway_id:
        raise ReceiptFault("about no letter")
    fate = _FATES.get(words.get("TransaktionsStatusKode", "").lower(), Fate.ON_ITS_WAY)
    if fate is not Fate.FAILED:
        return Receipt(fate, letter, gateway_id)
    by_us = words.get("FejlKode", "").startswith("memo.")
    return Receipt(fate, letter, gateway_id, Failure.REFUSED if by_us else Failure.UNDELIVERABLE)


def answer(*, taken: bool) -> Reply:
    """`ModtagBeskedOutput`: 20, or 40 and the message comes again."""
    text = _ANSWER.format(code=20 if taken else 40, text="" if taken else "Beskeden blev ikke modtaget.")
    return Reply(200, text.encode(), "application/xml")
