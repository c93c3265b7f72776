"""Staff's pages, added to the site: same frame, same forms, a cookie of their own."""

from inspect import isawaitable

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.site.rendering import load_static
from xmpp_agent.edges.web.site.staff.acts import add_acts
from xmpp_agent.edges.web.site.staff.day import add_day
from xmpp_agent.edges.web.site.staff.desks import add_desks
from xmpp_agent.edges.web.site.staff.entry import STATIC, StaffSite, is_by_script, not_done
from xmpp_agent.edges.web.site.staff.logins import HOME, add_logins
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Unavailable


def add_staff(app: FastAPI, site: StaffSite) -> None:
    """The routes under `/staff`, and the files their pages load. The `Pages` must know `entry.TEMPLATES`."""
    site.reception.pages.static.update(load_static(STATIC))
    add_logins(app, site)
    add_day(app, site)
    add_acts(app, site)
    add_desks(app, site)
    for fault, reason, status in (
        (Unavailable, Reason.AUDIT_UNAVAILABLE, 503),
        (Refused, Reason.BAD_REQUEST, 200),
        (Exception, Reason.AUDIT_UNAVAILABLE, 500),
    ):
        _tell_scripts(app, fault, reason, status)


def _tell_scripts(app: FastAPI, fault: type[Exception], reason: Reason, status: int) -> None:
    """What no act has answered itself is words to a script, too: a page would tell whoever pressed nothing."""
    page = app.exception_handlers[fault]

    async def handle(request: Request, error: Exception) -> Response:
        if not (request.method == "POST" and request.url.path.startswith(HOME + "/") and is_by_script(request)):
            answer = page(request, error)
            return await answer if isawaitable(answer) else answer
        answer = not_done(request, error.verdict.reason if isinstance(error, Refused) else reason, HOME)
        answer.status_code = status
        return answer

    app.add_exception_handler(fault, handle)
