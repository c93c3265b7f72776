"""Alerts and notes to the next shift over HTTP: what is shown, and what supervisors do about it."""

from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.alert_list import AlertList
from xmpp_agent.edges.web.answers import body_of, outcome, who_asks
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.once import Asked, Once
from xmpp_agent.edges.web.shift_note_list import ShiftNoteList
from xmpp_agent.edges.web.supervisors import Names
from xmpp_agent.flows.alerts import handle
from xmpp_agent.flows.figures import Counting
from xmpp_agent.flows.shift_notes import write_shift_note
from xmpp_agent.model.alerts import ShiftNote
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.ports import Clock
from xmpp_agent.ports.diary import Diary, Records
from xmpp_agent.rules.alerts import Act, Wish
from xmpp_agent.wire import Retry
from xmpp_agent.wire_alerts import WriteShiftNote

_NOTE = "shift-note"
_DONE = {
    Act.ACKNOWLEDGE: ("Alle kan se, at du har set alarmen.", "Everybody can see that you have seen this alert."),
    Act.TAKE: ("Alarmen er din.", "The alert is yours."),
    Act.GIVE_BACK: ("Alarmen er fri igen.", "The alert is free again."),
    _NOTE: ("Beskeden til næste vagt er gemt.", "The note to the next shift is kept."),
}


@dataclass(frozen=True, slots=True)
class Register:
    """What acts are written into, and read from."""

    records: Records
    diary: Diary
    counting: Counting
    clock: Clock


class AlertDesk:
    """The console's side of alerts and notes to the next shift."""

    def __init__(self, listed: AlertList, notes: ShiftNoteList, names: Names, feed: Feed, register: Register) -> None:
        self.listed, self.notes = listed, notes
        self._names, self._feed, self._register = names, feed, register
        self._once = Once()

    async def ready(self) -> None:
        """Make the rows anew. Raises Unavailable."""
        await self.notes.ready()
        await self.listed.ready()

    def look(self) -> None:
        """A second has passed."""
        self.listed.look()
        self.notes.look()

    def forget(self) -> None:
        """The rows may be different from here on: another agent was at them."""
        self.listed.forget()
        self.notes.forget()

    async def handle(self, act: Act, alert: str, command: Retry, who: Supervisor) -> Verdict:
        """Carry out one command about an alert, once. Raises Unavailable."""
        asked = Asked(alert, who.actor, command, act)
        wish = Wish(act, alert, who.units, who.actor, command.version)
        return await self._once.do(asked, lambda: self._handle(wish))

    async def _handle(self, wish: Wish) -> Verdict:
        self._feed.expect()
        await self.ready()
        await self._names.learn((wish.actor,))
        raised, handled = self.listed.found(wish.alert)
        now = self._register.clock.now()
        verdict, after = await handle(self._register.records, wish, raised, handled, now)
        if verdict.is_open and after is not None:
            self.listed.took_in(after)
        return verdict

    async def write(self, unit: str, command: WriteShiftNote, who: Supervisor) -> Verdict:
        """Write a unit's note to its next shift, once. Raises Unavailable."""
        asked = Asked(unit, who.actor, command, _NOTE)
        return await self._once.do(asked, lambda: self._write(unit, command, who))

    async def _write(self, unit: str, command: WriteShiftNote, who: Supervisor) -> Verdict:
        self._feed.expect()
        await self.notes.ready()
        await self._names.learn((who.actor,))
        here = self._register
        known = {each.id for each in await here.diary.units()} | here.counting.units() - {""}
        note = ShiftNote(unit, command.text, who.actor, here.clock.now())
        verdict, written = await write_shift_note(here.records, note, who.units, known)
        if verdict.is_open:
            self.notes.took_in(written)
        return verdict


def add_alerts(app: FastAPI, desk: AlertDesk) -> None:
    """The routes; `app` is served behind a `Door`."""

    @app.post("/v1/alerts/{alert}/acknowledge")
    async def acknowledge(alert: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.ACKNOWLEDGE, alert, command, request)

    @app.post("/v1/alerts/{alert}/take")
    async def take(alert: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.TAKE, alert, command, request)

    @app.post("/v1/alerts/{alert}/give-back")
    async def give_back(alert: str, request: Request) -> Response:
        command = await body_of(request, Retry)
        return await _act(desk, Act.GIVE_BACK, alert, command, request)

    @app.post("/v1/units/{unit}/shift-note")
    async def write(unit: str, request: Request) -> Response:
        command = await body_of(request, WriteShiftNote)
        verdict = await desk.write(unit, command, who_asks(request))
        return outcome(request, command.command, verdict, _DONE[_NOTE])


async def _act(desk: AlertDesk, act: Act, alert: str, command: Retry, request: Request) -> Response:
    verdict = await desk.handle(act, alert, command, who_asks(request))
    return outcome(request, command.command, verdict, _DONE[act])
