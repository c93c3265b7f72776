"""Calling systems hear what became of their appointments: signed, in order, until they have it, nothing personal."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import CPR
from tests.calendar_system import Heard, Listener, answer, listening
from tests.flows.calendar import CALENDAR, WISH, WRITTEN_TO, Desk, open_desk
from tests.rules.scenes import NOW
from xmpp_agent.edges.hooks.teller import HttpTeller
from xmpp_agent.flows import hooks, rebooking
from xmpp_agent.flows.booking import By
from xmpp_agent.flows.hooks import PAUSES, HookRoom, tells, tells_of_letters
from xmpp_agent.flows.rebooking import To
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.callers import Caller, Event
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import NewKey


class Place:
    """A desk, a calendar that listens, and the room that tells it."""

    def __init__(self, desk: Desk, calendar: Listener, teller: HttpTeller) -> None:
        self.desk, self.calendar, self.faults = desk, calendar, list[BaseException]()
        self.leads = True
        self.room = HookRoom(desk.office, desk.database.hooks, teller, self.faults.append, leads=lambda: self.leads)

    async def told(self) -> list[dict[str, object]]:
        """Tell what is due; answers what was heard since."""
        seen = len(self.calendar.heard)
        while await self.room.look() == 0.0:
            pass
        return [json.loads(heard.body) for heard in self.calendar.heard[seen:]]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Everything, on loopback."""
    async with opened(tmp_path) as made:
        yield made


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Place]:
    """A place over the database of a folder."""
    async with listening() as calendar, open_desk(folder, hook_url=calendar.url) as desk:
        teller = HttpTeller()
        yield Place(desk, calendar, teller)
        await teller.close()


async def test_the_calendar_hears_what_it_booked_and_what_became_of_it(place: Place) -> None:
    """Ids, event, times and version: in the order in which it happened."""
    entry = await place.desk.book()
    await rebooking.move(place.desk.office, entry.appointment.id, To(NOW + 4200, NOW + 6000), CALENDAR)
    await rebooking.cancel(place.desk.office, entry.appointment.id, By("mette"))
    told = await place.told()
    assert [(one["event"], one["version"]) for one in told] == [("booked", 1), ("changed", 2), ("cancelled", 3)]
    assert {one["appointment"] for one in told} == {entry.appointment.id}
    assert {one["externalId"] for one in told} == {"outlook-1"}
    assert {one["at"] for one in told} == {NOW}
    assert len({one["id"] for one in told}) == 3
    assert await place.told() == []


async def test_a_standby_tells_nothing(place: Place) -> None:
    """Until it is the one at the door: then everything that waits, once."""
    await place.desk.book()
    place.leads = False
    assert await place.told() == []
    place.leads = True
    assert len(await place.told()) == 1


async def test_nothing_of_a_person_is_told(place: Place) -> None:
    """Neither names nor numbers nor staff nor links: not in the body, not in the headers."""
    await place.desk.book()
    await place.told()
    [heard] = place.calendar.heard
    said = f"{heard.line}{heard.headers}{heard.body.decode()}"
    for secret in ("Anna", "2012", CPR, "borger", "Mette", "mette", "sag", "/m/"):
        assert secret not in said
    assert set(json.loads(heard.body)) == {"id", "event", "appointment", "externalId", "version", "at"}


def holds(heard: Heard, secret: str) -> bool:
    """Whether the signature is that of the secret over time and body, as docs/booking-api.md says."""
    seconds, _, mark = heard.headers["portner-signature"].removeprefix("t=").partition(",v1=")
    right = hmac.new(secret.encode(), f"{seconds}.".encode() + heard.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mark, right)


async def test_the_signature_shows_who_told_it_and_when(place: Place) -> None:
    """With the secret it holds; with another, another body or another time it does not."""
    await place.desk.book()
    await place.told()
    [heard] = place.calendar.heard
    assert holds(heard, "a secret")
    assert not holds(heard, "another secret")
    heard.body += b" "
    assert not holds(heard, "a secret")
    heard.body = heard.body[:-1]
    heard.headers["portner-signature"] = heard.headers["portner-signature"].replace("t=1", "t=2")
    assert not holds(heard, "a secret")


async def test_who_did_not_answer_is_asked_again_with_longer_pauses(place: Place) -> None:
    """Under the same id, until they have it; between the pauses nothing is sent."""
    await place.desk.book()
    place.calendar.answers += [answer(500), answer(302, "location: http://127.0.0.1:1/"), b"nonsense\r\n\r\n"]
    ids = [one["id"] for one in await place.told()]
    for pause in PAUSES[:3]:
        place.desk.clock.at += pause - 1
        assert await place.told() == []
        place.desk.clock.at += 1
        ids += [one["id"] for one in await place.told()]
    assert (len(ids), len(set(ids))) == (4, 1)
    assert await place.desk.count("hooks") == 0


async def test_after_the_last_pause_it_is_given_up(place: Place) -> None:
    """It stays to be seen, and is on record; whoever answers 410 is given up at once."""
    await place.desk.book()
    place.calendar.answers += [answer(500)] * (len(PAUSES) + 1)
    for pause in (0.0, *PAUSES, 1e6):
        place.desk.clock.at += pause
        await place.told()
    assert len(place.calendar.heard) == len(PAUSES) + 1
    await place.desk.book(replace(WISH, external_id="outlook-2", starts_at=NOW + 2e6, ends_at=NOW + 2e6 + 60))
    place.calendar.answers.append(answer(410))
    await place.told()
    place.desk.clock.at += 1e5
    assert await place.told() == []
    acts = [line["act"] for line in await place.desk.lines()]
    assert acts.count("hook-given-up") == 2
    assert await place.desk.count("hooks") == 2


async def test_a_caller_that_does_not_answer_holds_up_nobody(place: Place) -> None:
    """Of ten things to tell it hears of one, and is left alone; the other calendar hears everything at once."""
    office = place.desk.office
    async with listening() as deaf:
        deaf.answers += [answer(500)] * 10
        caller = Caller("deaf", "Døv", CALENDAR.units, 600, NOW, hook_url=deaf.url)
        await office.records.keep(office.line("furnish", "test"), NewKey(caller, "mark", "x"))
        for number in range(10):
            await place.desk.book(replace(WISH, external_id=f"{number}"), By("deaf", "deaf"))
        await place.desk.book()
        assert len(await place.told()) == 1
        assert len(deaf.heard) == 1
        place.desk.clock.at += PAUSES[0]
        await place.told()
        assert len(deaf.heard) == 2


async def test_nothing_is_planned_for_whoever_does_not_listen(place: Place) -> None:
    """No address, a revoked key, no calling system: no row."""
    office = place.desk.office
    silent = Caller("silent", "Tavs", CALENDAR.units, 600, NOW)
    gone = replace(silent, id="gone", hook_url="https://x.example/", revoked_at=NOW)
    line = office.line("furnish", "test")
    await office.records.keep(line, NewKey(silent, "m1", ""), NewKey(gone, "m2", ""))
    for caller in ("silent", "gone", ""):
        await place.desk.book(by=By(caller or "mette", caller))
    assert await place.desk.count("hooks") == 0
    assert await place.told() == []


async def test_a_key_revoked_meanwhile_is_told_nothing_more(place: Place) -> None:
    """What waits for it is not sent."""
    await place.desk.book()
    [caller] = await place.desk.database.callers.callers()
    office = place.desk.office
    await office.records.keep(office.line("revoke-key", "test"), replace(caller, revoked_at=NOW))
    assert await place.told() == []


async def test_what_was_told_and_not_written_down_is_told_again_under_the_same_id(place: Place) -> None:
    """An agent killed between the two: the calendar hears twice, and can know it."""
    await place.desk.book()
    office = place.desk.office
    records, office.records = office.records, Broken()
    with pytest.raises(Unavailable):
        await place.room.look()
    office.records = records
    await place.told()
    first, second = (json.loads(heard.body) for heard in place.calendar.heard)
    assert first == second


class Broken:
    """Records of an agent that is killed before it writes."""

    async def keep(self, *_: object) -> None:
        """See `ports.diary.Records`."""
        raise Unavailable("killed")

    def jot(self, *_: object) -> None:
        """See `ports.diary.Records`."""


async def test_the_room_works_by_itself_and_survives_a_database_that_does_not(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Woken by a booking; a fault is reported, and the next one is told all the same."""
    monkeypatch.setattr(hooks, "REST", 0.01)
    due, failed = place.desk.database.hooks.due, asyncio.Event()

    async def fails(*_: object) -> tuple[()]:
        failed.set()
        raise Unavailable("no")

    object.__setattr__(place.desk.database.hooks, "due", fails)
    work = asyncio.create_task(place.room.run())
    await asyncio.wait_for(failed.wait(), 10)
    object.__setattr__(place.desk.database.hooks, "due", due)
    await place.desk.book()
    await asyncio.wait_for(place.calendar.came.wait(), 10)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert {type(fault) for fault in place.faults} == {Unavailable}


def letter(entry: Entry, state: LetterState, channel: Channel = Channel.SMS, about: About = About.INVITATION) -> Letter:
    """One to the citizen."""
    return Letter("letter", entry.appointment.id, entry.citizen.id, about, channel, NOW, state)


async def test_what_becomes_of_the_invitation_is_told_once(place: Place) -> None:
    """Delivered, opened, or nothing got there: of the citizen's invitation, when it becomes so."""
    entry = await place.desk.book(replace(WISH, policy=WRITTEN_TO.id))
    sent, delivered = letter(entry, LetterState.SENT), letter(entry, LetterState.DELIVERED)

    def events(before: Letter | None, after: Letter) -> list[Event]:
        known = {before.id: before} if before is not None else {}
        return [hook.event for hook in tells_of_letters(entry, known, [after], NOW)]

    assert events(sent, delivered) == [Event.INVITATION_DELIVERED]
    assert events(delivered, replace(delivered, parts=2)) == []
    assert events(delivered, replace(delivered, state=LetterState.OPENED)) == [Event.INVITATION_OPENED]
    assert events(sent, replace(sent, state=LetterState.FAILED)) == []
    call = letter(entry, LetterState.QUEUED, Channel.CALL)
    assert events(None, call) == [Event.INVITATION_FAILED]
    assert events(call, replace(call, state=LetterState.DELIVERED)) == []
    assert events(sent, replace(delivered, about=About.REMINDER)) == []
    assert events(sent, replace(delivered, person="somebody else")) == []
    assert tells_of_letters(None, {}, [call], NOW) == ()


async def test_an_appointment_nobody_booked_by_machine_is_told_to_nobody(place: Place) -> None:
    """Staff's own bookings have no caller."""
    entry = await place.desk.book(by=By("mette"))
    assert tells(entry.appointment, Event.ATTENDED, NOW) == ()
