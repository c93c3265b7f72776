"""The last look: what was true when a letter was planned, and is no longer when it would go out, or go out again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.mail import REACH, Mail, open_mail
from tests.rules.invited import EMAIL, SMS, plan
from xmpp_agent.model.appointments import Room, Rung
from xmpp_agent.model.letters import Failure
from xmpp_agent.model.people import CompanionKind, Role
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.ports.diary import Enrolment, Parted
from xmpp_agent.ports.post import CarrierFault, Parcel
from xmpp_agent.rules.in_doubt import RECEIPT_WINDOW
from xmpp_agent.rules.ladder import on_parting
from xmpp_agent.rules.passes import seat_of


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[Mail]:
    """A post room."""
    async with open_mail(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "called off"])
@pytest.mark.parametrize("perhaps", [True, False], ids=["answer lost", "not now"])
async def test_what_is_no_longer_true_is_not_tried_again(mail: Mail, *, moved: bool, perhaps: bool) -> None:
    """It changed while the gateway had the letter in hand, and the gateway did not say yes."""
    await mail.book(policy=plan((Rung(SMS),)))
    mail.sms.answers.append(CarrierFault(Failure.UNREACHABLE, again=True, perhaps=perhaps))

    async def change(parcel: Parcel) -> None:
        mail.sms.on_parcel = None
        await (mail.move() if moved else mail.cancel())

    mail.sms.on_parcel = change
    await mail.work()
    await mail.work(RECEIPT_WINDOW)
    assert [parcel.letter for parcel in mail.sms.parcels].count(mail.sms.parcels[0].letter) == 1
    [invitation] = [state for state in await mail.told() if state.startswith("invitation")]
    assert invitation.startswith("invitation sms failed/in_doubt" if perhaps else "invitation sms dropped")


async def test_whoever_waits_already_is_not_reminded(mail: Mail) -> None:
    """In the lobby of their room when the reminder is due."""
    await mail.book(policy=plan((Rung(EMAIL),), (3600.0,)))
    await mail.work()
    booked = (await mail.entry()).appointment
    there = Waiting(seat_of("anna", "anna"), "p", Role.CITIZEN, "anna", booked.starts_at - 3700, jid="anna@x/r")
    house = mail.here.office.house
    house.settle(RoomState(Room(booked.room, booked.unit, "mette", "2026-11-22"), queue=(there,)))
    await mail.work(booked.starts_at - 3600 - mail.here.clock.at)
    assert await mail.told() == ["invitation email sent", "reminder email dropped"]


async def test_a_companion_who_is_not_needed_gets_no_link_and_their_calendar_is_free(mail: Mail) -> None:
    """A cancellation for them alone, of a newer sequence than the entry they have."""
    await mail.book(policy=plan((Rung(EMAIL),)), companion=CompanionKind.INTERPRETER)
    entry = await mail.entry()
    person = entry.companions[0].person
    await mail.keep("reach", "anna", Enrolment(person, Role.COMPANION, REACH))
    await mail.work()
    letters = on_parting(replace(entry, companions=()), person.id, await mail.letters(), mail.here.clock.at)
    await mail.keep("companion-out", "anna", Parted("anna", person.id), *letters)
    before = len(await mail.here.database.visitors.links_of("anna"))
    await mail.work()
    parcel = mail.email.parcels[-1]
    assert parcel.meeting is not None
    assert (parcel.meeting.cancelled, parcel.meeting.sequence) == (True, entry.appointment.sequence + 1)
    assert "/m/" not in parcel.text + parcel.meeting.url
    assert len(await mail.here.database.visitors.links_of("anna")) == before
