"""What is kept of people and acts: recordings over a turnover, who did what, whose name is shown, what is read anew."""

from dataclasses import replace

import pytest
from typing_extensions import override

from tests.flows.books import Books, Life
from tests.flows.day import MORNING, SUPERVISOR, Day
from tests.flows.model_prosody import Session
from tests.flows.reception import Reception, Weather
from tests.flows.steps import MAIN
from tests.flows.test_stories import inside, play
from xmpp_agent.flows.let_in import let_in
from xmpp_agent.flows.put_back import put_back
from xmpp_agent.flows.reveal import reveal
from xmpp_agent.model.people import PassRecord
from xmpp_agent.model.rooms import RoomMemory, RoomState
from xmpp_agent.model.verdicts import Reason


@pytest.fixture
async def day() -> Day:
    """A morning with mette's room open and anna inside."""
    day = Day()
    await day.begin()
    await play(day, "open mette", "arrive anna", "admit mette anna", "obey anna")
    return day


def session(day: Day, name: str) -> Session:
    """The connection of somebody who is there."""
    return day.at[name]


async def test_nobody_new_comes_into_a_recording_of_the_visit_before(day: Day) -> None:
    """Finishing asks for its end; while the recorder is in the room the next one waits, then may come."""
    day.prosody.rooms[MAIN].slow_to_stop = True
    day.prosody.recorded(MAIN, "on", recorder=True)
    await play(day, "arrive bo", "finish anna")
    house = day.agent.house
    assert day.prosody.rooms[MAIN].stops
    assert (await let_in(house, MAIN, "seat-bo", SUPERVISOR)).reason is Reason.RECORDING_ON
    day.prosody.recorded(MAIN, "failed", recorder=True)
    await day.agent.quiet()
    assert (await let_in(house, MAIN, "seat-bo", SUPERVISOR)).reason is Reason.RECORDING_ON
    day.prosody.recorder_leaves(MAIN)
    await play(day, "admit mette bo", "obey bo")
    assert inside(day) == ["bo", "mette"]


async def test_a_recording_that_never_began_holds_up_nobody(day: Day) -> None:
    """It was allowed, but no recorder came: after the turnover nothing is left of it."""
    house = day.agent.house
    house.settle(replace(house.rooms[MAIN], recording=True))
    await play(day, "arrive bo", "finish anna", "admit mette bo", "obey bo")
    assert inside(day) == ["bo", "mette"]


async def test_the_name_of_the_visit_is_the_citizens(day: Day) -> None:
    """Also when the companion has been inside for longer (the citizen came back)."""
    await play(day, "arrive tolk", "reload anna", "arrive anna")
    assert inside(day) == ["anna", "mette", "tolk"]
    _, name = await reveal(day.agent.house, MAIN, None, SUPERVISOR, "asked at the desk")
    assert name == "Anna"


async def test_a_name_that_is_shown_is_in_the_access_log(day: Day) -> None:
    """With the reason, which may tell of a person and therefore does not stand in the audit; or it is not shown."""
    _, name = await reveal(day.agent.house, MAIN, None, SUPERVISOR, "Anna asked at the desk")
    [look] = day.shelf.looks
    assert (name, look.person, look.actor, look.act, look.why) == (
        *("Anna", "anna", SUPERVISOR, "reveal", "Anna asked at the desk"),
    )
    [line] = [line for line in day.shelf.lines if line.act == "reveal"]
    assert (line.actor, line.note) == (SUPERVISOR, "")
    day.shelf.refuse_writes = 1
    verdict, name = await reveal(day.agent.house, MAIN, None, SUPERVISOR, "again")
    assert (verdict.is_open, name) == (False, "")


async def test_a_reason_with_a_cpr_number_shows_no_name_and_is_kept_nowhere(day: Day) -> None:
    """The no is on record with who asked; the access log is the citizen's own to read."""
    verdict, name = await reveal(day.agent.house, MAIN, None, SUPERVISOR, "Anna 010190-1234 asked")
    assert (verdict.reason, name, day.shelf.looks) == (Reason.CPR_IN_TEXT, "", [])
    assert acts(day, "reveal") == [(SUPERVISOR, Reason.CPR_IN_TEXT, "")]


async def test_who_refused_somebody_is_on_record(day: Day) -> None:
    """Jitsi's Reject is written down with the pass of whoever clicked."""
    await play(day, "arrive bo", "reject mette bo")
    line = next(line for line in day.shelf.lines if line.act == "turn-away")
    assert line.actor == session(day, "mette").pass_.id


def acts(day: Day, act: str) -> list[tuple[str, Reason, str]]:
    """What stands in the audit of acts of a kind: who, what became of it, and the note."""
    return [(one.actor, one.verdict.reason, one.note) for one in day.shelf.lines if one.act == act]


async def test_an_invitation_prosody_did_not_bring_is_on_record(day: Day) -> None:
    """The record never says of somebody who still waits that they were let in, and nothing more."""
    await play(day, "finish anna", "arrive bo")
    day.weather.lost_orders = 1
    assert (await let_in(day.agent.house, MAIN, "seat-bo", SUPERVISOR)).reason is Reason.PROSODY_DID_NOT_DO_IT
    assert acts(day, "let-in")[-2:] == [
        (SUPERVISOR, Reason.ALLOWED, ""),
        (SUPERVISOR, Reason.PROSODY_DID_NOT_DO_IT, ""),
    ]


async def test_who_was_passed_over_keeps_that_with_the_place(day: Day) -> None:
    """On record of whom; and it is known still when the agent was killed, and when they come again meanwhile."""
    await play(day, "finish anna", "arrive bo", "wait 20", "arrive carla", "let-in carla")
    [line] = [one for one in day.shelf.lines if one.act == "passed-over"]
    assert line.subject == session(day, "bo").pass_.id
    await play(day, "kill-agent", "return")
    assert passed_over(day) == {"seat-bo": 1, "seat-carla": 0}
    await play(day, "kill-agent", "reload bo", "return", "arrive bo")
    assert passed_over(day)["seat-bo"] == 1


def passed_over(day: Day) -> dict[str, int]:
    """How often each who waits for mette was."""
    return {one.seat: one.passed_over for one in day.agent.house.rooms[MAIN].queue if one.jid}


async def test_whom_prosody_did_not_put_out_is_on_record(day: Day) -> None:
    """With how many are surely out."""
    await play(day, "arrive tolk")
    day.weather.lost_orders = 1
    verdict = await put_back(day.agent.house, MAIN, "anna", SUPERVISOR, "Vent lidt.")
    assert verdict.reason is Reason.PROSODY_DID_NOT_DO_IT
    assert acts(day, "put-back") == [
        (SUPERVISOR, Reason.ALLOWED, ""),
        (SUPERVISOR, Reason.PROSODY_DID_NOT_DO_IT, "0 of 2 out"),
    ]


async def test_whose_visit_overruns_may_connect_again(day: Day) -> None:
    """The time is over, the visit is not: a dropped connection does not end it."""
    booked = day.shelf.appointments["anna"]
    day.shelf.appointments["anna"] = replace(booked, ends_at=MORNING - booked.policy.late - 1)
    await play(day, "crash anna", "arrive anna")
    assert inside(day) == ["anna", "mette"]


async def test_the_id_of_a_pass_stands_for_one_pass(day: Day) -> None:
    """A well signed token that says something else under an id used before is no pass."""
    used = session(day, "anna").pass_
    day.shelf.minted["twin"] = replace(used, seat="seat-bo", person="bo", appointment="bo", proved="id-bo")
    assert await day.prosody.connect("twin", day.shelf.minted["twin"]) is None


async def test_staff_of_another_room_take_no_desk_here(day: Day) -> None:
    """Whoever may not open a room is not shown who waits for it."""
    await play(day, "open lars")
    await day.prosody.knock(session(day, "lars"), MAIN)
    await day.agent.quiet()
    assert [jid for jid, _ in day.agent.house.rooms[MAIN].desks] == [session(day, "mette").jid]


class WhileReading(Books):
    """Another lane brings the room in while its memory is read."""

    reception: Reception

    @override
    async def memories(self, nodes: frozenset[str] | None = None) -> tuple[RoomMemory, ...]:
        found = await super().memories(nodes)
        self.reception.house.settle(RoomState(room=self._shelf.rooms[MAIN], exists=True))
        return found


async def test_a_room_that_is_known_meanwhile_is_not_overwritten(day: Day) -> None:
    """Who looks a pass up, in whichever lane, changes nothing of a room that is there."""
    pass_ = session(day, "anna").pass_
    day.shelf.used[pass_.id] = PassRecord(pass_, MORNING)
    fresh = Reception(day.prosody, day.shelf, Weather())
    books = WhileReading(day.shelf, Life())
    books.reception, fresh.house.store = fresh, books
    await fresh.house.holder(pass_.id)
    assert fresh.house.rooms[MAIN].exists
