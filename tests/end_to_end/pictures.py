"""Draws the README's pictures of the walk: `make pictures`. Real browsers in the demo's town; what is shown is real."""

import asyncio
import tempfile
from pathlib import Path

from tests.end_to_end.browser import Page
from tests.end_to_end.street import Street, open_street, sees_blue, sees_red
from xmpp_agent.demo.calendar import Wish
from xmpp_agent.demo.townspeople import CITIZENS, STAFF
from xmpp_agent.demo.walkers import delivered, link_in, text_to

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "walk"
CARLA, MAJA = CITIZENS[2], STAFF[0]
PHONE, SCREEN = (390, 700), (1100, 760)


class Album:
    """Numbered pictures, as the walk goes on."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0

    async def add(self, page: Page, name: str) -> None:
        """What is in the window now."""
        self._number += 1
        await page.picture(self._folder / f"{self._number}-{name}.png")


async def draw(street: Street, album: Album) -> None:
    """Booked, invited, tested, logged in, seen by staff, met."""
    town = street.town
    await delivered(town.sms.courier, town.calendar.book(Wish(CARLA, "jobcenter", "samtale", MAJA)))
    phone = await street.window(street.citizens, "phone", town.phone)
    await phone.size(*PHONE)
    await album.add(phone, "sms")
    carla = await street.window(street.citizens, "carla", link_in(text_to(town, CARLA.phone)))
    await carla.size(*PHONE)
    await album.add(carla, "link")
    await carla.press("Fortsæt")
    await carla.press("Begynd prøven")
    await carla.see("[data-found=good]", "Kamera og mikrofon virker")
    await album.add(carla, "test")
    await carla.press("Det virker - fortsæt")
    await carla.press("Log ind med MitID")
    await carla.press(CARLA.name, role="radio")
    await carla.press("Log ind")
    await carla.press("Gå ind i mødet")
    await carla.see("#place", "Du er på plads")
    await album.add(carla, "waiting")
    day = await street.window(street.staffs, "maja", f"{town.site}/staff")
    await day.size(*SCREEN)
    await day.press("Log ind", role="link")
    await day.press(MAJA.name, role="radio")
    await day.press("Log ind")
    await day.see(".stage", "Venter i venteværelset")
    await album.add(day, "staff")
    meeting = await street.another(day, "Åbn lokalet i Jitsi")
    await meeting.size(*SCREEN)
    await meeting.see("#waiting li", CARLA.name)
    await day.press("Næste")
    await sees_blue(meeting)
    await sees_red(carla)
    await album.add(meeting, "meeting")


async def main() -> None:
    """All of them anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        async with open_street(Path(folder)) as street:
            await draw(street, Album(FOLDER))


if __name__ == "__main__":
    asyncio.run(main())
