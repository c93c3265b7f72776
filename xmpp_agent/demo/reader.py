"""Somebody with a browser but without a screen: opens links, presses buttons, keeps cookies, goes where it is sent."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import httpx

from xmpp_agent.demo.forms import Page

_MOST_HOPS = 12
_SOON = 12.0
"""Seconds in which a page must say what it is to say."""


class ReaderFault(Exception):
    """A page is not as expected; the text says what is missing, and of the page no more than its first words."""


class Reader:
    """One browser. `meetings` is where it stops: what comes after is not a page but a meeting."""

    def __init__(self, name: str, meetings: str) -> None:
        self.name, self._meetings = name, meetings
        self._http = httpx.AsyncClient(follow_redirects=False, timeout=20, trust_env=False)
        self.at = ""
        self.status = 0
        self.page = Page("")
        self.kept: set[str] = set()
        """Values of every cookie this browser was ever given."""

    async def close(self) -> None:
        """The window is closed."""
        await self._http.aclose()

    async def open(self, address: str) -> str:
        """Look at an address; answers where that ended."""
        return await self._follow("GET", address, {})

    async def click(self, link: str) -> str:
        """Follow a link by its words; answers where that led. Raises ReaderFault when the page has no such link."""
        if link not in self.page.links:
            raise ReaderFault(f"{self.name} finds no link {link!r} but {sorted(self.page.links)}")
        return await self.open(urljoin(self.at, self.page.links[link]))

    async def press(self, button: str, fields: Mapping[str, str] | None = None, about: str = "") -> str:
        """Press a button, with some fields of its form filled in; answers where that led.

        `about`: something the form's address must hold, where several buttons say the same. Raises ReaderFault when
        the page has no such button.
        """
        form = self.page.form_with(button, about)
        if form is None:
            offered = sorted(words for one in self.page.forms for words in one.buttons)
            raise ReaderFault(f"{self.name} finds no button {button!r} but {offered}: {self.page.text[:200]}")
        return await self._follow(form.method, urljoin(self.at, form.action), form.filled(button, fields or {}))

    async def see(self, row: str, *words: str) -> None:
        """Staff: look at the page anew, whenever its stream says that something changed, until a row says all this.

        Raises ReaderFault when it does not within some seconds.
        """
        page = self.at.partition("?")[0]
        try:
            async with (
                asyncio.timeout(_SOON),
                self._http.stream("GET", urljoin(page, "/staff/events"), timeout=None) as stream,
            ):
                async for line in stream.aiter_lines():
                    if line == "event: changed" and await self._says(page, row, words):
                        return
        except TimeoutError:
            pass
        raise ReaderFault(f"{self.name} does not read {words} but: {self.page.rows.get(row, 'nothing')[:200]}")

    def reads(self, words: str) -> bool:
        """Whether the page says so."""
        return words in self.page.text

    async def _says(self, page: str, row: str, words: tuple[str, ...]) -> bool:
        await self.open(page)
        return all(word in self.page.rows.get(row, "") for word in words)

    async def _follow(self, method: str, address: str, fields: Mapping[str, str]) -> str:
        for _ in range(_MOST_HOPS):
            if address.startswith(f"{self._meetings}/"):
                self.at = address
                return address
            answer = await self._ask(method, address, fields)
            self.kept |= set(answer.cookies.values())
            if not answer.is_redirect:
                self.at, self.status, self.page = address, answer.status_code, Page(answer.text)
                if not self.page.onward:
                    return address
                address = urljoin(address, self.page.onward)
            else:
                address = urljoin(address, answer.headers["location"])
            method, fields = "GET", {}
        raise ReaderFault(f"{self.name} is sent round in circles")

    async def _ask(self, method: str, address: str, fields: Mapping[str, str]) -> httpx.Response:
        if method == "GET":
            return await self._http.get(address, params=dict(fields) or None)
        parts = urlsplit(self.at or address)
        origin = f"{parts.scheme}://{parts.netloc}"
        return await self._http.post(address, data=dict(fields), headers={"origin": origin})
