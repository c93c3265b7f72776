"""What a supervisor may do at a door, and why not."""

from dataclasses import replace

import pytest

from tests.rules.scenes import ANNA, BO, NOW, citizen, companion, inside, room, staff, standing, visit
from xmpp_agent.model.people import Level
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules import queue
from xmpp_agent.rules.arrival import proved_at
from xmpp_agent.rules.door_acts import DoorAct, may_move, may_room, person_acts, room_acts
from xmpp_agent.rules.visits import ON_THE_WAY

CLOSED = replace(room(), exists=False)
READY = room(inside(staff()))
VISIT = room(inside(staff()), inside(citizen()), of=ANNA)
GONE = room(inside(staff()), of=ANNA)
CALLED = room(inside(staff()), of=ANNA, visit=visit(ANNA, arrived=False, let_in_at=NOW))
STUCK = room(inside(staff()), turnover_open=True, stuck=True)
LINE = (standing(citizen(BO)),)
A = DoorAct


@pytest.mark.parametrize(
    ("state", "may"),
    [
        (CLOSED, set[A]()),
        (replace(CLOSED, queue=LINE), {A.WRITE_ALL}),
        (READY, {A.NEXT, A.END}),
        (replace(READY, queue=LINE), {A.WRITE_ALL, A.NEXT, A.END}),
        (replace(READY, inside=()), {A.END}),
        (VISIT, {A.PUT_BACK, A.FINISH, A.END, A.REVEAL}),
        (replace(VISIT, recording=True), {A.PUT_BACK, A.FINISH, A.END, A.REVEAL, A.STOP_RECORDING}),
        (GONE, {A.NEXT, A.FINISH, A.END}),
        (CALLED, {A.FINISH, A.END}),
        (replace(CALLED, visit=visit(ANNA, arrived=False, let_in_at=NOW - ON_THE_WAY - 1)), {A.NEXT, A.FINISH, A.END}),
        (replace(CALLED, queue=(standing(citizen(ANNA)),)), {A.WRITE_ALL, A.NEXT, A.FINISH, A.END}),
        (STUCK, {A.FINISH, A.END}),
        (room(inside(staff()), inside(companion()), of=ANNA), {A.PUT_BACK, A.FINISH, A.END}),
    ],
)
def test_what_may_be_done_to_a_room(state: RoomState, may: set[DoorAct]) -> None:
    """By what goes on there; each no has a reason that is not a yes."""
    acts = room_acts(state, NOW, pages=True)
    assert {act for act, reason in acts.items() if reason is Reason.ALLOWED} == may


def test_without_pages_nobody_is_called_or_moved() -> None:
    """Said as the reason, whatever else would be one."""
    assert room_acts(CLOSED, NOW, pages=False)[A.NEXT] is Reason.NO_PAGES
    assert person_acts(READY, LINE[0], Reason.ALLOWED, pages=False)[A.MOVE] is Reason.NO_PAGES


@pytest.mark.parametrize(
    ("state", "away", "reasons"),
    [
        (READY, False, {A.LET_IN: Reason.TOO_EARLY}),
        (READY, True, {A.LET_IN: Reason.NOT_WAITING, A.WRITE: Reason.NOT_WAITING}),
        (room(of=BO), False, {A.LET_IN: Reason.TOO_EARLY, A.MOVE: Reason.VISIT_GOING_ON}),
        (
            replace(READY, room=replace(READY.room, day="")),
            False,
            {A.LET_IN: Reason.TOO_EARLY, A.MOVE: Reason.ROOM_IS_FIXED},
        ),
    ],
)
def test_what_may_be_done_to_somebody_who_waits(state: RoomState, away: bool, reasons: dict[A, Reason]) -> None:
    """The rules' word on letting in; nothing is said to somebody who is not there; a call is nobody else's."""
    person = replace(LINE[0], jid="") if away else LINE[0]
    acts = person_acts(state, person, Reason.TOO_EARLY, pages=True)
    assert {act: reason for act, reason in acts.items() if reason is not Reason.ALLOWED} == reasons


@pytest.mark.parametrize("act", [A.PUT_BACK, A.FINISH, A.END])
def test_an_act_is_of_the_visit_that_was_seen(act: DoorAct) -> None:
    """Another one, that began since, is left alone."""
    assert may_room(act, VISIT, NOW, VISIT.seq).is_open
    for other in (VISIT.seq - 1, VISIT.seq + 1):
        assert may_room(act, VISIT, NOW, other).reason is Reason.NO_SUCH_VISIT


def test_who_has_gone_is_not_moved() -> None:
    """Only whoever stands there."""
    state = replace(READY, queue=LINE)
    assert may_move(state, LINE[0].seat).is_open
    assert may_move(READY, LINE[0].seat).reason is Reason.NOT_WAITING


def test_passed_over_is_who_stood_there_before() -> None:
    """Not who came later, is away, comes along with somebody, or is the one let in; kept through a reload."""
    early, late = standing(citizen("early"), NOW - 90), standing(citizen("late"), NOW - 10)
    away = replace(standing(citizen("away"), NOW - 80), jid="")
    helper, called = standing(companion("early"), NOW - 85), standing(citizen(BO), NOW - 30)
    state = replace(READY, queue=(early, helper, away, called, late))
    after = queue.pass_over(queue.pass_over(state, BO, called.since), BO, called.since)
    assert {w.appointment: w.passed_over for w in after.queue if w.passed_over} == {"early": 2}
    again = queue.stand(after, replace(early, jid="u-early@meet.example.dk/other"))
    assert next(w for w in again.queue if w.seat == early.seat).passed_over == 2


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, NOW - 300),
        ({"login_at": NOW}, NOW),
        ({"login_at": None}, None),
        ({"verified": False}, None),
        ({"level": Level.HIGH}, None),
    ],
)
def test_the_age_of_a_proof_is_that_of_their_own_login(fields: dict[str, object], at: float | None) -> None:
    """A login that gave something else than this pass is another's."""
    made: dict[str, object] = {"level": Level.SUBSTANTIAL, "verified": True, "login_at": NOW - 300, **fields}
    arrival = Arrival(ANNA, ANNA, **made)  # type: ignore[arg-type]  # fields named by the test
    assert proved_at(citizen(), arrival) == at
    assert proved_at(citizen(), None) is None


def test_somebody_elses_later_login_does_not_make_a_wrong_proof_younger() -> None:
    """Of those whose login was not the invited person's nobody knows whose it was; an earlier one may be theirs."""
    known = citizen()
    wrong = replace(known, pass_=replace(known.pass_, proved="id-other"))
    arrival = Arrival(ANNA, ANNA, level=Level.SUBSTANTIAL, verified=False, login_at=NOW - 120)
    assert proved_at(wrong, arrival) == NOW - 120
    assert proved_at(wrong, replace(arrival, login_at=NOW)) is None
