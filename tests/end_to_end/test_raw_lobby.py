"""The lobby: nobody waiting sees anybody, places are kept, nobody spins, and words reach whom they should."""

import asyncio
import json
from dataclasses import replace

import pytest

from tests.clients.base import CLIENT, Client, error_of, statuses
from tests.clients.tcp import TcpClient
from tests.clients.websocket import FramedClient
from tests.clinic import JITMEET, Clinic, Person, is_inside, is_invitation, is_refusal_to_lobby, lobby_chat, shown_name
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Pass
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.wire import LetIn, TurnAway, Write

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
ALL = frozenset({"*"})
MANY = 50


def newer(clinic: Clinic, pass_: Pass, seconds: float = 1.0) -> str:
    """The next pass of the same person, as after a reload."""
    again = replace(pass_, id=new_id(), issued_at=pass_.issued_at + seconds)
    return clinic.passes.mint(again, "Anna Hansen")


async def waiting_line(clinic: Clinic, name: str, count: int) -> tuple[Booked, list[Person], list[str]]:
    """That many citizens with one caseworker, knocked one after the other; (last booking, people, tokens)."""
    people, tokens = [], []
    booked = await clinic.book("Nobody", staff=name)
    for number in range(count):
        booked = await clinic.book(f"Citizen {number:02d}", staff=name)
        _, token = await clinic.citizen_pass(booked)
        person = await clinic.person(token, booked)
        assert is_refusal_to_lobby(await person.join())
        await person.knock()
        people.append(person)
        tokens.append(token)
    return booked, people, tokens


def order_shown(staff: Person, begin: int = 0) -> list[str]:
    """The names on staff's list, in the order they came up, those taken off left out."""
    shown: dict[str, str] = {}
    for stanza in staff.client.received[begin:]:
        sender, name = stanza.get("from", ""), shown_name(stanza)
        if not sender.startswith(f"{staff.lobby}/") or stanza.tag != f"{{{CLIENT}}}presence":
            continue
        if stanza.get("type") == "unavailable":
            shown.pop(sender, None)
        elif name:
            shown[sender] = name
    return list(shown.values())


async def seen_until(client: Client, count: int, staff: Person) -> None:
    """Wait until staff's list is that long."""
    await client.wait(lambda _: len(order_shown(staff)) == count)


async def test_with_fifty_waiting_nobody_learns_of_another(clinic: Clinic) -> None:
    """What fifty people receive while others come, go, are let in, refused and written to: only their own."""
    name = clinic.somebody()
    booked, people, _ = await waiting_line(clinic, name, MANY)
    staff = await clinic.open_room(booked)
    await seen_until(staff.client, MANY, staff)
    assert order_shown(staff) == [f"Citizen {n:02d} ✓ MitID" for n in range(MANY)]
    await clinic.desk.write(booked.room, Write(command="w1", text="Vi er lidt forsinkede"), ALL, "uid:0")
    await people[7].client.leave(people[7].seat_in_lobby)
    await people[8].client.drop()
    await staff.reject("l" + people[9].nick)
    await staff.client.send(
        f"<message xmlns='{CLIENT}' type='groupchat' to='{staff.lobby}'>{lobby_chat('to all staff')}</message>"
    )
    await people[10].client.send(
        f"<message xmlns='{CLIENT}' type='groupchat' to='{staff.lobby}'>{lobby_chat('from ten')}</message>"
    )
    await people[11].client.send(
        f"<message xmlns='{CLIENT}' type='chat' to='{people[12].seat_in_lobby}'>{lobby_chat('psst')}</message>"
    )
    version = "<query xmlns='jabber:iq:version'/>"
    await people[13].client.send(
        f"<iq xmlns='{CLIENT}' type='get' id='v' to='{people[14].seat_in_lobby}'>{version}</iq>"
    )
    await staff.admit(people[0])
    await people[0].invited()
    assert is_inside(await people[0].join())
    await seen_until(staff.client, MANY - 4, staff)
    for person in people[1:8] + people[9:]:
        await person.client.barrier()
        assert_only_own(person, people)


def assert_only_own(person: Person, people: list[Person]) -> None:
    """Nothing this person received comes from or names another one who waits."""
    others = [p for p in people if p is not person]
    for stanza in person.client.received:
        text = "".join(stanza.itertext()) + "".join(str(e.attrib) for e in stanza.iter())
        sender = stanza.get("from", "")
        if sender.startswith(f"{person.lobby}/"):
            assert sender in (person.seat_in_lobby, f"{person.lobby}/portner"), sender
        assert "Citizen" not in text, text
        for other in others:
            assert other.client.bare not in text
            assert other.nick not in text


async def test_the_order_survives_a_reload_and_a_restart_of_the_agent(clinic: Clinic) -> None:
    """First come, first shown: also after the first reloaded and the agent was restarted."""
    name = clinic.somebody()
    booked = await clinic.book("Citizen 00", staff=name)
    pass_, token = await clinic.citizen_pass(booked)
    first = await clinic.person(token, booked)
    await first.knock()
    later, people, _ = await waiting_line(clinic, name, 2)
    assert later.room == booked.room
    again = await clinic.person(newer(clinic, pass_), booked)
    await again.knock()
    await clinic.stop_agent()
    await clinic.start_agent()
    staff = await clinic.open_room(booked)
    await seen_until(staff.client, 3, staff)
    assert order_shown(staff) == ["Citizen 00 ✓ MitID", "Citizen 00 ✓ MitID", "Citizen 01 ✓ MitID"]
    await staff.admit(again)
    await again.invited()
    assert is_inside(await again.join())
    assert people[0].client.jid


async def test_a_resumed_stream_keeps_its_place_and_gets_the_invitation(clinic: Clinic) -> None:
    """A phone that lost the network for a moment stands where it stood and is let in all the same."""
    booked = await clinic.book(staff=clinic.somebody())
    _, token = await clinic.citizen_pass(booked)
    phone = await FramedClient.connect(clinic.prosody, token, smacks=True)
    citizen = clinic.at(phone, booked.room)
    await citizen.knock()
    staff = await clinic.open_room(booked)
    await seen_until(staff.client, 1, staff)
    await phone.drop()
    resumed = await FramedClient.connect(clinic.prosody, token, resume=phone)
    resumed.jid = phone.jid
    citizen.client = resumed
    await staff.admit(citizen)
    await citizen.invited()
    assert is_inside(await citizen.join())
    await resumed.close()


async def test_a_knock_while_the_agent_is_away_is_answered_and_not_lost(clinic: Clinic) -> None:
    """The door itself answers; the agent finds the person when it is back, with the time of the knock."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen = await clinic.citizen(booked)
    await clinic.stop_agent()
    assert "110" in statuses(await citizen.knock())
    await clinic.start_agent()
    staff = await clinic.open_room(booked)
    await staff.sees_waiting("Anna Hansen ✓ MitID")
    await staff.admit(citizen)
    await citizen.invited()
    assert is_inside(await citizen.join())


async def test_whoever_left_while_the_agent_was_away_is_no_ghost(clinic: Clinic) -> None:
    """Staff's list loses the name although the goodbye reached nobody."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen, staff = await clinic.citizen(booked), await clinic.open_room(booked)
    await citizen.knock()
    await seen_until(staff.client, 1, staff)
    await clinic.stop_agent()
    await citizen.client.leave(citizen.seat_in_lobby)
    await citizen.client.barrier()
    await clinic.start_agent()
    await seen_until(staff.client, 0, staff)


async def test_nobody_refused_or_ended_comes_back_as_a_ghost(clinic: Clinic) -> None:
    """After a reject and after an end with words, a restart of the agent finds nobody waiting."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen, staff = await clinic.citizen(booked), await clinic.open_room(booked)
    await citizen.knock()
    await seen_until(staff.client, 1, staff)
    assert (await staff.reject(f"l{citizen.nick}")).get("type") == "result"
    gone = await citizen.client.wait(lambda e: "307" in statuses(e))
    assert statuses(gone) == {"307", "110"}
    begin = len(citizen.client.received)
    await citizen.knock()
    seat = clinic.agent.house.rooms[booked.room].queue[0].seat
    away = TurnAway(command="t1", knock=seat, reason="Ring til os på 12 34 56 78")
    assert (await clinic.desk.turn_away(booked.room, away, ALL, "uid:0")).is_open
    assert "Ring til os" in await citizen.ended(begin=begin)
    await clinic.stop_agent()
    await clinic.start_agent()
    assert clinic.agent.house.rooms[booked.room].queue == ()
    await seen_until(staff.client, 0, staff)


async def test_letting_in_while_no_room_exists_strands_nobody(clinic: Clinic) -> None:
    """The console's let-in is refused without staff inside; the person keeps waiting and gets in later."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen = await clinic.citizen(booked)
    await citizen.knock()
    await clinic.agent.house.lanes.quiet()
    seat = clinic.agent.house.rooms[booked.room].queue[0].seat
    verdict = await clinic.desk.let_in(booked.room, LetIn(command="l1", knock=seat), ALL, "uid:0")
    assert not verdict.is_open
    assert not any(is_invitation(e, citizen.room) for e in citizen.client.received)
    staff = await clinic.open_room(booked)
    assert staff.client.jid
    verdict = await clinic.desk.let_in(booked.room, LetIn(command="l2", knock=seat), ALL, "uid:0")
    assert verdict.is_open
    await citizen.invited()
    assert is_inside(await citizen.join())


async def test_an_invitation_overtaken_by_staff_leaving_strands_nobody(clinic: Clinic) -> None:
    """Let in, but staff is gone before the join: sent to the lobby, still in line, let in when staff is back."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen, staff = await clinic.citizen(booked), await clinic.open_room(booked)
    await citizen.knock()
    await seen_until(staff.client, 1, staff)
    await staff.admit(citizen)
    await citizen.invited()
    await staff.client.leave(staff.seat_in_meeting)
    await staff.client.barrier()
    begin = len(citizen.client.received)
    assert is_refusal_to_lobby(await citizen.join())
    assert is_inside(await staff.join())
    await staff.admit(citizen)
    await citizen.invited(begin=begin)
    assert is_inside(await citizen.join())


@pytest.mark.parametrize("who", ["other room", "nobody's nick"])
async def test_no_knock_is_answered_with_an_error(clinic: Clinic, who: str) -> None:
    """The stock client spins for ever on an error: a refused knock is a welcome followed by an end with words."""
    mine, theirs = await clinic.book(staff=clinic.somebody()), await clinic.book(staff=clinic.somebody())
    _, token = await clinic.citizen_pass(mine)
    person = await clinic.person(token, theirs if who == "other room" else mine)
    if who != "other room":
        person.nick = "x" * 200
    answer = await person.knock()
    assert error_of(answer) is None
    assert await person.ended()


async def test_console_words_reach_the_waiting_and_answers_reach_staff_only(clinic: Clinic) -> None:
    """The virtual moderator opens a chat; the reply goes to staff's desk; staff's own line carries no profile."""
    booked = await clinic.book(staff=clinic.somebody())
    citizen, staff = await clinic.citizen(booked), await clinic.open_room(booked)
    await citizen.knock()
    await seen_until(staff.client, 1, staff)
    seat = clinic.agent.house.rooms[booked.room].queue[0].seat
    assert (
        await clinic.desk.write(booked.room, Write(command="w", knock=seat, text="5 min. [b]"), ALL, "uid:0")
    ).is_open
    said = await citizen.client.wait(lambda e: "5 min. [b]" in "".join(e.itertext()))
    assert said.get("from") == f"{citizen.lobby}/portner"
    await citizen.client.send(
        f"<message xmlns='{CLIENT}' type='chat' to='{citizen.lobby}/portner'>{lobby_chat('Tak')}</message>"
    )
    heard = await staff.client.wait(lambda e: "Tak" in "".join(e.itertext()))
    assert heard.get("from") == citizen.seat_in_lobby
    profile = {"name": "Mette", "email": "mette@example.dk", "jwt": "secret", "id": "x"}
    opening = json.dumps({"type": "LOBBY_CHAT_INITIALIZED", "moderator": profile, "attendee": {"id": "y"}})
    for words in (f"<json-message xmlns='{JITMEET}'>{opening}</json-message>", lobby_chat("Et øjeblik")):
        await staff.client.send(f"<message xmlns='{CLIENT}' type='chat' to='{citizen.seat_in_lobby}'>{words}</message>")
    line = await citizen.client.wait(lambda e: "Et øjeblik" in "".join(e.itertext()))
    assert line.get("from") == staff.seat_in_lobby
    for stanza in citizen.client.received:
        assert "mette@" not in "".join(stanza.itertext())
        assert "secret" not in "".join(stanza.itertext())


async def test_nobody_but_staff_of_the_room_can_reject(clinic: Clinic) -> None:
    """A waiting person cannot throw another out, nor can staff of another room."""
    name = clinic.somebody()
    booked, people, _ = await waiting_line(clinic, name, 2)
    other = await clinic.book(staff=clinic.somebody())
    stranger = await clinic.open_room(other)
    stranger.lobby = people[0].lobby
    for attacker in (people[1], stranger):
        answer = await attacker.reject(f"l{people[0].nick}")
        assert error_of(answer) == ("auth", "forbidden")
    assert len(clinic.agent.house.rooms[booked.room].queue) == 2


async def test_several_knocks_in_one_moment_are_all_kept_in_order(clinic: Clinic) -> None:
    """Twenty people in the same instant: twenty on the list, each once, none twice."""
    name = clinic.somebody()
    everybody = []
    booked = await clinic.book("Nobody", staff=name)
    for number in range(20):
        booked = await clinic.book(f"Citizen {number:02d}", staff=name)
        everybody.append(await clinic.citizen(booked))
    staff = await clinic.open_room(booked)
    await asyncio.gather(*(person.knock() for person in everybody))
    await seen_until(staff.client, 20, staff)
    queue = clinic.agent.house.rooms[booked.room].queue
    assert order_shown(staff) == [clinic.agent.house.known[w.pass_id].person.name + " ✓ MitID" for w in queue]
    assert len({w.seat for w in queue}) == 20
    assert [w.since for w in queue] == sorted(w.since for w in queue)


async def test_a_lobby_address_cannot_be_taken_from_somebody(clinic: Clinic) -> None:
    """A second person under the nick of the first is ended; the first keeps place and post."""
    name = clinic.somebody()
    booked, people, _ = await waiting_line(clinic, name, 1)
    other = await clinic.book("Thief", staff=name)
    thief = await clinic.citizen(other)
    thief.nick = people[0].nick
    await thief.knock()
    assert await thief.ended()
    assert [w.jid for w in clinic.agent.house.rooms[booked.room].queue] == [people[0].client.jid]
    assert isinstance(people[0].client, TcpClient)


async def test_a_pass_taken_back_while_the_link_was_down_is_closed_when_it_is_up(clinic: Clinic) -> None:
    """Revoked with no way to tell Prosody: the next picture finds the session and ends it."""
    booked = await clinic.book(staff=clinic.somebody())
    pass_, token = await clinic.citizen_pass(booked)
    citizen = await clinic.person(token, booked)
    await citizen.knock()
    await clinic.stop_agent()
    async with clinic.store() as database:
        line = AuditLine(1.0, "revoke", "", pass_.id, "test", Verdict(Decision.OPEN, Reason.ALLOWED))
        await database.ledger.revoke_pass(pass_.id, line)
    await clinic.start_agent()
    await clinic.agent.house.lanes.quiet()
    assert pass_.id not in {c.pass_id for c in clinic.agent.house.connections.values()}
    assert clinic.agent.house.rooms.get(booked.room) is None or not clinic.agent.house.rooms[booked.room].queue
    assert not any(is_invitation(e, citizen.room) for e in citizen.client.received)
