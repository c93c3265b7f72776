"""What waiting people are told unasked: where they stand, that they are next."""

import json

import pytest

from tests.clients.base import CLIENT
from tests.clinic import JITMEET, Clinic, Person

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]


def told(person: Person) -> list[str]:
    """The lines of the virtual moderator this person received, in Danish."""
    lines = []
    for stanza in person.client.received:
        box = stanza.find(f"{{{JITMEET}}}json-message")
        if stanza.tag == f"{{{CLIENT}}}message" and box is not None and stanza.get("from") == f"{person.lobby}/portner":
            payload = json.loads(box.text or "{}")
            assert payload["type"] == "LOBBY_CHAT_MESSAGE"
            lines.append(payload["message"].partition(" / ")[0])
    return lines


async def test_people_are_told_their_place_once_and_that_they_are_next(clinic: Clinic) -> None:
    """Second in line: told so on coming; told again only when the first is gone."""
    name = clinic.somebody()
    people = []
    for number in range(2):
        booked = await clinic.book(f"Citizen {number}", staff=name)
        person = await clinic.citizen(booked)
        await person.knock()
        people.append(person)
    await people[1].client.wait(lambda _: len(told(people[1])) == 1)
    assert told(people[1]) == ["Du er nr. 2 i køen. Bliv på siden."]
    await people[0].client.leave(people[0].seat_in_lobby)
    await people[1].client.wait(lambda _: len(told(people[1])) == 2)
    assert told(people[1])[1] == "Du er den næste. Bliv på siden."
    assert told(people[0]) == ["Du er den næste. Bliv på siden."]
