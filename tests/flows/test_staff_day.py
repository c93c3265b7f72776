"""Staff's day: whose rows, whose names, and what each row offers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import UNIT
from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_staff_door import looks_at, record
from tests.rules.scenes import HOTLINE
from xmpp_agent.flows.colleague import hand_over
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.opening import close_for_now, open_again, set_hours
from xmpp_agent.flows.staff_day import my_day, reveal
from xmpp_agent.flows.staff_door import let_one_in
from xmpp_agent.flows.staff_room import cover, own_room
from xmpp_agent.flows.staff_rows import Row
from xmpp_agent.flows.supervised import MOST_ROWS, Supervised
from xmpp_agent.model.appointments import DAY, Companion, Room
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.model.units import Hours
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.rules.invitation import Invited
from xmpp_agent.rules.staff_day import Act, Proof, Stage

BOSS = frozenset({UNIT.id})


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Mette has anna and bo today, lars has carla, and dorte waits in the shared queue."""
    async with open_staffed(tmp_path) as staffed:
        await staffed.book("bo", starts_in=3600)
        await staffed.book("anna")
        await staffed.book("carla", staff="lars")
        await staffed.book("tomorrow", starts_in=DAY)
        await staffed.book("dorte", staff="")
        await staffed.stands_in_line("dorte", since=-60)
        yield staffed


async def why(act: Awaitable[object]) -> Reason:
    """The reason an act was refused with."""
    with pytest.raises(Refused) as caught:
        await act
    return caught.value.verdict.reason


def ids(rows: tuple[Row, ...]) -> list[str]:
    """Whose rows."""
    return [row.facts.appointment.id for row in rows]


def offered(row: Row) -> dict[Act, Reason]:
    """What a row offers."""
    return {offer.act: offer.reason for offer in row.offers}


async def test_my_day_is_mine_in_order(unit: Staffed) -> None:
    """My appointments of today by time, with their names; the queue of the unit masked; nothing of colleagues."""
    day = await my_day(unit.desk, unit.who())
    assert ids(day.mine.rows) == ["anna", "bo"]
    assert [row.name for row in day.mine.rows] == ["Anna Hansen", "Bo Hansen"]
    assert [(row.name, row.stage) for row in day.line] == [("D. H.", Stage.IN_LINE)]
    assert (day.covered, day.supervised) == ((), Supervised())
    assert [person.name for person in day.colleagues] == ["Kim Holm", "Lars Holm", "Mette Holm", "Queue Holm"]


async def test_a_companion_nobody_could_write_to_is_to_be_called(unit: Staffed) -> None:
    """The row names them; one who has the invitation, and the citizen's own letters, are another matter."""
    for name, channel, state in (
        ("ole", Channel.CALL, LetterState.QUEUED),
        ("eva", Channel.SMS, LetterState.DELIVERED),
    ):
        person = Person(name, UNIT.id, f"{name.title()} Tolk")
        letter = Letter(f"l-{name}", "anna", name, About.INVITATION, channel, 0.0, state, rung=1)
        companion = Companion("anna", person, CompanionKind.INTERPRETER)
        await unit.office.records.keep(
            unit.office.line("companion-in", "test", "anna"), Enrolment(person, Role.COMPANION), companion, letter
        )
    anna, bo = (await my_day(unit.desk, unit.who())).mine.rows
    assert (set(anna.facts.to_call), set(bo.facts.to_call)) == ({"ole"}, set[str]())
    assert anna.facts.invitation.state is Invited.NOBODY_WROTE


async def test_rooms_i_cover_are_mine_today(unit: Staffed) -> None:
    """With names and acts."""
    node = (await own_room(unit.office, "lars", UNIT)).node
    await cover(unit.desk, unit.who("lars"), node, "mette")
    day = await my_day(unit.desk, unit.who())
    [covered] = day.covered
    assert (covered.owner, ids(covered.rows)) == ("Lars Holm", ["carla"])
    assert covered.rows[0].name == "Carla Hansen"
    assert covered.rows[0].offers


async def test_a_supervisor_sees_what_goes_on_with_initials(unit: Staffed) -> None:
    """Rooms that are open, whoever waits, and whoever does not come; the rest is counted. Names take a reason."""
    boss = unit.who("kim", supervises=BOSS)
    quiet = (await my_day(unit.desk, boss)).supervised
    assert (quiet.rooms, quiet.quiet) == ((), 3)
    await unit.opens("lars")
    await unit.book("late", starts_in=-170)
    unit.around.clock.at += 10
    await unit.comes("carla")
    found = (await my_day(unit.desk, boss)).supervised
    assert {room.owner: ids(room.rows) for room in found.rooms} == {"Lars Holm": ["carla"], "Mette Holm": ["late"]}
    assert found.quiet == 1
    carla = next(row for room in found.rooms for row in room.rows if ids((row,)) == ["carla"])
    assert (carla.name, carla.is_named) == ("C. H.", False)
    assert {Act.LET_IN, Act.HAND_OVER} <= offered(carla).keys()
    assert Act.NOTE not in offered(carla)


async def test_a_supervisors_page_has_an_end(unit: Staffed) -> None:
    """A hundred rows; how many more there are is said."""
    for number in range(MOST_ROWS + 3):
        await unit.book(f"late{number}", starts_in=-600)
    found = (await my_day(unit.desk, unit.who("kim", supervises=BOSS))).supervised
    assert (sum(len(room.rows) for room in found.rooms), found.more) == (MOST_ROWS, 3)


async def test_a_supervisor_of_everything_sees_every_unit(unit: Staffed) -> None:
    """`*` in the role map."""
    other = replace(UNIT, id="ward7")
    await unit.office.records.keep(unit.office.line("unit", "test"), other)
    for name in ("lars", "mette"):
        await unit.opens(name)
    day = await my_day(unit.desk, unit.who("kim", unit="ward7", supervises=frozenset({"*"})))
    assert {room.owner for room in day.supervised.rooms} == {"Lars Holm", "Mette Holm"}


async def test_a_name_is_told_for_a_reason_that_is_on_record(unit: Staffed) -> None:
    """Who, whom, why; before the name is. Without a reason, or from another unit: no."""
    lars = unit.who("lars")
    assert await reveal(unit.desk, lars, "dorte", "ringer og spørger") == "Dorte Hansen"
    assert ("lars", "reveal") in looks_at(unit, "dorte")
    assert [look.why for look in await unit.around.database.holdings.looks(["dorte"])] == ["ringer og spørger"]
    assert any(line["act"] == "reveal" and not line["note"] for line in record(unit))
    await reveal(unit.desk, lars, "dorte", "spørger " * 37)
    longest = max(len(look.why) for look in await unit.around.database.holdings.looks(["dorte"]))
    assert longest == 8 * 37 - 1, "kept whole"
    assert await why(reveal(unit.desk, lars, "anna", " x ")) is Reason.REASON_NEEDED
    assert await why(reveal(unit.desk, lars, "anna", "010190-1234 ringer")) is Reason.CPR_IN_TEXT
    assert await why(reveal(unit.desk, unit.who("lars", unit="ward7"), "anna", "nysgerrig")) is Reason.NOT_YOUR_UNIT
    refused = [line["actor"] for line in record(unit) if (line["act"], line["decision"]) == ("reveal", "refuse")]
    assert refused == ["lars"] * 3
    assert looks_at(unit, "anna") == []


async def test_a_row_follows_the_citizen(unit: Staffed) -> None:
    """Expected, waiting (since when), let in, inside, held: with what may be done at each."""

    async def row() -> Row:
        return next(row for row in (await my_day(unit.desk, unit.who())).mine.rows if ids((row,)) == ["anna"])

    assert ((await row()).stage, (await row()).proof, (await row()).waits_since) == (
        Stage.EXPECTED,
        Proof.NOT_YET,
        None,
    )
    room = await unit.opens()
    at = unit.around.clock.at
    await unit.comes("anna")
    waits = await row()
    assert (waits.stage, waits.waits_since) == (Stage.WAITING, at)
    assert offered(waits) | {Act.LET_IN: Reason.ALLOWED} == offered(waits)
    await let_one_in(unit.desk, unit.who(), "anna")
    assert (await row()).stage is Stage.CALLED
    await unit.obeys("anna")
    inside = await row()
    assert inside.stage is Stage.INSIDE
    assert {Act.FINISH, Act.PUT_BACK} <= offered(inside).keys()
    assert Act.LET_IN not in offered(inside)
    await unit.leaves("anna")
    assert (await row()).stage is Stage.LEFT
    await unit.leaves("mette")
    assert (await row()).stage is Stage.MET
    assert room.node


async def test_a_press_that_cannot_work_says_why(unit: Staffed) -> None:
    """The next one cannot be let in while another is inside: the row says so before anybody presses."""
    await unit.opens()
    await unit.comes("anna")
    await let_one_in(unit.desk, unit.who(), "anna")
    await unit.obeys("anna")
    booked = await unit.appointment("bo")
    moved = replace(booked, starts_at=unit.around.clock.at, version=2)
    await unit.office.records.keep(unit.office.line("move", "test"), moved)
    await unit.comes("bo")
    day = await my_day(unit.desk, unit.who())
    bo = next(row for row in day.mine.rows if ids((row,)) == ["bo"])
    assert offered(bo)[Act.LET_IN] is Reason.OTHERS_INSIDE


async def test_the_clock_of_a_no_show_is_on_the_row(unit: Staffed) -> None:
    """Nothing before three minutes; then what is due, and what is not yet."""
    await unit.opens()

    async def remedies() -> dict[Act, Reason]:
        day = await my_day(unit.desk, unit.who())
        anna = next(row for row in day.mine.rows if ids((row,)) == ["anna"])
        return {act: r for act, r in offered(anna).items() if act in (Act.FRESH_LINK, Act.CALL, Act.ABSENT)}

    unit.around.clock.at += 179
    assert await remedies() == {}
    unit.around.clock.at += 1
    not_yet = Reason.NOT_YET
    assert await remedies() == {Act.FRESH_LINK: Reason.ALLOWED, Act.CALL: not_yet, Act.ABSENT: not_yet}
    unit.around.clock.at += 720
    assert set((await remedies()).values()) == {Reason.ALLOWED}


async def test_hotline_rooms_are_not_in_the_day(unit: Staffed) -> None:
    """They have a page of their own."""
    room = Room("h" * 26, UNIT.id, "mette", "")
    booked = await unit.appointment("anna")
    call = replace(booked, id="call", room=room.node, policy=HOTLINE, invited="")
    await unit.office.records.keep(unit.office.line("call", "test"), room, call)
    assert ids((await my_day(unit.desk, unit.who())).mine.rows) == ["anna", "bo"]


async def test_a_day_before_anything_is_booked(unit: Staffed) -> None:
    """No room, no rows; looking makes none."""
    day = await my_day(unit.desk, unit.who("kim"))
    assert (day.mine.room, day.mine.rows) == (None, ())
    assert await unit.office.diary.room_of("kim", "2026-11-22") is None


async def test_what_was_handed_over_is_the_colleagues(unit: Staffed) -> None:
    """Off my day, on theirs."""
    await hand_over(unit.desk, unit.who(), "anna", "lars")
    assert ids((await my_day(unit.desk, unit.who())).mine.rows) == ["bo"]
    assert ids((await my_day(unit.desk, unit.who("lars"))).mine.rows) == ["anna", "carla"]
    looks = await unit.around.database.holdings.looks(["anna"])
    assert [(look.actor, look.act) for look in looks] == [("mette", "hand-over")], "on the citizen's access log"


async def test_hours_are_set_by_the_unit_and_its_supervisors(unit: Staffed) -> None:
    """Seven days as people write them; nobody else's, and nothing nobody can read."""
    days = ["8-12, 13-15.30", "", "", "", "", "", ""]
    await set_hours(unit.office, unit.who(), UNIT.id, days)
    found = await unit.office.diary.unit(UNIT.id)
    assert found is not None
    assert found.hours == (Hours(0, "08:00", "12:00"), Hours(0, "13:00", "15:30"))
    assert await why(set_hours(unit.office, unit.who(), UNIT.id, ["12-8", *days[1:]])) is Reason.BAD_REQUEST
    assert await why(set_hours(unit.office, unit.who(), UNIT.id, days[:6])) is Reason.BAD_REQUEST
    stranger = unit.who("lars", unit="ward7")
    assert await why(set_hours(unit.office, stranger, UNIT.id, days)) is Reason.NOT_YOUR_UNIT
    await set_hours(unit.office, unit.who("lars", unit="ward7", supervises=BOSS), UNIT.id, [""] * 7)


async def test_closed_for_now_and_open_again(unit: Staffed) -> None:
    """With what people read meanwhile, in both languages; the text stays for the next time."""
    await close_for_now(unit.office, unit.who(), UNIT.id, " Vi er til møde til kl. 13. ", "Back at 13:00.")
    found = await unit.office.diary.unit(UNIT.id)
    assert found is not None
    assert (found.closed, found.closed_text) == (True, ("Vi er til møde til kl. 13.", "Back at 13:00."))
    await open_again(unit.office, unit.who(), UNIT.id)
    again = await unit.office.diary.unit(UNIT.id)
    assert again == replace(found, closed=False)
    stranger = unit.who("lars", unit="ward7")
    assert await why(close_for_now(unit.office, stranger, UNIT.id, "", "")) is Reason.NOT_YOUR_UNIT
    assert await why(open_again(unit.office, stranger, UNIT.id)) is Reason.NOT_YOUR_UNIT


async def test_closing_and_setting_hours_at_once_both_come_about(unit: Staffed) -> None:
    """Each writes on what the other left, whoever is first: nobody waits at a door that was closed for now."""
    hours = set_hours(unit.office, unit.who("lars"), UNIT.id, ["8-12", *[""] * 6])
    await asyncio.gather(close_for_now(unit.office, unit.who(), UNIT.id, "Møde", "Meeting"), hours)
    found = await unit.office.diary.unit(UNIT.id)
    assert found is not None
    assert (found.closed, found.hours) == (True, (Hours(0, "08:00", "12:00"),))
    days = set_hours(unit.office, unit.who("lars"), UNIT.id, ["9-12", *[""] * 6])
    await asyncio.gather(days, open_again(unit.office, unit.who(), UNIT.id))
    found = await unit.office.diary.unit(UNIT.id)
    assert found is not None
    assert (found.closed, found.hours) == (False, (Hours(0, "09:00", "12:00"),))
