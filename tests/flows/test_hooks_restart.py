"""What became of appointments while the calendar did not answer reaches it after the agent was started anew."""

import json
from dataclasses import replace
from pathlib import Path

from tests.an_office import whole
from tests.calendar_system import answer, listening
from tests.flows.calendar import CALENDAR, WISH, WRITTEN_TO, open_desk
from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_hooks import holds
from tests.rules.scenes import NOW
from xmpp_agent.edges.hooks.teller import HttpTeller
from xmpp_agent.flows import rebooking
from xmpp_agent.flows.attendance import was_held
from xmpp_agent.flows.booking import NEXT_FREE, Whom, Wish, book
from xmpp_agent.flows.colleague import hand_over
from xmpp_agent.flows.hooks import PAUSES, HookRoom
from xmpp_agent.flows.next_citizen import call_next
from xmpp_agent.flows.no_show import book_absent
from xmpp_agent.flows.rebooking import To
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.callers import Caller
from xmpp_agent.model.letters import Failure, LetterState
from xmpp_agent.model.people import Level
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.ports.diary import NewKey

METTE = replace(WISH, staff=Whom(person="mette"))


async def furnish(unit: Staffed, hook_url: str) -> None:
    """A calendar system that wants to be told."""
    office = unit.office
    caller = Caller(CALENDAR.caller, "Kalenderen", CALENDAR.units, 600, NOW, hook_url=hook_url)
    key = NewKey(caller, office.marks.mark("api-key", "test"), "a secret")
    await office.records.keep(office.line("furnish", "test"), WRITTEN_TO, key)


async def booked(unit: Staffed, name: str, wish: Wish = METTE) -> Entry:
    """One more, that the calendar calls by this name."""
    return (await book(unit.office, replace(wish, external_id=name), CALENDAR)).entry


async def a_day(unit: Staffed) -> None:
    """Whatever may become of an appointment; one more was written to in vain."""
    office, now = unit.office, unit.around.clock.at
    soon = replace(METTE, starts_at=now, ends_at=now + 1800)
    entries = {name: await booked(unit, name, soon) for name in ("absent", "attended")}
    entries |= {name: await booked(unit, name) for name in ("moved", "cancelled", "handed over")}
    entries["called"] = await booked(unit, "called", replace(soon, staff=NEXT_FREE))
    entries["lost"] = await booked(unit, "lost", replace(METTE, policy=WRITTEN_TO.id))
    ids = {name: entry.appointment.id for name, entry in entries.items()}
    room = await unit.opens()
    await was_held(office, ids["attended"])
    await rebooking.move(office, ids["moved"], To(NOW + 4200, NOW + 6000), CALENDAR)
    await rebooking.cancel(office, ids["cancelled"], CALENDAR)
    await hand_over(unit.desk, unit.who(), ids["handed over"], "kim")
    for _ in range(2):  # each rung of the ladder fails
        await unit.desk.book.move(
            "post",
            "test",
            ids["lost"],
            lambda _, letters, __: [
                replace(one, state=LetterState.FAILED, failure=Failure.UNDELIVERABLE)
                for one in letters
                if one.state is LetterState.QUEUED
            ],
        )
    unit.around.clock.at += 900
    await book_absent(unit.desk, unit.who(), ids["absent"])
    called, at = entries["called"], unit.around.clock.at
    waits = Arrival(
        *(called.appointment.id, called.citizen.id),
        level=Level.SUBSTANTIAL,
        verified=True,
        login_at=at,
        waiting_since=at,
        seen_at=at,
    )
    await office.records.keep(office.line("in-line", "test"), *whole(waits))
    assert await call_next(unit.desk, unit.who(), room.node) == ids["called"]


def _leads() -> bool:
    return True


async def test_an_agent_that_starts_anew_tells_what_nobody_heard(tmp_path: Path) -> None:
    """Every event, signed, under the id it had at the first attempt."""
    async with listening() as calendar:
        calendar.answers += [answer(503)]
        async with open_staffed(tmp_path) as unit:
            await furnish(unit, calendar.url)
            await a_day(unit)
            teller = HttpTeller()
            await HookRoom(
                unit.office, unit.around.database.hooks, teller, unit.around.faults.append, leads=_leads
            ).look()
            await teller.close()
            clock = unit.around.clock
        [first] = calendar.heard
        clock.at += PAUSES[0]
        async with open_desk(tmp_path, clock) as desk:
            teller = HttpTeller()
            room = HookRoom(desk.office, desk.database.hooks, teller, desk.faults.append, leads=_leads)
            while await room.look() == 0.0:
                pass
            await teller.close()
            assert await desk.count("hooks") == 0
        told = [json.loads(heard.body) for heard in calendar.heard[1:]]
        assert all(holds(heard, "a secret") for heard in calendar.heard)
        assert json.loads(first.body) in told
        became = {(one["externalId"], one["event"]) for one in told if one["event"] != "booked"}
        assert became == {
            ("absent", "absent"),
            ("attended", "attended"),
            ("called", "changed"),
            ("moved", "changed"),
            ("handed over", "changed"),
            ("cancelled", "cancelled"),
            ("lost", "invitation.failed"),
        }
