"""One Chromium for each test module: starting it costs as much as a whole story."""

from collections.abc import AsyncIterator

import pytest_asyncio

from .browser import Browser, browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this module; each test opens pages under names of its own."""
    async with browser() as running:
        yield running
