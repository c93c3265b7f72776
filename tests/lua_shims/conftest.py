"""A Prosody per test with the shims, the agent's seat taken, and a hand inside Prosody."""

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.lua_shims.seat import Seat
from tests.prosody import DOMAIN, SECRET, Prosody, running_prosody

OTHER = f"other.{DOMAIN}"
HAND = f"hand.{DOMAIN}"
EXTRA = f"""
Component "{OTHER}"
	component_secret = "{SECRET}"

Component "{HAND}" "portner_hand"
"""
Lua = Callable[[str], Awaitable[str]]


@pytest.fixture
async def prosody(tmp_path: Path) -> AsyncIterator[Prosody]:
    """Debian's Prosody with Portner's shims, another component's place and a hand inside; without an agent."""
    modules = Path(__file__).parent / "lua"
    async with running_prosody(tmp_path, extra=EXTRA, extra_modules=modules) as running:
        yield running


@pytest.fixture
async def seat(prosody: Prosody) -> AsyncIterator[Seat]:
    """The agent's seat, taken: answers authenticate, refuses everything else until told otherwise."""
    async with Seat(prosody) as taken:
        yield taken


@pytest.fixture
async def other(prosody: Prosody) -> AsyncIterator[Seat]:
    """Another component of the same Prosody, which is nobody in particular."""
    async with Seat(prosody, domain=OTHER) as taken:
        yield taken


@pytest.fixture
async def lua(other: Seat) -> Lua:
    """Runs Lua inside Prosody and answers its result as text."""

    async def run(code: str) -> str:
        answer: ET.Element = await other.request(HAND, f"<lua xmlns='urn:portner:test'>{escape(code)}</lua>")
        assert answer.get("type") == "result", ET.tostring(answer, "unicode")
        return answer.findtext("{urn:portner:test}lua", "")

    return run
