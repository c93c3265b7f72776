"""What stands is changed, moved, cancelled, accompanied: in the database and in the letters."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import CPR, UNIT, whole
from tests.flows.calendar import CALENDAR, FOLLOW_UP, WARD, WISH, WRITTEN_TO, Desk, open_desk
from tests.rules.scenes import NOW
from xmpp_agent.flows import companions, rebooking
from xmpp_agent.flows.booking import NEXT_FREE, By, Whom
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.rebooking import Change, To
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.callers import Event
from xmpp_agent.model.letters import About, Failure, LetterState
from xmpp_agent.model.people import CompanionKind, Level, Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.guests import Typed
from xmpp_agent.rules.invitation import Invited, invitation

STAFF = By("mette")
"""Somebody who may everything, and is no calling system."""
LATER = (NOW + 4200, NOW + 6000)
"""The same evening."""
TOMORROW = (NOW + 86400, NOW + 88200)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """An office with two units, three policies and a calendar system."""
    async with open_desk(tmp_path, hook_url="https://calendar.example/hook") as opened:
        yield opened


@pytest.fixture
async def booked(desk: Desk) -> Entry:
    """Anna's appointment in an hour, with her interpreter; people are written to."""
    companions = ((CompanionKind.INTERPRETER, Typed("Ole Tolk", "28 10 00 00")),)
    return await desk.book(replace(WISH, policy=WRITTEN_TO.id, companions=companions))


async def events(desk: Desk) -> list[tuple[Event, int]]:
    """What the calendar is to be told, and of which version."""
    return [(errand.hook.event, errand.hook.version) for errand in await desk.database.hooks.due(NOW, 50)]


async def codes(desk: Desk, entry: Entry) -> dict[str, str]:
    """Each person's link."""
    return {new.link.person: new.code for new in await desk.office.visitors.links_of(entry.appointment.id)}


async def letters_now(desk: Desk, entry: Entry, state: LetterState, failure: Failure | None = None) -> None:
    """Everything that waits has come to this."""
    letters = await desk.office.mailroom.letters_of(entry.appointment.id)
    letters = tuple(letter for letter in letters if letter.state is LetterState.QUEUED)
    sending = [replace(letter, state=LetterState.SENDING) for letter in letters]
    done = [replace(letter, state=state, failure=failure) for letter in letters]
    await desk.office.records.keep(desk.office.line("post", "test"), *sending, *done)


async def test_a_change_is_read_back_and_counted(desk: Desk, booked: Entry) -> None:
    """What is named is otherwise, what is not named stays; time and sequence do, too."""
    wish = Change(name="Anna Jensen", phone="20 65 43 21", case_ref="sag 18", language="en", met=True, asked=True)
    after = await rebooking.change(desk.office, booked.appointment.id, wish, CALENDAR, 1)
    assert after == await desk.stands(booked)
    made = after.appointment
    assert (after.citizen.name, made.case_ref, made.language, made.met, made.asked) == (
        "Anna Jensen",
        "sag 18",
        "en",
        True,
        True,
    )
    assert (made.version, made.sequence, made.starts_at) == (2, 0, NOW + 3600)
    assert await desk.office.diary.reach(after.citizen.id) == Reach("+4520654321", "anna@borger.example", CPR)
    assert after.companions == booked.companions
    assert await events(desk) == [(Event.BOOKED, 1), (Event.CHANGED, 2)]


async def test_another_cpr_number_is_another_invited_person(desk: Desk, booked: Entry) -> None:
    """The hash follows; taken away, nobody could log in, so the policy forbids it."""
    other = await rebooking.change(desk.office, booked.appointment.id, Change(cpr="020202-0202"), CALENDAR)
    assert other.appointment.invited == desk.ring.identity.cpr("0202020202")
    with pytest.raises(Refused) as caught:
        await rebooking.change(desk.office, booked.appointment.id, Change(cpr=""), CALENDAR)
    assert caught.value.verdict.reason is Reason.IDENTITY_NEEDED


async def test_who_is_invited_now_did_not_log_in_before(desk: Desk, booked: Entry) -> None:
    """What the one of before proved, and their browser, are not the new one's; that somebody was inside stays."""
    ident, anna = booked.appointment.id, booked.citizen.id
    known = Arrival(ident, anna, level=Level.HIGH, verified=True, login_at=NOW, passed_by="s1", inside_at=NOW)
    await desk.office.records.keep(desk.office.line("login", anna, ident), *whole(known))
    await rebooking.change(desk.office, ident, Change(case_ref="sag 18"), CALENDAR)
    assert await desk.office.visitors.arrival(ident, anna) == known
    await rebooking.change(desk.office, ident, Change(cpr="020202-0202"), CALENDAR)
    assert await desk.office.visitors.arrival(ident, anna) == Arrival(ident, anna, inside_at=NOW)


async def test_a_change_is_judged_like_a_booking(desk: Desk, booked: Entry) -> None:
    """Another policy brings its own rules; one that does not exist, or a number that is none, changes nothing."""
    for wish, reason in (
        (Change(policy=FOLLOW_UP.id), Reason.NOT_MET),
        (Change(policy="nothing"), Reason.UNKNOWN_POLICY),
        (Change(phone="112"), Reason.NO_NUMBER),
        (Change(name=" "), Reason.BAD_NAME),
    ):
        with pytest.raises(Refused) as caught:
            await rebooking.change(desk.office, booked.appointment.id, wish, CALENDAR)
        assert caught.value.verdict.reason is reason
    assert await desk.stands(booked) == booked


async def test_only_the_version_that_was_seen_is_changed(desk: Desk, booked: Entry) -> None:
    """Whoever names an older one is told; of several at once with the same one, one wins."""
    ident, acts = booked.appointment.id, 5
    wishes = [Change(case_ref=f"sag {n}") for n in range(acts)]
    outcomes = await asyncio.gather(
        *(rebooking.change(desk.office, ident, wish, CALENDAR, 1) for wish in wishes), return_exceptions=True
    )
    refused = [no for no in outcomes if isinstance(no, Refused)]
    assert len(refused) == acts - 1
    assert {no.verdict.reason for no in refused} == {Reason.CHANGED_MEANWHILE}
    assert (await desk.stands(booked)).appointment.version == 2


async def test_acts_that_name_no_version_all_come_about(desk: Desk, booked: Entry) -> None:
    """Each is done anew on what stands by then: nothing is lost."""
    ident = booked.appointment.id
    await asyncio.gather(
        rebooking.change(desk.office, ident, Change(case_ref="sag 18"), STAFF),
        rebooking.change(desk.office, ident, Change(language="en"), STAFF),
        rebooking.move(desk.office, ident, To(*LATER), STAFF),
    )
    after = (await desk.stands(booked)).appointment
    assert (after.case_ref, after.language, after.starts_at, after.version) == ("sag 18", "en", LATER[0], 4)


@pytest.mark.parametrize("by", [By("other", "other", frozenset({WARD.id})), By("none", "none", frozenset())])
async def test_another_units_appointments_are_not_there(desk: Desk, booked: Entry, by: By) -> None:
    """Whether it exists is not told: reading and each act answer the same."""
    ident = booked.appointment.id
    for act in (
        rebooking.find(desk.office, ident, by),
        rebooking.change(desk.office, ident, Change(case_ref="x"), by),
        rebooking.move(desk.office, ident, To(*LATER), by),
        rebooking.cancel(desk.office, ident, by),
        companions.add_companion(desk.office, ident, CompanionKind.GUARDIAN, Typed("Eva"), by),
        companions.remove_companion(desk.office, ident, booked.companions[0].person.id, by),
    ):
        with pytest.raises(Refused) as caught:
            await act
        assert caught.value.verdict.reason is Reason.NO_APPOINTMENT
    assert await desk.stands(booked) == booked


async def test_moved_to_another_day_it_is_in_that_days_room(desk: Desk, booked: Entry) -> None:
    """Links stay as they were; the sequence counts; the calendar is told."""
    links = await codes(desk, booked)
    after = await rebooking.move(desk.office, booked.appointment.id, To(*TOMORROW), CALENDAR, version=1)
    assert after == await desk.stands(booked)
    made = after.appointment
    assert (made.starts_at, made.ends_at, made.version, made.sequence) == (*TOMORROW, 2, 1)
    assert made.staff == booked.appointment.staff
    room = await desk.office.diary.room(made.room)
    assert room is not None
    assert (room.day, made.room != booked.appointment.room) == ("2026-11-23", True)
    assert await codes(desk, booked) == links
    assert await events(desk) == [(Event.BOOKED, 1), (Event.CHANGED, 2)]


async def test_moved_to_a_colleague_or_the_next_free(desk: Desk, booked: Entry) -> None:
    """The room follows the colleague; unknown ones are enrolled; back to the queue and out of it again."""
    office, ident = desk.office, booked.appointment.id
    when = (booked.appointment.starts_at, booked.appointment.ends_at)
    lars = await rebooking.move(office, ident, To(*when, staff=Whom("lars@lilleby.example", "Lars")), CALENDAR)
    queue = await rebooking.move(office, ident, To(*when, staff=NEXT_FREE), CALENDAR)
    later = await rebooking.move(office, ident, To(*LATER), CALENDAR)
    assert (await office.diary.person(lars.appointment.staff)) is not None
    assert queue.appointment.staff == later.appointment.staff == ""
    assert queue.appointment.room == later.appointment.room
    assert len({entry.appointment.room for entry in (booked, lars, queue)}) == 3


async def test_a_move_to_where_it_stands_is_none(desk: Desk, booked: Entry) -> None:
    """Nobody is written to about a change that there was not."""
    when = (booked.appointment.starts_at, booked.appointment.ends_at)
    same = Whom("mette@lilleby.example")
    assert await rebooking.move(desk.office, booked.appointment.id, To(*when, staff=same), CALENDAR) == booked


async def test_a_change_to_what_it_is_is_none(desk: Desk, booked: Entry) -> None:
    """No version, no letter, nothing to tell the calendar; it was read, which is on the citizen's access log."""
    ident, now = booked.appointment.id, booked.appointment
    same = Change(name=" Anna Hansen", phone="20123456", cpr=CPR, case_ref=now.case_ref, language="da")
    when = To(now.starts_at, now.ends_at, Whom("mette@lilleby.example"))
    assert await rebooking.change(desk.office, ident, Change(), CALENDAR) == booked
    assert await rebooking.change(desk.office, ident, same, CALENDAR) == booked
    assert await rebooking.revise(desk.office, ident, same, when, CALENDAR) == booked
    assert await desk.stands(booked) == booked
    assert await events(desk) == [(Event.BOOKED, 1)]
    acts = [line["act"] for line in await desk.lines() if line["subject"] == ident]
    assert acts == ["book", "read", "read", "read"]
    assert await desk.count("looks") == 1 + 3
    after = await rebooking.change(desk.office, ident, replace(same, phone="20654321"), CALENDAR)
    assert (after.appointment.version, after.citizen) == (2, booked.citizen), "how to reach people counts"


async def test_people_who_were_written_to_hear_of_a_move_and_of_the_end(desk: Desk, booked: Entry) -> None:
    """A letter of the new sequence about the change; after cancelling, one that says so."""
    await letters_now(desk, booked, LetterState.DELIVERED)
    moved = await rebooking.move(desk.office, booked.appointment.id, To(*TOMORROW), CALENDAR)
    letters = await desk.office.mailroom.letters_of(booked.appointment.id)
    assert {letter.person for letter in letters if (letter.about, letter.sequence) == (About.CHANGED, 1)} == {
        booked.citizen.id,
        booked.companions[0].person.id,
    }
    await letters_now(desk, moved, LetterState.DELIVERED)
    await rebooking.cancel(desk.office, booked.appointment.id, CALENDAR)
    letters = await desk.office.mailroom.letters_of(booked.appointment.id)
    assert len([letter for letter in letters if (letter.about, letter.sequence) == (About.CANCELLED, 2)]) == 2


async def test_a_letter_that_waits_is_dropped_when_it_is_overtaken(desk: Desk, booked: Entry) -> None:
    """Nobody is invited to what was cancelled before the letter left."""
    await rebooking.cancel(desk.office, booked.appointment.id, CALENDAR)
    letters = await desk.office.mailroom.letters_of(booked.appointment.id)
    assert {letter.state for letter in letters} == {LetterState.DROPPED}


async def test_a_number_put_right_sends_the_link_after_all(desk: Desk, booked: Entry) -> None:
    """When every letter failed; a change of something else sends nothing."""
    await letters_now(desk, booked, LetterState.FAILED, Failure.UNDELIVERABLE)
    await rebooking.change(desk.office, booked.appointment.id, Change(case_ref="sag 18"), CALENDAR)
    assert len(await desk.office.mailroom.letters_of(booked.appointment.id)) == 2
    await rebooking.change(desk.office, booked.appointment.id, Change(phone="20 65 43 21"), CALENDAR)
    letters = await desk.office.mailroom.letters_of(booked.appointment.id)
    [fresh] = [letter for letter in letters if letter.state is LetterState.QUEUED]
    assert (fresh.about, fresh.person) == (About.INVITATION, booked.citizen.id)


@pytest.mark.parametrize(
    "wish", [Change(phone="20 65 43 21"), Change(email="bo@borger.example"), Change(cpr="0202020202")]
)
async def test_an_address_put_right_leaves_nothing_to_whoever_had_the_wrong_one(
    desk: Desk, booked: Entry, wish: Change
) -> None:
    """Link and pass die at once; link and invitation are new; what arrived before counts for nothing."""
    await letters_now(desk, booked, LetterState.DELIVERED)
    ident, anna, tolk = booked.appointment.id, booked.citizen.id, booked.companions[0].person.id
    before, passes = await codes(desk, booked), (desk.waits(booked), desk.waits(booked, booked.companions[0].person))
    await rebooking.change(desk.office, ident, wish, CALENDAR)
    after = await codes(desk, booked)
    assert (after[anna] != before[anna], after[tolk] == before[tolk]) == (True, True)
    old = await desk.office.visitors.link(desk.office.marks.mark("link", before[anna]))
    assert old is not None
    assert old.revoked_at == NOW
    assert [desk.office.house.known[one].revoked for one in passes] == [True, False]
    assert desk.lobby.recalled == [passes[0]]
    letters = await desk.office.mailroom.letters_of(ident)
    assert {letter.state for letter in letters if letter.person == tolk} == {LetterState.DELIVERED}
    [fresh] = [letter for letter in letters if letter.state is LetterState.QUEUED]
    assert (fresh.about, fresh.person, fresh.rung) == (About.INVITATION, anna, 0)
    theirs = [letter for letter in letters if letter.person == anna]
    assert invitation(theirs, NOW).state is Invited.QUEUED
    assert {letter.state for letter in theirs if letter != fresh} == {LetterState.ASTRAY}
    await rebooking.change(desk.office, ident, Change(phone="20 65 43 22"), CALENDAR)
    again = await desk.office.mailroom.letters_of(ident)
    assert [letter.state for letter in again if letter.id == fresh.id] == [LetterState.DROPPED]
    assert len([letter for letter in again if letter.state is LetterState.QUEUED]) == 1


async def test_a_visit_that_goes_on_is_not_put_out_by_a_new_number(desk: Desk, booked: Entry) -> None:
    """Staff let them in and see them; the link is another one all the same."""
    before = await codes(desk, booked)
    pass_id = desk.waits(booked)
    desk.visits(booked)
    await rebooking.change(desk.office, booked.appointment.id, Change(phone="20 65 43 21"), CALENDAR)
    assert not desk.office.house.known[pass_id].revoked
    assert (await codes(desk, booked))[booked.citizen.id] != before[booked.citizen.id]


async def test_what_is_cancelled_is_left_alone(desk: Desk, booked: Entry) -> None:
    """No change, no move, no companion brings it back."""
    ident = booked.appointment.id
    await rebooking.cancel(desk.office, ident, CALENDAR)
    for act in (
        rebooking.change(desk.office, ident, Change(case_ref="x"), CALENDAR),
        rebooking.move(desk.office, ident, To(*LATER), CALENDAR),
        companions.add_companion(desk.office, ident, CompanionKind.GUARDIAN, Typed("Eva"), CALENDAR),
    ):
        with pytest.raises(Refused) as caught:
            await act
        assert caught.value.verdict.reason is Reason.APPOINTMENT_CANCELLED


async def test_a_companion_comes_on_a_link_of_their_own_and_is_written_to(desk: Desk, booked: Entry) -> None:
    """Nobody else hears of it again."""
    before = await desk.office.mailroom.letters_of(booked.appointment.id)
    eva = Typed("Eva Værge", "20 65 43 21")
    after, companion = await companions.add_companion(
        desk.office, booked.appointment.id, CompanionKind.GUARDIAN, eva, CALENDAR, 1
    )
    assert {c.person.id for c in (await desk.stands(booked)).companions} == {c.person.id for c in after.companions}
    assert (after.appointment.version, after.appointment.sequence) == (2, 0)
    assert companion.person.id in await codes(desk, booked)
    new = [x for x in await desk.office.mailroom.letters_of(booked.appointment.id) if x not in before]
    assert {letter.person for letter in new} == {companion.person.id}


async def test_more_companions_than_the_rule_allows_are_refused(desk: Desk, booked: Entry) -> None:
    """The ninth is one too many."""
    ident = booked.appointment.id
    for number in range(7):
        await companions.add_companion(desk.office, ident, CompanionKind.BISIDDER, Typed(f"Nr {number}"), CALENDAR)
    with pytest.raises(Refused) as caught:
        await companions.add_companion(desk.office, ident, CompanionKind.BISIDDER, Typed("Nr 9"), CALENDAR)
    assert caught.value.verdict.reason is Reason.TOO_MANY_COMPANIONS


async def test_a_companion_who_goes_has_nothing_left(desk: Desk, booked: Entry) -> None:
    """Link dead, pass dead and recalled, waiting letter dropped; the citizen's are as before."""
    person = booked.companions[0].person
    theirs, annas = desk.waits(booked, person), desk.waits(booked)
    after = await companions.remove_companion(desk.office, booked.appointment.id, person.id, CALENDAR, 1)
    assert after.companions == (await desk.stands(booked)).companions == ()
    assert set(await codes(desk, booked)) == {booked.citizen.id}
    house = desk.office.house
    assert (house.known[theirs].revoked, house.known[annas].revoked) == (True, False)
    assert desk.lobby.recalled == [theirs]
    letters = await desk.office.mailroom.letters_of(booked.appointment.id)
    assert {x.state for x in letters if x.person == person.id} == {LetterState.DROPPED}
    with pytest.raises(Refused) as caught:
        await companions.remove_companion(desk.office, booked.appointment.id, person.id, CALENDAR)
    assert caught.value.verdict.reason is Reason.UNKNOWN_COMPANION


async def test_each_act_is_on_record_and_on_the_citizens_access_log(desk: Desk, booked: Entry) -> None:
    """Who, what, when; refusals are on record, too."""
    ident = booked.appointment.id
    await rebooking.change(desk.office, ident, Change(case_ref="sag 18"), CALENDAR)
    await rebooking.move(desk.office, ident, To(*TOMORROW), CALENDAR)
    with pytest.raises(Refused):
        await rebooking.move(desk.office, ident, To(NOW - 9, NOW - 8), CALENDAR)
    await rebooking.cancel(desk.office, ident, STAFF)
    acts = [(line["act"], line["actor"], line["decision"]) for line in await desk.lines() if line["subject"] == ident]
    assert acts == [
        ("book", "calendar", "open"),
        ("change", "calendar", "open"),
        ("move", "calendar", "open"),
        ("move", "calendar", "refuse"),
        ("cancel", "mette", "open"),
    ]
    assert await desk.count("looks") == 4
    assert UNIT.id == booked.appointment.unit


async def test_a_companion_who_was_written_to_is_told_not_to_come(desk: Desk, booked: Entry) -> None:
    """By the way that reached them; the citizen hears nothing of it."""
    person = booked.companions[0].person
    [letter] = [x for x in await desk.office.mailroom.letters_of(booked.appointment.id) if x.person == person.id]
    for state in (LetterState.SENDING, LetterState.DELIVERED):
        await desk.office.records.keep(desk.office.line("sent", "test"), replace(letter, state=state))
    await companions.remove_companion(desk.office, booked.appointment.id, person.id, CALENDAR)
    letters = await desk.office.mailroom.letters_of(booked.appointment.id)
    assert [(x.person, x.channel) for x in letters if x.about is About.NOT_NEEDED] == [(person.id, letter.channel)]
