"""What nobody knows: an answer that was lost, an agent killed while a letter was in its hand."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.mail import REACH, Mail, open_mail
from tests.rules.invited import POST, SMS, plan
from xmpp_agent.flows.post import LONGEST_SLEEP
from xmpp_agent.model.appointments import Rung
from xmpp_agent.model.letters import About, Channel, Failure, LetterState
from xmpp_agent.model.people import CompanionKind, Role
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Enrolment, Parted
from xmpp_agent.ports.post import CarrierFault, Fate, Receipt
from xmpp_agent.rules.in_doubt import MOST_UNSURE, RECEIPT_WINDOW
from xmpp_agent.rules.ladder import on_parting

SENDING, SENT = LetterState.SENDING, LetterState.SENT
LOST = CarrierFault(Failure.UNREACHABLE, again=True, perhaps=True)


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[Mail]:
    """A post room."""
    async with open_mail(tmp_path) as opened:
        yield opened


async def test_an_answer_that_was_lost(mail: Mail) -> None:
    """Where a repetition might arrive twice a receipt is waited for; then the next way is gone. It counts as sent."""
    await mail.book()
    mail.sms.answers.append(LOST)
    await mail.work()
    await mail.work(RECEIPT_WINDOW - 1)
    assert (await mail.told(), len(mail.sms.parcels)) == (["invitation sms sending"], 1)
    await mail.work(1)
    assert await mail.told() == ["invitation sms failed/in_doubt", "invitation email sent"]
    assert (len(mail.sms.parcels), len(mail.email.parcels)) == (1, 1)
    await mail.cancel()
    await mail.work()
    assert "cancelled email sent" in await mail.told()


async def test_where_there_is_no_other_way_it_is_handed_over_again(mail: Mail) -> None:
    """Nothing is lost: the next rung has no address, so the same one is used once more, with the same id."""
    await mail.book(reach=replace(REACH, email=""))
    mail.sms.answers.append(LOST)
    await mail.work()
    await mail.work(RECEIPT_WINDOW)
    assert await mail.told() == ["invitation sms sent"]
    assert [parcel.letter for parcel in mail.sms.parcels] == [mail.sms.parcels[0].letter] * 2


@pytest.mark.parametrize(
    ("says", "after", "handed"),
    [
        (None, "invitation sms sent", 2),
        (Fate.DELIVERED, "invitation sms delivered", 1),
        (Fate.ON_ITS_WAY, "invitation sms sent", 1),
    ],
    ids=["never came", "delivered", "taken"],
)
async def test_a_gateway_that_remembers_is_asked(mail: Mail, says: Fate | None, after: str, handed: int) -> None:
    """What it has is not sent again, and what it has not is: the next way is not needed."""
    gateway = mail.asks_sms()
    [letter, *_] = await mail.book()
    gateway.answers.append(LOST)
    await mail.work()
    gateway.knows = {letter.id: Receipt(says, letter.id)} if says else {}
    await mail.work(RECEIPT_WINDOW - 1)
    assert gateway.asked == []
    await mail.work(1)
    assert (await mail.told(), len(gateway.parcels)) == ([after], handed)
    assert gateway.asked == [[letter.id]]


async def test_a_gateway_that_remembers_and_does_not_answer(mail: Mail) -> None:
    """Nobody knows, as if it could not be asked."""
    gateway = mail.asks_sms()
    await mail.book()
    gateway.answers.append(LOST)
    await mail.work()
    gateway.knows = CarrierFault(Failure.BUSY, again=True)
    await mail.work(RECEIPT_WINDOW)
    assert await mail.told() == ["invitation sms failed/in_doubt", "invitation email sent"]


async def test_a_gateway_is_not_asked_more_often_than_it_answers(mail: Mail) -> None:
    """Two letters, a minute apart: two questions two minutes apart."""
    gateway = mail.asks_sms()
    for name in ("anna", "bo"):
        await mail.book(name)
        gateway.answers.append(LOST)
        await mail.work()
        await mail.work(60)
    await mail.work()
    assert len(gateway.asked) == 1
    await mail.work(RECEIPT_WINDOW - 1)
    assert len(gateway.asked) == 1
    await mail.work(1)
    assert len(gateway.asked) == 2


async def test_an_answer_that_was_lost_where_repeating_is_safe(mail: Mail) -> None:
    """Tried again as if the gateway had been down."""
    await mail.book(policy=plan((Rung(POST),)))
    mail.post.answers.append(LOST)
    await mail.work()
    assert await mail.told() == ["invitation digital-post queued/in_doubt"]
    await mail.work(30)
    assert await mail.told() == ["invitation digital-post sent"]


async def test_answers_lost_again_and_again(mail: Mail) -> None:
    """A person is not sent the same any number of times: then the ladder goes on."""
    await mail.book(policy=plan((Rung(SMS),)))
    mail.sms.answers.extend([LOST] * 9)
    for _ in range(5):
        await mail.work(RECEIPT_WINDOW)
    assert await mail.told() == ["invitation sms failed/in_doubt", "invitation call queued"]
    assert len(mail.sms.parcels) == MOST_UNSURE


@pytest.mark.parametrize(("channel", "wait"), [(POST, 0.0), (SMS, RECEIPT_WINDOW)])
async def test_killed_while_it_was_in_hand(mail: Mail, channel: Channel, wait: float) -> None:
    """After the restart it is handed over again: at once, or after the time for a receipt where that is safer."""
    [letter] = await mail.book(policy=plan((Rung(channel),)))
    gateway = mail.post if channel is POST else mail.sms
    await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
    mail.restarted()
    await mail.work()
    assert len(gateway.parcels) == (wait == 0)
    await mail.work(wait)
    assert [parcel.letter for parcel in gateway.parcels] == [letter.id]
    [after] = await mail.letters()
    assert (after.state, after.attempts) == (SENT, 2)


async def test_what_another_agent_has_in_hand_is_not_picked_up(mail: Mail) -> None:
    """The agent that stands by sends nothing and judges nothing, however long; at the door it goes on from there."""
    await mail.book(policy=plan((Rung(POST),)))
    hangs, leads = asyncio.Event(), [False]
    mail.post.answers.append(hangs)
    other = mail.new_room(mail.sms, mail.email, mail.post, leads=lambda: leads[0])
    assert await other.look() == LONGEST_SLEEP
    await mail.room.look()
    await mail.post.got(1)
    mail.here.clock.at += 2 * RECEIPT_WINDOW
    await other.look()
    await other.quiet()
    assert (await mail.told(), len(mail.post.parcels)) == (["invitation digital-post sending"], 1)
    hangs.set()
    await mail.room.quiet()
    leads[0] = True
    await mail.book("bo", policy=plan((Rung(POST),)))
    await other.look()
    await other.quiet()
    assert (await mail.told(), await mail.told("bo")) == (["invitation digital-post sent"],) * 2


async def test_killed_and_meanwhile_called_off(mail: Mail) -> None:
    """What is no longer true is not handed over again; that it is off is told while nobody knows of the other."""
    [letter] = await mail.book()
    await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
    await mail.cancel()
    mail.restarted()
    await mail.work()
    await mail.work(RECEIPT_WINDOW)
    assert await mail.told() == ["invitation sms failed/in_doubt", "cancelled sms sent"]


async def test_called_off_while_nobody_knows_and_the_gateway_is_busy(mail: Mail) -> None:
    """Whoever may have the invitation is told that it is off, also when that waits until the doubt is settled."""
    [letter] = await mail.book()
    await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
    await mail.cancel()
    mail.restarted()
    mail.sms.answers.append(CarrierFault(Failure.BUSY, again=True, after=2 * RECEIPT_WINDOW))
    await mail.work()
    assert await mail.told() == ["invitation sms sending", "cancelled sms queued/busy"]
    await mail.work(RECEIPT_WINDOW)
    await mail.work(RECEIPT_WINDOW)
    assert await mail.told() == ["invitation sms failed/in_doubt", "cancelled sms sent"]


async def test_killed_and_called_off_before_anybody_looks(mail: Mail) -> None:
    """Where a repetition counts once the doubt is settled before anything is sent: they are told that it is off."""
    [letter] = await mail.book(policy=plan((Rung(POST),)))
    await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
    await mail.cancel()
    mail.restarted()
    await mail.work()
    assert await mail.told() == ["invitation digital-post failed/in_doubt", "cancelled digital-post sent"]
    assert len(mail.post.parcels) == 1


@pytest.mark.parametrize("busy", [False, True], ids=["at once", "after it was busy"])
@pytest.mark.parametrize("killed", [False, True], ids=["answer lost", "killed"])
async def test_called_off_while_it_waits_to_be_handed_over_again(mail: Mail, *, killed: bool, busy: bool) -> None:
    """An earlier attempt may have been taken, whatever the gateway said to the next: they are told that it is off."""
    [letter] = await mail.book(policy=plan((Rung(POST),)))
    mail.post.answers.extend([LOST] * (not killed) + [CarrierFault(Failure.BUSY, again=True)] * (busy or killed))
    if killed:
        await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
        mail.restarted()
    await mail.work()
    if busy:
        await mail.work(30)
    assert await mail.told() == ["invitation digital-post queued/in_doubt"]
    await mail.cancel()
    await mail.work()
    assert await mail.told() == ["invitation digital-post dropped/in_doubt", "cancelled digital-post sent"]


@pytest.mark.parametrize("gateway_is_sure", [True, False], ids=["never came", "nobody knows"])
async def test_what_the_gateway_never_had_is_not_called_off(mail: Mail, *, gateway_is_sure: bool) -> None:
    """Asked and not there: nobody is told of a meeting they never heard of; with no answer they are."""
    gateway = mail.asks_sms()
    await mail.book(policy=plan((Rung(SMS),)))
    gateway.answers.extend([LOST, CarrierFault(Failure.BUSY, again=True)])
    await mail.work()
    gateway.knows = {} if gateway_is_sure else CarrierFault(Failure.BUSY, again=True)
    await mail.work(RECEIPT_WINDOW)
    await mail.cancel()
    await mail.work()
    told = (
        ["invitation sms dropped/busy"]
        if gateway_is_sure
        else ["invitation sms dropped/in_doubt", "cancelled sms sent"]
    )
    assert await mail.told() == told


async def test_a_companion_in_doubt_is_told_that_they_are_not_needed(mail: Mail) -> None:
    """Killed with the companion's invitation in hand, and they are taken off before anybody looks."""
    letters = await mail.book(policy=plan((Rung(POST),)), companion=CompanionKind.INTERPRETER)
    entry = await mail.entry()
    person = entry.companions[0].person
    await mail.keep("reach", "anna", Enrolment(person, Role.COMPANION, REACH))
    [theirs] = [replace(one, state=SENDING, attempts=1) for one in letters if one.person == person.id]
    await mail.keep("killed", "anna", theirs)
    words = on_parting(replace(entry, companions=()), person.id, await mail.letters(), mail.here.clock.at)
    await mail.keep("companion-out", "anna", Parted("anna", person.id), *words)
    mail.restarted()
    await mail.work()
    states = {(one.about, one.state) for one in await mail.letters() if one.person == person.id}
    assert states == {(About.INVITATION, LetterState.FAILED), (About.NOT_NEEDED, SENT)}


async def test_a_door_that_comes_and_goes_keeps_nothing_in_doubt(mail: Mail) -> None:
    """The time for a receipt runs on while this agent does not lead; for a hand-over begun meanwhile it starts anew."""
    [letter] = await mail.book()
    leads = [True]
    mail.room = mail.new_room(mail.sms, mail.email, mail.post, leads=lambda: leads[0])
    await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
    for _ in range(2):
        leads[0] = True
        await mail.work()
        leads[0] = False
        await mail.work(RECEIPT_WINDOW / 2)
    leads[0] = True
    again = replace(letter, state=SENDING, attempts=2)
    await mail.keep("requeued elsewhere", "anna", replace(letter, attempts=1))
    await mail.keep("begun elsewhere", "anna", again)
    await mail.work()
    assert await mail.told() == ["invitation sms sending"]
    leads[0] = False
    await mail.work(RECEIPT_WINDOW)
    leads[0] = True
    await mail.work()
    assert await mail.told() == ["invitation sms failed/in_doubt", "invitation email sent"]


async def broken(mail: Mail, column: str) -> None:
    """What is kept of Anna there can no longer be read."""
    async with mail.here.database.engine.begin() as db:
        await db.exec_driver_sql(f"UPDATE people SET {column} = 'broken' WHERE id = 'anna'")


async def test_an_appointment_nobody_can_read_holds_up_nobody_else(mail: Mail) -> None:
    """No receipt came of their letter: that it cannot be moved on is reported, and the post goes on."""
    await mail.book()
    await mail.work()
    await broken(mail, "name")
    await mail.work(3600)
    await mail.book("bo")
    await mail.work()
    assert (await mail.told(), await mail.told("bo")) == (["invitation sms sent"], ["invitation sms sent"])
    assert {type(error) for error in mail.errors} == {Unavailable}


async def test_somebody_nobody_can_read_holds_up_nobody_else(mail: Mail) -> None:
    """Their letter in doubt stays where it is and is told of; the post goes on."""
    [letter] = await mail.book()
    await mail.keep("killed", "anna", replace(letter, state=SENDING, attempts=1))
    await broken(mail, "reach")
    await mail.book("bo")
    mail.restarted()
    await mail.work()
    await mail.work(RECEIPT_WINDOW)
    assert [type(error) for error in mail.errors] == [Unavailable]
    assert (await mail.told(), await mail.told("bo")) == (["invitation sms sending"], ["invitation sms sent"])
