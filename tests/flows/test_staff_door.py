"""What staff do to whoever waits or is inside, from their page: the door's own acts, for those who may."""

import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.staffed import Staffed, open_staffed
from tests.rules.scenes import HOTLINE
from xmpp_agent.flows import staff_door as door
from xmpp_agent.flows.attendance import settle_outcomes
from xmpp_agent.flows.next_citizen import call_next
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_room import cover, open_room
from xmpp_agent.model.appointments import DAY, Outcome
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.people import Level
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Unavailable

BOSS = frozenset({"jobcenter"})


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Mette's room is open; anna and bo wait in its lobby."""
    async with open_staffed(tmp_path) as staffed:
        await staffed.opens()
        for name in ("anna", "bo"):
            await staffed.book(name)
            assert await staffed.comes(name) == "lobby"
            staffed.around.clock.at += 1
        yield staffed


async def why(act: Awaitable[object]) -> Reason:
    """The reason an act was refused with."""
    with pytest.raises(Refused) as caught:
        await act
    return caught.value.verdict.reason


def waiting(unit: Staffed) -> list[str]:
    """Who waits for mette, in order."""
    [node] = unit.prosody.rooms
    return [unit.house.known[w.pass_id].person.id for w in unit.house.rooms[node].queue if w.jid]


async def test_let_in_one_in_any_order(unit: Staffed) -> None:
    """Staff choose; the record names who did it, the access log of the citizen too."""
    await door.let_one_in(unit.desk, unit.who(), "bo")
    assert await unit.obeys("bo") == "inside"
    assert waiting(unit) == ["anna"]
    await unit.settled()
    looks = looks_at(unit, "bo")
    assert ("mette", "let-in") in looks


async def test_the_rules_word_comes_back(unit: Staffed) -> None:
    """Another visit goes on: refused with that reason, and nobody is let in."""
    await door.let_one_in(unit.desk, unit.who(), "anna")
    await unit.obeys("anna")
    assert await why(door.let_one_in(unit.desk, unit.who(), "bo")) is Reason.OTHERS_INSIDE
    assert await unit.obeys("bo") == "lobby"


async def test_refused_with_words(unit: Staffed) -> None:
    """Off the list; who is not there cannot be refused."""
    await door.turn_one_away(unit.desk, unit.who(), "anna", "Ring til os.")
    assert waiting(unit) == ["bo"]
    assert await why(door.turn_one_away(unit.desk, unit.who(), "anna", "")) is Reason.NOT_WAITING


async def test_written_to_one_and_to_all(unit: Staffed) -> None:
    """Each reads it for themselves; empty words and an empty lobby are refused."""
    said = heard(unit)
    await door.write_to_one(unit.desk, unit.who(), "anna", "Fem minutter.")
    [node] = unit.prosody.rooms
    await door.write_to_all(unit.desk, unit.who(), node, "Vi er forsinkede.")
    assert said == [("anna", "Fem minutter."), ("anna", "Vi er forsinkede."), ("bo", "Vi er forsinkede.")]
    assert await why(door.write_to_one(unit.desk, unit.who(), "anna", "  ")) is Reason.BAD_REQUEST


async def test_put_back_means_out_with_words_and_first_in_line(unit: Staffed) -> None:
    """They come back to the first place, stay out by themselves, and one press brings them in again."""
    await door.let_one_in(unit.desk, unit.who(), "bo")
    await unit.obeys("bo")
    [node] = unit.prosody.rooms
    unit.around.clock.at += 1200  # longer than a place is kept
    await unit.porter.tick()
    await door.send_back(unit.desk, unit.who(), "bo", "Vent lidt.")
    await unit.settled()
    assert unit.inside(node) == ["mette"]
    assert await unit.comes("bo") == "lobby"
    assert waiting(unit) == ["bo", "anna"]
    assert await call_next(unit.desk, unit.who(), node) == "bo"
    assert await unit.obeys("bo") == "inside"


async def test_put_back_makes_room_for_the_next(unit: Staffed) -> None:
    """Whoever was put back waits; another one may be let in meanwhile, and their place is still theirs."""
    await door.let_one_in(unit.desk, unit.who(), "bo")
    await unit.obeys("bo")
    await door.send_back(unit.desk, unit.who(), "bo", "")
    await unit.comes("bo")
    await door.let_one_in(unit.desk, unit.who(), "anna")
    assert await unit.obeys("anna") == "inside"
    assert waiting(unit) == ["bo"]
    assert await why(door.send_back(unit.desk, unit.who(), "bo", "")) is Reason.NO_SUCH_VISIT


async def test_whoever_was_put_back_has_not_had_their_turn(unit: Staffed) -> None:
    """Another one comes in between: their link still leads to the lobby, and the meeting counts once they were in."""
    await door.let_one_in(unit.desk, unit.who(), "bo")
    await unit.obeys("bo")
    await door.send_back(unit.desk, unit.who(), "bo", "")
    await unit.comes("bo")
    await door.let_one_in(unit.desk, unit.who(), "anna")
    await unit.settled()
    assert (await unit.appointment("bo")).outcome is None
    await unit.obeys("anna")
    await door.finish_visit(unit.desk, unit.who(), "anna")
    await door.let_one_in(unit.desk, unit.who(), "bo")
    await unit.obeys("bo")
    await door.finish_visit(unit.desk, unit.who(), "bo")
    assert (await unit.appointment("bo")).outcome is Outcome.ATTENDED


async def test_a_meeting_without_lobby_that_drops_is_not_over(unit: Staffed) -> None:
    """Such a visit ends by itself after fifteen seconds; its people may come back until staff finish it."""
    policy = replace(HOTLINE, id="open-door")
    await unit.book("carla", policy=policy)
    assert await unit.comes("carla") == "inside"
    await unit.leaves("carla")
    unit.around.clock.at += 20
    await unit.porter.tick()
    await unit.settled()
    assert (await unit.appointment("carla")).outcome is None
    unit.prosody.close(unit.clients["carla"])
    assert await unit.comes("carla") == "inside"
    await door.finish_visit(unit.desk, unit.who(), "carla")
    assert (await unit.appointment("carla")).outcome is Outcome.ATTENDED


async def test_a_finished_visit_was_attended_and_wants_a_note(unit: Staffed) -> None:
    """The outcome is written by itself, a draft waits with the times of the visit, and the link leads in no more."""
    await door.let_one_in(unit.desk, unit.who(), "anna")
    await unit.obeys("anna")
    unit.around.clock.at += 900
    await door.finish_visit(unit.desk, unit.who(), "anna")
    await unit.settled()
    assert (await unit.appointment("anna")).outcome is Outcome.ATTENDED
    [note] = (await unit.desk.notes.of(["anna"]))["anna"]
    assert (note.state, note.staff, note.changed_at - note.made_at) == (NoteState.DRAFT, "mette", 900)
    assert await why(door.finish_visit(unit.desk, unit.who(), "anna")) is Reason.NO_SUCH_VISIT


async def test_who_was_only_called_did_not_attend(unit: Staffed) -> None:
    """Let in, never came: finishing that is no meeting."""
    await door.let_one_in(unit.desk, unit.who(), "anna")
    await door.finish_visit(unit.desk, unit.who(), "anna")
    await unit.settled()
    assert (await unit.appointment("anna")).outcome is None
    assert await unit.desk.notes.of(["anna"]) == {}


async def test_a_meeting_nobody_finished_is_settled_by_the_daily_run(unit: Staffed) -> None:
    """Everybody hung up: who was inside may come back that day, and counts as there the day after."""
    await door.let_one_in(unit.desk, unit.who(), "anna")
    await unit.obeys("anna")
    await unit.leaves("anna")
    await unit.leaves("mette")
    assert (await unit.appointment("anna")).outcome is None
    assert await settle_outcomes(unit.office, unit.around.clock.at + DAY) == 1
    assert (await unit.appointment("anna")).outcome is Outcome.ATTENDED
    assert (await unit.appointment("bo")).outcome is None
    assert await settle_outcomes(unit.office, unit.around.clock.at + DAY) == 0


ACTS = {
    "let in": lambda unit, who: door.let_one_in(unit.desk, who, "anna"),
    "refuse": lambda unit, who: door.turn_one_away(unit.desk, who, "anna", "nej"),
    "write": lambda unit, who: door.write_to_one(unit.desk, who, "anna", "hej"),
    "write to all": lambda unit, who: door.write_to_all(unit.desk, who, next(iter(unit.prosody.rooms)), "hej"),
    "put back": lambda unit, who: door.send_back(unit.desk, who, "anna", ""),
    "finish": lambda unit, who: door.finish_visit(unit.desk, who, "anna"),
}


@pytest.mark.parametrize("act", ACTS)
async def test_a_colleague_of_the_unit_may_not(unit: Staffed, act: str) -> None:
    """Every act is for the room's own staff and supervisors; the no is on record with who tried."""
    assert await why(ACTS[act](unit, unit.who("lars"))) is Reason.NOT_STAFF_HERE
    assert waiting(unit) == ["anna", "bo"]
    assert ("lars", "refuse") in [(line["actor"], line["decision"]) for line in record(unit)]


@pytest.mark.parametrize("act", ACTS)
async def test_nothing_is_tried_without_prosody(unit: Staffed, act: str) -> None:
    """While the agent does not see Prosody every act says so at once."""
    unit.porter.lose_link()
    assert await why(ACTS[act](unit, unit.who())) is Reason.PROSODY_DID_NOT_DO_IT


async def test_a_supervisor_of_the_unit_may_and_of_another_may_not(unit: Staffed) -> None:
    """By the units they supervise."""
    other = unit.who("lars", supervises=frozenset({"ward7"}))
    assert await why(door.let_one_in(unit.desk, other, "anna")) is Reason.NOT_STAFF_HERE
    await door.let_one_in(unit.desk, unit.who("lars", supervises=BOSS), "anna")
    assert await unit.obeys("anna") == "inside"


async def test_a_colleague_who_covers_may(unit: Staffed) -> None:
    """Opening it in Jitsi, and acting from the page; before that neither."""
    [node] = unit.prosody.rooms
    assert await why(open_room(unit.desk, unit.who("kim"), node)) is Reason.NOT_STAFF_HERE
    await cover(unit.desk, unit.who(), node, "kim")
    await unit.opens("kim", node)
    assert unit.inside(node) == ["kim", "mette"]
    await unit.leaves("mette")
    await door.let_one_in(unit.desk, unit.who("kim"), "anna")
    assert await unit.obeys("anna") == "inside"


async def test_words_nobody_can_be_sure_of_are_not_done(unit: Staffed) -> None:
    """Prosody does not say that it has them; that stands in the audit beside what was done."""

    async def never() -> None:
        raise Unavailable

    object.__setattr__(unit.desk, "confirm", never)
    assert await why(door.write_to_one(unit.desk, unit.who(), "anna", "hej")) is Reason.PROSODY_DID_NOT_DO_IT
    assert await why(door.turn_one_away(unit.desk, unit.who(), "anna", "nej")) is Reason.PROSODY_DID_NOT_DO_IT
    said = [(line["act"], line["actor"], line["decision"]) for line in record(unit)][-4:]
    assert said == [(act, "mette", decision) for act in ("write", "turn-away") for decision in ("open", "refuse")]


async def test_the_way_in_holds_nothing_of_a_person(unit: Staffed) -> None:
    """Room, pass and title; the pass is in the fragment."""
    address = await open_room(unit.desk, unit.who())
    query, _, fragment = address.partition("#")
    assert "mette" not in query.lower()
    assert "jwt" in fragment
    assert "jwt" not in query
    assert unit.who().level is Level.NONE


def heard(unit: Staffed) -> list[tuple[str, str]]:
    """What is said to waiting people from now on."""
    said: list[tuple[str, str]] = []

    def say(_room: str, jid: str, _nick: str, words: str) -> None:
        said.append((unit.prosody.sessions[jid].pass_.person, words))

    unit.house.lobby.say = say  # type: ignore[method-assign,assignment]  # the model does not look at chat
    return said


def record(unit: Staffed) -> list[dict[str, object]]:
    """The audit, as it stands in the file."""
    path = unit.around.database.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path)) as db:
        return [json.loads(line) for (line,) in db.execute("SELECT line FROM audit ORDER BY seq")]


def looks_at(unit: Staffed, person: str) -> list[tuple[str, str]]:
    """The access log of a citizen: who, what."""
    path = unit.around.database.engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path)) as db:
        return list(db.execute("SELECT actor, act FROM looks WHERE person = ? ORDER BY at", (person,)))
