"""The phone the stand-ins for text messages deliver to, and what its screen shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

PAGES = Environment(
    loader=PackageLoader("xmpp_agent.demo.gateways", "pages"), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message a gateway took."""

    id: str
    """The gateway's own."""
    to: str
    """Country code and number, digits only."""
    sender: str
    text: str
    reference: str
    at: datetime


def now() -> datetime:
    """The time, for what is being taken."""
    return datetime.now(UTC)


def screen(messages: Iterable[TextMessage]) -> str:
    """A page with the messages, newest first."""
    return PAGES.get_template("phone.html.j2").render(messages=sorted(messages, key=lambda one: one.at, reverse=True))
