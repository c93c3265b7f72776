"""Reads XML that others wrote: UTF-8, no document type (thereby no entities of their own), nothing outside."""

from xml.etree.ElementTree import Element, ParseError, fromstring


def read_xml(raw: bytes) -> Element:
    """The root element. Raises ValueError, whatever is wrong with it."""
    text = raw.decode("utf-8-sig")
    if "<!DOCTYPE" in text:
        raise ValueError("has a document type")
    try:
        # As text, so that the encoding it claims for itself is not believed.
        return fromstring(text)  # noqa: S314  # without a document type there is nothing to expand
    except ParseError:
        raise ValueError("not XML") from None


def local_name(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2]


def words_in(root: Element) -> dict[str, str]:
    """Text of the elements below, by local name; of several with one name the first."""
    found: dict[str, str] = {}
    for element in root.iter():
        if element.text and element.text.strip():
            found.setdefault(local_name(element), element.text.strip())
    return found
