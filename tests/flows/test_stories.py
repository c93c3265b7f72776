"""What must happen (random days show what must not): each story is a few steps on the real flows and the model."""

from collections.abc import AsyncIterator

import pytest

from tests.flows.day import Day
from tests.flows.steps import MAIN, Step


@pytest.fixture
async def day() -> AsyncIterator[Day]:
    """A morning with both rooms open; at the end the porter has nothing to say."""
    day = Day()
    await day.begin()
    await play(day, "open mette", "open lars")
    yield day
    assert day.faults() == []


async def play(day: Day, *words: str) -> None:
    """Steps as words: what, who, other."""
    for word in words:
        what, who, other = [*word.split(), "", ""][:3]
        step = Step(what, much=float(who)) if who[:1].isdigit() else Step(what, who, other)
        await day.play(step)
        assert day.faults() == []


def inside(day: Day) -> list[str]:
    """Who is in the main room."""
    room = day.prosody.rooms.get(MAIN)
    return sorted(day.prosody.sessions[jid].pass_.person for jid in room.inside) if room else []


def waiting(day: Day) -> list[str]:
    """Whom the desk of mette sees waiting, in order."""
    screen = day.prosody.screens[MAIN, day.at["mette"].jid]
    return [day.prosody.sessions[jid].pass_.person for jid in screen.values()]


async def test_let_in_and_come_in(day: Day) -> None:
    """One click and the citizen is inside and off the list."""
    await play(day, "arrive anna", "admit mette anna", "obey anna")
    assert (inside(day), waiting(day)) == (["anna", "mette"], [])


async def test_the_next_comes_in_by_one_click_when_the_first_has_left(day: Day) -> None:
    """A visit that is over is cleared by the click for the next."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "arrive bo", "leave anna")
    await play(day, "admit mette bo", "obey bo")
    assert inside(day) == ["bo", "mette"]


async def test_the_next_waits_while_the_first_is_inside_and_comes_in_after_finish(day: Day) -> None:
    """The click too early leaves the next one waiting; finishing puts the first out; the click then opens."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "arrive bo", "admit mette bo", "obey bo")
    assert (inside(day), waiting(day)) == (["anna", "mette"], ["bo"])
    await play(day, "finish anna", "admit mette bo", "obey bo")
    assert inside(day) == ["bo", "mette"]


async def test_somebody_who_was_let_in_and_never_came_holds_up_nobody(day: Day) -> None:
    """After 15 s the next may be let in; the first still waits."""
    await play(day, "arrive anna", "arrive bo", "admit mette anna", "admit mette bo", "obey bo")
    assert inside(day) == ["mette"]
    await play(day, "wait 16", "admit mette bo", "obey bo")
    assert (inside(day), waiting(day)) == (["bo", "mette"], ["anna"])


async def test_companions_are_brought_in_once_their_citizen_is_inside(day: Day) -> None:
    """The interpreter who came first waits, and is invited without a click of their own."""
    await play(day, "arrive tolk", "arrive anna", "admit mette tolk", "obey tolk")
    assert inside(day) == ["mette"]
    await play(day, "admit mette anna", "obey anna", "obey tolk")
    assert inside(day) == ["anna", "mette", "tolk"]


async def test_companions_leave_with_their_citizen(day: Day) -> None:
    """Fifteen seconds after the citizen left the interpreter is out."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "arrive tolk", "leave anna", "wait 21")
    assert inside(day) == ["mette"]


async def test_a_hotline_caller_comes_straight_in_and_waits_for_staff(day: Day) -> None:
    """With staff inside at once; without, on staff's arrival, by invitation."""
    await play(day, "arrive hans")
    assert inside(day) == ["hans", "mette"]
    await play(day, "finish hans", "crash mette", "reload hans", "arrive hans")
    assert inside(day) == []
    await play(day, "open kim", "obey hans")
    assert inside(day) == ["hans", "kim"]


async def test_put_out_and_let_in_again(day: Day) -> None:
    """Whoever staff put out waits, and one click brings them back."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "kick mette anna", "arrive anna")
    assert (inside(day), waiting(day)) == (["mette"], ["anna"])
    await play(day, "admit mette anna", "obey anna")
    assert inside(day) == ["anna", "mette"]


async def test_a_reload_inside_keeps_the_admission(day: Day) -> None:
    """A newer pass takes the seat over and comes straight back in."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "reload anna", "arrive anna")
    assert inside(day) == ["anna", "mette"]


async def test_staff_who_dropped_come_back_and_the_visit_goes_on(day: Day) -> None:
    """Within the grace nothing ends; nobody new comes in meanwhile."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "crash mette", "wait 40", "arrive tolk")
    assert inside(day) == ["anna"]
    await play(day, "reload mette", "open mette", "obey tolk")
    assert inside(day) == ["anna", "mette", "tolk"]


async def test_a_visit_left_alone_ends_and_the_place_is_kept(day: Day) -> None:
    """After the grace the room ends; the citizen who comes back stands before those who came later."""
    await play(day, "arrive anna", "arrive bo", "admit mette anna", "obey anna", "crash mette", "wait 130")
    assert inside(day) == []
    await play(day, "arrive anna", "reload mette", "open mette")
    assert waiting(day) == ["anna", "bo"]


async def test_the_order_outlives_the_agent(day: Day) -> None:
    """Killed with three waiting, one of whom reloads meanwhile: the same line as before."""
    await play(day, "arrive anna", "arrive bo", "arrive carla", "kill-agent", "crash anna", "return")
    await play(day, "reload anna", "arrive anna")
    assert waiting(day) == ["anna", "bo", "carla"]


async def test_a_knock_while_the_agent_is_away_is_found_when_it_is_back(day: Day) -> None:
    """Nobody is lost, and the one who came meanwhile stands behind."""
    await play(day, "arrive bo", "reload anna", "kill-agent")
    await day.prosody.knock(day.at["anna"], MAIN)
    await play(day, "return")
    assert waiting(day) == ["bo", "anna"]


async def test_a_turnover_that_fails_lets_nobody_in_and_is_tried_again(day: Day) -> None:
    """Prosody does not answer: the room is stuck; when it does again the next comes in."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "arrive bo", "lose-orders 99", "finish anna")
    await play(day, "admit mette bo", "obey bo")
    assert "bo" not in inside(day)
    await play(day, "lose-orders 0", "wait 5", "admit mette bo", "obey bo")
    assert inside(day) == ["bo", "mette"]


async def test_a_crash_in_the_middle_of_finishing_is_finished_by_the_next_agent(day: Day) -> None:
    """Killed between the first and the last step: the room lets nobody in until it is cleared."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "arrive bo")
    await day.play(Step("finish", "anna", together=Step("kill-agent")))
    await play(day, "return", "wait 5", "finish anna", "admit mette bo", "obey bo")
    assert inside(day) == ["bo", "mette"]


async def test_let_in_outlives_the_agent(day: Day) -> None:
    """Let in, the agent killed before they came: they come in."""
    await play(day, "arrive anna", "admit mette anna", "kill-agent", "return", "obey anna")
    assert inside(day) == ["anna", "mette"]


async def test_somebody_inside_whom_no_visit_covers_is_put_out(day: Day) -> None:
    """What was remembered of the visit is lost: whoever it was about is put out by the next agent."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "kill-agent")
    day.shelf.memories.clear()
    await play(day, "return")
    assert inside(day) == ["mette"]


async def test_a_standby_knows_only_what_stands_written(day: Day) -> None:
    """An agent that was at the door before comes back to a door at which others have worked meanwhile."""
    await play(day, "arrive anna", "arrive bo", "admit mette anna", "obey anna", "take-over", "finish anna")
    await play(day, "admit mette bo", "obey bo", "take-over", "arrive anna")
    assert (inside(day), waiting(day)) == (["bo", "mette"], ["anna"])


async def test_what_cannot_be_written_is_not_done(day: Day) -> None:
    """With a full disk nobody new gets a pass read, a place or a door; when it is well again they do."""
    await play(day, "arrive anna", "refuse-writes 9", "admit mette anna", "obey anna")
    assert inside(day) == ["mette"]
    await play(day, "refuse-writes 0", "admit mette anna", "obey anna")
    assert inside(day) == ["anna", "mette"]


async def test_a_visit_ends_with_its_room(day: Day) -> None:
    """Everybody left, the room is made anew: whoever was let in before waits again."""
    await play(day, "arrive anna", "admit mette anna", "obey anna", "leave anna", "leave mette", "open mette")
    await play(day, "arrive anna")
    assert (inside(day), waiting(day)) == (["mette"], ["anna"])


async def test_a_pass_taken_back_opens_nothing_any_more(day: Day) -> None:
    """Its connection is closed at once and no new one is made on it; a newer pass is another matter."""
    await play(day, "arrive anna", "revoke anna", "arrive anna")
    assert (waiting(day), day.at["anna"].alive) == ([], False)
    await play(day, "reload anna", "arrive anna")
    assert waiting(day) == ["anna"]


async def test_a_click_that_could_not_be_written_opens_nothing_later(day: Day) -> None:
    """The database is well again a moment later: without another click nobody comes in."""
    await play(day, "arrive anna", "refuse-writes 1", "admit mette anna", "arrive anna")
    assert inside(day) == ["mette"]


async def test_a_cancelled_appointment_sends_its_people_home(day: Day) -> None:
    """Whoever waits for it is told so and is off the list."""
    await play(day, "arrive anna", "arrive bo", "cancel anna")
    assert waiting(day) == ["bo"]
    await play(day, "arrive anna")
    assert waiting(day) == ["bo"]
