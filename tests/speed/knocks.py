"""Many citizens knock within seconds: is anybody lost, is the order kept, how soon do staff and console know?"""

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.speed.installation import Installation
from tests.speed.light import MUC, LightClient, Lost, Recording, Refused
from tests.speed.town import Household
from xmpp_agent.model.people import Pass

_PRESENCE = re.compile(rb"<presence\b[^>]*>")
_FROM = re.compile(rb"from='([^'/]+)/([^']+)'")
_EVENT = re.compile(rb"\ndata: (\{.*?\})\n\n")
_SETTLE = 1.0
"""Seconds for the last events to arrive."""


@dataclass(frozen=True, slots=True)
class Knocks:
    """What was seen. Times are in seconds; orders are nicks (staff's list) and seats (console's board)."""

    sent: int
    lost: int
    """Not answered, or not on staff's list, or not on the console's board."""
    out_of_order: int
    """Rooms in which staff's list, or the board, is not in order of sending."""
    to_staff: list[float]
    to_console: list[float]
    answered: list[float]


@dataclass
class _Citizen:
    client: LightClient
    pass_: Pass
    room: str
    lobby: str
    nick: str
    sent: float = 0.0
    answered: float = 0.0


async def measure_knocks(portner: Installation, people: int, rooms: int, seconds: float) -> Knocks:
    """`people` citizens in `rooms` rooms, evenly spread over `seconds`, with a console looking on."""
    async with portner.town() as town:
        homes = [town.household(citizens=people // rooms) for _ in range(rooms)]
    desks = {home.node: await _desk(portner, home) for home in homes}
    citizens = [await _citizen(portner, home, n) for n in range(people // rooms) for home in homes]
    async with console(portner.socket) as seen:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, citizen in enumerate(citizens):
                await asyncio.sleep(max(0.0, began + number * seconds / len(citizens) - time.perf_counter()))
                group.create_task(_come(citizen))
        await asyncio.sleep(_SETTLE)
    result = _compare(citizens, desks, seen)
    for client in (*(c.client for c in citizens), *desks.values()):
        client.close()
    return result


async def _desk(portner: Installation, home: Household) -> LightClient:
    """Staff inside the room and at the desk of the lobby; what arrives there is recorded."""
    guest = await portner.staff(home)
    await guest.client.join(guest.seat)
    await guest.client.knock(f"{home.node}@{portner.prosody.lobby}/desk")
    guest.client.recording = Recording()
    return guest.client


async def _citizen(portner: Installation, home: Household, number: int) -> _Citizen:
    pass_ = home.citizens[number]
    return _Citizen(
        await portner.client(pass_),
        pass_,
        f"{home.node}@{portner.venue.rooms}",
        f"{home.node}@{portner.prosody.lobby}",
        f"c{number:05d}",
    )


async def _come(citizen: _Citizen) -> None:
    """As the stock client does: try the meeting, be sent to the lobby, knock."""
    with suppress(Refused, Lost):
        await citizen.client.ask(
            f"<presence to='{citizen.room}/{citizen.nick}' id='j'><x xmlns='{MUC}'/></presence>".encode(),
            b"</presence>",
        )
    citizen.sent = time.perf_counter()
    with suppress(Refused, Lost):
        citizen.answered = await citizen.client.knock(f"{citizen.lobby}/{citizen.nick}")


def _compare(citizens: list[_Citizen], desks: dict[str, LightClient], console: Recording) -> Knocks:
    on_list = {node: _list(client.recording or Recording()) for node, client in desks.items()}
    on_board, order = _board(console)
    by_room: dict[str, list[_Citizen]] = defaultdict(list)
    for citizen in sorted(citizens, key=lambda c: c.sent):
        by_room[citizen.pass_.room].append(citizen)
    lost, to_staff, to_console, wrong = 0, [], [], 0
    for node, here in by_room.items():
        wrong += list(on_list[node]) != [c.nick for c in here] or order.get(node, []) != [c.pass_.seat for c in here]
        for citizen in here:
            staff, board = on_list[node].get(citizen.nick), on_board.get(citizen.pass_.seat)
            if not citizen.answered or staff is None or board is None:
                lost += 1
                continue
            to_staff.append(staff - citizen.sent)
            to_console.append(board - citizen.sent)
    return Knocks(len(citizens), lost, wrong, to_staff, to_console, [c.answered for c in citizens])


def _list(recording: Recording) -> dict[str, float]:
    """Nicks in the order in which staff's client was shown them, with the time."""
    shown: dict[str, float] = {}
    for found in _PRESENCE.finditer(recording.data):
        who = _FROM.search(found[0])
        if who is not None and b"unavailable" not in found[0] and who[1].partition(b"@")[2].startswith(b"lobby."):
            shown.setdefault(who[2].decode(), recording.when(found.end()))
    return shown


def _board(recording: Recording) -> tuple[dict[str, float], dict[str, list[str]]]:
    """When each seat was first on the board, and the last order of seats in each room."""
    first: dict[str, float] = {}
    order: dict[str, list[str]] = {}
    for found in _EVENT.finditer(recording.data):
        row = json.loads(found[1]).get("row")
        if row is None or "waiting" not in row:  # an alert, or numbers
            continue
        order[row["room"]] = [waiting["knock"] for waiting in row["waiting"]]
        for seat in order[row["room"]]:
            first.setdefault(seat, recording.when(found.end()))
    return first, order


@asynccontextmanager
async def console(socket: Path) -> AsyncIterator[Recording]:
    """A console that looks on: its event stream, recorded without the chunk lengths of HTTP."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    writer.write(b"GET /v1/events HTTP/1.1\r\nHost: agent\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError("the console's socket refuses")
    recording = Recording(bytearray(b"\n"), [1], [time.perf_counter()])

    async def read() -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while length := int(await reader.readline(), 16):
                recording.add((await reader.readexactly(length + 2))[:length])

    task = asyncio.create_task(read())
    try:
        yield recording
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()
