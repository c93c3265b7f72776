"""The scene it is all for: asked near the end, agreed to, recorded, filed in the case by itself, and the next comes in.

Real parts: Prosody, the Jitsi client library in Chromium pressing its own record button, a video made by ffmpeg in the
layout of Jibri, and F2 as its manual describes it.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.edges.recordings.recorder import lies_in
from tests.end_to_end.browser import Page
from tests.end_to_end.street import Street, leaked, on_the_way, open_street
from tests.end_to_end.test_walk import NOTE, at_work, to_the_door
from tests.leaks import text
from xmpp_agent.demo.calendar import Wish
from xmpp_agent.demo.premises import recorders_folder
from xmpp_agent.demo.townspeople import CITIZENS, STAFF
from xmpp_agent.demo.walkers import delivered, letter_to, link_in, text_to
from xmpp_agent.model.recordings import Stage

pytestmark = [
    *(pytest.mark.prosody, pytest.mark.chromium, pytest.mark.timeout(400)),
    pytest.mark.asyncio(loop_scope="module"),
]
ANNA, _, CARLA, _ = CITIZENS
MAJA = STAFF[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    """The town with F2 as its case system."""
    async with open_street(tmp_path_factory.mktemp("street"), with_f2=True) as opened:
        yield opened
        troubles, elsewhere = opened.troubles(), opened.asked_elsewhere()
        assert leaked(opened.town, *opened.seen, text("note", NOTE)) == []
    assert "\n".join(troubles) == ""
    assert "\n".join(elsewhere) == ""


async def _is_emptied(folder: Path) -> None:
    """The recorder's copy goes at the next look into its folder, on nobody's page; half a minute at most."""
    for _ in range(600):
        if not await asyncio.to_thread(lambda: list(folder.iterdir())):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"something still lies in {folder}")


async def _finishes_and_closes_the_case(day: Page, name: str) -> None:
    await day.press(f"Afslut besøg: {name}")
    await day.see("h1", "Notat")
    written = await day.evaluate("document.getElementById('text').value")
    await day.fill("Notat til sagen", f"{written}\n{NOTE}")
    await day.press("Sagen skal lukkes", role="checkbox")
    await day.press("Læg i journalen")
    await day.see("#said", "Notatet er på vej til journalen")


async def test_asked_agreed_recorded_filed_closed_and_the_next_comes_in(street: Street) -> None:
    """Without a yes nothing is recorded; with it the file is in the case, whole and once, and ours is gone."""
    town = street.town
    assert town.f2 is not None
    (case,) = town.f2.cases
    first = (await delivered(town.post.courier, town.calendar.book(Wish(ANNA, "jobcenter", "samtale", MAJA)))).id
    letter = link_in(letter_to(town, ANNA.person.cpr))
    anna = await street.window(street.citizens, ANNA.name, letter)
    await to_the_door(anna, ANNA.name)
    day = await at_work(street, MAJA.name)
    row = f"#r-{first}"
    staff = await street.another(day, "Åbn lokalet i Jitsi")
    await staff.see("#waiting li", f"{ANNA.name} ✓ MitID")
    await day.press("Næste")
    await anna.see("#place", "Du er i mødet")

    await staff.press("Optag")
    await staff.see("#trouble", "Optagelsen blev ikke startet")
    await staff.see("#log", "Alle i mødet skal først sige ja")
    await day.see(f"{row} .recording", "Alle i mødet skal først sige ja")
    await day.press(f"Bed om lov til at optage: {ANNA.name}")
    asked = await street.beside(anna, f"{town.site}/optagelse")
    await asked.press("Ja, I må optage")
    await asked.see(".place", "Du har sagt ja")
    await day.see(f"{row} .recording", "Du kan trykke optag i Jitsi nu.")

    await staff.press("Optag")
    for page in (staff, anna):
        await page.see("#recorded", "Der optages")
    await asked.see("h1", "Optagelse er i gang")
    second = (await delivered(town.sms.courier, town.calendar.book(Wish(CARLA, "jobcenter", "samtale", MAJA)))).id
    link = link_in(text_to(town, CARLA.phone))
    carla = await street.window(street.citizens, CARLA.name, link)
    await to_the_door(carla, CARLA.name)
    await staff.press("Stop optagelse")
    for page in (staff, anna):
        await page.see("#status", "Optagelsen er slut.")

    await _finishes_and_closes_the_case(day, ANNA.name)
    await anna.see("#why", "Besøget er slut. Tak for i dag.")
    await day.press("Næste")
    await carla.see("#place", "Du er i mødet")

    await day.see(f"{row} .recording", "Vores kopi og dens nøgle er slettet.")
    await day.see(f"{row} .recording", "Journalnummer")
    (recording,) = await town.premises.recordings_of(first)
    assert (recording.stage, recording.key, recording.part) == (Stage.DELETED, "", 1)
    assert recording.file is not None
    documents = [document for matter in case.matters for document in matter.documents]
    assert [(d.file.sha256, d.file.size) for d in documents] == [(recording.file.sha256, recording.file.size)]
    assert documents[0].file.begins[4:8] == b"ftyp"
    assert recording.file.duration is not None
    subjects = sorted(matter.title.partition(" [")[0] for matter in case.matters)
    assert len(subjects) == 3
    await day.see(row, "Sagen er lukket")
    assert case.closed
    await _is_emptied(recorders_folder(town.folder))
    vault = town.premises.settings.data_dir / "vault"
    assert await asyncio.to_thread(lies_in, vault) == []
    assert await town.premises.recordings_of(second) == ()
    street.seen += on_the_way([letter, link], [], [])
