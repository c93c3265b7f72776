"""One browser and one site for all pages of a module that are checked."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.edges.web.site.served import ServedSite, serve_site
from tests.end_to_end.browser import Browser, Page, browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """The browser."""
    async with browser() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(chromium: Browser) -> Page:
    """One for all that is only looked at: a browser of its own for each is most of what a look costs."""
    return await chromium.open_page("looked at", "about:blank")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedSite]:
    """The site on loopback."""
    async with serve_site(tmp_path_factory.mktemp("site")) as running:
        yield running
