"""Staff's pages, added to the site: same frame, same forms, a cookie of their own."""

from fastapi import FastAPI

from xmpp_agent.edges.web.site.rendering import load_static
from xmpp_agent.edges.web.site.staff.acts import add_acts
from xmpp_agent.edges.web.site.staff.day import add_day
from xmpp_agent.edges.web.site.staff.desks import add_desks
from xmpp_agent.edges.web.site.staff.entry import STATIC, StaffSite
from xmpp_agent.edges.web.site.staff.logins import add_logins


def add_staff(app: FastAPI, site: StaffSite) -> None:
    """The routes under `/staff`, and the files their pages load. The `Pages` must know `entry.TEMPLATES`."""
    site.reception.pages.static.update(load_static(STATIC))
    add_logins(app, site)
    add_day(app, site)
    add_acts(app, site)
    add_desks(app, site)
