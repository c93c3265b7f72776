"""Puts together what supervisors reach from elsewhere."""

from collections.abc import Mapping

import httpx
from starlette.types import ASGIApp

from xmpp_agent.edges.oidc.bearer import BearerTokens
from xmpp_agent.edges.oidc.config import ConfigFault, discovery_of, read_config
from xmpp_agent.edges.web.remote import PREFIX, Entry, RemoteDoor
from xmpp_agent.flows.office import Office
from xmpp_agent.rules.staff_roles import Grant, RoleMap
from xmpp_agent.settings import SettingsFault
from xmpp_agent.settings_site import SiteSettings
from xmpp_agent.wire import SignIn

_OF_THE_SITE = frozenset({"secret", "secret_file", "key_id", "auth"})
"""How the site proves to the sign-on who it is. A console has no secret to prove it with."""


def role_map(conf: SiteSettings) -> RoleMap:
    """What each role of the employer's sign-on gives."""
    return RoleMap({name: Grant(role.unit, role.supervises) for name, role in conf.staff_roles.items()})


def remote_console(
    conf: SiteSettings, office: Office, client: httpx.AsyncClient, app: ASGIApp
) -> Mapping[str, ASGIApp]:
    """The door for consoles elsewhere, by path; empty when the settings have none. Raises SettingsFault."""
    if conf.console is None or conf.staff is None:
        return {}
    table = {name: value for name, value in conf.staff.items() if name not in _OF_THE_SITE}
    try:
        config = read_config("console", {**table, "client_id": conf.console.client_id, "auth": "none"})
    except ConfigFault as fault:
        raise SettingsFault((str(fault),)) from None
    how = SignIn(
        issuer=config.issuer,
        discovery=discovery_of(config),
        client_id=config.client_id,
        scopes=conf.console.scopes,
    )
    entry = Entry(office, BearerTokens(config, client), role_map(conf))
    return {f"{PREFIX}/": RemoteDoor(app, entry, how)}
