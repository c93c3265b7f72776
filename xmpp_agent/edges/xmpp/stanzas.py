"""Stanzas as text: the few shapes the agent sends, escaped in one place. slixmpp's stanza objects cost 10 to 15 times
as much per question (measured, docs/performance.md), so they stay out of the way of a join."""

import re
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

GATE = "urn:portner:gate:1"
COMPONENT = "jabber:component:accept"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
MUC_ADMIN = "http://jabber.org/protocol/muc#admin"
NICK = "http://jabber.org/protocol/nick"
DISCO = "http://jabber.org/protocol/disco#info"
PING = "urn:xmpp:ping"
JITMEET = "http://jitsi.org/jitmeet"

_PLAIN = re.compile(r"[A-Za-z0-9 @/.:_+=#-]*", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def tag(name: str, attributes: dict[str, str] | None = None, *inner: str) -> str:
    """One element; attributes with an empty value are left out. `inner` is markup already (see `text`)."""
    written = "".join([f" {k}={_quoted(v)}" for k, v in (attributes or {}).items() if v])
    return f"<{name}{written}>{''.join(inner)}</{name}>" if inner else f"<{name}{written}/>"


def _quoted(value: str) -> str:
    """Most values are addresses and ids; to see that nothing needs escaping takes a tenth of escaping."""
    return f'"{value}"' if _PLAIN.fullmatch(value) else quoteattr(carried(value))


def text(words: str) -> str:
    """Character data: escaped, and without what XML cannot carry."""
    return escape(carried(words))


def carried(words: str) -> str:
    """The words without what XML (and UTF-8) cannot carry: control characters, halves of surrogate pairs."""
    return _NOT_XML.sub("", words)


def error(stanza: Element, kind: str, condition: str) -> str:
    """The error answer to an IQ; says nothing beyond the condition."""
    inner = tag("error", {"type": kind}, tag(condition, {"xmlns": STANZAS}))
    return tag("iq", {**_back(stanza), "type": "error"}, inner)


def result(stanza: Element, *inner: str) -> str:
    """The result of an IQ."""
    return tag("iq", {**_back(stanza), "type": "result"}, *inner)


def _back(stanza: Element) -> dict[str, str]:
    return {"from": stanza.get("to", ""), "to": stanza.get("from", ""), "id": stanza.get("id", "")}


def child(element: Element, namespace: str, name: str) -> Element | None:
    """The first child of that name."""
    return element.find(f"{{{namespace}}}{name}")
