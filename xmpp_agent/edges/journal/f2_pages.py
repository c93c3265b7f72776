"""Reads what F2-REST shows of cases, matters and documents: XML in the namespace of cBrain's schema."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, fromstring

from xmpp_agent.edges.journal.asking import Answer, unreadable
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalFault

REL = "http://cbrain.com/casefile/rel/"
"""What F2's own link relations begin with."""
MEDIA_TYPE = "application/vnd.cbrain.casefile+xml"
_REASON = re.compile(r'ReasonCode"?\s*[>:]\s*"?([A-Za-z]{1,60})')
"""In an error document, be it XML or JSON."""


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """One resource, as F2 shows it."""

    url: str
    root: Element

    def value(self, name: str) -> str:
        """The text of a property; empty when it is not there."""
        return _text(self.root, name)

    def link(self, relation: str) -> str:
        """Where a relation leads. Raises JournalFault when there is no such link for us."""
        found = self._href(self.root, relation)
        if found:
            return found
        closed = self.value("Closed") == "true"
        raise JournalFault(Fault.CASE_CLOSED if closed else Fault.NOT_ALLOWED, again=False)

    def marked(self, kind: str, mark: str) -> str:
        """The address of the first `kind` below whose title has the mark in it; empty when there is none.

        Raises JournalFault when it is there and has no address: who took that for nothing would make it twice.
        """
        for element in self.root.iter():
            if _name(element) == kind and mark in _text(element, "Title"):
                found = self._href(element, "self")
                if not found:
                    raise unreadable()
                return found
        return ""

    def _href(self, element: Element, relation: str) -> str:
        for child in element:
            if _name(child) == "Link" and child.get("rel") == relation and child.get("href"):
                return urljoin(self.url, child.get("href"))
        return ""


def read_page(url: str, answer: Answer) -> Page:
    """A resource. Raises JournalFault, whatever is wrong with it."""
    try:
        text = answer.body.decode("utf-8-sig")
        if "<!DOCTYPE" in text:
            raise unreadable()
        # As text, so that the encoding it claims for itself is not believed.
        return Page(url, fromstring(text))  # noqa: S314  # without a document type there is nothing to expand
    except (UnicodeDecodeError, ParseError):
        raise unreadable() from None


def reason_of(answer: Answer) -> str:
    """The ReasonCode of an error; empty when it gives none."""
    found = _REASON.search(answer.body[:65536].decode("utf-8", "replace"))
    return found[1] if found else ""


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element, name: str) -> str:
    for child in element:
        if _name(child) == name:
            return (child.text or "").strip()
    return ""
