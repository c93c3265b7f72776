"""Providers to log in at: one that lies, and npm's `oidc-provider` playing every broker."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.edges.oidc.liar import House, Liar, open_house
from xmpp_agent.demo.login_provider.running import LoginProviders, login_providers
from xmpp_agent.edges.oidc.asking import open_client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """Where the liars of a module are served."""
    async with open_house() as house:
        yield house


@pytest.fixture
def liar(house: House) -> Liar:
    """A provider that is honest until the test says otherwise."""
    house.liar = Liar(house.issuer)
    return house.liar


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The product's own HTTP client."""
    async with open_client() as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def providers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LoginProviders]:
    """npm's provider, for the tests of a module; each test opens providers of its own in it."""
    async with login_providers(tmp_path_factory.mktemp("providers") / "log") as running:
        yield running
