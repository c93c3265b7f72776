"""The real agent with its site, on which supervisors elsewhere may use the console; and who may sign in there."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.edges.web.lone_agent import JOBCENTER, WARD
from tests.prosody import free_ports
from tests.ready_made import furnish
from xmpp_agent.model.units import Unit
from xmpp_agent.settings import Settings
from xmpp_agent.settings_site import SiteSettings
from xmpp_agent.wiring import Agent, open_agent

CONSOLE = "portner-console"
LEADER, CASEWORKER = "Portner.Leder", "Portner.Sagsbehandler"


@dataclass(frozen=True)
class Elsewhere:
    """The agent, and where its site is."""

    agent: Agent
    origin: str
    folder: Path

    @asynccontextmanager
    async def bearing(self, token: str = "") -> AsyncIterator[httpx.AsyncClient]:
        """HTTP of somebody elsewhere who brings this token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(
            base_url=f"{self.origin}/console", headers=headers, trust_env=False, timeout=10
        ) as http:
            yield http


@asynccontextmanager
async def open_elsewhere(
    folder: Path, issuer: str, *, console: Mapping[str, object] | None = None
) -> AsyncIterator[Elsewhere]:
    """An agent with two rooms of two units; leaders supervise the first. `console`: over the settings' table."""
    component, port = free_ports(2)
    given = {"client_id": CONSOLE} if console is None else dict(console)
    origin = f"http://127.0.0.1:{port}"
    site = SiteSettings.model_validate(
        {
            "origin": origin,
            "port": port,
            "authority": "Lilleby Kommune",
            "phone": "00 00 00 00",
            "staff": {"preset": "staff", "issuer": issuer, "client_id": "portner", "secret": "of the site's own"},
            "staff_roles": {LEADER: {"supervises": ["Jobcenter"]}, CASEWORKER: {"unit": "Jobcenter"}},
            "console": given or None,
        }
    )
    settings = Settings(
        domain="meet.example.dk", data_dir=folder, component_port=component, audit_sync="normal", site=site
    )
    await furnish(folder)
    (folder / "component.secret").write_text("no secret")
    (folder / "component.secret").chmod(0o600)
    async with open_agent(settings) as agent:
        agent.start()
        await _settled(agent)
        try:
            yield Elsewhere(agent, origin, folder)
        finally:
            await agent.stop()


async def _settled(agent: Agent) -> None:
    """The unit that leaders supervise, and a room of each unit."""
    assert agent.site is not None
    office = agent.site.office
    unit = Unit("Jobcenter", "Jobcenter", "Lilleby Kommune", "00 00 00 00")
    await office.records.keep(office.line("policy-load", "test"), unit)
    agent.house.settle(JOBCENTER)
    agent.house.settle(WARD)
