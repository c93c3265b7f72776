"""A supervisor at the agent's Unix socket, as the console is one: looks at the board, gives commands."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from tests.clinic import Clinic
from xmpp_agent.flows.office import new_id
from xmpp_agent.wire import Board, RoomRow

_LIMIT = 30.0


class Console:
    """Made by `console_of()`."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def room(self, node: str) -> RoomRow:
        """One room of the board as it is now; AssertionError when it is not on it."""
        answer = await self._http.get("/v1/board")
        answer.raise_for_status()
        rows = Board.read(answer.content).rooms
        found = [row for row in rows if row.room == node]
        assert found, f"{node} is not on the board, which shows {[row.room for row in rows]}"
        return found[0]

    async def until(self, node: str, condition: Callable[[RoomRow], object]) -> RoomRow:
        """One room, as soon as it is so: the board follows what people see, by a moment."""
        async with asyncio.timeout(_LIMIT):
            while not condition(row := await self.room(node)):
                pass
        return row

    async def command(self, node: str, act: str, **command: object) -> int:
        """A command (`let-in`, `turn-away`, `write`, `finish`) about a room; answers the HTTP status."""
        body = {"command": new_id(), **command}
        return (await self._http.post(f"/v1/rooms/{node}/{act}", json=body)).status_code


@asynccontextmanager
async def console_of(clinic: Clinic) -> AsyncIterator[Console]:
    """A console of this clinic."""
    transport = httpx.AsyncHTTPTransport(uds=str(clinic.settings.socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=_LIMIT) as http:
        yield Console(http)
