"""What staff's pages work with, who is asking, and how a page of theirs is made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from xmpp_agent.edges.web.site.reception import Reception, on_to
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.staff.feed import StaffFeed
from xmpp_agent.edges.web.site.staff.texts import STAFF_LANGUAGES, say, why
from xmpp_agent.flows.staff_login import signed_in
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.people import Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.login import LoginProvider
from xmpp_agent.rules.staff_roles import RoleMap, asks_again

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
"""To be given to `Pages`."""
STATIC = HERE / "static"
BY_SCRIPT = "by"
"""Field of a form that a script sends: it wants facts for an answer, not a page."""


SCRIPTS_HEADER = "portner-by"
"""What a script says so with when it reads a page."""


class SignInFirst(Exception):  # reads as the fact it states
    """Nobody of staff is signed in at this browser, or the employer's sign-on is to be asked again."""


@dataclass(frozen=True, slots=True)
class StaffSite:
    """Everything the handlers work with. `login` None: no sign-on is configured, and nobody gets in."""

    reception: Reception
    desk: StaffOffice
    feed: StaffFeed
    roles: RoleMap
    login: LoginProvider | None

    async def who(self, request: Request) -> Session:
        """The session of whoever asks. Raises SignInFirst, Unavailable."""
        browser = browser_of(request)
        session = await signed_in(self.desk.office, browser.cookie)
        if session is None:
            raise SignInFirst
        browser.signed_in = True
        return session

    async def who_opens(self, request: Request) -> Session:
        """The same for a page that is opened: the one moment at which a browser may be sent to the employer and back.

        Never in the middle of a form, never for a script. Raises SignInFirst, Unavailable.
        """
        session = await self.who(request)
        if self.is_due(session) and request.method == "GET" and not is_by_script(request) and not is_put_off(request):
            raise SignInFirst
        return session

    def is_due(self, session: Session) -> bool:
        """Whether the employer's sign-on is to be asked again."""
        return self.login is not None and asks_again(session, self.desk.office.clock.now())

    def page(self, request: Request, template: str, me: Person | None, unit: Unit | None, **shown: object) -> Response:
        """A page in the frame of the site, with staff's own words."""
        language = browser_of(request).language
        pages = self.reception.pages
        everything: dict[str, Any] = {
            "s": lambda key, **facts: say(language, key, **facts),
            "says_why": lambda reason: why(language, reason),
            "me": me,
            "unit": unit.name if unit is not None else pages.conf.authority,
            "timezone": unit.timezone if unit is not None else "Europe/Copenhagen",
            "phone": "",
            "live": self.desk.is_live(),
            **shown,
        }
        return pages.page(request, template, **everything)


def form_of(request: Request) -> dict[str, str]:
    """What was sent, once the frame has shown that it comes from a page of ours."""
    return browser_of(request).form


def is_by_script(request: Request) -> bool:
    """Whether a script sent the form, or reads the page."""
    return "script" in (form_of(request).get(BY_SCRIPT), request.headers.get(SCRIPTS_HEADER))


def put_off_name(*, secure: bool) -> str:
    """The cookie that says, for a minute, that the employer's sign-on was asked a moment ago."""
    return "__Host-portner-staff-later" if secure else "portner-staff-later"


def is_put_off(request: Request) -> bool:
    """Whether the employer's sign-on was asked a moment ago: whoever is signed in goes on, whatever it says."""
    return any(put_off_name(secure=secure) in request.cookies for secure in (True, False))


def done(request: Request, what: str, to: str, *, stays: bool = True, **facts: str) -> Response:
    """The answer to an act that was carried out: words for a script, else the page with them.

    `stays` False: the next page is another one, for scripts, too.
    """
    if is_by_script(request):
        text = say(browser_of(request).language, f"said.{what}")
        return JSONResponse({"done": True, "text": text, "to": "" if stays else to, **facts})
    base, _, spot = to.partition("#")
    return on_to(f"{base}?said={what}{'#' + spot if spot else ''}")


def not_done(request: Request, reason: Reason, to: str) -> Response:
    """The answer to an act that was refused."""
    if is_by_script(request):
        return JSONResponse({"done": False, "text": why(browser_of(request).language, reason), "to": ""})
    base, _, spot = to.partition("#")
    return on_to(f"{base}?why={reason.value}{'#' + spot if spot else ''}")


def told(request: Request) -> dict[str, str]:
    """What a page says at its head of the act before: `said` or `why`, only in words of our own."""
    language, query = browser_of(request).language, request.query_params
    said, reason = query.get("said", ""), query.get("why", "")
    known = f"said.{said}" in STAFF_LANGUAGES[language]
    return {
        "said": say(language, f"said.{said}") if known else "",
        "why": why(language, Reason(reason)) if reason in set(Reason) else "",
    }
