"""The lobby's order: who came first, kept through reloads, naps and restarts."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.scenes import NOW, changed, citizen, room, standing
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.rules import queue


def person(name: str, since: float) -> Waiting:
    """Somebody in the lobby since then."""
    return standing(citizen(name), since)


def seats(state: RoomState) -> list[str]:
    """The line as it stands."""
    return [w.seat for w in state.queue]


@given(st.permutations(range(6)))
def test_the_line_is_in_order_of_the_first_knock_whatever_order_the_words_come_in(arrivals: list[int]) -> None:
    """People found again in any order stand as they came."""
    state = room()
    for number in arrivals:
        state = queue.stand(state, person(f"p{number}", NOW + number))
    assert seats(state) == [f"seat-p{n}" for n in range(6)]


def test_two_who_came_in_the_same_instant_stand_the_same_way_everywhere() -> None:
    """The seat settles a tie."""
    one = queue.stand(queue.stand(room(), person("b", NOW)), person("a", NOW))
    other = queue.stand(queue.stand(room(), person("a", NOW)), person("b", NOW))
    assert seats(one) == seats(other) == ["seat-a", "seat-b"]


def test_a_reload_keeps_the_place_and_takes_the_new_connection() -> None:
    """A second knock on the same seat, from another connection, moves nobody."""
    state = queue.stand(queue.stand(room(), person("a", NOW)), person("b", NOW + 1))
    again = replace(person("a", NOW + 50), jid="new@meet.example.dk/r", nick="again")
    state = queue.stand(state, again)
    assert seats(state) == ["seat-a", "seat-b"]
    assert (state.queue[0].jid, state.queue[0].since) == ("new@meet.example.dk/r", NOW)


def test_whoever_steps_away_keeps_the_place_and_is_not_counted() -> None:
    """Away: no connection, same place; positions count those who are there."""
    state = queue.stand(queue.stand(room(), person("a", NOW)), person("b", NOW + 1))
    state = queue.step_away(state, state.queue[0].jid, NOW + 2)
    away = state.queue[0]
    assert (away.seat, away.jid, away.nick, away.away_since) == ("seat-a", "", "", NOW + 2)
    assert (queue.position(state, "seat-a"), queue.position(state, "seat-b")) == (None, 1)
    back = queue.stand(state, person("a", NOW + 3))
    assert (seats(back), back.queue[0].away_since) == (["seat-a", "seat-b"], None)


def test_stepping_away_touches_only_that_connection() -> None:
    """A goodbye of a connection nobody stands with changes nothing."""
    state = queue.stand(room(), person("a", NOW))
    assert queue.step_away(state, "stranger@meet.example.dk/r", NOW) == state


def test_a_place_is_kept_for_ten_minutes_and_only_while_away() -> None:
    """To the second; somebody who stands there keeps the place for ever."""
    state = queue.step_away(queue.stand(room(), person("a", NOW)), person("a", NOW).jid, NOW)
    assert queue.expired(state, NOW + queue.PLACE_KEPT) == frozenset()
    assert queue.expired(state, NOW + queue.PLACE_KEPT + 0.1) == {"seat-a"}
    assert queue.expired(queue.stand(room(), person("b", NOW)), NOW + 90_000) == frozenset()


def test_giving_up_takes_out_those_seats_and_no_others() -> None:
    """The others stay in order."""
    state = room()
    for number in range(4):
        state = queue.stand(state, person(f"p{number}", NOW + number))
    assert seats(queue.give_up(state, frozenset({"seat-p1", "seat-p9"}))) == ["seat-p0", "seat-p2", "seat-p3"]


def test_a_seat_stands_once_however_many_passes_it_has() -> None:
    """Two passes of one seat are one place."""
    newer = standing(changed(citizen("a"), id="newer"), NOW + 9)
    state = queue.stand(queue.stand(room(), person("a", NOW)), newer)
    assert [(w.pass_id, w.since) for w in state.queue] == [("newer", NOW)]
