"""Staff's pages over a unit with staff in it: the real flows and store, the model Prosody, browsers that surf."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI

from tests.an_office import SITE, UNIT
from tests.edges.web.site.on_site import CONF, Broker, OpenSite, SiteClock, Surfer
from tests.flows.staffed import Staffed, open_staffed
from tests.rules.scenes import HOTLINE
from xmpp_agent.edges.web.site.app import framed, site_app
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.reception import Reception
from xmpp_agent.edges.web.site.rendering import Pages
from xmpp_agent.edges.web.site.staff.app import add_staff
from xmpp_agent.edges.web.site.staff.entry import TEMPLATES, StaffSite
from xmpp_agent.edges.web.site.staff.feed import StaffFeed
from xmpp_agent.flows.booking import account_mark
from xmpp_agent.flows.staff_login import sign_in
from xmpp_agent.model.people import Level, Person, Role
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.ports.login import Identity
from xmpp_agent.rules.staff_roles import Grant, RoleMap

ROLES = RoleMap({"job-staff": Grant(UNIT.id), "job-boss": Grant(UNIT.id, frozenset({UNIT.id}))})
SSO = "https://sso.test/authorize"
STAFF_COOKIE = "__Host-portner-staff"


def identity(person: str, *roles: str) -> Identity:
    """A member of staff as the employer's sign-on vouches for them."""
    return Identity(
        "https://sso.test",
        person,
        Level.NONE,
        name=f"{person.title()} Holm",
        account=f"{person}@lilleby.test",
        roles=frozenset(roles or ("job-staff",)),
    )


@dataclass
class StaffPages:
    """The pages, and the unit behind them."""

    unit: Staffed
    site: OpenSite
    sso: Broker
    feed: StaffFeed
    pages: StaffSite
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = self.site.app

    def browser(self) -> Surfer:
        """A browser in which nobody is signed in."""
        return self.site.surfer()

    async def signed_in(self, person: str = "mette", *roles: str) -> Surfer:
        """A browser in which that member of staff is signed in."""
        _, cookie = await sign_in(self.unit.office, identity(person, *roles), ROLES)
        browser = self.browser()
        browser.http.cookies.set(STAFF_COOKIE, cookie, domain=urlsplit(SITE).hostname or "", path="/")
        return browser


@asynccontextmanager
async def open_staff(folder: Path, conf: SiteConf = CONF) -> AsyncIterator[StaffPages]:
    """A unit with a hotline, whose staff have accounts."""
    async with open_staffed(folder) as unit:
        office, clock = unit.office, SiteClock()
        known = [
            Enrolment(
                Person(who, UNIT.id, f"{who.title()} Holm"),
                Role.STAFF,
                account=account_mark(office.marks, f"{who}@lilleby.test"),
            )
            for who in ("mette", "kim", "lars")
        ]
        await office.records.keep(office.line("enrol", "test"), HOTLINE, *known)
        citizens, sso = Broker(), Broker("staff", identity("mette"), address=SSO)
        base = unit.around.database
        reception = Reception(Pages(conf, TEMPLATES), office, base.calls, unit.around.ring.columns, clock, citizens)
        app = site_app(reception)
        feed = StaffFeed(unit.desk)
        pages = StaffSite(reception, unit.desk, feed, ROLES, sso)
        add_staff(app, pages)
        site = OpenSite(unit.around, citizens, clock, conf, app, framed(app, reception), folder)
        yield StaffPages(unit, site, sso, feed, pages)
        feed.close()


def without_roles(person: str) -> Identity:
    """Somebody whom no role gives anything."""
    return replace(identity(person), roles=frozenset({"canteen"}))
