"""What letters say: Danish and English texts, and what a unit puts in their place (docs/messages.md)."""

from xmpp_agent.texts.render import Facts, render
from xmpp_agent.texts.template import TextFault
from xmpp_agent.texts.unit_texts import check_overrides

__all__ = ["Facts", "TextFault", "check_overrides", "render"]
