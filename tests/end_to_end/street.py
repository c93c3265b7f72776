"""The demo's town with people in real browsers: staff's camera is red, citizens' cameras are blue."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.demo.meetings import BLUE, RED, looked, write_camera
from tests.edges.post.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.end_to_end.browser import Browser, Page, browser
from tests.leaks import Leak, Secret, cpr, email, leaks, name, phone, text, token
from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.demo.reader import Reader
from xmpp_agent.demo.town import Plan, Town, open_town
from xmpp_agent.demo.townspeople import CITIZENS, FOLLOWERS, STAFF, STRANGER
from xmpp_agent.edges.keys.files import write_secret

DEBUG = {"log_level": "debug"}
LOGS = ("agent.log", "prosody.log", "logins.log")
"""What the town's processes write; what a person reads on the demo's own screen is meant for them."""
_WHEN = re.compile(r'"timestamp": "[0-9TZ:.-]{20,30}"')
_LIBRARYS_OWN = "Cannot read properties of null (reading 'myroomjid')"
"""Jitsi's client library plans to go peer to peer a second after the third of three left, and when it is put out itself
meanwhile, does not take that back. Nobody notices."""


def logs_of(town: Town) -> dict[str, Path]:
    """Every log in the town's folder."""
    return {name: town.folder / name for name in LOGS}


def distinct_lines(log: Path) -> str:
    """Each line once, whenever it was written: at debug level a database says the same ten thousand times."""
    lines = (_WHEN.sub("", line) for line in log.read_text("utf-8").splitlines())
    return "\n".join(dict.fromkeys(lines))


def secrets_of(town: Town, *more: Secret | tuple[Secret, ...]) -> list[Secret | tuple[Secret, ...]]:
    """Everything of people and installation that must be in no log; `more`: what came up on the way."""
    numbers = (*(one.phone for one in CITIZENS if one.phone), *(one.phone for one in FOLLOWERS))
    mails = (*(one.email for one in CITIZENS if one.email), *(one.account for one in STAFF))
    people = (*CITIZENS, STRANGER, *FOLLOWERS, *STAFF)
    return [
        *(cpr(one.cpr) for one in (*(citizen.person for citizen in CITIZENS), STRANGER)),
        *(text("MitID UUID", one.uuid) for one in (*(citizen.person for citizen in CITIZENS), STRANGER)),
        *(phone(number) for number in numbers),
        *(email(mail) for mail in mails),
        *(name(one.name) for one in people),
        *(token(secret) for secret in town.secrets.values()),
        *more,
    ]


def on_the_way(links: Iterable[str], tokens: Iterable[str], cookies: Iterable[str]) -> list[Secret]:
    """Codes of links, passes, and what browsers were given to keep."""
    return [
        *(text("code of a link", link.rpartition("/")[2]) for link in links),
        *(token(one) for one in (*tokens, *cookies) if len(one) >= 16),
    ]


def leaked(town: Town, *more: Secret | tuple[Secret, ...]) -> list[Leak]:
    """Every secret that stands in a log of the town."""
    return leaks(secrets_of(town, *more), {name: distinct_lines(log) for name, log in logs_of(town).items()})


@dataclass
class Street:
    """A town, two browsers, and every window that was opened."""

    town: Town
    staffs: Browser
    citizens: Browser
    mail: MailServer
    windows: list[Page] = field(default_factory=list)
    seen: list[Secret | tuple[Secret, ...]] = field(default_factory=list)
    """What came up on the way and must be in no log."""

    async def window(self, browser: Browser, of: str, url: str) -> Page:
        """A browser of somebody's own, at an address."""
        page = await browser.open_page(f"{len(self.windows)}: {of}", url)
        self.windows.append(page)
        return page

    async def beside(self, page: Page, url: str) -> Page:
        """Another window of the same browser."""
        fresh = await self.citizens.open_page(f"{len(self.windows)}: {page.name}", url, page)
        self.windows.append(fresh)
        return fresh

    async def another(self, page: Page, button: str, role: str = "button") -> Page:
        """The window that a press opens."""
        fresh = await page.press_opens(button, f"{len(self.windows)}: {page.name}", role)
        self.windows.append(fresh)
        return fresh

    def reader(self, of: str) -> Reader:
        """A browser without a screen."""
        return Reader(of, self.town.meetings)

    def asked_elsewhere(self) -> list[str]:
        """Addresses that are neither ours, nor the configured logins', nor the meeting's."""
        town = self.town
        allowed = (town.site, town.meetings, town.mitid, town.staff_logins, town.square, town.phone)
        asked = [url for page in self.windows for url in page.requests.all]
        return [url for url in asked if not url.startswith((*(f"{origin}/" for origin in allowed), "data:"))]

    def troubles(self) -> list[str]:
        """Scripts that failed and what a page's own policy forbids, in any window."""
        found = [f"{page.name}: {trouble}" for page in self.windows for trouble in page.troubles.all]
        return [trouble for trouble in found if not trouble.endswith(_LIBRARYS_OWN)]


@asynccontextmanager
async def open_street(folder: Path, *, with_f2: bool = False) -> AsyncIterator[Street]:
    """All of it, with a mail server beside; the agent logs at debug level, and nothing of it may tell of anybody.

    `with_f2`: the case system is F2; else a folder.
    """
    issuer = make_issuer(folder)
    password = folder / "mail.password"
    write_secret(password, PASSWORD.encode())
    async with mail_server(issuer.sign("mail")) as mail:
        smtp = {
            "adapter": "smtp",
            "host": "127.0.0.1",
            "port": mail.port,
            "user": USER,
            "password_file": str(password),
            "authorities": str(issuer.path),
        }
        plan = Plan(carriers=(smtp,), settings=DEBUG, with_f2=with_f2)
        async with (
            open_town(folder / "town", plan) as town,
            browser(write_camera(folder / "red.y4m", RED)) as staffs,
            browser(write_camera(folder / "blue.y4m", BLUE)) as citizens,
        ):
            yield Street(town, staffs, citizens, mail)


async def sees_red(page: Page) -> None:
    """The other one's picture moves, and is the red camera's."""
    seen = await looked(page)
    assert seen.different > 2
    assert seen.red > seen.blue + 50


async def sees_blue(page: Page) -> None:
    """The other one's picture moves, and is the blue camera's."""
    seen = await looked(page)
    assert seen.different > 2
    assert seen.blue > seen.red + 50
