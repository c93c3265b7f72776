"""Recordings at the door, on the model Prosody: who may, what is written down first, and what Jicofo says of it."""

from dataclasses import replace

import pytest

from tests.flows.day import Day
from tests.flows.model_prosody import ROOMS
from tests.flows.steps import MAIN
from tests.flows.test_stories import inside, play
from xmpp_agent.flows import recording
from xmpp_agent.flows.follow import Told, follow
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Recording, Stage
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Unavailable


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
    day.shelf.consents.append(Consent(f"c{at}", "anna", person, answer, HowAsked.PAGE, "?", "da", person, at))


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


async def test_news_that_cannot_be_kept_is_told_again(day: Day) -> None:
    """The row says what it said before, and the one who told hears that it failed."""
    await press(day)
    day.shelf.refuse_writes = 1
    with pytest.raises(Unavailable):
        await jicofo(day, "on")
    assert [row.stage for row in rows(day)] == [Stage.STARTING]
    await jicofo(day, "on")
    assert [row.stage for row in rows(day)] == [Stage.ON]
