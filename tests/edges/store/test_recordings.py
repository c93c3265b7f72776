"""Recordings, consents, cases to be closed and what adapters remember: kept, found again, never overwritten."""

from dataclasses import replace

import pytest

from tests.edges.store.samples import a_line
from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.memos import SqlMemos
from xmpp_agent.model.recordings import (
    Agreement,
    Closing,
    ClosingState,
    Consent,
    Fault,
    File,
    HowAsked,
    Recording,
    Stage,
)
from xmpp_agent.ports.diary import Conflict

ASKED = Recording("r1", "room", "a1", Stage.REQUESTED, "mette", 10.0, 10.0)
FILED = Recording(
    id="r2",
    room="room",
    appointment="a1",
    stage=Stage.FILED,
    asked_by="mette",
    made_at=20.0,
    changed_at=90.0,
    session="s-1",
    meeting="m-1",
    part=2,
    on_at=21.0,
    off_at=80.0,
    stopped_by="kim",
    file=File(3_000_000_000, "0" * 64, 59.5),
    key="c2VhbGVk",
    number="2026-17",
    attempts=2,
    due_at=95.0,
    fault=Fault.NO_RECEIPT,
    held=True,
)
YES = Consent("c1", "a1", "anna", Agreement.YES, HowAsked.PAGE, "Må vi optage?", "da", "anna", 11.0)


class At5:
    """Five seconds past."""

    def now(self) -> float:
        """See `ports.Clock`."""
        return 5.0


async def test_a_recording_comes_back_as_it_went_whatever_it_is_looked_for_by(database: Database) -> None:
    """By id, session, room, appointment and stage; files may be larger than two gigabytes."""
    await database.records.keep(a_line(), ASKED, FILED)
    here = database.recordings

    assert (await here.recording("r1"), await here.recording("r2"), await here.recording("r3")) == (ASKED, FILED, None)
    assert await here.of_session("s-1") == (FILED,)
    assert await here.in_room("room") == (ASKED, FILED)
    assert await here.of(["a1", "a2"]) == {"a1": (ASKED, FILED)}
    assert await here.at({Stage.FILED, Stage.MISSING}) == (FILED,)


async def test_due_is_what_has_a_time_that_has_come(database: Database) -> None:
    """Longest due first; what waits for somebody to act is never due."""
    others = (replace(FILED, id=f"r{n}", session=f"s{n}", due_at=float(n)) for n in (7, 5, 6))
    await database.records.keep(a_line(), ASKED, *others)

    due = database.recordings.due
    assert [found.id for found in await due({Stage.FILED, Stage.HERE}, 6.0, 5)] == ["r5", "r6"]
    assert [found.id for found in await due({Stage.FILED}, 9.0, 1)] == ["r5"]
    assert await due({Stage.HERE}, 9.0, 5) == ()


async def test_of_two_that_take_the_same_step_one_does(database: Database) -> None:
    """The other's whole entry does not stand."""
    await database.records.keep(a_line(), ASKED)
    after = replace(ASKED, stage=Stage.CONSENTED, version=2)
    await database.records.keep(a_line(), after)

    with pytest.raises(Conflict):
        await database.records.keep(a_line(), replace(ASKED, stage=Stage.DECLINED, version=2), YES)
    assert await database.recordings.recording("r1") == after
    assert await database.recordings.consents(["a1"]) == {}


async def test_answers_are_added_and_none_is_changed(database: Database) -> None:
    """In the order in which they were given."""
    no = replace(YES, id="c0", answer=Agreement.WITHDRAWN, at=12.0)
    await database.records.keep(a_line(), no)
    await database.records.keep(a_line(), YES)

    assert await database.recordings.consents(["a1", "a2"]) == {"a1": (YES, no)}
    with pytest.raises(Conflict):
        await database.records.keep(a_line(), replace(YES, answer=Agreement.NO))


async def test_a_case_is_due_to_be_closed_until_it_is(database: Database) -> None:
    """Closed and given-up ones are not looked at again."""
    queued = Closing("a1", ClosingState.QUEUED, 1.0, 1.0, 5.0)
    closed = replace(queued, appointment="a2", state=ClosingState.CLOSED)
    failed = replace(queued, appointment="a3", state=ClosingState.FAILED, fault=Fault.UNKNOWN_CASE)
    await database.records.keep(a_line(), queued, closed, failed)

    assert await database.recordings.closings_due(5.0, 9) == (queued,)
    assert await database.recordings.closings_due(4.0, 9) == ()
    assert await database.recordings.closing("a3") == failed
    assert (await database.recordings.closings(["a3", "nobody"])) == {"a3": failed}
    await database.records.keep(a_line(), replace(queued, state=ClosingState.CLOSED))
    assert await database.recordings.closings_due(5.0, 9) == ()


async def test_what_an_adapter_remembers_is_there_after_a_restart(database: Database) -> None:
    """By entry and step; a later word replaces the earlier one."""
    memos = SqlMemos(database.engine, At5())
    await memos.remember("e1", "location", "/one")
    await memos.remember("e1", "location", "/two")
    await memos.remember("e2", "location", "/other")

    assert await SqlMemos(database.engine, At5()).recall("e1") == {"location": "/two"}
    assert await memos.recall("e3") == {}
