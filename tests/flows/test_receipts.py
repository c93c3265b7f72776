"""What became of letters after they were taken: receipts, silence, the page, and the room's own loop."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.mail import REACH, Mail, Reader, Watched, open_mail
from tests.flows.test_post import Broken
from tests.rules.invited import LADDER, POST, SMS, plan
from xmpp_agent.flows import post
from xmpp_agent.flows.receipts import opened, receive
from xmpp_agent.model.letters import Channel, Failure, Letter, LetterState
from xmpp_agent.model.people import CompanionKind, Role
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.ports.post import CarrierFault, Fate, Handed, Incoming, Parcel, Receipt
from xmpp_agent.rules.in_doubt import RECEIPT_WINDOW

TAKEN, NOT_TAKEN = 200, 403
ALL_RUNGS = plan(LADDER)


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[Mail]:
    """A post room."""
    async with open_mail(tmp_path) as opened:
        yield opened


async def told(mail: Mail, *receipts: Receipt, by: Channel = SMS) -> int:
    """What the gateway is answered to its receipts."""
    return (await receive(mail.room.book, Reader(by, receipts), Incoming())).status


async def sent(mail: Mail, name: str = "anna") -> Letter:
    """A letter that was taken by the SMS gateway."""
    [letter] = await mail.book(name)
    await mail.work()
    return letter


@pytest.mark.parametrize("by_own_id", [True, False])
async def test_a_receipt(mail: Mail, by_own_id: bool) -> None:
    """It is found by our id or by the gateway's; the same again changes nothing and writes no line."""
    letter = await sent(mail)
    receipt = Receipt(Fate.DELIVERED, letter.id) if by_own_id else Receipt(Fate.DELIVERED, gateway_id="g1")
    assert await told(mail, Receipt(Fate.ON_ITS_WAY, letter.id), receipt) == TAKEN
    assert await mail.told() == ["invitation sms delivered"]
    lines = await count(mail)
    assert await told(mail, receipt, Receipt(Fate.ON_ITS_WAY, letter.id), Receipt(Fate.FAILED, letter.id)) == TAKEN
    assert (await mail.told(), await count(mail)) == (["invitation sms delivered"], lines)


async def count(mail: Mail) -> int:
    """Lines written down."""
    async with mail.here.database.engine.connect() as db:
        return int((await db.exec_driver_sql("SELECT count(*) FROM audit")).scalar_one())


async def test_a_receipt_that_says_no(mail: Mail) -> None:
    """The next rung goes out by itself."""
    letter = await sent(mail)
    assert await told(mail, Receipt(Fate.FAILED, letter.id, failure=Failure.UNDELIVERABLE)) == TAKEN
    await mail.work()
    assert await mail.told() == ["invitation sms failed/undeliverable", "invitation email sent"]


async def test_receipts_that_come_at_the_same_moment(mail: Mail) -> None:
    """One is written down after the other, each by what stands then: no rung is climbed for a letter that arrived."""
    letter = await sent(mail)
    both = (Receipt(Fate.FAILED, letter.id), Receipt(Fate.DELIVERED, letter.id))
    assert await asyncio.gather(*(told(mail, receipt) for receipt in both)) == [TAKEN, TAKEN]
    assert "invitation sms delivered" in await mail.told()
    assert "invitation email queued" not in await mail.told()


async def test_no_receipt_and_then_one_after_all(mail: Mail) -> None:
    """When the time is over the next rung goes out; what comes late is believed and ends the climb."""
    letter = next(iter(await mail.book(policy=ALL_RUNGS)))
    mail.sms.answers.append(CarrierFault(Failure.BUSY, again=True))
    await mail.work()
    await mail.work(1799)
    assert await mail.told() == ["invitation digital-post sent"]
    await mail.work(1)
    assert await mail.told() == ["invitation digital-post failed/no_receipt", "invitation sms queued/busy"]
    assert await told(mail, Receipt(Fate.DELIVERED, letter.id), by=POST) == TAKEN
    await mail.work(1800)
    assert await mail.told() == ["invitation digital-post delivered", "invitation sms dropped/busy"]


async def test_silence_of_a_gateway_that_never_tells(mail: Mail) -> None:
    """E-mail that was taken is all that will ever be known: nobody is called for it."""
    mail.sms.answers.append(CarrierFault(Failure.REFUSED, again=False))
    await mail.book()
    await mail.work()
    await mail.work(86400)
    assert await mail.told() == ["invitation sms failed/refused", "invitation email sent"]


async def test_a_receipt_of_another_gateway(mail: Mail) -> None:
    """A gateway speaks of its own letters only, by whichever id."""
    letter = await sent(mail)
    assert await told(mail, Receipt(Fate.DELIVERED, letter.id, "g1"), by=POST) == TAKEN
    assert await mail.told() == ["invitation sms sent"]


async def test_unknown_receipts_are_taken(mail: Mail) -> None:
    """Another system may use the same account: the gateway need not come again."""
    assert await told(mail, Receipt(Fate.DELIVERED, "who", "what"), Receipt(Fate.FAILED)) == TAKEN


async def test_a_gateway_nobody_uses_has_no_receipts(mail: Mail) -> None:
    """Nothing of it is read."""
    letter = await sent(mail)
    assert await told(mail, Receipt(Fate.DELIVERED, letter.id), by=Channel.CALL) == NOT_TAKEN
    assert await mail.told() == ["invitation sms sent"]


async def test_what_cannot_be_believed_or_written_down_is_not_taken(mail: Mail) -> None:
    """Forged: not taken. The disk is full: not taken, so that an honest gateway comes again."""
    letter = await sent(mail)
    assert await told(mail) == NOT_TAKEN
    whole, mail.here.office.records = mail.here.office.records, Broken()
    assert await told(mail, Receipt(Fate.DELIVERED, letter.id)) == NOT_TAKEN
    mail.here.office.records = whole
    assert await told(mail, Receipt(Fate.DELIVERED, letter.id)) == TAKEN
    assert await mail.told() == ["invitation sms delivered"]


async def test_a_receipt_that_is_quicker_than_the_answer(mail: Mail) -> None:
    """By our id it is believed at once. By the gateway's, which nobody knows yet, it has to come again."""
    [letter] = await mail.book()
    answers = []

    async def tell(parcel: Parcel) -> None:
        answers.append(await told(mail, Receipt(Fate.DELIVERED, gateway_id="g7")))
        answers.append(await told(mail, Receipt(Fate.DELIVERED, letter.id)))

    mail.sms.on_parcel = tell
    mail.sms.answers.append(Handed("g7"))
    await mail.work()
    [after] = await mail.letters()
    assert (answers, await mail.told(), after.gateway_id) == ([NOT_TAKEN, TAKEN], ["invitation sms delivered"], "g7")


@pytest.mark.parametrize("fate", Fate)
async def test_a_receipt_for_a_letter_whose_answer_was_lost(mail: Mail, fate: Fate) -> None:
    """It names the letter: it was taken, and is not handed over again."""
    mail.sms.answers.append(CarrierFault(Failure.UNREACHABLE, again=True, perhaps=True))
    letter = await sent(mail)
    assert await mail.told() == ["invitation sms sending"]
    assert await told(mail, Receipt(fate, letter.id)) == TAKEN
    await mail.work(300)
    assert len(mail.sms.parcels) == 1


@pytest.mark.parametrize("again", [True, False])
async def test_a_receipt_that_is_quicker_than_a_no(mail: Mail, again: bool) -> None:
    """It arrived, whatever the gateway answers afterwards: nothing is tried again, and no other way is needed."""
    [letter] = await mail.book()

    async def tell(_parcel: Parcel) -> None:
        await told(mail, Receipt(Fate.DELIVERED, letter.id))

    mail.sms.on_parcel = tell
    mail.sms.answers.append(CarrierFault(Failure.UNREACHABLE, again=again))
    await mail.work()
    assert await mail.told() == ["invitation sms delivered"]


async def test_a_receipt_just_before_it_is_handed_over_again(mail: Mail) -> None:
    """It was taken in hand once more, and then the first time turned out to have reached them."""
    mail.sms.answers.append(CarrierFault(Failure.UNREACHABLE, again=True, perhaps=True))
    [letter] = await mail.book(reach=replace(REACH, email=""))
    await mail.work()

    async def tell() -> None:
        await mail.keep(
            "receipt", "anna", replace((await mail.letters())[0], state=LetterState.DELIVERED, failure=None)
        )

    mail.here.office.records = Watched(mail.here.office.records, "letter-sending", tell)
    await mail.work(RECEIPT_WINDOW)
    assert (await mail.told(), [one.letter for one in mail.sms.parcels]) == (["invitation sms delivered"], [letter.id])


async def test_the_page_behind_the_link(mail: Mail) -> None:
    """Whoever pressed its first button has all that may have brought them; another person's are untouched."""
    await mail.book(companion=CompanionKind.INTERPRETER, policy=ALL_RUNGS)
    [helper] = (await mail.entry()).companions
    await mail.keep("reach", "anna", Enrolment(helper.person, Role.COMPANION, REACH))
    await mail.work()
    links = {link.link.person: link.link for link in await mail.here.database.visitors.links_of("anna")}
    assert await mail.told() == ["invitation digital-post sent"] * 2
    await opened(mail.room.book, links["anna"])
    lines = await count(mail)
    await opened(mail.room.book, links["anna"])
    assert await count(mail) == lines
    assert await mail.told() == ["invitation digital-post opened", "invitation digital-post sent"]
    await mail.work(1800)
    assert [one.channel for one in await mail.letters() if one.person == "anna"] == [POST]


async def test_the_page_says_what_is_true_now(mail: Mail) -> None:
    """Whoever is on it after the appointment moved knows of the change; the letter about the old time did not tell."""
    await sent(mail)
    await mail.move()
    await mail.work()
    [link] = await mail.here.database.visitors.links_of("anna")
    await opened(mail.room.book, link.link)
    assert await mail.told() == ["invitation sms sent", "changed sms opened"]


async def test_the_room_works_by_itself(mail: Mail) -> None:
    """Woken by the booking it hands over at once; it ends when it is told to, with what is in hand handed over."""
    running = asyncio.create_task(mail.room.run())
    await mail.book()
    await mail.sms.got(1)
    go = asyncio.Event()
    mail.sms.answers.append(go)
    await mail.book("bo")
    await mail.sms.got(2)
    running.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await mail.told(), await mail.told("bo")) == (["invitation sms sent"], ["invitation sms sent"])


async def test_what_hangs_at_the_end_is_left(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room does not wait for ever; the letter is found in hand after the restart."""
    monkeypatch.setattr(post, "REST", 0.01)
    running = asyncio.create_task(mail.room.run())
    mail.sms.answers.append(asyncio.Event())
    await mail.book()
    await mail.sms.got(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await mail.told() == ["invitation sms sending"]


async def test_the_room_outlives_a_database_that_is_away(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported, there is a rest, and then the work goes on."""
    monkeypatch.setattr(post, "REST", 0.01)
    await mail.book()
    office = mail.here.office
    whole, office.records = office.records, Broken()
    running = asyncio.create_task(mail.room.run())
    async with asyncio.timeout(30):
        await mail.ill.wait()
    office.records = whole
    await mail.sms.got(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert {type(error) for error in mail.errors} == {Unavailable}


async def test_a_database_that_is_away_is_not_asked_without_a_pause(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The letter stays due all the while; the room rests before it tries again, whoever wakes it."""
    monkeypatch.setattr(post, "REST", 3600.0)
    await mail.book()
    mail.here.office.records = Broken()
    running = asyncio.create_task(mail.room.run())
    async with asyncio.timeout(30):
        await mail.ill.wait()
    for _ in range(100):
        mail.room.wake()
        await mail.letters()
    assert len(mail.errors) == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
