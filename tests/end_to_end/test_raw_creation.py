"""Only staff open rooms: every other way to make one is tried, on every transport."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients.base import Client, error_of
from tests.clients.bosh import BoshClient
from tests.clients.component import ComponentClient
from tests.clients.tcp import TcpClient
from tests.clients.websocket import FramedClient
from tests.clinic import Clinic, is_inside, is_refusal_to_lobby, open_clinic
from tests.prosody import PASSWORD

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
OTHER = "other.example.dk"
TRANSPORTS = (TcpClient, FramedClient, BoshClient)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """A clinic beside which another component is connected."""
    directory: Path = tmp_path_factory.mktemp("creation")
    extra = f'\nComponent "{OTHER}"\n\tcomponent_secret = "s"\n'
    async with open_clinic(directory, extra=extra) as opened:
        yield opened


async def exists(client: Client, room: str) -> bool:
    """Whether Prosody has that room now."""
    answer = await client.request(room, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
    return error_of(answer) is None or error_of(answer) == ("auth", "forbidden")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_citizens_presence_makes_no_room(clinic: Clinic, transport: type[TcpClient]) -> None:
    """Direct presence of a verified, invited citizen goes to the lobby, and no room is made."""
    booked = await clinic.book(staff=clinic.somebody())
    _, token = await clinic.citizen_pass(booked)
    async with await transport.connect(clinic.prosody, token) as client:
        citizen = clinic.at(client, booked.room)
        assert is_refusal_to_lobby(await citizen.join())
        assert not await exists(client, citizen.room)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_staff_opens_the_room_on_every_transport(clinic: Clinic, transport: type[TcpClient]) -> None:
    """The same presence of the room's own staff makes it, with staff as moderator."""
    booked = await clinic.book(staff=clinic.somebody())
    async with await transport.connect(clinic.prosody, await clinic.staff_token(booked)) as client:
        staff = clinic.at(client, booked.room)
        answer = await staff.join()
        item = next(answer.iter("{http://jabber.org/protocol/muc#user}item"))
        assert (item.get("affiliation"), item.get("role")) == ("owner", "moderator")
        onlooker = await clinic.citizen(booked)
        assert await exists(onlooker.client, staff.room)


async def test_staff_of_another_room_makes_no_room(clinic: Clinic) -> None:
    """Being staff is not enough: the pass is for one room."""
    mine, theirs = await clinic.book(staff=clinic.somebody()), await clinic.book(staff=clinic.somebody())
    staff = await clinic.person(await clinic.staff_token(mine), theirs)
    assert error_of(await staff.join()) == ("cancel", "not-allowed")
    assert not await exists(staff.client, staff.room)


async def test_a_citizens_conference_request_never_reaches_the_focus(clinic: Clinic) -> None:
    """The client is told `ready` by the door itself; the focus joins nothing."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen = await clinic.citizen(booked)
    answer = await citizen.ask_focus(clinic.settings.focus)
    conference = answer.find("{http://jitsi.org/protocol/focus}conference")
    assert conference is not None
    assert conference.get("ready") == "true"
    await clinic.agent.house.lanes.quiet()
    assert not await exists(citizen.client, citizen.room)
    assert is_refusal_to_lobby(await citizen.join())


async def test_the_focus_makes_no_room_unasked(clinic: Clinic) -> None:
    """The real focus account is refused a room that no staff asked for, and an impostor by name everything."""
    booked = await clinic.book(staff=clinic.somebody())
    room = f"{booked.room}@{clinic.prosody.rooms}"
    async with await TcpClient.connect(
        clinic.prosody, PASSWORD, jid=f"focus@{clinic.prosody.services}/second"
    ) as focus:
        assert error_of(await focus.join(f"{room}/focus")) == ("cancel", "not-allowed")
        assert not await exists(focus, room)
    async with await TcpClient.connect(clinic.prosody, PASSWORD, jid=f"recorder@{clinic.prosody.services}/x") as other:
        assert error_of(await other.join(f"{room}/focus")) is not None
        assert not await exists(other, room)


async def test_nobody_makes_a_breakout_room(clinic: Clinic) -> None:
    """The breakout domain is guarded too: even staff is refused."""
    booked = await clinic.book(staff=clinic.somebody())
    staff = await clinic.staff(booked)
    room = f"{booked.room}@{clinic.prosody.stock.breakout}"
    assert error_of(await staff.client.join(f"{room}/{staff.nick}")) is not None
    assert not await exists(staff.client, room)


async def test_another_component_makes_no_room(clinic: Clinic) -> None:
    """A component of the same server, under any name, is nobody."""
    booked = await clinic.book(staff=clinic.somebody())
    room = f"{booked.room}@{clinic.prosody.rooms}"
    async with await ComponentClient.connect(clinic.prosody, OTHER, "s") as other:
        for sender in (f"focus@{OTHER}/focus", f"somebody@{OTHER}/x", OTHER):
            other.jid = sender
            assert error_of(await other.join(f"{room}/focus")) is not None
        assert not await exists(other, room)


@pytest.mark.parametrize("spelling", ["upper", "wide", "dotted", "empty", "long"])
async def test_other_spellings_of_a_room_open_nothing(clinic: Clinic, spelling: str) -> None:
    """Case and Unicode forms lead to the same guarded room, or to none."""
    booked = await clinic.book(staff=clinic.somebody())
    node = {
        "upper": booked.room.upper(),
        "wide": "".join(chr(ord(c) + 0xFEE0) for c in booked.room),
        "dotted": booked.room.replace("i", "ı") + "ı",
        "empty": "a" + booked.room,
        "long": booked.room * 20,
    }[spelling]
    citizen = await clinic.citizen(booked)
    citizen.room = f"{node}@{clinic.prosody.rooms}"
    ident = citizen.client.new_id()
    await citizen.client.send(
        f"<presence xmlns='jabber:client' to='{citizen.seat_in_meeting}' id='{ident}'>"
        "<x xmlns='http://jabber.org/protocol/muc'/></presence>"
    )
    answer = await citizen.client.wait(lambda e: e.get("id") == ident)
    assert error_of(answer) is not None
    assert not await exists(citizen.client, f"{booked.room}@{clinic.prosody.rooms}")


async def test_of_two_creators_at_once_only_staff_makes_the_room(clinic: Clinic) -> None:
    """A citizen's and staff's presence in the same moment, many times: the citizen never is inside."""
    for _ in range(10):
        booked = await clinic.book(staff=clinic.somebody())
        citizen, staff = await clinic.citizen(booked), await clinic.staff(booked)
        by_citizen, by_staff = await asyncio.gather(citizen.join(), staff.join())
        assert is_refusal_to_lobby(by_citizen)
        assert is_inside(by_staff)


async def test_no_citizen_makes_the_room_in_the_instant_it_is_destroyed(clinic: Clinic) -> None:
    """Staff leaves (the room ends) while the citizen joins: the citizen is refused and no room comes back."""
    for _ in range(10):
        booked = await clinic.book(staff=clinic.somebody())
        staff, citizen = await clinic.staff(booked), await clinic.citizen(booked)
        assert is_inside(await staff.join())
        left, answer = await asyncio.gather(staff.client.leave(staff.seat_in_meeting), citizen.join())
        assert left is None
        assert is_refusal_to_lobby(answer)
        assert not await exists(citizen.client, citizen.room)
