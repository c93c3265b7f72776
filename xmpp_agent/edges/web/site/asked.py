"""The page on which somebody is asked whether they may be recorded: before, during and after, by the cookie alone."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from xmpp_agent.edges.web.site.reception import LOOKS, Elsewhere, Reception, on_to, speak
from xmpp_agent.edges.web.site.rendering import OWN, browser_of
from xmpp_agent.edges.web.site.returns import Came, came_by
from xmpp_agent.edges.web.site.stops import Stop, Stopped
from xmpp_agent.flows.own_answer import OwnQuestion, own_answer, own_question
from xmpp_agent.rules.arrival import Step


class Asked:
    """The handlers."""

    def __init__(self, reception: Reception) -> None:
        self._at, self._office = reception, reception.office

    async def look(self, request: Request) -> Response:
        """The question, what they said last, and whether a recording is on."""
        came, mine = await self._mine(request)
        unit = came.visitor.unit
        return self._at.pages.page(
            *(request, "asked.html.j2"),
            here=OWN,
            mine=mine,
            said=mine.question.answer or "",
            may_say=frozenset(mine.may_say),
            state=_state(mine),
            back=came.page if came.visitor.step in (Step.GO, Step.IN_LINE) else "",
            unit=unit.shown_name,
            phone=unit.phone,
        )

    async def now(self, request: Request) -> Response:
        """For the script of the page: whether there is anything new to read."""
        _, mine = await self._mine(request)
        return JSONResponse({"state": _state(mine)})

    async def say(self, request: Request) -> Response:
        """A button. The answer is theirs who sits there; no form can name anybody else."""
        came, _ = await self._mine(request)
        self._at.guesses.act(came.code)
        form = browser_of(request).form
        await own_answer(self._office, came.visitor, form.get("said", ""), form.get("asked", ""))
        return on_to(OWN)

    async def _mine(self, request: Request) -> tuple[Came, OwnQuestion]:
        """Raises Stopped (nobody we know; nobody asks), Elsewhere (log in first), Unavailable."""
        came = await came_by(self._at, request)
        if came is None:
            raise Stopped(Stop.NOT_SIGNED_IN)
        speak(request, came.visitor.entry.appointment)
        if not came.visitor.is_known:
            raise Elsewhere(came.page)
        mine = await own_question(self._office, came.visitor, browser_of(request).language)
        if mine is None:
            raise Stopped(Stop.NOT_FOUND)
        return came, mine


def _state(mine: OwnQuestion) -> str:
    """Changes whenever the page would read differently."""
    on = "on" if mine.question.is_on else "off"
    return f"{on} {mine.question.answer or 'none'} {'over' if mine.is_over else 'open'}"


def add_asked(app: FastAPI, reception: Reception) -> None:
    """The routes."""
    asked = Asked(reception)
    app.add_api_route(OWN, asked.look, methods=LOOKS)
    app.add_api_route(f"{OWN}/now", asked.now, methods=LOOKS)
    app.add_api_route(OWN, asked.say, methods=["POST"])
