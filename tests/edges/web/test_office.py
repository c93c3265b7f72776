"""Hotline and missed invitations over HTTP: seen by whom they concern, on the stream as they change, acted on once."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest

from tests.an_office import UNIT
from tests.edges.web.apart import apart
from tests.edges.web.lone_agent import ALL, problem_of
from tests.edges.web.office_console import PHONE, OfficeConsole, office_console
from tests.flows.staffed import Staffed
from tests.flows.test_staff_door import looks_at, record
from tests.flows.test_staff_hotline import called, goes_in, presses
from xmpp_agent.flows import citizen
from xmpp_agent.flows.hotline import end_call, rung_back
from xmpp_agent.flows.hotline_caller import Entered
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.receipts import called as call_made
from xmpp_agent.model.appointments import Companion
from xmpp_agent.model.letters import About, Channel, Failure, LetterState
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire import (
    Board,
    CallChanged,
    CallGone,
    CallRow,
    CallStage,
    InvitationChanged,
    InvitationGone,
    InvitationNext,
    InvitationRow,
)

WARD = frozenset({"ward"})


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[OfficeConsole]:
    """A supervisor of all units."""
    async with office_console(tmp_path) as opened:
        yield opened


async def board(console: OfficeConsole) -> Board:
    """The whole picture, over HTTP."""
    return Board.read((await console.http.get("/v1/board")).content)


async def invitations(console: OfficeConsole) -> dict[str, InvitationRow]:
    """By appointment: those that did not arrive, made anew."""
    console.office.forget()
    return {row.appointment: row for row in (await board(console)).invitations}


async def call_row(console: OfficeConsole) -> CallRow:
    """The one call, made anew."""
    console.office.forget()
    [row] = (await board(console)).calls
    return row


def actors(unit: Staffed, act: str) -> list[tuple[object, object]]:
    """Who did that, and what came of it, by the audit."""
    return [(line["actor"], line["reason"]) for line in record(unit) if line["act"] == act]


async def lost_call(unit: Staffed) -> tuple[str, str, Entered]:
    """A caller who was inside and is gone: id of the call, code of its link, their browser."""
    call, code = await called(unit)
    entered = await presses(unit, code)
    await goes_in(unit, entered)
    await unit.leaves("caller")
    return call, code, entered


async def test_only_what_did_not_arrive_is_a_row_and_names_nobody(console: OfficeConsole) -> None:
    """Each way with its reason in words, who is to call, masked; what was delivered and what waits is no row."""
    await console.unreached()
    await console.invited("bo")
    await console.letter("bo", Channel.SMS, LetterState.DELIVERED)
    await console.invited("carl")
    await console.letter("carl", Channel.DIGITAL_POST, LetterState.QUEUED)
    rows = await invitations(console)
    assert set(rows) == {"anna"}
    row = rows["anna"]
    assert (row.masked, row.unit, row.staff, row.next) == ("A. H.", UNIT.id, "Mette Holm", InvitationNext.CALL)
    assert [way.words[1] for way in row.ways] == [
        "Digital Post: did not arrive, the citizen has no Digital Post",
        "Text message: did not arrive, the address is wrong",
    ]
    assert row.words == ("Ring til borgeren: ingen besked er kommet frem.", "Call the citizen: no message has arrived.")
    assert row.may == ("again",)
    assert not {"Anna", "Hansen", PHONE[-8:]} & set(row.json().split('"'))
    assert PHONE[-8:] not in row.json()


async def test_a_row_goes_when_the_matter_is_over(console: OfficeConsole) -> None:
    """A receipt came after all; they pressed the button behind their link; somebody called; they stand at the door."""
    await console.invited("anna")
    await console.letter("anna", Channel.SMS, LetterState.FAILED, failure=Failure.NO_RECEIPT)
    assert set(await invitations(console)) == {"anna"}
    await console.letter("anna", Channel.SMS, LetterState.DELIVERED)
    await console.unreached("bo")
    assert set(await invitations(console)) == {"bo"}
    assert await call_made(console.unit.desk.book, "bo-call", "mette", reached=True)
    await console.unreached("carl", starts_in=60)
    await console.unit.opens()
    assert set(await invitations(console)) == {"carl"}
    await console.unit.comes("carl")
    assert await invitations(console) == {}


async def test_companions_have_rows_without_a_link_to_send(console: OfficeConsole) -> None:
    """The interpreter who got nothing: to be called, but it is the citizen's link that can be sent again."""
    await console.invited("anna")
    office = console.unit.office
    helper = Enrolment(Person("ole", UNIT.id, "Ole Tolk"), Role.COMPANION)
    companion = Companion("anna", helper.person, CompanionKind.INTERPRETER)
    await office.records.keep(office.line("companion", "test"), helper, companion)
    await console.letter("anna", Channel.CALL, LetterState.QUEUED, person="ole", id="l9")
    [row] = (await invitations(console)).values()
    assert (row.masked, row.role, row.next, row.may) == ("O. T.", "companion", InvitationNext.CALL, ())
    answer = await console.http.post("/v1/invitations/anna/again", json={"command": "c"})
    assert (answer.status_code, problem_of(answer).reason) == (409, "has_their_link")


async def test_a_link_is_sent_again_once_and_on_record(console: OfficeConsole) -> None:
    """Long before the start; the old link is dead, a text message is on its way, the same command does it once."""
    await console.unreached()
    old = await console.unit.link("anna")
    seen = (await invitations(console))["anna"]
    body = {"command": "same", "version": seen.version}
    console.unit.around.clock.at += 5
    answers = await asyncio.gather(*(console.http.post("/v1/invitations/anna/again", json=body) for _ in range(3)))
    assert {answer.json()["text"] for answer in answers} == {"A new link is on its way. The old one is dead."}
    assert await citizen.look(console.unit.office, old.code) is None
    fresh = [one for one in await console.unit.office.mailroom.letters_of("anna") if one.about is About.FRESH_LINK]
    assert [(one.channel, one.state) for one in fresh] == [(Channel.SMS, LetterState.QUEUED)]
    [(who, why)] = actors(console.unit, "fresh-link")
    assert (str(who)[:4], why) == ("uid:", "allowed")
    assert (str(who), "fresh-link") in looks_at(console.unit, "anna")
    assert (await invitations(console))["anna"].next is InvitationNext.WAY
    late = await console.http.post("/v1/invitations/anna/again", json={**body, "command": "other"})
    assert (late.status_code, problem_of(late).reason) == (409, "changed_meanwhile")


async def test_a_refusal_changes_nothing_and_is_on_record(console: OfficeConsole) -> None:
    """Who has their link gets no other; an appointment nobody knows is none; a body without command is malformed."""
    await console.invited("bo")
    await console.letter("bo", Channel.SMS, LetterState.DELIVERED)
    before = await console.unit.office.mailroom.letters_of("bo")
    for about, status, reason in (("bo", 409, "has_their_link"), ("nobody", 404, "no_appointment")):
        answer = await console.http.post(f"/v1/invitations/{about}/again", json={"command": "c"})
        assert (answer.status_code, problem_of(answer).reason) == (status, reason)
    assert [why for _, why in actors(console.unit, "fresh-link")] == ["has_their_link", "no_appointment"]
    assert (await console.http.post("/v1/invitations/bo/again", json={})).status_code == 422
    assert await console.unit.office.mailroom.letters_of("bo") == before


async def test_a_message_in_the_gateways_hands_is_waited_for(console: OfficeConsole) -> None:
    """Its link would be dead when it arrives."""
    await console.unreached()
    sending = {"id": "f", "about": About.FRESH_LINK}
    await console.letter("anna", Channel.SMS, LetterState.QUEUED, **sending)
    await console.letter("anna", Channel.SMS, LetterState.SENDING, **sending)
    assert (await invitations(console))["anna"].may == ()
    answer = await console.http.post("/v1/invitations/anna/again", json={"command": "c"})
    assert problem_of(answer).reason == "letter_on_its_way"


async def test_another_units_supervisor_sees_and_does_nothing(tmp_path: Path) -> None:
    """Neither call nor invitation, over board, stream and acts; that they tried is on record."""
    async with office_console(tmp_path, WARD) as console:
        await console.unreached()
        call, _, _ = await lost_call(console.unit)
        shown = await board(console)
        assert (shown.calls, shown.invitations) == ((), ())
        for path in (f"calls/{call}/again", f"calls/{call}/promise", f"calls/{call}/taken", "invitations/anna/again"):
            answer = await console.http.post(f"/v1/{path}", json={"command": "c"})
            assert (answer.status_code, problem_of(answer).reason) == (403, "not_your_unit"), path
        assert len([line for line in record(console.unit) if line["reason"] == "not_your_unit"]) == 4


async def test_a_call_is_followed_from_ring_to_ring_back(console: OfficeConsole) -> None:
    """On its way, opened, inside, lost, promised, rung back and gone; of the number the last two digits."""
    call, code = await called(console.unit)
    row = await call_row(console)
    assert (row.stage, row.number, row.staff, row.may) == (CallStage.SENDING, "** ** ** 56", "Mette Holm", ("again",))
    assert "201234" not in row.json()
    entered = await presses(console.unit, code)
    assert (await call_row(console)).stage is CallStage.OPENED
    await goes_in(console.unit, entered)
    assert (await call_row(console)).stage is CallStage.INSIDE
    await console.unit.leaves("caller")
    row = await call_row(console)
    assert (row.stage, row.may) == (CallStage.LOST, ("again", "promise", "taken"))
    console.unit.around.clock.at += 9
    body = {"command": "same", "version": row.version}
    answers = await asyncio.gather(*(console.http.post(f"/v1/calls/{call}/promise", json=body) for _ in range(2)))
    assert {answer.json()["text"] for answer in answers} == {"Everybody can see that somebody rings back."}
    row = await call_row(console)
    assert (row.stage, row.since, row.may) == (CallStage.CALLBACK, console.unit.around.clock.at, ("again", "taken"))
    other = await console.http.post(f"/v1/calls/{call}/promise", json={"command": "other"})
    assert problem_of(other).reason == "callback_promised"
    assert [why for _, why in actors(console.unit, "call-back-promised")] == ["allowed"]
    taken = await console.http.post(f"/v1/calls/{call}/taken", json={"command": "c", "version": row.version})
    assert taken.json()["text"] == "The call is over."
    console.office.forget()
    assert (await board(console)).calls == ()
    assert str(actors(console.unit, "hotline-over")[0][0]).startswith("uid:")


async def test_nobody_is_put_out_by_a_call_back_taken(console: OfficeConsole) -> None:
    """The caller came in again a moment before: refused, and they are still inside."""
    call, code, entered = await lost_call(console.unit)
    seen = await call_row(console)
    console.unit.prosody.close(console.unit.clients["caller"])
    await goes_in(console.unit, await presses(console.unit, code, entered))
    for act in ("taken", "promise"):
        answer = await console.http.post(f"/v1/calls/{call}/{act}", json={"command": act, "version": seen.version})
        assert (answer.status_code, problem_of(answer).reason) == (409, "is_here")
    with pytest.raises(Refused):  # also when they came after the act was judged
        await rung_back(console.unit.desk, console.unit.who(), call)
    assert (await call_row(console)).stage is CallStage.INSIDE
    assert len(console.unit.inside(seen.room)) == 2


async def test_the_link_of_a_call_is_sent_again(console: OfficeConsole) -> None:
    """A link that did not arrive says why, and another goes out by the same number; what is over is refused."""
    call, _ = await called(console.unit)
    seen = await call_row(console)
    stored = await console.unit.desk.calls.call(call)
    assert stored is not None
    [letter] = await console.unit.office.mailroom.letters_of(stored.appointment)
    failed = {"id": letter.id, "person": letter.person, "about": About.HOTLINE, "failure": Failure.BUSY}
    console.unit.around.clock.at += 1
    await console.letter(stored.appointment, Channel.SMS, LetterState.FAILED, **failed)
    row = await call_row(console)
    assert (row.stage, row.words[1][-26:]) == (CallStage.NOT_SENT, " Why: the gateway is busy.")
    late = await console.http.post(f"/v1/calls/{call}/again", json={"command": "a", "version": seen.version})
    assert problem_of(late).reason == "changed_meanwhile"
    console.unit.around.clock.at += 1
    sent = await console.http.post(f"/v1/calls/{call}/again", json={"command": "b", "version": row.version})
    assert sent.status_code == 200
    assert (await call_row(console)).stage is CallStage.SENDING
    await end_call(console.unit.desk, console.unit.who(), call)
    over = await console.http.post(f"/v1/calls/{call}/again", json={"command": "c"})
    assert problem_of(over).reason == "call_over"
    gone = await console.http.post("/v1/calls/none/again", json={"command": "c"})
    assert (gone.status_code, problem_of(gone).reason) == (404, "no_appointment")


@pytest.mark.parametrize("seed", range(3))
async def test_any_board_and_the_events_after_it_are_the_truth(console: OfficeConsole, seed: int) -> None:
    """Boards read between changes at random, each with the events after it, all end up as the rows made anew."""
    chance = random.Random(seed)  # noqa: S311  # repeatable, not a secret
    looks = list[tuple[frozenset[str], Board]]()
    for name in ("anna", "bo"):
        await console.invited(name)
    call, _ = await called(console.unit)
    looks.append((ALL, await console.desk.board(ALL)))
    for turn in range(30):
        name, channel = chance.choice(["anna", "bo"]), chance.choice([Channel.SMS, Channel.EMAIL])
        state = chance.choice([LetterState.QUEUED, LetterState.FAILED, LetterState.DELIVERED, LetterState.DROPPED])
        console.unit.around.clock.at += 1
        failure = Failure.BUSY if state is LetterState.FAILED else None
        await console.letter(name, channel, state, id=f"{turn}", failure=failure)
        if turn == 15:
            await end_call(console.unit.desk, console.unit.who(), call)
        if chance.random() < 0.3:
            await asyncio.sleep(chance.choice([0, 0.15]))
            units = chance.choice([ALL, WARD])
            looks.append((units, await console.desk.board(units)))
    console.office.look_again()
    async with asyncio.timeout(30):
        for listed in (vars(console.office)["_calls"], vars(console.office)["_invitations"]):
            await vars(listed)["_work"]
    for units, seen in looks:
        picture = rows_of(seen)
        await follow(console, seen.at_event, units, picture)
        assert picture == rows_of(await console.desk.board(units))
    kept = {row.key: row for row in (await console.desk.board(ALL)).invitations}
    assert kept == {row.key: row for row in (await invitations(console)).values()}


def rows_of(board: Board) -> dict[str, CallRow | InvitationRow]:
    """By key."""
    calls: dict[str, CallRow | InvitationRow] = {row.key: row for row in board.calls}
    return calls | {row.key: row for row in board.invitations}


async def follow(
    console: OfficeConsole, at: str, units: frozenset[str], picture: dict[str, CallRow | InvitationRow]
) -> None:
    """Take in the events after a picture, up to now."""
    if at == console.feed.at:
        return
    async with aclosing(apart(console.feed.follow(at, partial(may_see, units)))) as lines, asyncio.timeout(30):
        console.feed.publish(None, "link", (await console.desk.board(units)).link)
        async for line in lines:
            name, data = line.partition("event: ")[2].partition("\n")[0], line.partition("data: ")[2]
            match name:
                case "call":
                    changed = CallChanged.read(data)
                    picture[changed.row.key] = changed.row
                case "invitation":
                    new = InvitationChanged.read(data)
                    picture[new.row.key] = new.row
                case "call_gone" | "invitation_gone":
                    gone = CallGone if name == "call_gone" else InvitationGone
                    picture.pop(gone.of(json.loads(data)).key, None)
                case "link":
                    return
                case _:
                    assert name in ("", "room", "room_gone"), name
