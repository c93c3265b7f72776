"""What the handlers of the site work with, and how they find out who is asking."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from xmpp_agent.edges.web.site.guesses import Guesses
from xmpp_agent.edges.web.site.rendering import CODE, Pages, browser_of
from xmpp_agent.edges.web.site.stops import Stop, Stopped
from xmpp_agent.edges.web.site.texts import LANGUAGES
from xmpp_agent.flows import citizen, hotline_caller
from xmpp_agent.flows.office import Office
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.ports.calls import Calls
from xmpp_agent.ports.login import LoginProvider
from xmpp_agent.rules.hotline import is_for_hotline

LOOKS = ["GET", "HEAD"]
"""Methods that change nothing."""


class Elsewhere(Exception):  # reads as the fact it states
    """The page of this link has another address."""

    def __init__(self, path: str) -> None:
        super().__init__("elsewhere")
        self.path = path


_CODE = re.compile(CODE)


class Seals(Protocol):
    """Makes what the browser carries for us unreadable and unusable elsewhere (the agent's column keys do it)."""

    def seal(self, text: str, place: str) -> str:
        """The text, sealed for that place."""
        ...

    def open(self, sealed: str, place: str) -> str:
        """The text again. Raises ValueError when it was not sealed by us for that place."""
        ...


@dataclass(frozen=True, slots=True)
class Reception:
    """The site's own side (pages, guesses) and the office behind it. `clock`: seconds that never go backwards."""

    pages: Pages
    office: Office
    calls: Calls
    seals: Seals
    clock: Callable[[], float]
    login: LoginProvider | None = None
    """Where citizens log in; None: nowhere is configured, and appointments that need it say so."""
    guesses: Guesses = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "guesses", Guesses(self.clock))

    async def session(self, request: Request) -> Session | None:
        """The session of the browser, if it is a citizen's or companion's."""
        browser = browser_of(request)
        session = await citizen.session_of(self.office, browser.cookie)
        browser.signed_in = session is not None and session.kind is SessionKind.CITIZEN
        return session if browser.signed_in else None

    async def visitor(self, request: Request, code: str, session: Session | None) -> citizen.Visitor:
        """Who stands behind the link of an appointment, in the language they chose or were booked with.

        Changes nothing. Raises Stopped (DEAD_LINK, TOO_MANY), Elsewhere (a hotline link), Unavailable.
        """
        self.guesses.look(request)
        found = await citizen.look(self.office, code, session) if _CODE.fullmatch(code) else None
        if found is None:
            raise Stopped(Stop.DEAD_LINK)
        if await self.is_call(found.entry.appointment):
            raise Elsewhere(f"/h/{code}")
        speak(request, found.entry.appointment)
        return found

    async def caller(self, request: Request, code: str, session: Session | None) -> hotline_caller.Behind:
        """What stands behind a hotline link, the same way.

        Raises Stopped (DEAD_LINK, TOO_MANY), Elsewhere (a link of another kind), Unavailable.
        """
        self.guesses.look(request)
        known = _CODE.fullmatch(code) is not None
        found = await hotline_caller.caller_link(self.office, self.calls, code, session) if known else None
        if found is None:
            if known and await citizen.look(self.office, code, session) is not None:
                raise Elsewhere(f"/m/{code}")
            raise Stopped(Stop.DEAD_LINK)
        speak(request, found.entry.appointment)
        return found

    async def is_call(self, appointment: Appointment) -> bool:
        """Whether an appointment is a hotline call, which has pages and rules of its own."""
        if not is_for_hotline(appointment.policy):
            return False
        return await self.calls.for_appointment(appointment.id) is not None

    async def code_of(self, session: Session) -> str:
        """The code of the link a session came by; "" when it is revoked."""
        links = await self.office.visitors.links_of(session.appointment)
        return next((new.code for new in links if new.link.mark == session.link), "")


def speak(request: Request, appointment: Appointment) -> None:
    """The language somebody was booked with, until they press another."""
    browser = browser_of(request)
    if not browser.chosen and appointment.language in LANGUAGES:
        browser.language = appointment.language


def on_to(path: str) -> Response:
    """Look at that page of ours next. 303: a reload sends nothing twice."""
    return RedirectResponse(path, 303)
