"""What is written into a stanza comes out of a parser as it was, whatever it holds."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from xmpp_agent.edges.xmpp.stanzas import tag

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@given(st.text(min_size=1) | st.text("aZ0 @/.:_+=#-\"'<>&\n\t\0", min_size=1))
def test_an_attribute_is_read_as_it_was_written(value: str) -> None:
    """Any text, with or without characters that need escaping; what XML cannot carry is left out."""
    written = tag("a", {"b": value})
    element = ET.fromstring(written)  # noqa: S314  # written a line above
    assert element.attrib == {"b": NOT_XML.sub("", value)}
    assert len(element) == 0
