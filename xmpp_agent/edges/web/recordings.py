"""Recordings over HTTP on the agent's socket: the list, and what a supervisor does with one that is stuck."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.answers import body_of, found, outcome, shown, who_asks
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.once import Asked, Once
from xmpp_agent.edges.web.recording_list import RecordingList
from xmpp_agent.edges.web.recording_rows import choice_of
from xmpp_agent.flows.recording_acts import Custodian, Wish, choices, handle
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.rules.recording.may_handle import Act
from xmpp_agent.wire import Choice, Choices, Discard, Hold, MapTo, Recordings, Retry

_DONE = {
    Act.RETRY: ("Der forsøges igen.", "It is being tried again."),
    Act.MAP: (
        "Optagelsen hører nu til aftalen og journaliseres.",
        "It is of that appointment now, and is being filed.",
    ),
    Act.DISCARD: ("Nøglen er slettet, og filen følger med.", "Its key is destroyed, and its file goes."),
    Act.HOLD: ("Optagelsen bevares.", "The recording is kept."),
    Act.RELEASE: ("Optagelsen slettes igen, når dens tid er gået.", "It is deleted again when its time is up."),
}


class RecordingDesk:
    """The console's side of recordings."""

    def __init__(self, custodian: Custodian, listed: RecordingList) -> None:
        self._custodian, self._listed = custodian, listed
        self._once = Once()

    async def rows(self, units: frozenset[str]) -> Recordings:
        """What a supervisor of these units sees. Raises Unavailable."""
        await self._listed.ready()
        return Recordings(now=self._custodian.clock.now(), recordings=self._listed.rows(units))

    async def handle(self, act: Act, recording: str, command: Retry, who: Supervisor) -> Verdict:
        """Carry out one command, once. Raises Unavailable."""
        asked = Asked(recording, who.actor, command, act)
        wish = Wish(
            act,
            recording,
            who.units,
            who.actor,
            command.version,
            appointment=command.appointment if isinstance(command, MapTo) else "",
            why=command.reason if isinstance(command, Discard | Hold) else "",
        )
        return await self._once.do(asked, lambda: handle(self._custodian, wish))

    async def choices(self, recording: str, units: frozenset[str]) -> tuple[Verdict, tuple[Choice, ...]]:
        """Appointments it may be of. Raises Unavailable."""
        verdict, found = await choices(self._custodian, recording, units)
        return verdict, tuple([await choice_of(entry, self._custodian.diary) for entry in found])


def add_recordings(app: FastAPI, desk: RecordingDesk) -> None:
    """The routes; `app` is served behind a `Door`."""

    @app.get("/v1/recordings")
    async def recordings(request: Request) -> Response:
        return shown(await desk.rows(who_asks(request).units))

    @app.get("/v1/recordings/{ident}/appointments")
    async def appointments(ident: str, request: Request) -> Response:
        verdict, choices = await desk.choices(ident, who_asks(request).units)
        return found(request, verdict, Choices(choices=choices))

    @app.post("/v1/recordings/{ident}/retry")
    async def retry(ident: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.RETRY, ident, command, request)

    @app.post("/v1/recordings/{ident}/map")
    async def map_to(ident: str, request: Request) -> Response:
        command = await body_of(request, MapTo)
        return await _act(desk, Act.MAP, ident, command, request)

    @app.post("/v1/recordings/{ident}/discard")
    async def discard(ident: str, request: Request) -> Response:
        command = await body_of(request, Discard)
        return await _act(desk, Act.DISCARD, ident, command, request)

    @app.post("/v1/recordings/{ident}/hold")
    async def hold(ident: str, request: Request) -> Response:
        command = await body_of(request, Hold)
        return await _act(desk, Act.HOLD, ident, command, request)

    @app.post("/v1/recordings/{ident}/release")
    async def release(ident: str, request: Request) -> Response:
        command = await body_of(request, Hold)
        return await _act(desk, Act.RELEASE, ident, command, request)


async def _act(desk: RecordingDesk, act: Act, ident: str, command: Retry, request: Request) -> Response:
    verdict = await desk.handle(act, ident, command, who_asks(request))
    return outcome(request, command.command, verdict, _DONE[act])
