"""The people of the walk: each has a browser without a screen for the pages, and a client for the meeting."""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from xmpp_agent.demo.clinic_day import door_of
from xmpp_agent.demo.diary import DayFault, Diary
from xmpp_agent.demo.gateways.courier import Courier
from xmpp_agent.demo.guest import Guest
from xmpp_agent.demo.reader import Reader
from xmpp_agent.demo.town import Town
from xmpp_agent.demo.townspeople import Colleague

_LINK = re.compile(r"https?://[^\s<\"]+/[mh]/[A-Za-z0-9_-]+")
_WITHIN = 12.0
"""Seconds a message may take from the act that brings it about to its receipt."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the walk takes place."""

    town: Town
    diary: Diary
    held: AsyncExitStack
    links: list[str]
    """Every link that was pressed."""
    tokens: list[str]
    """Every pass that somebody went in with."""
    browsers: list[Reader]

    def browser(self, name: str) -> Reader:
        """A new one, closed at the end."""
        reader = Reader(name, self.town.meetings)
        self.held.push_async_callback(reader.close)
        self.browsers.append(reader)
        return reader


class Walker:
    """Somebody with a browser, and later with a client at the room the browser was sent to."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.name, self._stage = name, stage
        self.page = stage.browser(name)
        self.room = ""
        self._guest: Guest | None = None

    @property
    def guest(self) -> Guest:
        """Their client. Raises DayFault when they are not in a meeting yet."""
        if self._guest is None:
            raise DayFault(f"{self.name} was not sent into a meeting")
        return self._guest

    def must_read(self, *words: str) -> None:
        """Raises DayFault when the page does not say so."""
        missing = [word for word in words if not self.page.reads(word)]
        if missing:
            raise DayFault(f"{self.name} does not read {missing} but: {self.page.page.text[:300]}")

    async def go_in(self, address: str) -> None:
        """Into the meeting the browser was sent to, with the pass in the address. Raises DayFault: it is no meeting."""
        parts = urlsplit(address)
        token = re.search(r"(?:^|&)jwt=([^&]+)", parts.fragment)
        if not address.startswith(self._stage.town.meetings) or token is None:
            raise DayFault(f"{self.name} was not sent into a meeting but reads: {self.page.page.text[:300]}")
        self.room = parts.path.strip("/")
        self._stage.tokens.append(str(json.loads(unquote(token[1]))))
        self._guest = Guest(self.name, door_of(self._stage.town.premises), self.room, self._stage.diary.saw)
        self._stage.held.push_async_callback(self._guest.hang_up)
        if await self._guest.log_in(self._stage.tokens[-1]):
            await self._guest.come()


class Invited(Walker):
    """Somebody with a link."""

    async def press_link(self, link: str) -> None:
        """Open it. Raises DayFault when nothing stands behind it."""
        self._stage.links.append(link)
        await self.page.open(link)
        if self.page.status != 200:
            raise DayFault(f"{self.name} reads behind the link: {self.page.page.text[:300]}")

    async def begin(self, **ticks: str) -> None:
        """`Fortsæt`, and the devices work: that is what the script of the page would send."""
        self.must_read("Dit videomøde")
        await self.page.press("Fortsæt", ticks)
        self.must_read("Prøv kamera og mikrofon")
        await self.page.press("Spring over", {"found": "good"})

    async def log_in(self, person: str) -> None:
        """By MitID, as whom they choose there."""
        self.must_read("Vis, at det er dig")
        await self.page.press("Log ind med MitID")
        self.must_read("Testlogin for borgere")
        await self.page.press("Log ind", {"person": person})

    async def agree(self) -> None:
        """To being recorded, in a window beside the meeting."""
        await self.page.open(f"{self._stage.town.site}/optagelse")
        self.must_read("Må vi optage samtalen?", "Du bestemmer selv")
        await self.page.press("Ja, I må optage")
        self.must_read("Du har sagt ja")

    async def enter(self) -> None:
        """The last button, and in front of the door."""
        self.must_read("Du kan gå ind nu")
        await self.go_in(await self.page.press("Gå ind i mødet"))


class AtWork(Walker):
    """A member of staff: their day in one window, the meeting in another."""

    def __init__(self, stage: Stage, who: Colleague) -> None:
        super().__init__(stage, who.name)
        self._who = who

    async def sign_on(self) -> None:
        """By the employer's sign-on; the silent try comes first and finds nobody."""
        await self.page.open(f"{self._stage.town.site}/staff")
        self.must_read("Log ind med din arbejdskonto")
        await self.page.click("Log ind")
        self.must_read("Testlogin for medarbejdere")
        await self.page.press("Log ind", {"person": self._who.id})
        self.must_read(f"Logget ind som {self.name}", "Min dag")

    async def open_room(self) -> None:
        """In a window of its own: the day stays where it is."""
        day = self.page.at
        address = await self.page.press("Åbn lokalet i Jitsi")
        await self.page.open(day)
        await self.go_in(address)

    async def call_next(self) -> None:
        """The one button."""
        await self.page.open(f"{self._stage.town.site}/staff")
        await self.page.press("Næste", about=self.room)
        self.must_read("Den næste er kaldt ind")

    async def ask(self, appointment: str) -> None:
        """Whether the meeting may be recorded."""
        await self.page.press("Bed om lov til at optage", about=appointment)
        await self.page.see(f"r-{appointment}", "ikke svaret")

    async def record(self, action: str) -> None:
        """Jitsi's own button: `start` or `stop`. Raises DayFault when it says no."""
        if condition := await self.guest.record(action):
            raise DayFault(f"{self.name} may not {action} a recording: {condition}")

    async def presses_record_in_vain(self) -> None:
        """Nobody has agreed. Raises DayFault when it is recorded all the same."""
        if await self.guest.record("start") != "forbidden":
            raise DayFault(f"{self.name} records people who have not agreed")

    async def sees_filed(self, appointment: str) -> None:
        """The recording is in the case by itself, ours is gone. Raises DayFault when the journal has another file."""
        await self.page.see(f"r-{appointment}", "Journalnummer", "Vores kopi og dens nøgle er slettet.")
        premises = self._stage.town.premises
        for made in await premises.recordings_of(appointment):
            filed = await asyncio.to_thread((premises.journal / f"{made.number}.mp4").read_bytes)
            if made.file is None or hashlib.sha256(filed).hexdigest() != made.file.sha256:
                raise DayFault("the journal has another file than was recorded")

    async def finish(self, appointment: str) -> None:
        """The visit is over; what comes next is its note."""
        await self.page.press("Afslut besøg", about=appointment)
        self.must_read("Notat til sagen", "Tid og deltagere er skrevet for dig")

    async def write_note(self, appointment: str, words: str, *people: str) -> None:
        """Time and people are there already. Raises DayFault when they are not, or the note is not in the journal."""
        form = self.page.page.form_with("Læg i journalen")
        written = form.fields["text"] if form is not None else ""
        missing = [name for name in people if name not in written]
        if missing:
            raise DayFault(f"the note of {self.name} does not name {missing}")
        await self.page.press("Læg i journalen", {"text": f"{written}\n{words}"})
        self.must_read("Notatet er på vej til journalen")
        await self.page.see(f"r-{appointment}", "Notat journaliseret")
        premises = self._stage.town.premises
        filed = [premises.journal / f"{note.number}.json" for note in await premises.notes_of(appointment)]
        if [path.exists() for path in filed] != [True]:
            raise DayFault(f"the journal has {len(filed)} notes of one meeting, or none")


async def delivered(courier: Courier, act: Awaitable[Answer], messages: int = 1) -> Answer:
    """The act, once so many messages it brings about lie where they should, and Portner has both receipts of each.

    Raises DayFault when they do not come.
    """
    before = courier.brought
    answer = await act
    try:
        async with asyncio.timeout(_WITHIN):
            await courier.wait_for(brought=before + 2 * messages)
    except TimeoutError:
        got = (courier.brought - before) / 2
        raise DayFault(f"{got:g} of {messages} messages came within {_WITHIN:g} s") from None
    return answer


def letter_to(town: Town, cpr: str, label: str = "") -> str:
    """The newest letter in somebody's Digital Post. Raises DayFault when there is none of that name."""
    found = [memo for memo in town.post.mailbox.values() if memo.recipient == cpr]
    if not found or label not in found[-1].label:
        raise DayFault(f"the newest letter is not {label!r} but {[memo.label for memo in found]}")
    return found[-1].page


def text_to(town: Town, phone: str) -> str:
    """The newest message on somebody's phone. Raises DayFault when there is none."""
    found = [message.text for message in town.sms.accepted if f"+{message.to}" == phone]
    if not found:
        raise DayFault("no message came to the phone")
    return found[-1]


def link_in(message: str) -> str:
    """Its link. Raises DayFault when it has none, or asks to log in by it."""
    found = _LINK.search(message)
    if found is None or "mitid" in message.lower():
        raise DayFault(f"the message has no link, or speaks of MitID: {message[:300]}")
    return found[0]
