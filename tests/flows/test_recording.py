"""Recordings at the door, on the model Prosody: who may, what is written down first, and what Jicofo says of it."""

from dataclasses import replace

import pytest

from tests.flows.day import SUPERVISOR, Day
from tests.flows.model_prosody import ROOMS
from tests.flows.steps import MAIN
from tests.flows.test_stories import inside, play
from xmpp_agent.flows import recording
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.follow import Told, follow
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording, Stage, Terms
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.recording import consent

QUESTION = consent.question(Terms(), "da")


@pytest.fixture
async def day() -> Day:
    """Anna is inside with mette, in a meeting that may be recorded, and has said yes."""
    day = Day()
    anna = day.shelf.appointments["anna"]
    day.shelf.appointments["anna"] = replace(anna, policy=replace(anna.policy, recording_allowed=True))
    await day.begin()
    await play(day, "open mette", "arrive anna", "admit mette anna", "obey anna")
    says(day, "anna", Agreement.YES)
    return day


def says(day: Day, person: str, answer: Agreement) -> None:
    """An answer in Anna's appointment."""
    at = float(len(day.shelf.consents))
    day.shelf.consents.append(Consent(f"c{at}", "anna", person, answer, HowAsked.PAGE, QUESTION, "da", person, at))


async def press(day: Day, who: str = "mette", ask: str = "record-start", mode: str = "file") -> Answer:
    """Somebody presses the button of their Jitsi."""
    session = day.at[who]
    room = f"{MAIN}@{ROOMS}"
    asked = Question(ask, day.clock.now(), room, session.jid, pass_id=session.pass_.id, mode=mode)
    return await recording.record(day.agent.house, asked)


async def jicofo(day: Day, news: str, session: str = "s-1") -> None:
    """What the focus says."""
    told = Told("recording", day.clock.now(), f"{MAIN}@{ROOMS}", why=news, session=session, meeting="m-1")
    await follow(day.agent.house, told)


def rows(day: Day) -> list[Recording]:
    """What is written down."""
    return list(day.shelf.recordings.values())


async def test_a_press_is_a_row_before_the_focus_hears_of_it(day: Day) -> None:
    """With who pressed, whose appointment, and a time within which it must start."""
    assert (await press(day)).verdict.is_open
    (row,) = rows(day)
    assert (row.stage, row.asked_by, row.appointment, row.room) == (Stage.STARTING, "mette", "anna", MAIN)
    assert row.due_at == day.clock.now() + 120
    assert day.agent.house.rooms[MAIN].recording


async def test_without_the_row_there_is_no_recording(day: Day) -> None:
    """The database says no: so does the door, and the room is as before."""
    day.shelf.refuse_writes = 1
    assert (await press(day)).verdict.reason is Reason.AUDIT_UNAVAILABLE
    assert rows(day) == []
    assert not day.agent.house.rooms[MAIN].recording


async def test_a_no_is_a_no_and_nothing_is_written_but_the_line(day: Day) -> None:
    """The citizen's press, a stream, and a yes that was taken back."""
    assert (await press(day, "anna")).verdict.reason is Reason.NOT_STAFF_HERE
    assert (await press(day, mode="stream")).verdict.reason is Reason.NO_LIVE_STREAM
    says(day, "anna", Agreement.WITHDRAWN)
    assert (await press(day)).verdict.reason is Reason.CONSENT_MISSING
    assert rows(day) == []
    assert [line.verdict.is_open for line in day.shelf.lines if line.act == "record-start"] == [False] * 3


async def test_everybody_inside_is_asked_also_the_interpreter(day: Day) -> None:
    """And while it is on, whoever was not asked waits outside; who said yes comes back after a reload."""
    await play(day, "arrive tolk", "obey tolk")
    assert (await press(day)).verdict.reason is Reason.CONSENT_MISSING
    await play(day, "leave tolk")
    assert (await press(day)).verdict.is_open
    await jicofo(day, "on")
    await play(day, "arrive tolk", "admit mette tolk", "obey tolk", "reload anna", "arrive anna", "obey anna")
    assert inside(day) == ["anna", "mette"]


async def test_a_whole_recording(day: Day) -> None:
    """Pressed, on, stopped, over: each with its time, and one at a time."""
    await press(day)
    assert (await press(day)).verdict.reason is Reason.ALREADY_RECORDING
    day.clock.jump(5)
    await jicofo(day, "on")
    day.clock.jump(60)
    assert (await press(day, ask="record-stop", mode="file")).verdict.is_open
    await jicofo(day, "off")
    (row,) = rows(day)
    assert (row.stage, row.session, row.meeting, row.stopped_by) == (Stage.EXPECTED, "s-1", "m-1", "mette")
    assert (row.off_at or 0) - (row.on_at or 0) == 60
    assert not day.agent.house.rooms[MAIN].recording


async def test_what_is_told_twice_or_late_changes_nothing(day: Day) -> None:
    """Jicofo repeats itself, and Portner asks for the picture again."""
    await press(day)
    for news in ("on", "on", "off", "off", "failed"):
        await jicofo(day, news)
    assert [row.stage for row in rows(day)] == [Stage.EXPECTED]


async def test_a_start_that_fails_is_told_and_may_be_tried_again(day: Day) -> None:
    """The recorder was busy; the next press is a new row."""
    await press(day)
    await jicofo(day, "failed")
    assert [row.stage for row in rows(day)] == [Stage.NOT_STARTED]
    assert (await press(day)).verdict.is_open
    await jicofo(day, "on", "s-2")
    assert [row.stage for row in rows(day)] == [Stage.NOT_STARTED, Stage.ON]


async def test_a_recorder_that_breaks_off_still_owes_a_file(day: Day) -> None:
    """What there is of it is expected; when another recorder goes on, it is on again."""
    await press(day)
    await jicofo(day, "on")
    await jicofo(day, "failed")
    assert [row.stage for row in rows(day)] == [Stage.RECORDER_LOST]
    await jicofo(day, "on")
    assert [row.stage for row in rows(day)] == [Stage.ON]


async def test_a_recording_nobody_let_through_has_a_row_all_the_same(day: Day) -> None:
    """Whoever started it: its file will come, and must not be nobody's."""
    await jicofo(day, "on", "s-9")
    (row,) = rows(day)
    assert (row.stage, row.asked_by, row.appointment, row.session) == (Stage.ON, "", "anna", "s-9")


async def test_a_recording_nobody_let_through_ends_unless_everybody_on_it_said_yes(day: Day) -> None:
    """Jicofo's second recorder comes late, and by then the next citizen sits there who was not asked."""
    room = day.prosody.rooms[MAIN]
    day.prosody.recorded(MAIN, "on", recorder=False)
    await day.agent.quiet()
    await day.agent.tick()
    assert room.stops == 0
    day.shelf.consents.clear()
    await play(day, "kill-agent", "return")
    await day.agent.tick()
    assert room.stops == 1
    day.prosody.recorded(MAIN, "off", recorder=False)
    day.prosody.recorded(MAIN, "on", "s-2", recorder=False)
    await day.agent.quiet()
    day.clock.jump(6)
    await day.agent.tick()
    assert room.stops == 2


async def test_news_that_cannot_be_kept_is_told_again(day: Day) -> None:
    """The row says what it said before, and the one who told hears that it failed."""
    await press(day)
    day.shelf.refuse_writes = 1
    with pytest.raises(Unavailable):
        await jicofo(day, "on")
    assert [row.stage for row in rows(day)] == [Stage.STARTING]
    await jicofo(day, "on")
    assert [row.stage for row in rows(day)] == [Stage.ON]


async def test_a_busy_recorder_is_known_at_once(day: Day) -> None:
    """The focus says no to the start: no waiting for it, and why."""
    await press(day)
    await jicofo(day, "busy", "")
    assert [(row.stage, row.fault) for row in rows(day)] == [(Stage.NOT_STARTED, Fault.RECORDERS_BUSY)]
    assert not day.agent.house.rooms[MAIN].recording


async def running(day: Day) -> Recording:
    """Pressed, and on with its recorder inside."""
    await press(day)
    day.prosody.recorded(MAIN, "on", recorder=True)
    await day.agent.quiet()
    (row,) = rows(day)
    return row


async def test_it_stops_when_the_last_of_staff_is_gone(day: Day) -> None:
    """At the next look at the clock, and again every five seconds while it is still on."""
    await running(day)
    room = day.prosody.rooms[MAIN]
    room.slow_to_stop = True
    await play(day, "crash mette")
    assert room.stops == 1
    day.clock.jump(5)
    await day.agent.tick()
    assert room.stops == 2
    room.slow_to_stop = False
    day.clock.jump(5)
    await day.agent.tick()
    (row,) = rows(day)
    assert (row.stage, row.stopped_by) == (Stage.EXPECTED, "agent")
    assert not day.agent.house.rooms[MAIN].recording


async def test_it_stops_for_whoever_took_their_yes_back(day: Day) -> None:
    """Also when the stop could not be asked for at once, and after a restart in between: until it is over."""
    await running(day)
    says(day, "anna", Agreement.WITHDRAWN)
    await play(day, "kill-agent", "return")
    await day.agent.tick()
    (row,) = rows(day)
    assert (row.stage, row.stopped_by) == (Stage.EXPECTED, "agent")


async def test_a_yes_survives_the_agent(day: Day) -> None:
    """A restart between the press and the recorder's coming, or later, ends nothing."""
    await press(day)
    await play(day, "kill-agent", "return")
    day.prosody.recorded(MAIN, "on", recorder=True)
    await day.agent.quiet()
    await play(day, "kill-agent", "return", "wait 6")
    assert [row.stage for row in rows(day)] == [Stage.ON]


async def test_it_stops_when_the_visit_is_finished(day: Day) -> None:
    """By whoever finished it; the next may come when the recorder is out."""
    await running(day)
    await play(day, "arrive bo", "finish anna", "admit mette bo", "obey bo")
    (row,) = rows(day)
    assert (row.stage, row.stopped_by) == (Stage.EXPECTED, SUPERVISOR)
    assert inside(day) == ["bo", "mette"]


async def test_a_visit_is_not_over_while_the_stop_cannot_be_asked_for(day: Day) -> None:
    """The room is stuck, not cleared around a recorder; it is tried again."""
    await running(day)
    day.weather.lost_orders = 1
    assert not (await finish(day.agent.house, MAIN, SUPERVISOR)).is_open
    assert day.agent.house.rooms[MAIN].turnover_open
    assert "anna" in inside(day)
    await day.agent.tick()
    assert [row.stage for row in rows(day)] == [Stage.EXPECTED]
    assert inside(day) == ["mette"]


async def test_nothing_holds_up_an_end(day: Day) -> None:
    """Asked of the focus although it cannot be written down; asking twice ends where asking once ends."""
    await running(day)
    day.shelf.refuse_writes = 1
    day.prosody.rooms[MAIN].slow_to_stop = True
    assert (await recording.stop(day.agent.house, MAIN, "anna")).reason is Reason.AUDIT_UNAVAILABLE
    assert day.prosody.rooms[MAIN].stops == 1
    for _ in range(2):
        assert (await recording.stop(day.agent.house, MAIN, "anna")).is_open
    assert [(row.stage, row.stopped_by) for row in rows(day)] == [(Stage.STOPPING, "anna")]
    day.weather.lost_orders = 1
    assert (await recording.stop(day.agent.house, MAIN, "anna")).reason is Reason.PROSODY_DID_NOT_DO_IT


async def test_with_the_room_the_recording_is_over(day: Day) -> None:
    """What was on has a file to come; what was starting has not begun."""
    await running(day)
    day.prosody.destroy(MAIN)
    await day.agent.quiet()
    assert [row.stage for row in rows(day)] == [Stage.EXPECTED]


async def test_with_the_room_a_start_is_over(day: Day) -> None:
    """Nobody will ever say that it began."""
    await press(day)
    day.prosody.destroy(MAIN)
    await day.agent.quiet()
    assert [row.stage for row in rows(day)] == [Stage.NOT_STARTED]


async def test_a_room_that_ends_without_one_asks_nothing(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most visits are not recorded: asking the database at the end of each took three quarters of a join's work."""
    asked = list[str]()
    in_room = day.agent.house.recordings.in_room

    async def counted(node: str) -> tuple[Recording, ...]:
        asked.append(node)
        return await in_room(node)

    monkeypatch.setattr(day.agent.house.recordings, "in_room", counted)
    day.prosody.destroy(MAIN)
    await day.agent.quiet()
    assert asked == []


async def test_with_the_room_it_is_over_also_when_another_agent_saw_it_begin(day: Day) -> None:
    """What was on when the picture was taken may end unseen like any other."""
    await running(day)
    await play(day, "kill-agent", "return")
    assert [row.stage for row in rows(day)] == [Stage.ON]
    day.prosody.destroy(MAIN)
    await day.agent.quiet()
    assert [row.stage for row in rows(day)] == [Stage.EXPECTED]


@pytest.mark.parametrize(
    ("news", "recorder", "stage"),
    [
        ("on", True, Stage.ON),
        ("on", False, Stage.ON),
        ("off", False, Stage.EXPECTED),
        ("failed", False, Stage.RECORDER_LOST),
        ("", True, Stage.ON),  # another focus, which has not seen it begin
        ("", False, Stage.EXPECTED),
    ],
)
async def test_what_became_of_it_while_the_agent_was_away(day: Day, news: str, recorder: bool, stage: Stage) -> None:
    """Read off the picture; it is on as long as the focus says so, or somebody still records."""
    await running(day)
    await play(day, "kill-agent")
    room = day.prosody.rooms[MAIN]
    room.recorder, room.said = recorder, (news, "s-1" if news else "")
    await play(day, "return")
    assert [row.stage for row in rows(day)] == [stage]
    assert day.agent.house.rooms[MAIN].recording is (stage is Stage.ON)


async def test_a_start_survives_the_agent(day: Day) -> None:
    """The recorder that comes after the restart is let in, and nobody else is."""
    await press(day)
    await play(day, "kill-agent", "return")
    assert day.agent.house.rooms[MAIN].recording
    assert [row.stage for row in rows(day)] == [Stage.STARTING]


async def test_one_that_began_unseen_has_a_row(day: Day) -> None:
    """Let through, and the agent died before it was said to be on; or never let through at all."""
    await press(day)
    await play(day, "kill-agent")
    day.prosody.rooms[MAIN].said = ("on", "s-1")
    await play(day, "return")
    assert [(row.stage, row.session, row.asked_by) for row in rows(day)] == [(Stage.ON, "s-1", "mette")]


async def test_it_ends_also_in_a_room_that_is_gone(day: Day) -> None:
    """Room, visit and agent went in the meantime: its file is expected all the same."""
    await running(day)
    await play(day, "kill-agent")
    day.prosody.destroy(MAIN)
    day.shelf.memories.clear()
    await play(day, "return")
    assert [row.stage for row in rows(day)] == [Stage.EXPECTED]


async def test_what_starts_is_of_the_visit_that_goes_on(day: Day) -> None:
    """Another visit's start without a session is older or newer, whatever: its row is not this one."""
    await press(day)
    await jicofo(day, "busy", "")
    (annas,) = rows(day)
    bos = replace(annas, id="bos", appointment="bo", stage=Stage.NOT_STARTED, made_at=annas.made_at + 9, version=1)
    older = replace(annas, id="older", stage=Stage.NOT_STARTED, made_at=annas.made_at + 5, changed_at=0.0, version=1)
    day.shelf.recordings |= {"bos": bos, "older": older}
    assert (await press(day)).verdict.is_open
    await jicofo(day, "on", "s-2")
    (on,) = [row for row in rows(day) if row.session == "s-2"]
    assert (on.appointment, on.stage, on.id in {annas.id, "bos", "older"}) == ("anna", Stage.ON, False)
