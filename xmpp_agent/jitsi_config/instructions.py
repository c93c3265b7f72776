"""What goes where in a Jitsi, as text for whoever installs Portner. Changes nothing.

Facts about the packages are those of docs/jitsi.md; which of them were tried stands in docs/verified.md.
"""

import secrets
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from xmpp_agent.jitsi_config import StockProsody, stock_prosody, templates
from xmpp_agent.settings import Domain, SettingsFault

_SOURCE = Path(__file__).resolve().parents[2] / "lua_shims"
_INSTALLED = Path("/usr/share/portner/prosody-plugins")
_MUC = {"debian": "conference", "docker": "muc"}
"""First label of the rooms' domain in each packaging."""


def instructions(domain: str, flavour: str) -> str:
    """The whole text; a new component secret is in it each time. Raises SettingsFault when `domain` is none."""
    try:
        users = TypeAdapter[str](Domain).validate_python(domain)
    except ValidationError:
        raise SettingsFault(
            ("Option --domain: must be a domain name in lower case, such as meet.example.dk.",)
        ) from None
    secret = secrets.token_urlsafe(32)
    if flavour == "stock":
        return _stock(users, secret)
    return templates.get_template(f"{flavour}.txt.j2").render(
        domain=users,
        muc=f"{_MUC[flavour]}.{users}",
        lobby=f"lobby.{users}",
        focus=f"focus@auth.{users}",
        secret=secret,
    )


def _stock(domain: str, secret: str) -> str:
    """A complete configuration for a Prosody of its own on loopback, with the usual ports."""
    return stock_prosody(
        StockProsody(
            domain=domain,
            data_dir=Path("/var/lib/portner/prosody"),
            plugin_path=_SOURCE if _SOURCE.is_dir() else _INSTALLED,
            component_secret=secret,
            c2s_port=5222,
            http_port=5280,
            component_port=5347,
            admin=True,
        )
    )
