"""When a picture may be called current."""

import pytest

from tui.board.freshness import LATE_AFTER, Hearing, State
from tui.board.heard import Alive, Happened, Heard, Lost, Picture, Stale
from xmpp_agent import wire

LIVE = wire.Link(state="live", since=900, now=1000)
MISSED = Happened("s1", 1, wire.RoomGone(key="x"))
PICTURE = Picture(wire.Board(at_event="s1:0", now=1000.0, link=LIVE, rooms=()))


def _heard(*heard: tuple[float, Heard]) -> Hearing:
    hearing = Hearing()
    for at, each in heard:
        hearing.take(each, at)
    return hearing


def test_live_until_late() -> None:
    """Live up to the limit, late after it, live again with a sign of life."""
    hearing = _heard((10, PICTURE))

    assert hearing.standing(LIVE, 10 + LATE_AFTER).may_act
    late = hearing.standing(LIVE, 12 + LATE_AFTER)
    assert (late.state, late.seconds, late.may_act) == (State.LATE, 9, False)
    hearing.take(Alive(), 20)
    assert hearing.standing(LIVE, 21).may_act


@pytest.mark.parametrize(
    ("then", "state"),
    [
        ([], State.LOADING),
        ([Alive()], State.LOADING),
        ([PICTURE, Stale()], State.LOADING),
        ([PICTURE, Stale(), Alive()], State.LOADING),
        ([PICTURE, Lost(3, "ended")], State.LOST),
        ([PICTURE, Lost(3, "ended"), MISSED], State.LOST),
        ([PICTURE, Lost(3, "ended"), MISSED, Alive()], State.LIVE),
        ([PICTURE, Lost(3, "ended"), Alive()], State.LIVE),
        ([PICTURE, Stale(), Lost(3, "ended"), Alive()], State.LOADING),
        ([PICTURE, Stale(), PICTURE], State.LIVE),
    ],
)
def test_only_a_whole_picture_is_live(then: list[Heard], state: State) -> None:
    """A hole is healed by a picture only; a broken line resumed without a hole by a sign of life, not by the first of
    the events that were missed."""
    hearing = _heard(*((1.0, each) for each in then))

    standing = hearing.standing(LIVE if PICTURE in then else None, 1.0)

    assert standing.state is state
    assert standing.may_act == (state is State.LIVE)


@pytest.mark.parametrize(("link", "state"), [("lost", State.LINK_LOST), ("resyncing", State.LINK_RESYNCING)])
def test_a_blind_agent_is_not_live(link: str, state: State) -> None:
    """Hearing the agent is not enough: it must see Prosody."""
    blind = wire.Link.of({"state": link, "since": 990, "now": 1000})

    standing = _heard((10, PICTURE)).standing(blind, 12)

    assert (standing.state, standing.seconds, standing.may_act) == (state, 12, False)


def test_a_picture_is_as_old_as_it_took_to_come() -> None:
    """One that was asked for before the laptop was closed is an hour old when it is read, and says so."""
    old = _heard((4000, Picture(PICTURE.board, took=3600.0)))

    standing = old.standing(LIVE, 4001)

    assert (standing.state, standing.seconds, standing.may_act) == (State.LATE, 3601, False)
    old.take(Alive(), 4002)
    assert old.standing(LIVE, 4002).may_act


def test_the_agents_clock_stands_still_when_nothing_is_heard() -> None:
    """Ages go on with the agent's clock, and stop counting when the picture is late."""
    hearing = _heard((10, PICTURE), (12, Happened("s1", 1, wire.RoomGone(key="x"))))

    assert hearing.agent_now(13) == 1003
    assert hearing.agent_now(500) == 1000 + 2 + LATE_AFTER


def test_retry_counts_down() -> None:
    """A lost line says when it is tried again, never a negative time."""
    hearing = _heard((10, PICTURE), (10, Lost(4, "no_answer")))

    assert hearing.standing(LIVE, 11).seconds == 3
    assert hearing.standing(LIVE, 99).seconds == 0
