"""Settings of the public site: where its pages are, who logs people in, which gateways carry letters.

Providers and gateways are tables of their own (docs/mitid.md, docs/messages.md); a secret in them is named by a file:
`secret_file = "/etc/portner/mitid.secret"` stands for `secret`.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

_ORIGIN = re.compile(r"https://[a-z0-9.-]+(?::[0-9]{1,5})?|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?")


def _origin(text: str) -> str:
    if text and _ORIGIN.fullmatch(text) is None:
        raise ValueError("must be an origin such as https://moede.example.dk (plain http only on this machine)")
    return text


def _network(text: str) -> str:
    return str(ip_network(text))  # its ValueError says what is wrong


Origin = Annotated[str, AfterValidator(_origin)]
Unit = Annotated[str, Field(min_length=1, max_length=100)]
Scope = Annotated[str, Field(pattern=r"\A[\x21\x23-\x5b\x5d-\x7e]{1,200}\z")]


class StaffRole(BaseModel):
    """What a role of the employer's sign-on means here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Annotated[str, Field(max_length=100)] = ""
    """Where somebody with this role works; empty: the role gives no unit of its own."""
    supervises: frozenset[Unit] = frozenset()
    """Units they may see and act on as supervisor ("*": all)."""


class ConsoleSettings(BaseModel):
    """Supervisors' consoles elsewhere, signed in at the employer's sign-on. The table `[site.console]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    """The console at the sign-on: a public client that may use the device authorization grant."""
    scopes: tuple[Scope, ...] = ("openid", "profile", "email", "offline_access")
    """What the console asks for; `offline_access` lets it go on for a working day without asking anybody again."""


class SiteSettings(BaseModel):
    """Everything the pages need. The table `[site]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    origin: Annotated[Origin, Field(min_length=1)]
    """Where people reach the pages: `https://moede.lilleby.example`. Links in messages begin so."""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Where we listen; a web server that ends TLS stands in front."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8480
    proxies: frozenset[str] = frozenset()
    """Addresses of web servers whose X-Forwarded-For is believed."""
    meetings: Origin = ""
    """Where Jitsi Meet is served; default https://DOMAIN."""
    authority: Annotated[str, Field(min_length=1, max_length=100)]
    """Name at the head of pages where no unit may be named: `Lilleby Kommune`."""
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    """Number for whoever comes without a link that says more."""
    exit_url: Annotated[str, Field(max_length=300)] = "about:blank"
    """Where the hotline's quick exit leads."""
    statement_url: Annotated[str, Field(max_length=300)] = ""
    """Accessibility statement."""
    mitid: Mapping[str, Any] | None = None
    """Who logs citizens in (docs/mitid.md); without it appointments that ask for MitID cannot be entered."""
    staff: Mapping[str, Any] | None = None
    """The employer's sign-on; without it there are no staff pages."""
    staff_roles: Mapping[str, StaffRole] = Field(default_factory=dict)
    """By role, as the sign-on says it."""
    console: ConsoleSettings | None = None
    """Lets supervisors use the console from elsewhere (docs/console.md); without it only the Unix socket serves it."""
    carriers: tuple[Mapping[str, Any], ...] = ()
    """Gateways, each with its `adapter`: gatewayapi, cpsms, http, smtp, digital-post (docs/messages.md)."""
    recordings: Path | None = None
    """The recorders' folder (Jibri's `recordings-directory`); without it none is taken in (docs/recordings.md)."""
    vault: Mapping[str, Any] | None = None
    """Where recordings lie sealed: `path` of a folder (default: vault in `data_dir`), or `adapter = "s3"`."""
    journal: Mapping[str, Any] | None = None
    """The case system, with its `adapter` (docs/journal.md); default: the folder `journal` in `data_dir`."""
    hook_networks: frozenset[Annotated[str, AfterValidator(_network)]] = frozenset()
    """Networks of the authority's own that calling systems may be told in, such as 10.20.0.0/16."""
    video_policy: Annotated[str, Field(min_length=1, max_length=64)] = "samtale"
    """Policy of meetings booked through the VideoAPI that do not name one (docs/booking-api.md)."""

    @model_validator(mode="after")
    def _who_signs_in(self) -> "SiteSettings":
        if self.console is not None and self.staff is None:
            raise ValueError("console needs staff, the employer's sign-on")
        return self
