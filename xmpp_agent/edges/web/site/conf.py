"""What the site has to know of the installation it stands in."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?|http://\[::1\](?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class SiteConf:
    """Settings of the site; wiring makes it from the agent's. Raises ValueError when an origin is none."""

    origin: str
    """Where people reach the site: `https://moede.lilleby.example`. Decides allowed host, own origin and cookies."""
    meetings: str
    """Origin of Jitsi Meet: `https://meet.example.dk`. The one place forms may lead to besides the site."""
    authority: str
    """Name in the page's head where no unit may be named: `Lilleby Kommune`."""
    phone: str
    """Number for whoever comes without a link that says more."""
    exit_url: str = "about:blank"
    """Where the hotline's quick exit leads: something anybody may be seen reading, such as a weather forecast."""
    statement_url: str = ""
    """Accessibility statement (webtilgængelighedsloven); empty: none is linked."""
    host: str = field(init=False)
    """What a request's Host header must say."""
    secure: bool = field(init=False)
    """Whether people reach the site over https."""

    def __post_init__(self) -> None:
        for origin in (self.origin, self.meetings):
            if _ORIGIN.fullmatch(origin) is None:
                raise ValueError("an origin is a scheme and a host in lower case, with nothing after them")
        object.__setattr__(self, "host", urlsplit(self.origin).netloc)
        object.__setattr__(self, "secure", self.origin.startswith("https://"))
