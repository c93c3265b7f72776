"""Attacks that were tried on the running door: each broke something once, or holds by a hair, and must stay shut."""

from xml.etree.ElementTree import Element, tostring

import pytest

from tests.clinic import Clinic, Person, is_inside, is_refusal_to_lobby
from xmpp_agent.model.people import CompanionKind

pytestmark = pytest.mark.asyncio(loop_scope="module")
BENT = "0202020202"


async def two_citizens(clinic: Clinic) -> tuple[Person, Person, Person]:
    """Staff in an open room, and two citizens of it who have logged in."""
    owner = clinic.somebody()
    one = await clinic.book("Anna Hansen", staff=owner)
    two = await clinic.book("Bent Olsen", staff=owner, cpr=BENT)
    return await clinic.open_room(one), await clinic.citizen(one), await clinic.citizen(two, cpr=BENT)


def text_of(stanzas: list[Element]) -> str:
    """Stanzas as one text, to be searched."""
    return "\n".join(tostring(stanza, "unicode") for stanza in stanzas)


async def test_put_out_is_not_undone_by_letting_in_somebody_else(clinic: Clinic) -> None:
    """Staff puts a bisidder out and lets the interpreter in: the bisidder stays in the lobby."""
    companions = ((CompanionKind.BISIDDER, "Bo"), (CompanionKind.INTERPRETER, "Ida"))
    booked = await clinic.book(staff=clinic.somebody(), companions=companions)
    staff = await clinic.open_room(booked)
    await clinic.come_in(staff, await clinic.citizen(booked))
    bo, ida = await clinic.companion(booked, 0), await clinic.companion(booked, 1)
    assert is_inside(await bo.join())
    item = f"<item nick='{bo.nick}' role='none'/>"
    out = await staff.client.request(
        staff.room, f"<query xmlns='http://jabber.org/protocol/muc#admin'>{item}</query>", type_="set"
    )
    assert out.get("type") == "result"
    assert is_refusal_to_lobby(await bo.join())
    await bo.knock()
    await ida.knock()
    await staff.admit(ida)
    await ida.invited()
    assert is_refusal_to_lobby(await bo.join())
    await staff.admit(bo)
    await bo.invited()
    assert is_inside(await bo.join())
