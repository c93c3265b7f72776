"""When parts fail: agent killed, stopped, replaced, disk full, Prosody restarted. Nobody wrongly in, nobody lost.

The agent is a process of its own here, as it is in an installation.
"""

import asyncio
import base64
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.agent_process import OutsideClinic, open_outside_clinic
from tests.clients import RefusedError
from tests.clients.base import CLIENT, SASL, error_of, statuses
from tests.clinic import Person, is_inside, is_refusal_to_lobby, shown_name
from tests.end_to_end.console import Console
from xmpp_agent.edges.store.audit_trail import verify_audit
from xmpp_agent.edges.store.bookings import Booked

pytestmark = pytest.mark.prosody
HOLD = 1.0
"""Seconds Prosody holds a question while the agent is away, in these tests."""


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[OutsideClinic]:
    """A clinic of its own for each test: parts of it are broken on purpose."""
    async with open_outside_clinic(tmp_path, hold=HOLD) as opened:
        yield opened


@asynccontextmanager
async def console_at(socket: Path) -> AsyncIterator[Console]:
    """A supervisor at one agent's socket."""
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=15) as http:
        yield Console(http)


def listed(staff: Person) -> list[str]:
    """Who is on staff's list, in order, as the stock client keeps it: first names."""
    shown: dict[str, str] = {}
    for stanza in staff.client.received:
        sender, name = stanza.get("from", ""), shown_name(stanza)
        if stanza.tag != f"{{{CLIENT}}}presence" or not sender.startswith(f"{staff.lobby}/"):
            continue
        if stanza.get("type") == "unavailable":
            shown.pop(sender, None)
        elif name:
            shown[sender] = name.partition(" ")[0]
    return list(shown.values())


async def lists(staff: Person, *names: str) -> None:
    """Wait until staff's list is exactly this."""
    try:
        await staff.client.wait(lambda _: listed(staff) == list(names))
    except AssertionError:
        raise AssertionError(f"staff's list is {listed(staff)}, not {names}") from None


async def at_the_lobby(clinic: OutsideClinic, booked: Booked) -> Person:
    """A citizen who was sent to the lobby and knocked."""
    person = await clinic.citizen(booked)
    assert is_refusal_to_lobby(await person.join())
    await person.knock()
    return person


async def reloaded(clinic: OutsideClinic, booked: Booked) -> Person:
    """The same citizen again, with a newer pass, as the page gives it on a reload."""
    pass_, token = await clinic.citizen_pass(booked)
    del pass_
    return await clinic.person(token, booked)


async def visit(clinic: OutsideClinic) -> tuple[list[Booked], Person, list[Person]]:
    """Anna is inside with staff; Bo and Carla wait. (bookings, staff, people)."""
    booked = [await clinic.book(f"{name} Hansen") for name in ("Anna", "Bo", "Carla", "Dora")]
    staff = await clinic.open_room(booked[0])
    anna = await clinic.citizen(booked[0])
    await clinic.come_in(staff, anna)
    await anna.client.leave(anna.seat_in_lobby)
    waiting = [await at_the_lobby(clinic, booked[1]), await at_the_lobby(clinic, booked[2])]
    await lists(staff, "Bo", "Carla")
    return booked, staff, [anna, *waiting]


async def test_killed_with_people_inside_and_waiting(outside: OutsideClinic) -> None:
    """kill -9: nobody comes in meanwhile; who knocks then is found; who leaves is no ghost; order and visit go on."""
    booked, staff, (anna, bo, carla) = await visit(outside)
    dora = await outside.citizen(booked[3])
    await outside.agent_process.kill()
    assert error_of(await bo.join()) == ("wait", "remote-server-timeout")
    await dora.knock()
    await carla.client.leave(carla.seat_in_lobby)
    await carla.client.barrier()
    await outside.replace_agent()
    await lists(staff, "Bo", "Dora")
    assert is_refusal_to_lobby(await bo.join())
    assert is_refusal_to_lobby(await dora.join())
    await carla.knock()
    await lists(staff, "Bo", "Carla", "Dora")
    await anna.client.leave(anna.seat_in_meeting)
    await anna.client.barrier()
    await staff.admit(bo)
    await bo.invited()
    assert is_inside(await bo.join())


async def test_a_reload_while_the_agent_is_killed_keeps_the_place(outside: OutsideClinic) -> None:
    """The connection that waited is gone, its successor knocks while nobody is there: the old place, once."""
    booked, staff, (_, bo, _) = await visit(outside)
    again = await reloaded(outside, booked[1])
    del bo
    await lists(staff, "Carla")
    await outside.agent_process.kill()
    await again.knock()
    await outside.replace_agent()
    await lists(staff, "Bo", "Carla")


async def test_stopped_agent_is_replaced_by_its_standby_and_knows_nothing_old_later(outside: OutsideClinic) -> None:
    """SIGSTOP: Prosody puts the silent agent out, the standby takes over; the first wakes up and changes nothing;
    when the second is killed the first goes on from what the second did."""
    booked, staff, (anna, bo, carla) = await visit(outside)
    first = outside.agent_process
    second = await outside.another_agent()
    await second.until("stream_error")
    first.signal(signal.SIGSTOP)
    await second.live()
    await lists(staff, "Bo", "Carla")
    async with console_at(second.socket) as console:
        row = await console.room(booked[0].room)
        assert await console.command(booked[0].room, "finish", visit=row.visit) == 200
    await anna.client.wait(lambda e: e.get("from") == anna.seat_in_meeting and "307" in statuses(e))
    await staff.admit(bo)
    await bo.invited()
    assert is_inside(await bo.join())
    heard = first.heard
    first.signal(signal.SIGCONT)
    await first.until("stream_error", begin=heard)
    await second.kill()
    await first.live(begin=heard)
    assert is_refusal_to_lobby(await carla.join())
    again = await reloaded(outside, booked[0])
    assert is_refusal_to_lobby(await again.join())
    assert not [e for e in bo.client.received if e.get("from") == bo.seat_in_meeting and "307" in statuses(e)]
    async with console_at(first.socket) as console:
        assert (await console.room(booked[0].room)).citizen == "B. H."


async def test_prosody_restarted(outside: OutsideClinic) -> None:
    """Everybody's connection is lost: whoever was inside comes back to the lobby, the line is the old one."""
    booked, staff, _ = await visit(outside)
    heard = outside.agent_process.heard
    await outside.focus.stop()
    await outside.prosody.restart(kill=True)
    await outside.agent_process.live(begin=heard)
    await outside.focus.start()
    carla = await reloaded(outside, booked[2])
    assert is_refusal_to_lobby(await carla.join())
    await carla.knock()
    bo = await reloaded(outside, booked[1])
    assert is_refusal_to_lobby(await bo.join())
    await bo.knock()
    anna = await reloaded(outside, booked[0])
    assert is_refusal_to_lobby(await anna.join())
    staff = await outside.open_room(booked[0])
    await lists(staff, "Bo", "Carla")
    assert is_refusal_to_lobby(await anna.join())
    await staff.admit(bo)
    await bo.invited()
    assert is_inside(await bo.join())


async def refused_login(outside: OutsideClinic, booked: Booked) -> None:
    """A login that cannot be put on record does not happen."""
    with pytest.raises(RefusedError):
        await reloaded(outside, booked)


async def test_disk_full(outside: OutsideClinic) -> None:
    """Nothing can be written: nobody new connects, stands or comes in, in words; then all goes on, the chain whole."""
    booked, staff, (anna, bo, carla) = await visit(outside)
    dora = await outside.citizen(booked[3])
    outside.agent_process.disk(full=True)
    await refused_login(outside, booked[1])
    await bo.client.barrier()
    await dora.knock()
    words = await dora.ended()
    assert "Vi kan ikke lukke nogen ind lige nu" in words
    assert "We cannot let anyone in right now" in words
    refused = await carla.join()
    assert error_of(refused) == ("wait", "internal-server-error")
    assert "Vi kan ikke lukke nogen ind lige nu" in "".join(refused.itertext())
    async with console_at(outside.agent_process.socket) as console:
        row = await console.room(booked[0].room)
        assert await console.command(booked[0].room, "finish", visit=row.visit) == 503
    await anna.client.leave(anna.seat_in_meeting)
    await anna.client.barrier()
    begin = len(bo.client.received)
    await staff.admit(bo)
    await staff.client.barrier()
    assert error_of(await bo.join()) == ("wait", "internal-server-error")
    assert not [e for e in bo.client.received[begin:] if e.find("{*}x/{*}invite") is not None]
    outside.agent_process.disk(full=False)
    await staff.admit(bo)
    await bo.invited(begin=begin)
    assert is_inside(await bo.join())
    await dora.knock()
    await outside.agent_process.stop()
    report = await verify_audit(outside.database.engine)
    assert report.broken is None
    assert report.lines > 0


async def test_a_client_lost_between_login_and_bind_leaves_no_seat_taken(outside: OutsideClinic) -> None:
    """The network goes in the worst moment; the same pass logs in again a second or two later."""
    booked = await outside.book("Anna Hansen")
    _, token = await outside.citizen_pass(booked)
    await log_in_and_vanish(outside, token)
    async with asyncio.timeout(6):
        while True:
            try:
                person = await outside.person(token, booked)
                break
            except RefusedError:
                continue
    assert is_refusal_to_lobby(await person.join())


async def log_in_and_vanish(outside: OutsideClinic, token: str) -> None:
    """SASL succeeds, then the connection is gone."""
    prosody = outside.prosody
    reader, writer = await asyncio.open_connection("127.0.0.1", prosody.stock.c2s_port)
    names = f"to='{prosody.domain}' xmlns='{CLIENT}' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"
    writer.write(f"<?xml version='1.0'?><stream:stream {names}>".encode())
    await reader.readuntil(b"</stream:features>")
    secret = base64.b64encode(b"\0x\0" + token.encode()).decode()
    writer.write(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{secret}</auth>".encode())
    assert b"<success" in await reader.readuntil(b">")
    writer.close()
    await writer.wait_closed()


async def test_restarts_under_joins(tmp_path: Path) -> None:
    """Killed three times while ten members of staff enter their rooms: no join is refused, and all are in."""
    async with open_outside_clinic(tmp_path) as clinic:
        people = [await clinic.staff(await clinic.book(f"Citizen {n}", staff=f"Staff {n}")) for n in range(10)]
        for _ in range(3):
            joins = [asyncio.create_task(person.join()) for person in people]
            await clinic.agent_process.kill()
            await clinic.replace_agent()
            for person, answer in zip(people, await asyncio.gather(*joins), strict=True):
                assert is_inside(answer) or error_of(answer) == ("wait", "remote-server-timeout")
                assert is_inside(answer) or is_inside(await person.join())
                await person.client.leave(person.seat_in_meeting)
                await person.client.barrier()
