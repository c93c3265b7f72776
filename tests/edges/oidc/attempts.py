"""Logins as the tests make them: begun, answered, finished; and what became of one that was refused."""

from collections.abc import Awaitable

import pytest

from xmpp_agent.edges.oidc.config import OpenIdConfig, read_config
from xmpp_agent.edges.oidc.faults import Refused
from xmpp_agent.ports.login import Identity, LoginFault, LoginReason

NOW = 1_800_000_000.0
"""When the tests with a provider of their own play."""
REDIRECT = "https://moede.lilleby.example/login/mitid"
SECRET = "the client's secret: +%&=/"
"""With signs that only a form-urlencoded Basic header carries whole."""


def configured(issuer: str, **over: object) -> OpenIdConfig:
    """A provider's configuration as an installation would write it."""
    name = str(over.pop("name", "mitid"))
    given = {"issuer": issuer, "client_id": "portner", "secret": SECRET, **over}
    return read_config(name, given)


async def refusal(login: Awaitable[Identity]) -> tuple[LoginReason, str]:
    """Why a login came to nothing: the reason, and the check that said so (empty: nobody could be asked)."""
    with pytest.raises(LoginFault) as refused:
        await login
    fault = refused.value
    return fault.reason, fault.check if isinstance(fault, Refused) else ""
