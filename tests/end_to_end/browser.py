"""One headless Chromium with any number of pages: bare ones with the unmodified Jitsi client library, or any of ours.

`tests/jitsi_client/driver.js` does the work; this side starts it, tells it what to do and keeps everything
each page reported: events of the library, websocket frames both ways, and troubles (uncaught errors, requests
that would have left the machine, what a page's own Content-Security-Policy forbids). Evidence is what the library
says or what stands on the screen, so waiting means waiting for one of its events, for a frame, or for something seen.
"""

import asyncio
import itertools
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, TypeVar

_HERE = Path(__file__).resolve()
DRIVER = _HERE.parents[1] / "jitsi_client" / "driver.js"
_VAR = _HERE.parents[2] / "var"
LIBRARY = _VAR / "jitsi_library"
PLAYWRIGHT = _VAR / "playwright"
"""Where `make client` puts them."""

_LONGEST_LINE = 16 * 1024 * 1024
_SOON = 30.0
"""Seconds a page may take for one step before the test fails; steps take well under one on two idle cores."""

T = TypeVar("T")


class BrowserError(Exception):
    """The driver, the page or the library refused what was asked; the text is theirs."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the library, by the name of its constant (`CONFERENCE_JOINED`), with what it carried."""

    name: str
    args: tuple[object, ...]
    place: int
    """Where it stands in the page's record; `after=event.place` waits for a later one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One websocket frame as it was on the wire."""

    text: str
    sent: bool
    place: int


@dataclass(frozen=True, slots=True)
class Server:
    """Where the page connects to, in the words of Jitsi's `config.js` (`hosts` and `websocket`)."""

    domain: str
    muc: str
    focus: str
    serviceUrl: str
    """`ws://…/xmpp-websocket`, or `http://…/http-bind` for BOSH (whose frames are not recorded)."""
    hiddenDomain: str = ""
    """Domain of recorders, whom clients do not show."""


class Record(Generic[T]):
    """What happened, in order; can be waited on."""

    def __init__(self) -> None:
        self.all: list[T] = []
        self._more = asyncio.Event()

    def add(self, item: T) -> None:
        self.all.append(item)
        self._more.set()
        self._more = asyncio.Event()

    def forget(self) -> None:
        """Begin anew; not while somebody waits."""
        self.all.clear()

    async def first(self, wanted: Callable[[T], bool], after: int) -> T:
        """The first wanted item that stands behind place `after`, as soon as there is one."""
        for place in itertools.count(after + 1):
            while place >= len(self.all):
                await self._more.wait()
            if wanted(self.all[place]):
                return self.all[place]
        raise AssertionError("the count has no end")


class Page:
    """A page with the client library. Everything it reported is in `events`, `frames`, `requests` and `troubles`."""

    def __init__(self, browser: "Browser", name: str) -> None:
        self.name = name
        self.events: Record[Event] = Record()
        self.frames: Record[Frame] = Record()
        self.requests: Record[str] = Record()
        self.troubles: Record[str] = Record()
        self._browser = browser

    @property
    def now(self) -> int:
        """The place of the newest event, to wait for what comes after it."""
        return len(self.events.all) - 1

    async def call(self, fn: str, *args: object, within: float = _SOON) -> object:
        """Calls `client.<fn>` of page.js; answers what its promise gives. BrowserError when rejected."""
        return await self._browser.order("call", self.name, within, fn=fn, args=args)

    async def wait_event(
        self,
        *names: str,
        where: Callable[[Event], bool] = lambda event: True,
        after: int = -1,
        within: float = _SOON,
    ) -> Event:
        """The first event of one of these names; AssertionError with the story when none comes in time."""
        try:
            async with asyncio.timeout(within):
                return await self.events.first(lambda event: event.name in names and where(event), after)
        except TimeoutError:
            story = [f"{event.name}{list(event.args)}" for event in self.events.all]
            raise AssertionError(f"{self.name}: none of {names} in {within} s; told: {story}") from None

    async def wait_received(self, *parts: str, after: int = -1, within: float = _SOON) -> Frame:
        """The first frame from the server that holds all `parts`; AssertionError when none comes in time."""
        try:
            async with asyncio.timeout(within):
                return await self.frames.first(
                    lambda frame: not frame.sent and all(part in frame.text for part in parts), after
                )
        except TimeoutError:
            last = [frame.text for frame in self.frames.all if not frame.sent][-5:]
            raise AssertionError(f"{self.name}: no frame with {parts} in {within} s; last: {last}") from None

    def received(self) -> list[str]:
        """Every frame the server sent to this page so far."""
        return [frame.text for frame in self.frames.all if not frame.sent]

    async def connect(self, server: Server, room: str, token: str | None = None) -> Event:
        """Connects as the web app does, with room and token in the address.

        Answers CONNECTION_ESTABLISHED or CONNECTION_FAILED.
        """
        before = self.now
        await self.call("connect", asdict(server) | {"room": room, "token": token})
        return await self.wait_event("CONNECTION_ESTABLISHED", "CONNECTION_FAILED", after=before)

    async def join(self, room: str, name: str) -> Event:
        """Asks the focus for the room and joins it under a typed name.

        Answers CONFERENCE_JOINED or CONFERENCE_FAILED.
        """
        before = self.now
        await self.call("join", room, name)
        return await self.wait_event("CONFERENCE_JOINED", "CONFERENCE_FAILED", after=before)

    async def state(self) -> dict[str, object]:
        """How things stand as the library sees them; the keys are those of `state` in page.js."""
        state = await self.call("state")
        assert isinstance(state, dict)
        return state

    async def evaluate(self, script: str, within: float = _SOON) -> object:
        """What a JavaScript expression in the page gives, its promise awaited."""
        return await self._browser.order("evaluate", self.name, within, script=script)

    async def see(self, selector: str, text: str = "", within: float = _SOON) -> None:
        """Returns when an element of this CSS selector with this text in it can be seen; else says what can be."""
        try:
            await self._browser.order("see", self.name, within, selector=selector, text=text)
        except AssertionError as silent:
            there = await self.evaluate("document.body.innerText")
            raise AssertionError(f"{silent}: {selector} {text!r}; there: {there!r}; {self.troubles.all}") from None

    async def press(self, name: str, role: str = "button", within: float = _SOON) -> None:
        """Clicks what a screen reader calls by this role and name, as soon as it is there and can be clicked."""
        await self._browser.order("press", self.name, within, role=role, name=name)

    async def press_opens(self, name: str, window: str, role: str = "button") -> "Page":
        """Clicks what opens a window of its own; answers that window, under a name of ours."""
        return await self._browser.window(self, window, role=role, name=name)

    async def fill(self, label: str, text: str) -> None:
        """Types into the field with this label, instead of what is in it."""
        await self._browser.order("fill", self.name, _SOON, label=label, text=text)

    async def choose(self, label: str, option: str) -> None:
        """Chooses from the list with this label."""
        await self._browser.order("choose", self.name, _SOON, label=label, option=option)

    async def key(self, key: str) -> None:
        """Presses a key ("Tab", "Enter")."""
        await self._browser.order("key", self.name, _SOON, key=key)

    async def size(self, width: int, height: int) -> None:
        """Makes the window this large, in CSS pixels."""
        await self._browser.order("size", self.name, _SOON, width=width, height=height)

    async def picture(self, file: Path) -> None:
        """Saves what is in the window as a PNG file."""
        await self._browser.order("picture", self.name, _SOON, file=str(file))

    async def cookies(self, origin: str, cookies: Mapping[str, str]) -> None:
        """Has these at that address from now on, and no others anywhere."""
        given = [{"name": name, "value": value, "url": origin} for name, value in cookies.items()]
        await self._browser.order("cookies", self.name, _SOON, cookies=given)

    async def visit(self, url: str) -> None:
        """Goes to another address in the same tab."""
        await self._browser.order("visit", self.name, _SOON, url=url)

    async def reload(self) -> None:
        """F5: page and connection are gone, a new page stands under the same name; the records go on."""
        await self._browser.order("reload", self.name, _SOON)

    async def close(self) -> None:
        """Closes the tab."""
        await self._browser.order("close", self.name, _SOON)


class Browser:
    """The running driver. Made by `browser()`."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._pages: dict[str, Page] = {}
        self._answers: dict[int, asyncio.Future[object]] = {}
        self._ids = itertools.count(1)
        self._ready: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._answers[0] = self._ready

    async def started(self) -> None:
        """Returns when Chromium is there. BrowserError: the driver ended; its words are on standard error."""
        async with asyncio.timeout(30):
            await self._ready

    async def open_page(self, name: str, url: str | None = None, beside: Page | None = None) -> Page:
        """A new page at `url`, or with the bare library: of somebody else, or in the same browser as `beside`."""
        if name in self._pages:
            raise ValueError(f"a page {name} is there already")
        self._pages[name] = Page(self, name)
        await self.order("open", name, _SOON, url=url, beside=beside.name if beside else None)
        return self._pages[name]

    async def window(self, page: Page, fresh: str, **pressed: object) -> Page:
        """The window that a press on this page opens, under the name `fresh`."""
        if fresh in self._pages:
            raise ValueError(f"a page {fresh} is there already")
        self._pages[fresh] = Page(self, fresh)
        await self.order("window", page.name, _SOON, fresh=fresh, **pressed)
        return self._pages[fresh]

    async def order(self, do: str, page: str, within: float, **more: object) -> object:
        """One order to the driver. BrowserError when it says no, AssertionError when it is silent."""
        number = next(self._ids)
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": number, "do": do, "page": page, **more}).encode() + b"\n")
        try:
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            raise AssertionError(f"{page}: {do} {more.get('fn', '')} not answered in {within} s") from None
        finally:
            del self._answers[number]

    async def listen(self) -> None:
        """Takes in what the driver reports, until it ends."""
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                self._take(json.loads(line))
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(BrowserError("the browser has ended"))

    def _take(self, told: dict[str, object]) -> None:
        if "id" in told:
            self._answered(told)
            return
        page = self._pages[str(told["page"])]
        if "event" in told:
            args = told["args"]
            assert isinstance(args, list)
            page.events.add(Event(str(told["event"]), tuple(args), len(page.events.all)))
        elif "frame" in told:
            page.frames.add(Frame(str(told["frame"]), told["sent"] is True, len(page.frames.all)))
        elif "request" in told:
            page.requests.add(str(told["request"]))
        else:
            page.troubles.add(str(told["trouble"]))

    def _answered(self, told: dict[str, object]) -> None:
        number = told["id"]
        assert isinstance(number, int)
        answer = self._answers.get(number)
        if answer is None or answer.done():
            return  # it came after the deadline, and the test has failed already
        if "error" in told:
            answer.set_exception(BrowserError(str(told["error"])))
        else:
            answer.set_result(told["value"])


@asynccontextmanager
async def browser(camera: Path | None = None) -> AsyncIterator[Browser]:
    """A Chromium for as long as the block lasts. No process of it is left behind, however the block ends.

    `camera`: what its camera shows, as a YUV4MPEG2 file played over and over; without one, Chromium's test pattern.

    The driver runs in a session of its own, so that Ctrl-C reaches Python alone; it ends when its input ends,
    also when Python is killed.
    """
    node, chromium = shutil.which("node"), shutil.which("chromium-headless-shell")
    if node is None or chromium is None:
        raise FileNotFoundError("node and Chromium are needed (apt: nodejs npm chromium-headless-shell)")
    pictures = (str(camera),) if camera else ()
    process = await asyncio.create_subprocess_exec(
        *(node, DRIVER, PLAYWRIGHT, LIBRARY, chromium, *pictures),
        stdin=PIPE,
        stdout=PIPE,
        limit=_LONGEST_LINE,
        start_new_session=True,
    )
    running = Browser(process)
    listening = asyncio.create_task(running.listen())
    try:
        await running.started()
        yield running
    finally:
        await _end(process)
        await listening


async def _end(process: Process) -> None:
    """Has the driver close its Chromium and end; kills it (by its id) when it does not."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(30):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
