"""Where browsers come back to from a meeting: one they fell out of, and one that is over."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.site.reception import LOOKS, Reception, on_to
from xmpp_agent.edges.web.site.stops import Stop, Stopped
from xmpp_agent.flows import citizen
from xmpp_agent.flows.citizen import Visitor
from xmpp_agent.rules.arrival import Step


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody whose browser is bound to a link that still works."""

    code: str

    visitor: Visitor
    page: str
    """Of their link."""
    is_call: bool


def add_returns(app: FastAPI, reception: Reception) -> None:
    """The routes people come back by."""

    @app.api_route("/join/{room}", methods=LOOKS)
    async def rejoin(room: str, request: Request) -> Response:
        """After a reload in Jitsi, and its `tokenAuthUrl`: the pass was in the page that is gone."""
        came = await came_by(reception, request)
        if came is None or came.visitor.entry.appointment.room != room:
            raise Stopped(Stop.NOT_SIGNED_IN)
        if came.is_call or came.visitor.step is not Step.GO:
            return on_to(came.page)  # callers choose anew whether to be seen
        unit = came.visitor.unit
        return reception.pages.page(
            *(request, "rejoin.html.j2"),
            here=came.page,
            asked=came.visitor.is_asked,
            unit=unit.shown_name,
            phone=unit.phone,
        )

    @app.api_route("/after", methods=LOOKS)
    async def after(request: Request) -> Response:
        """When the meeting is left; Jitsi's closing page leads here."""
        came, pages = await came_by(reception, request), reception.pages
        if came is None:
            return pages.page(
                *(request, "after.html.j2"), back="", asked=False, unit=pages.conf.authority, phone=pages.conf.phone
            )
        unit = came.visitor.unit
        back = came.page if came.visitor.step is Step.GO else ""
        asked = came.visitor.is_asked
        return pages.page(request, "after.html.j2", back=back, asked=asked, unit=unit.shown_name, phone=unit.phone)


async def came_by(reception: Reception, request: Request) -> Came | None:
    """Who comes with this browser's cookie; None: nobody we know. Raises Unavailable."""
    session = await reception.session(request)
    visitor = await citizen.by_session(reception.office, session) if session is not None else None
    code = await reception.code_of(session) if session is not None else ""
    if visitor is None or not code:
        return None
    is_call = await reception.is_call(visitor.entry.appointment)
    return Came(code, visitor, f"/{'h' if is_call else 'm'}/{code}", is_call)
