"""Where browsers come back to from a meeting: one they fell out of, and one that is over."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.site.reception import LOOKS, Reception, on_to, page_of
from xmpp_agent.edges.web.site.stops import Stop, Stopped
from xmpp_agent.flows import citizen
from xmpp_agent.flows.citizen import Visitor
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules.arrival import Step


def add_returns(app: FastAPI, reception: Reception) -> None:
    """The routes people come back by."""

    @app.api_route("/join/{room}", methods=LOOKS)
    async def rejoin(room: str, request: Request) -> Response:
        """After a reload in Jitsi, and its `tokenAuthUrl`: the pass was in the page that is gone."""
        session = await reception.session(request)
        visitor = await citizen.by_room(reception.office, session, room)
        own = await _own_page(reception, session, visitor)
        if visitor is None or own is None:
            raise Stopped(Stop.NOT_SIGNED_IN)
        if visitor.step is not Step.GO or own.startswith("/h/"):
            return on_to(own)  # callers choose anew whether to be seen
        return reception.pages.page(
            request,
            "rejoin.html.j2",
            here=own,
            unit=visitor.unit.shown_name,
            phone=visitor.unit.phone,
        )

    @app.api_route("/after", methods=LOOKS)
    async def after(request: Request) -> Response:
        """When the meeting is left; Jitsi's closing page leads here."""
        session = await reception.session(request)
        visitor = await citizen.by_session(reception.office, session) if session is not None else None
        back = await _own_page(reception, session, visitor)
        pages = reception.pages
        return pages.page(
            request,
            "after.html.j2",
            back=back if visitor is not None and visitor.step is Step.GO else None,
            unit=visitor.unit.shown_name if visitor else pages.conf.authority,
            phone=visitor.unit.phone if visitor else pages.conf.phone,
        )


async def _own_page(reception: Reception, session: Session | None, visitor: Visitor | None) -> str | None:
    """The page of the link a browser came by; None when it came by none that still works."""
    code = await reception.code_of(session) if session is not None else ""
    if not code or visitor is None:
        return None
    return page_of(code, visitor)
