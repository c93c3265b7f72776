"""From queued to handed over: nothing lost, nothing doubled, nothing sent that is no longer true."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import UNIT
from tests.flows.mail import REACH, Gateway, Mail, Watched, open_mail
from tests.rules.invited import CALL, DAY, LADDER, POST, SMS, plan
from xmpp_agent.flows import hand_over
from xmpp_agent.flows.post import AT_ONCE
from xmpp_agent.flows.receipts import called
from xmpp_agent.model.appointments import Rung
from xmpp_agent.model.letters import Failure, LetterState
from xmpp_agent.model.people import CompanionKind, Reach, Role
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.ports.post import CarrierFault, Handed, Parcel
from xmpp_agent.rules.in_doubt import RECEIPT_WINDOW

SENDING, SENT = LetterState.SENDING, LetterState.SENT
ALL_RUNGS = plan(LADDER)
DOWN = CarrierFault(Failure.UNREACHABLE, again=True)
NO = CarrierFault(Failure.REFUSED, again=False)


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[Mail]:
    """A post room."""
    async with open_mail(tmp_path) as opened:
        yield opened


async def acts(mail: Mail) -> list[str]:
    """What was written down of letters, in order."""
    async with mail.here.database.engine.connect() as db:
        lines = (await db.exec_driver_sql("SELECT line FROM audit ORDER BY seq")).scalars()
        found = [re.search(r'"act":"((?:letter|receipt)[^"]*)"', str(line)) for line in lines]
    return [one[1] for one in found if one]


async def test_a_letter_goes_out_with_the_persons_link(mail: Mail) -> None:
    """Written down before it is handed over and after; the text leads to a link that is theirs."""
    [letter] = await mail.book()
    seen: list[LetterState] = []

    async def look(parcel: Parcel) -> None:
        found = await mail.here.database.mailroom.letter(parcel.letter)
        seen.append(found.state if found else LetterState.DROPPED)

    mail.sms.on_parcel = look
    mail.sms.answers.append(Handed("g7", 2))
    await mail.work()
    [parcel] = mail.sms.parcels
    assert (parcel.letter, parcel.to, parcel.sender) == (letter.id, "+4520123456", UNIT.sms_sender)
    assert seen == [LetterState.SENDING]
    code = parcel.text.rpartition("/m/")[2]
    link = await mail.here.database.visitors.link(mail.here.office.marks.mark("link", code))
    assert link is not None
    assert (link.appointment, link.person) == ("anna", "anna")
    [kept] = await mail.letters()
    assert (kept.state, kept.gateway_id, kept.parts, kept.attempts) == (LetterState.SENT, "g7", 2, 1)
    assert await acts(mail) == ["letter-sending", "letter-sent"]


async def test_the_newest_link_is_written_and_no_other_made(mail: Mail) -> None:
    """A link made by somebody else (a fresh one) stands in the next letter."""
    await mail.book()
    await mail.here.link()
    mail.here.clock.at += 1
    newest = await mail.here.link()
    await mail.work()
    assert mail.sms.parcels[0].text.endswith(f"/m/{newest}")
    assert len(await mail.here.database.visitors.links_of("anna")) == 2


async def test_nobody_is_sent_another_ones_link(mail: Mail) -> None:
    """Citizen and companion have one each, and both keep theirs in later letters."""
    await mail.book(companion=CompanionKind.INTERPRETER)
    [helper] = (await mail.entry()).companions
    number = Reach(phone="+4599999999")
    await mail.keep("reach", "anna", Enrolment(helper.person, Role.COMPANION, number))
    await mail.work()
    await mail.move()
    await mail.work()
    links = {link.link.person: link.code for link in await mail.here.database.visitors.links_of("anna")}
    sent = [(parcel.to, parcel.text.rpartition("/m/")[2]) for parcel in mail.sms.parcels]
    assert sorted(sent) == sorted(2 * [(REACH.phone, links["anna"]), (number.phone, links[helper.person.id])])


async def test_a_cancellation_makes_no_link(mail: Mail) -> None:
    """It leads nowhere; whoever had none gets none."""
    [letter] = await mail.book()
    sent = replace(letter, attempts=1, due_at=letter.due_at + DAY)
    await mail.keep("sent", "anna", *(replace(sent, state=state) for state in (SENDING, SENT)))
    await mail.cancel()
    await mail.work()
    assert await mail.told() == ["invitation sms sent", "cancelled sms sent"]
    assert "/m/" not in mail.sms.parcels[0].text
    assert await mail.here.database.visitors.links_of("anna") == ()


async def test_moved_just_before_it_is_handed_over(mail: Mail) -> None:
    """The letter was taken in hand already; it is dropped, and the person is invited to the new time."""
    await mail.book()
    office = mail.here.office
    office.records = Watched(office.records, "letter-sending", mail.move)
    await mail.work()
    assert await mail.told() == ["invitation sms dropped", "changed sms sent"]
    [parcel] = mail.sms.parcels
    assert parcel.text.startswith("Videomøde med")


async def test_called_off_just_before_it_is_handed_over(mail: Mail) -> None:
    """Nobody hears of a meeting that they were never invited to."""
    await mail.book()
    office = mail.here.office
    office.records = Watched(office.records, "letter-sending", mail.cancel)
    await mail.work()
    assert await mail.told() == ["invitation sms dropped", "cancelled sms dropped"]
    assert mail.sms.parcels == []


async def test_moved_while_it_is_on_its_way(mail: Mail) -> None:
    """It arrives with the old time; the next one, after it and not beside it, tells of the change."""
    await mail.book()
    go = asyncio.Event()
    mail.sms.answers.append(go)
    await mail.room.look()
    await mail.sms.got(1)
    await mail.move()
    await mail.room.look()
    assert len(mail.room.book.in_flight) == 1
    go.set()
    await mail.room.quiet()
    await mail.work()
    assert await mail.told() == ["invitation sms sent", "changed sms sent"]
    assert mail.sms.parcels[1].text.startswith("Ny tid")


async def test_an_appointment_that_is_gone_is_not_written_about(mail: Mail) -> None:
    """Erased with its people: what waits is dropped."""
    await mail.book()
    async with mail.here.database.engine.connect() as db:
        await db.exec_driver_sql("DELETE FROM appointments")
    await mail.work()
    assert (await mail.told(), mail.sms.parcels) == (["invitation sms dropped"], [])


async def test_without_an_address_the_next_rung_follows_at_once(mail: Mail) -> None:
    """Up to the call, which waits until staff made it."""
    await mail.book(policy=ALL_RUNGS, reach=None)
    await mail.work()
    assert await mail.told() == [
        "invitation digital-post failed/no_address",
        "invitation sms failed/no_address",
        "invitation email failed/no_address",
        "invitation call queued",
    ]
    call = next(letter for letter in await mail.letters() if letter.channel is CALL)
    assert await called(mail.room.book, call.id, "mette", reached=True)
    assert not await called(mail.room.book, call.id, "mette", reached=True)
    assert not await called(mail.room.book, "nobody", "mette", reached=True)
    assert (await mail.told())[-1] == "invitation call delivered"


async def test_only_a_call_is_called(mail: Mail) -> None:
    """Staff cannot mark another letter as made by telephone."""
    [letter] = await mail.book()
    assert not await called(mail.room.book, letter.id, "mette", reached=True)
    assert await mail.told() == ["invitation sms queued"]


async def test_a_gateway_that_is_down_is_tried_again(mail: Mail) -> None:
    """Later and later, and shown why; then it goes out."""
    await mail.book()
    mail.sms.answers.extend([DOWN, CarrierFault(Failure.BUSY, again=True, after=100.0)])
    await mail.work()
    assert await mail.told() == ["invitation sms queued/unreachable"]
    await mail.work(29)
    assert len(mail.sms.parcels) == 1
    await mail.work(1)
    assert (await mail.told(), len(mail.sms.parcels)) == (["invitation sms queued/busy"], 2)
    await mail.work(99)
    assert len(mail.sms.parcels) == 2
    await mail.work(1)
    assert await mail.told() == ["invitation sms sent"]
    assert len({parcel.letter for parcel in mail.sms.parcels}) == 1


async def test_a_gateway_that_stays_down_is_given_up(mail: Mail) -> None:
    """After the rung's time, and the ladder goes on."""
    await mail.book()
    mail.sms.answers.extend([DOWN] * 20)
    for _ in range(10):
        await mail.work(900)
    assert await mail.told() == ["invitation sms failed/unreachable", "invitation email sent"]
    assert len(mail.sms.parcels) == 5


async def test_a_no_is_followed_by_the_next_rung(mail: Mail) -> None:
    """At once, with the reason kept."""
    await mail.book()
    mail.sms.answers.append(NO)
    await mail.work()
    assert await mail.told() == ["invitation sms failed/refused", "invitation email sent"]


async def test_no_rung_without_a_carrier_holds_up_the_ladder(mail: Mail) -> None:
    """A channel that nobody carries fails as one that is not allowed."""
    await mail.book(policy=ALL_RUNGS)
    mail.here.office.on_appointment.clear()
    mail.room = mail.new_room(mail.email)
    await mail.work()
    assert await mail.told() == [
        "invitation digital-post failed/not_allowed",
        "invitation sms failed/not_allowed",
        "invitation email sent",
    ]


async def test_a_unit_nobody_described_writes_to_nobody(mail: Mail) -> None:
    """Without sender, name and telephone number there is nothing to send: staff call."""
    await mail.book()
    async with mail.here.database.engine.connect() as db:
        await db.exec_driver_sql("DELETE FROM units")
    await mail.work()
    assert [one.rpartition(" ")[2] for one in await mail.told()] == [
        "failed/not_allowed",
        "failed/not_allowed",
        "queued",
    ]


async def test_one_letters_fault_is_not_the_others(mail: Mail) -> None:
    """A carrier that breaks is reported; the other letters go out, and the broken one is not forgotten."""
    await mail.book()
    await mail.book("bo")
    mail.sms.answers.append(KeyError("what a carrier must not do"))
    await mail.work()
    states = [*(await mail.told()), *(await mail.told("bo"))]
    assert sorted(states) == ["invitation sms sending", "invitation sms sent"]
    assert [type(error) for error in mail.errors] == [KeyError]
    await mail.work(RECEIPT_WINDOW)
    states = sorted([*(await mail.told()), *(await mail.told("bo"))])
    assert states == ["invitation email sent", "invitation sms failed/in_doubt", "invitation sms sent"]


async def test_a_gateway_that_hangs_holds_up_no_other(mail: Mail) -> None:
    """It has so many letters in hand and no more; the other channels go on meanwhile."""
    go = asyncio.Event()
    mail.sms.answers.extend([go] * (AT_ONCE + 2))
    for number in range(AT_ONCE + 2):
        await mail.book(f"sms{number}")
    await mail.book("post", plan((Rung(POST),)))
    await mail.room.look()
    await mail.sms.got(AT_ONCE)
    await mail.post.got(1)
    await mail.room.look()
    assert len(mail.sms.parcels) == AT_ONCE
    go.set()
    await mail.room.quiet()
    await mail.work()
    assert len({parcel.letter for parcel in mail.sms.parcels}) == len(mail.sms.parcels) == AT_ONCE + 2


async def test_what_is_in_hand_is_not_taken_for_lost(mail: Mail) -> None:
    """However often the room looks, and however long the gateway takes: it is the same process that has it in hand."""
    go = asyncio.Event()
    mail.post.answers.append(go)
    await mail.book(policy=plan((Rung(POST),)))
    await mail.room.look()
    await mail.post.got(1)
    for _ in range(3):
        mail.here.clock.at += RECEIPT_WINDOW
        await mail.room.look()
    assert await mail.told() == ["invitation digital-post sending"]
    go.set()
    await mail.work()
    assert (await mail.told(), len(mail.post.parcels)) == (["invitation digital-post sent"], 1)


async def test_a_carrier_that_never_ends_is_not_waited_for(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    """It promised an end; after it, nobody knows whether it was taken."""
    monkeypatch.setattr(hand_over, "WITHIN", 0.01)
    await mail.book(policy=plan((Rung(POST),)))
    mail.post.answers.append(asyncio.Event())
    await mail.work()
    assert await mail.told() == ["invitation digital-post queued/in_doubt"]


async def test_of_two_agents_one_hands_over(mail: Mail) -> None:
    """Another one takes the letter in hand while this one is about to: it goes out once, and neither is ill for it."""
    [letter] = await mail.book()
    other = Gateway(SMS)
    room = mail.new_room(other)

    async def be_quicker() -> None:
        await room.look()
        await room.quiet()

    office = mail.here.office
    office.records = Watched(office.records, "letter-sending", be_quicker, early=True)
    await mail.work()
    assert (mail.sms.parcels, [parcel.letter for parcel in other.parcels]) == ([], [letter.id])
    assert (await mail.told(), mail.errors) == (["invitation sms sent"], [])


async def test_if_it_cannot_be_written_down_it_is_not_handed_over(mail: Mail) -> None:
    """The disk is full: nothing goes out, nothing is lost."""
    await mail.book()
    office = mail.here.office
    whole, office.records = office.records, Broken()
    await mail.room.look()
    await mail.room.quiet()
    assert (mail.sms.parcels, [type(error) for error in mail.errors]) == ([], [Unavailable])
    office.records = whole
    await mail.work()
    assert await mail.told() == ["invitation sms sent"]


async def test_if_the_yes_cannot_be_written_down(mail: Mail) -> None:
    """It was handed over: as after a kill, a receipt is waited for before it is handed over again."""
    [letter] = await mail.book()
    office = mail.here.office
    whole = office.records

    async def breaks(_parcel: Parcel) -> None:
        office.records = Broken()

    mail.sms.on_parcel = breaks
    await mail.room.look()
    await mail.room.quiet()
    office.records, mail.sms.on_parcel = whole, None
    await mail.work()
    await mail.work(RECEIPT_WINDOW - 1)
    assert [parcel.letter for parcel in mail.sms.parcels] == [letter.id]


async def test_a_text_that_cannot_be_printed_is_not_waited_for(mail: Mail) -> None:
    """The unit's own words are faulty: ours go out."""
    await mail.book()
    await mail.keep("unit", "anna", replace(UNIT, texts={"sms.invitation.da": "{{ nonsense }}"}))
    await mail.work()
    assert "Lilleby Kommune" in mail.sms.parcels[0].text


async def test_the_calendar_goes_with_letters_that_carry_one(mail: Mail) -> None:
    """Same entry, higher sequence, when it moved; called off when it is; never in a text message."""
    await mail.book(policy=plan((Rung(POST),)))
    await mail.work()
    await mail.move()
    await mail.work()
    await mail.cancel()
    await mail.work()
    meetings = [parcel.meeting for parcel in mail.post.parcels]
    assert [(one.uid, one.sequence, one.cancelled) for one in meetings if one] == [
        ("anna", 0, False),
        ("anna", 1, False),
        ("anna", 2, True),
    ]
    assert all(one.organizer == "Lilleby Kommune" for one in meetings if one)
    await mail.book("bo")
    await mail.work()
    assert mail.sms.parcels[0].meeting is None


async def test_nothing_of_a_person_is_written_down_with_it(mail: Mail) -> None:
    """The audit has ids and codes: no number, no address, no name, no link."""
    await mail.book(policy=ALL_RUNGS)
    mail.post.answers.append(NO)
    mail.sms.answers.append(NO)
    await mail.work()
    code = mail.email.parcels[0].text.partition("/m/")[2][:17]
    async with mail.here.database.engine.connect() as db:
        lines = " ".join(str(line) for line in (await db.exec_driver_sql("SELECT line FROM audit")).scalars())
    assert "letter-sent" in lines
    for secret in (REACH.phone, REACH.email, REACH.cpr, "Anna", code):
        assert secret not in lines


class Broken:
    """A disk that is full."""

    async def keep(self, *_anything: object) -> None:
        """See `ports.diary.Records`."""
        raise Unavailable("disk full")

    def jot(self, *_anything: object) -> None:
        """See `ports.diary.Records`."""
