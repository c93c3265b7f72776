"""Steps of an arrival: whatever two of them read before, each keeps what the other wrote."""

from dataclasses import replace
from itertools import permutations

from tests.edges.store.samples import a_line
from xmpp_agent.edges.store.database import Database
from xmpp_agent.model.people import Level
from xmpp_agent.model.visitors import Arrival, ArrivalStep, DeviceTest, Part

BLANK = Arrival("talk", "anna")
STEPS = {
    Part.DEVICE: replace(BLANK, device=DeviceTest.GOOD, device_at=1.0),
    Part.AGE: replace(BLANK, of_age_at=2.0),
    Part.LOGIN: replace(BLANK, level=Level.HIGH, verified=True, login_at=3.0),
    Part.LINE: replace(BLANK, waiting_since=4.0, seen_at=4.0),
    Part.PASSED: replace(BLANK, passed_at=5.0, passed_by="browser"),
    Part.INSIDE: replace(BLANK, inside_at=6.0),
}
"""Each as it is written by whoever read the arrival before any of the others was there."""
ALL = Arrival("talk", "anna", DeviceTest.GOOD, 1.0, Level.HIGH, True, 3.0, 2.0, 4.0, 4.0, 5.0, "browser", 6.0)


async def test_in_whatever_order_every_step_stands(database: Database) -> None:
    """All orders of six steps, each resting on the same old reading: everything is there in the end."""
    for number, order in enumerate(permutations(STEPS)):
        ident = f"talk-{number}"
        steps = [ArrivalStep(replace(STEPS[part], appointment=ident), part) for part in order]
        database.records.jot(a_line(), *steps)
    await database.records.keep(a_line())
    found = await database.visitors.arrivals([f"talk-{number}" for number in range(720)])
    assert len(found) == 720
    assert {replace(arrival, appointment="talk") for arrival in found.values()} == {ALL}


async def test_the_first_time_stands(database: Database) -> None:
    """Whoever was inside, or stood in line, did so since the first time, also for whoever read before that."""
    for at in (7.0, 9.0):
        once = replace(BLANK, inside_at=at, waiting_since=at, seen_at=at)
        await database.records.keep(a_line(), ArrivalStep(once, Part.INSIDE), ArrivalStep(once, Part.LINE))
    assert await database.visitors.arrival("talk", "anna") == replace(
        BLANK, inside_at=7.0, waiting_since=7.0, seen_at=9.0
    )


async def test_somebody_else_is_invited(database: Database) -> None:
    """Nothing stands of what the one of before did, but that somebody was inside."""
    for part, arrival in STEPS.items():
        await database.records.keep(a_line(), ArrivalStep(arrival, part))
    await database.records.keep(a_line(), ArrivalStep(BLANK, Part.PERSON))
    assert await database.visitors.arrival("talk", "anna") == replace(BLANK, inside_at=6.0)
