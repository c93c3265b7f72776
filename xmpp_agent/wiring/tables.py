"""From tables of settings to what they describe: secrets read from their files, gateways and providers made."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from xmpp_agent.edges.keys.files import read_secret
from xmpp_agent.edges.post.asking import make_client
from xmpp_agent.edges.post.cpsms import Cpsms, CpsmsSettings
from xmpp_agent.edges.post.digital_post import DigitalPost, DigitalPostSettings, mutual_tls
from xmpp_agent.edges.post.gatewayapi import GatewayApi, GatewayApiSettings
from xmpp_agent.edges.post.http_template import HttpTemplate, TemplateSettings
from xmpp_agent.edges.post.smtp import Smtp, SmtpSettings
from xmpp_agent.ports.post import Carrier
from xmpp_agent.settings import SettingsFault

_FILE = "_file"
T = TypeVar("T")


def with_secrets(table: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The table with `x_file` replaced by `x`, read from that file. Raises KeyFault naming `what` and the path."""
    found = {key: value for key, value in table.items() if not key.endswith(_FILE)}
    for key, value in table.items():
        if key.endswith(_FILE):
            found[key.removesuffix(_FILE)] = read_secret(Path(str(value)), what).decode().strip()
    return found


def carrier(table: Mapping[str, Any], keep: Callable[[httpx.AsyncClient], None]) -> Carrier:
    """The gateway of one table under `site.carriers`. `keep` gets each client made, to be closed at the end.

    Raises SettingsFault, KeyFault.
    """
    given = with_secrets(table, "Secret of a carrier")
    adapter = given.pop("adapter", None)

    def client(http: httpx.AsyncClient) -> httpx.AsyncClient:
        keep(http)
        return http

    match adapter:
        case "gatewayapi":
            return GatewayApi(read_table(GatewayApiSettings, given, "site.carriers"), client(make_client()))
        case "cpsms":
            return Cpsms(read_table(CpsmsSettings, given, "site.carriers"), client(make_client()))
        case "http":
            return HttpTemplate(read_table(TemplateSettings, given, "site.carriers"), client(make_client()))
        case "smtp":
            return Smtp(read_table(SmtpSettings, given, "site.carriers"))
        case "digital-post":
            settings = read_table(DigitalPostSettings, given, "site.carriers")
            return DigitalPost(settings, client(make_client(mutual_tls(settings))))
    raise SettingsFault(("Setting site.carriers: adapter must be gatewayapi, cpsms, http, smtp or digital-post.",))


def read_table(kind: type[T], given: Mapping[str, Any], where: str) -> T:
    """A dataclass from the table of settings called `where`. Raises SettingsFault, which never repeats a value."""
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # every caller gives a dataclass
    unknown = tuple(f"Setting {where}: {key}: there is no such setting." for key in sorted(given.keys() - known))
    if unknown:
        raise SettingsFault(unknown)
    try:
        return TypeAdapter(kind).validate_python(dict(given))
    except ValidationError as error:
        faults = (f"Setting {where}: {'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors())
        raise SettingsFault(tuple(faults)) from None
