"""How a visit begins, goes on and ends."""

import pytest

from tests.rules.scenes import ANNA, BO, NOW, citizen, companion, inside, room, staff, visit
from xmpp_agent.model.rooms import Occupant, RoomState, Visit
from xmpp_agent.rules import visits


def test_each_appointments_visit_has_a_number_of_its_own() -> None:
    """Beginning another visit counts on; beginning the same again does not, and forgives who is let in again."""
    first = visits.begin(room(), ANNA, "pass-mette", NOW)
    assert (first.seq, first.visit) == (1, Visit(1, ANNA, NOW, "pass-mette"))
    kicked = visits.send_out(first, frozenset({"seat-anna", "seat-ida"}))
    again = visits.begin(kicked, ANNA, "uid:0", NOW + 9, "seat-anna")
    assert again.visit == Visit(1, ANNA, NOW + 9, "uid:0", sent_out=frozenset({"seat-ida"}))
    second = visits.begin(visits.close(again), BO, "pass-mette", NOW)
    assert (second.seq, second.visit and second.visit.seq) == (2, 2)


@pytest.mark.parametrize(
    ("begun", "people", "ago", "over"),
    [
        (None, (), 0.0, False),
        (visit(arrived=False), (), visits.ON_THE_WAY, False),
        (visit(arrived=False), (), visits.ON_THE_WAY + 1, True),
        (visit(arrived=True), (), 0.0, True),
        (visit(arrived=True), (inside(citizen()),), 900.0, False),
        (visit(arrived=True), (inside(companion()),), 900.0, False),
        (visit(arrived=True), (inside(citizen(BO)),), 900.0, False),
        (visit(arrived=True), (inside(citizen(), arrived=False),), 900.0, False),
    ],
)
def test_a_visit_is_over_only_when_nobody_of_any_visit_is_there_or_coming(
    begun: Visit | None, people: tuple[Occupant, ...], ago: float, over: bool
) -> None:
    """People inside or on the way keep it open; never having come ends it after 15 s."""
    state = room(inside(staff()), *people, visit=begun)
    assert visits.is_over(state, (begun.let_in_at if begun else NOW) + ago) is over


def test_closing_leaves_nothing_of_the_visit() -> None:
    """Visit, turnover and freeze are gone; the number stays, and a recording that runs."""
    state = visits.close(room(inside(staff()), of=ANNA, turnover_open=True, recording=True, frozen_since=NOW))
    assert (state.visit, state.turnover_open, state.recording, state.frozen_since, state.seq) == (
        None,
        False,
        True,
        None,
        1,
    )


@pytest.mark.parametrize(
    ("people", "frozen", "alone"),
    [
        ((), False, False),
        ((inside(staff()),), False, False),
        ((inside(staff()), inside(citizen())), False, False),
        ((inside(citizen()),), True, False),
        ((inside(staff(), arrived=False), inside(citizen())), True, False),
        ((inside(staff()), inside(companion())), False, True),
        ((inside(companion()),), True, True),
        ((inside(citizen()), inside(companion())), True, False),
    ],
)
def test_frozen_without_staff_and_alone_without_the_citizen(
    people: tuple[Occupant, ...], frozen: bool, alone: bool
) -> None:
    """Only staff who are really inside count; the clock starts once and is not set back by later steps."""
    state = visits.refreeze(room(*people, of=ANNA), NOW)
    assert (state.frozen_since, state.alone_since) == (NOW if frozen else None, NOW if alone else None)
    assert visits.refreeze(state, NOW + 60) == state


def test_arriving_makes_the_visit_real_and_is_safe_to_repeat() -> None:
    """The first arrival of its own people marks the visit as arrived; on the way or of another visit does not."""
    state = room(inside(staff()), visit=visit(arrived=False))

    def arrived(after: RoomState) -> bool:
        return after.visit is not None and after.visit.arrived

    assert arrived(visits.enter(state, inside(citizen())))
    assert not arrived(visits.enter(state, inside(citizen(), arrived=False)))
    assert not arrived(visits.enter(state, inside(citizen(BO))))
    once = visits.enter(state, inside(citizen()))
    assert visits.enter(once, inside(citizen())) == once


def test_leaving_takes_out_one_connection() -> None:
    """The others stay; staff leaving freezes; an unknown connection changes nothing."""
    state = room(inside(staff()), inside(citizen()), of=ANNA)
    left = visits.leave(state, inside(staff()).jid, NOW)
    assert ([o.pass_id for o in left.inside], left.frozen_since) == (["pass-anna"], NOW)
    assert visits.leave(state, "stranger@meet.example.dk/r", NOW) == state


def test_who_was_told_to_come_in_and_did_not_is_given_up() -> None:
    """After 15 s, and only those who have not arrived."""
    state = room(inside(staff(), since=NOW - 99), inside(citizen(), arrived=False, since=NOW), of=ANNA)
    assert visits.lost_on_the_way(state, NOW + visits.ON_THE_WAY) == frozenset()
    assert visits.lost_on_the_way(state, NOW + visits.ON_THE_WAY + 0.1) == {inside(citizen()).jid}


def test_a_destroyed_room_is_empty_closed_and_asked_for_by_nobody() -> None:
    """With the room object everything of the visit is gone, the queue is not."""
    state = visits.gone(
        room(inside(staff()), of=ANNA, asked_at=NOW, alone_since=NOW, turnover_open=True, recording=True)
    )
    assert (state.exists, state.inside, state.visit, state.asked_at, state.alone_since) == (False, (), None, None, None)


def test_what_is_remembered_comes_back_as_it_was() -> None:
    """Memory and back keeps visit, number, turnover and freeze."""
    state = room(of=ANNA, turnover_open=True, frozen_since=NOW)
    back = visits.remember(room(), visits.memory(state))
    assert (back.visit, back.seq, back.turnover_open, back.frozen_since) == (state.visit, 1, True, NOW)


def test_putting_out_marks_seats_only_while_there_is_a_visit() -> None:
    """Without a visit nobody is marked; marks add up."""
    assert visits.send_out(room(), frozenset({"s"})).visit is None
    twice = visits.send_out(visits.send_out(room(of=ANNA), frozenset({"s"})), frozenset({"t"}))
    assert twice.visit is not None
    assert twice.visit.sent_out == {"s", "t"}


def test_the_party_is_citizen_and_companions_of_that_appointment() -> None:
    """Staff and others are not of it."""
    state = room(inside(staff()), inside(citizen()), inside(companion()), inside(citizen(BO)))
    assert [o.pass_id for o in visits.party_of(state, ANNA)] == ["pass-anna", "pass-anna-interpreter"]
