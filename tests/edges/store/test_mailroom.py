"""Letters in the database: they come back whole, go forward only, and are found by what is due."""

import contextlib
import itertools
from dataclasses import replace

import pytest

from tests.edges.store.samples import a_line
from xmpp_agent.edges.store.database import Database
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.ports.diary import Conflict
from xmpp_agent.ports.mailroom import Mailroom
from xmpp_agent.rules.letter_steps import COMES_FROM

QUEUED, SENDING = LetterState.QUEUED, LetterState.SENDING
NOW = 1795381467.0
WHOLE = Letter(
    id="5b8bd2d2-9f3c-5c0e-8f4a-0d6b2f0f8f01",
    appointment="a",
    person="anna",
    about=About.INVITATION,
    channel=Channel.SMS,
    due_at=NOW,
    state=LetterState.FAILED,
    rung=1,
    sequence=2,
    attempts=3,
    failure=Failure.UNDELIVERABLE,
    gateway_id="g1",
    parts=2,
    changed_at=NOW - 1,
)


def queued(name: str, due_at: float = NOW, channel: Channel = Channel.SMS, **fields: object) -> Letter:
    """A letter that waits."""
    letter = Letter(name, "a", "anna", About.INVITATION, channel, due_at, changed_at=NOW)
    return replace(letter, **fields)  # type: ignore[arg-type]  # fields named by the test


async def keep(database: Database, *letters: Letter) -> None:
    """Write letters as the flows do."""
    await database.records.keep(a_line(), *letters)


async def stand(database: Database, state: LetterState) -> None:
    """The letter `1` in that state, tried once; only a queued one can be taken in hand."""
    if state is SENDING:
        await keep(database, queued("1", attempts=1))
    await keep(database, queued("1", state=state, attempts=1))


async def state_of(database: Database, name: str) -> LetterState | None:
    """What stands of a letter."""
    letter = await database.mailroom.letter(name)
    return letter.state if letter else None


async def test_a_letter_comes_back_whole(database: Database) -> None:
    """Every field, by its id and by what the gateway calls it on that channel."""
    mailroom: Mailroom = database.mailroom
    await keep(database, WHOLE)
    assert await mailroom.letter(WHOLE.id) == WHOLE
    assert await mailroom.by_gateway_id(Channel.SMS, "g1") == WHOLE
    assert await mailroom.by_gateway_id(Channel.EMAIL, "g1") is None
    assert await mailroom.by_gateway_id(Channel.SMS, "") is None
    assert await mailroom.letter("b") is None


async def test_letters_of_many_appointments(database: Database) -> None:
    """Each has its own, in the order they changed; one without letters is not there."""
    later = queued("2", changed_at=NOW + 1)
    await keep(database, later, queued("1"), queued("3", appointment="b"))
    found = await database.mailroom.letters_of_many(["a", "b", "c", *(f"n{number}" for number in range(1200))])
    assert {name: [one.id for one in theirs] for name, theirs in found.items()} == {"a": ["1", "2"], "b": ["3"]}
    assert await database.mailroom.letters_of("c") == ()


@pytest.mark.parametrize(
    ("stands", "comes"), itertools.product(LetterState, repeat=2), ids=lambda state: str(state.value)
)
async def test_a_letter_only_goes_forward(database: Database, stands: LetterState, comes: LetterState) -> None:
    """What would be a step back from what stands changes nothing of it."""
    await stand(database, stands)
    with pytest.raises(Conflict) if comes is SENDING and stands is not QUEUED else contextlib.nullcontext():
        await keep(database, queued("1", state=comes, attempts=2))
    found = await database.mailroom.letter("1")
    assert found is not None
    assert (found.state, found.attempts) == ((comes, 2) if stands in COMES_FROM[comes] else (stands, 1))


async def test_what_is_being_handed_over_is_not_dropped_by_who_saw_it_wait(database: Database) -> None:
    """It would look as if nobody could have it. Who knows of the attempt may."""
    await stand(database, SENDING)
    await keep(database, queued("1", state=LetterState.DROPPED))
    assert await state_of(database, "1") is SENDING
    await keep(database, queued("1", state=LetterState.DROPPED, attempts=1))
    assert await state_of(database, "1") is LetterState.DROPPED


@pytest.mark.parametrize("stands", LetterState)
async def test_planned_twice_is_sent_once(database: Database, stands: LetterState) -> None:
    """A letter planned again, by somebody who did not see that it went out meanwhile, stays what it became."""
    await stand(database, stands)
    await keep(database, queued("1"))
    assert await state_of(database, "1") is stands


async def test_what_is_due(database: Database) -> None:
    """Of that channel, queued, its time come; longest due first, and no more than asked for."""
    await keep(
        database,
        queued("late", NOW - 1),
        queued("later", NOW - 2),
        queued("latest", NOW - 3),
        queued("soon", NOW + 1),
        queued("mail", NOW - 1, Channel.EMAIL),
        queued("sending", NOW - 1, attempts=1),
        queued("sending", NOW - 1, state=SENDING, attempts=1),
        queued("sent", NOW - 1, state=LetterState.SENT, attempts=1),
        queued("unsent", NOW + 2, state=LetterState.SENT, attempts=1),
    )
    mailroom = database.mailroom
    assert [one.id for one in await mailroom.due(Channel.SMS, NOW, 2)] == ["latest", "later"]
    assert [one.id for one in await mailroom.due(Channel.SMS, NOW, 9)] == ["latest", "later", "late"]
    assert [one.id for one in await mailroom.in_hand()] == ["sending"]
    assert [one.id for one in await mailroom.unheard(Channel.SMS, NOW, 9)] == ["sent"]
    assert await mailroom.next_due(Channel.SMS, NOW) == NOW + 1
    assert await mailroom.next_due(Channel.SMS, NOW + 1) == NOW + 2
    assert await mailroom.next_due(Channel.EMAIL, NOW) is None


async def test_looking_for_what_is_due_reads_no_more_than_it_finds(database: Database) -> None:
    """The look at each channel is by an index on state, channel and time: old letters cost nothing."""
    looks = {
        "state = 'queued' AND channel = 'sms' AND due_at <= 1 ORDER BY due_at, id": "channel=? AND due_at<?",
        "state = 'sending' ORDER BY due_at, id": "state=?",
        "gateway_id = 'g' AND channel = 'sms'": "gateway_id=?",
        "appointment IN ('a', 'b')": "appointment=?",
    }
    for condition, by in looks.items():
        async with database.engine.connect() as db:
            plan = await db.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM letters WHERE {condition}")
            assert by in " ".join(row.detail for row in plan), condition
