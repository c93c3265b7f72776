"""Hotline and missed invitations over HTTP on the agent's socket: what is shown, and what supervisors do about it."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.answers import body_of, outcome, who_asks
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.office_list import Kind, OfficeList
from xmpp_agent.edges.web.office_rows import OfficeRows
from xmpp_agent.edges.web.once import Asked, Once
from xmpp_agent.flows import supervised_calls, unreached
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.ports import Clock
from xmpp_agent.rules.hotline import Act
from xmpp_agent.wire import (
    CallChanged,
    CallGone,
    CallRow,
    InvitationChanged,
    InvitationGone,
    InvitationRow,
    Retry,
)

_SEND = "invitation"
_DONE = {
    _SEND: (
        "Et nyt link er på vej. Det gamle virker ikke mere.",
        "A new link is on its way. The old one is dead.",
    ),
    Act.AGAIN: (
        "Linket er på vej igen. Det gamle virker ikke mere.",
        "The link is on its way again. The old one is dead.",
    ),
    Act.PROMISE: ("Alle kan se, at der ringes tilbage.", "Everybody can see that somebody rings back."),
    Act.TAKEN: ("Samtalen er slut.", "The call is over."),
}


class OfficeDesk:
    """The console's side of the office. Listens to whatever the office says has changed."""

    def __init__(
        self, desk: StaffOffice, feed: Feed, shard: str, clock: Clock, report: Callable[[BaseException], None]
    ) -> None:
        """`report` hears of a database that is away."""
        rows = OfficeRows(desk, shard)
        calls: Kind[CallRow] = Kind(
            "call", lambda row: CallChanged(now=clock.now(), row=row), lambda key: CallGone(key=key)
        )
        invitations: Kind[InvitationRow] = Kind(
            "invitation", lambda row: InvitationChanged(now=clock.now(), row=row), lambda key: InvitationGone(key=key)
        )
        self._desk = desk
        self._calls = OfficeList(calls, rows.calls, feed, report)
        self._invitations = OfficeList(invitations, rows.invitations, feed, report)
        self._once = Once()
        desk.office.on_appointment.append(self._changed)

    @property
    def is_made(self) -> bool:
        """Whether there are rows, or nobody has asked for them yet."""
        return self._calls.is_made and self._invitations.is_made

    async def ready(self) -> None:
        """Make the rows if there are none. Raises Unavailable."""
        await self._calls.ready()
        await self._invitations.ready()

    def rows(self, units: frozenset[str]) -> tuple[tuple[CallRow, ...], tuple[InvitationRow, ...]]:
        """What a supervisor of these units sees, as published up to now."""
        return self._calls.rows(units), self._invitations.rows(units)

    def look_again(self) -> None:
        """Time has passed."""
        self._calls.look_again()
        self._invitations.look_again()

    def forget(self) -> None:
        """The rows may be different from here on: somebody was erased, another agent was at it."""
        self._calls.forget()
        self._invitations.forget()

    async def stop(self) -> None:
        """Publish no more."""
        await self._calls.stop()
        await self._invitations.stop()

    async def send_link(self, appointment: str, command: Retry, who: Supervisor) -> Verdict:
        """A fresh link to the citizen of an appointment, once. Raises Unavailable."""
        wish = unreached.Wish(appointment, who.units, who.actor, command.version)
        asked = Asked(appointment, who.actor, command, _SEND)
        return await self._once.do(asked, lambda: unreached.send_link_again(self._desk, wish))

    async def handle_call(self, act: Act, call: str, command: Retry, who: Supervisor) -> Verdict:
        """Carry out one command about a call, once. Raises Unavailable."""
        wish = supervised_calls.Wish(act, call, who.units, who.actor, command.version)
        asked = Asked(call, who.actor, command, act)
        return await self._once.do(asked, lambda: supervised_calls.handle(self._desk, wish))

    def _changed(self, appointment: str) -> None:
        self._calls.changed(appointment)
        self._invitations.changed(appointment)


def add_office(app: FastAPI, desk: OfficeDesk) -> None:
    """The routes; `app` is served behind a `Door`."""

    @app.post("/v1/invitations/{appointment}/again")
    async def send_link(appointment: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        verdict = await desk.send_link(appointment, command, who_asks(request))
        return outcome(request, command.command, verdict, _DONE[_SEND])

    @app.post("/v1/calls/{call}/again")
    async def again(call: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.AGAIN, call, command, request)

    @app.post("/v1/calls/{call}/promise")
    async def promise(call: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.PROMISE, call, command, request)

    @app.post("/v1/calls/{call}/taken")
    async def taken(call: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.TAKEN, call, command, request)


async def _act(desk: OfficeDesk, act: Act, call: str, command: Retry, request: Request) -> Response:
    verdict = await desk.handle_call(act, call, command, who_asks(request))
    return outcome(request, command.command, verdict, _DONE[act])
