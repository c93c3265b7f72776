"""Meetings on the demo's own meeting page: where it is served, who comes with which pass, what they see moving."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.clinic import Clinic
from tests.end_to_end.browser import Browser, Page
from xmpp_agent.demo.meeting.app import MeetingConfig, meeting_app
from xmpp_agent.demo.meeting.serving import served
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.rules.jitsi_address import Entrance, address

WIDTH, HEIGHT, FRAMES = 320, 240, 17
"""At 15 frames a second: not a whole second, at which a window in the background would always see the same one."""
RED, BLUE = (90, 220), (220, 110)
"""Chroma (U, V) of two cameras that cannot be taken for each other."""
_LOOK = """(async () => {
    const video = document.getElementById('picture');
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const seen = [];
    while (seen.length < %d) {
        await new Promise(frame => video.requestVideoFrameCallback(frame));
        context.drawImage(video, 0, 0, 32, 24);
        seen.push(context.getImageData(0, 0, 32, 24).data);
    }
    const mean = colour => seen.at(-1).filter((_, place) => place %% 4 === colour).reduce((a, b) => a + b) / 768;
    return { different: new Set(seen.map(String)).size, red: mean(0), blue: mean(2) };
})()"""


@dataclass(frozen=True, slots=True)
class Seen:
    """The other one's picture: how many of the frames looked at differ, and the mean of two colours (0 to 255)."""

    different: int
    red: float
    blue: float


@dataclass(frozen=True, slots=True)
class House:
    """The meeting page and a portal to come back to, both served."""

    clinic: Clinic
    meeting: str
    portal: str


@asynccontextmanager
async def open_house(clinic: Clinic) -> AsyncIterator[House]:
    """The meeting page of this clinic, and a page at `/join/{room}` of another origin."""
    portal = Starlette(routes=[Route("/join/{room}", _joined)])
    async with served(portal) as portal_origin:
        prosody = clinic.prosody
        config = MeetingConfig(
            domain=prosody.domain,
            muc=prosody.rooms,
            focus=clinic.settings.focus,
            recorder=clinic.settings.recorder_domain,
            websocket=f"ws://127.0.0.1:{prosody.stock.http_port}/xmpp-websocket",
            token_auth_url=portal_origin + "/join/{room}",
        )
        async with served(meeting_app(config)) as meeting_origin:
            yield House(clinic, meeting_origin, portal_origin)


async def _joined(request: Request) -> Response:
    words = f"<!doctype html><html lang=da><title>Portal</title><h1>Portal: {request.path_params['room']}</h1>"
    return HTMLResponse(words)


class Windows:
    """The windows of one test, at a room of its own."""

    def __init__(self, house: House, staffs: Browser, citizens: Browser) -> None:
        self.house, self.staffs, self.citizens = house, staffs, citizens
        self.host = house.clinic.somebody()
        self.opened: list[Page] = []

    @property
    def clinic(self) -> Clinic:
        """Prosody, agent and people."""
        return self.house.clinic

    async def book(self, citizen: str = "Anna Hansen", interpreter: str = "") -> Booked:
        """An appointment in this room."""
        companions = ((CompanionKind.INTERPRETER, interpreter),) if interpreter else ()
        return await self.clinic.book(citizen, staff=self.host, companions=companions)

    async def open(self, browser: Browser, url: str, beside: Page | None = None) -> Page:
        """A window at this address."""
        page = await browser.open_page(f"{self.host}: window {len(self.opened)}", url, beside)
        self.opened.append(page)
        return page

    def entrance(self, booked: Booked) -> Entrance:
        """How Portner's web would send people into this meeting."""
        return Entrance(self.house.meeting, booked.room, "Samtale")

    async def staff(self, booked: Booked) -> Page:
        """Staff's window, in the meeting."""
        token = await self.clinic.staff_token(booked)
        page = await self.open(self.staffs, address(self.entrance(booked), token))
        await page.see("#place", "Du er i mødet")
        return page

    async def citizens_address(self, booked: Booked, *, camera_off: bool = False) -> str:
        """Where a login sends the citizen."""
        _, token = await self.clinic.citizen_pass(booked)
        return address(replace(self.entrance(booked), camera_off=camera_off), token)

    async def citizen(self, booked: Booked, *, camera_off: bool = False) -> Page:
        """The citizen's window, in the waiting room."""
        page = await self.open(self.citizens, await self.citizens_address(booked, camera_off=camera_off))
        await page.see("#place", "Du er på plads")
        return page

    async def both_inside(self, booked: Booked, *, camera_off: bool = False) -> tuple[Page, Page]:
        """Staff's and the citizen's windows, the citizen let in with staff's button."""
        staff, citizen = await self.staff(booked), await self.citizen(booked, camera_off=camera_off)
        await staff.press("Luk ind")
        await citizen.see("#place", "Du er i mødet")
        return staff, citizen


async def looked(page: Page, frames: int = 5) -> Seen:
    """Watches the other one's picture for as many new frames; AssertionError when they do not come."""
    seen = await page.evaluate(_LOOK % frames)
    assert isinstance(seen, dict)
    return Seen(**seen)


def write_camera(file: Path, chroma: tuple[int, int]) -> Path:
    """What a camera shows: a bright bar that moves over one colour, as YUV4MPEG2."""
    with file.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F15:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            bar = range(number * WIDTH // FRAMES, (number + 3) * WIDTH // FRAMES)
            line = bytes(200 if x in bar else 80 for x in range(WIDTH))
            quarter = WIDTH * HEIGHT // 4
            out.write(b"FRAME\n" + line * HEIGHT + bytes([chroma[0]]) * quarter + bytes([chroma[1]]) * quarter)
    return file
