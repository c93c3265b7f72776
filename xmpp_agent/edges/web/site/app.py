"""The public site: the pages of citizens, companions and callers, in the frame that everything of the site shares."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from xmpp_agent.edges.web.site.asked import add_asked
from xmpp_agent.edges.web.site.calls import add_calls
from xmpp_agent.edges.web.site.citizen import add_citizens_way
from xmpp_agent.edges.web.site.frame import Frame
from xmpp_agent.edges.web.site.reception import LOOKS, Elsewhere, Reception, on_to
from xmpp_agent.edges.web.site.rendering import Pages, page_of_link
from xmpp_agent.edges.web.site.returns import add_returns
from xmpp_agent.edges.web.site.stops import Stop, Stopped
from xmpp_agent.flows.office import Refused
from xmpp_agent.ports import Unavailable

_FOREVER = "public, max-age=31536000, immutable"


def site_app(reception: Reception) -> FastAPI:
    """The pages; more routes may be added. To be served within the frame (`framed`)."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    _ends(app, reception)
    _faults(app, reception.pages)
    _static(app, reception.pages)
    add_citizens_way(app, reception)
    add_calls(app, reception)
    add_returns(app, reception)
    add_asked(app, reception)
    return app


def framed(app: FastAPI, reception: Reception) -> ASGIApp:
    """The application as it may be served to the world."""
    return Frame(app, reception.pages, reception.clock)


def _ends(app: FastAPI, reception: Reception) -> None:
    """Where a way ends or leads elsewhere: every no is a page in words."""
    pages = reception.pages

    @app.exception_handler(Stopped)
    async def stopped(request: Request, no: Stopped) -> Response:
        if no.stop is Stop.DEAD_LINK:
            reception.guesses.missed(request)
        return pages.stop(request, no.stop, here=page_of_link(request.url.path))

    @app.exception_handler(Elsewhere)
    async def elsewhere(_: Request, there: Elsewhere) -> Response:
        return on_to(there.path)

    @app.exception_handler(Refused)
    async def refused(request: Request, _: Exception) -> Response:
        """Something changed between looking and pressing: the page of the link says what."""
        own = page_of_link(request.url.path)
        return on_to(own) if own else pages.stop(request, Stop.NOT_SIGNED_IN)

    @app.exception_handler(Unavailable)
    async def away(request: Request, _: Exception) -> Response:
        return pages.stop(request, Stop.AWAY, here=page_of_link(request.url.path))


def _faults(app: FastAPI, pages: Pages) -> None:
    """What cannot be read, is not there or broke: words, too, and none repeats what was sent."""

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        return pages.stop(request, Stop.BROKEN)  # the frame notes where

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, _: Exception) -> Response:
        return pages.stop(request, Stop.UNREADABLE)

    @app.exception_handler(HTTPException)
    async def nothing_here(request: Request, error: HTTPException) -> Response:
        answer = pages.stop(request, Stop.NOT_FOUND)
        answer.status_code = error.status_code
        answer.headers.update({k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"})
        return answer


def _static(app: FastAPI, pages: Pages) -> None:
    @app.api_route("/static/{name}", methods=LOOKS)
    async def static(name: str, request: Request) -> Response:
        found = pages.static.get(name)
        if found is None:
            return pages.stop(request, Stop.NOT_FOUND)
        return Response(found.body, media_type=found.media_type, headers={"cache-control": _FOREVER})
