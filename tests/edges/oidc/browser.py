"""A browser for the login pages of the npm provider: follows redirects, keeps cookies, fills in forms."""

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from tests.edges.oidc.attempts import REDIRECT

_FORM = re.compile(r'<form method="post" action="([^"]+)">')
_MOST_STEPS = 10
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: everything here is plain http on loopback, and reading the system's certificates takes long."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody does on the login page. `level` empty: whatever is chosen already."""

    person: str = "anna"
    level: str = ""
    professional: bool = False
    cancel: bool = False


class Browser:
    """One person's browser. `pages` are the pages it was shown."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.pages: list[str] = []

    async def visit(self, url: str, choice: Choice | None = None) -> dict[str, str]:
        """The query it comes back to us with, from this address. AssertionError when it never does."""
        response = await self._client.get(url)
        for _ in range(_MOST_STEPS):
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["location"])
                if target.startswith(REDIRECT):
                    return dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
                response = await self._client.get(target)
                continue
            self.pages.append(response.text)
            form = _FORM.search(response.text)
            assert form is not None, response.text
            assert choice is not None, "a page was shown where none was expected"
            target = urljoin(str(response.url), unescape(form[1]))
            response = await self._client.post(target, data=self._filled_in(response.text, choice))
        raise AssertionError("the login went round in circles")

    def _filled_in(self, page: str, choice: Choice) -> dict[str, str]:
        checked = re.search(r'name="level" value="(\w+)" checked', page)
        data = {"person": choice.person, "act": "cancel" if choice.cancel else "login"}
        if choice.level or checked:
            data["level"] = choice.level or (checked[1] if checked else "")
        return data | ({"professional": "yes"} if choice.professional else {})


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A browser nobody has used yet."""
    async with httpx.AsyncClient(trust_env=False, timeout=30, verify=_NO_TLS) as client:
        yield Browser(client)
