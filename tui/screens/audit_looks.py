"""Looking through the audit, opening a line, taking lines away. The agent judges each, and puts on record what must be.

What was looked up is shown as that, with its time, until somebody goes back to the newest lines.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from typing_extensions import override

from tui.agent.client import new_command
from tui.agent.faults import Refused, Unanswered
from tui.board.audit_asked import LONGEST, Misunderstood, understood
from tui.export import file_name, write_new
from tui.screens.dialogs import AskWords
from tui.screens.listed import ListScreen
from tui.screens.live import words_of
from tui.screens.reading import Why
from tui.text import audit
from tui.text.ages import clock
from tui.text.safe import safe
from xmpp_agent import wire

MOST_LINES = 5000
"""Lines looked up that are kept; for older ones the search must be a narrower one."""
_WHY = (3, 300)
"""Letters of a reason: at least, at most."""
_NEEDS = {"audit_person": "appointment", "audit_room": "room", "audit_take": "appointment", "audit_take_room": "room"}
"""By action: what the line must say for it."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was asked, when, and what came of it."""

    what: str
    asked: wire.AuditSearch
    page: wire.AuditPage
    rows: Mapping[str, wire.AuditRow]

    @property
    def more(self) -> wire.AuditSpot | None:
        """Where older lines begin; None: there are none, or they would be too many."""
        return self.page.more if len(self.rows) < MOST_LINES else None


class AuditLooks(ListScreen[wire.AuditRow]):
    """The acts of the audit's screen."""

    looked_up: LookedUp | None = None

    @override
    def rows(self) -> Mapping[str, wire.AuditRow]:
        """The lines shown, by key: those looked up, else the newest."""
        return self.looked_up.rows if self.looked_up is not None else self.app.watched.board.audit.rows

    def shown(self) -> None:
        """Draw other lines than before."""
        raise NotImplementedError

    def show(self, found: LookedUp | None) -> None:
        """Show what was looked up; None: the newest lines."""
        self.looked_up = found
        self.shown()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed (None) where the line has no such person or room, or there is nothing older."""
        if action == "audit_more":
            return True if self.looked_up is not None and self.looked_up.more is not None else None
        if action not in _NEEDS:
            return True
        row = self.chosen()
        if row is None or not getattr(row, _NEEDS[action]):
            return None
        return True if not action.startswith("audit_take") or self.app.watched.standing().may_act else None

    # one line

    async def open_line(self, row: wire.AuditRow) -> None:
        """Everything it holds, rule by rule."""
        words = self.app.words
        try:
            whole = await self.app.client.audit_line(row.at)
        except Refused as no:
            self.app.say_aloud(safe(words_of(no.problem)), bad=True)
        except Unanswered:
            self.app.tell("audit.unanswered", bad=True)
        else:
            _ = self.app.push_screen(Why(audit.spoken(row, words)[0], audit.explained(whole, words)))

    # looking up

    def action_audit_search(self) -> None:
        """Ask what to look for."""
        self.run_act(self._search())

    def action_audit_person(self) -> None:
        """Everything about the line's citizen."""
        row = self.chosen()
        if row is not None:
            asked = wire.AuditSearch(command=new_command(), appointment=row.appointment)
            self.run_act(self._look_up(asked, self._of_person(row)))

    def action_audit_room(self) -> None:
        """Everything about the line's room."""
        row = self.chosen()
        if row is not None:
            self.run_act(self._look_up(wire.AuditSearch(command=new_command(), room=row.room), self._of_room(row)))

    def action_audit_more(self) -> None:
        """Older lines of what was looked up."""
        found = self.looked_up
        if found is not None:
            self.run_act(self._look_up(found.asked.but(before=found.more), found.what, found))

    async def _search(self) -> None:
        say = self.app.words.say
        where, help_ = say("audit.ask.where"), say("audit.ask.help")
        text = await self.app.push_screen_wait(AskWords(say("audit.ask"), where, help_, least=0, most=LONGEST))
        if text is None:
            return
        try:
            wanted = understood(text, self.app.watched.now())
        except Misunderstood as no:
            self.app.tell("audit.bad_time", bad=True, text=safe(str(no), 40))
            return
        asked = wire.AuditSearch.of({"command": new_command(), **wanted.fields()})
        await self._look_up(asked, safe(text, 60) or say("audit.everything"))

    async def _look_up(self, asked: wire.AuditSearch, what: str, before: LookedUp | None = None) -> None:
        """Ask the agent, say why where it wants to know, and show what it found after what was `before`."""
        app = self.app
        try:
            page = await app.client.audit_search(asked)
        except Refused as no:
            if no.problem.reason != "reason_needed" or asked.reason:
                app.say_aloud(safe(words_of(no.problem)), bad=True)
            elif why := await self._why("audit.why", "audit.ask.help", "audit.why.help", what):
                await self._look_up(asked.but(reason=why), what, before)
            return
        except Unanswered:
            app.tell("audit.unanswered", bad=True)
            return
        if before is not None and self.looked_up is not before:
            return  # somebody went on to something else meanwhile
        rows = {**(before.rows if before is not None else {}), **{row.key: row for row in page.rows}}
        found = LookedUp(what, asked.but(before=None), page, rows)
        if before is None:
            self.show(found)
        else:
            self.looked_up = found
            self.look()

    async def _why(self, title: str, where: str, help_: str, what: str) -> str | None:
        say = self.app.words.say
        asking = AskWords(say(title, what=what), say(where), say(help_), least=_WHY[0], most=_WHY[1])
        return await self.app.push_screen_wait(asking)

    # taking away

    def action_audit_take(self) -> None:
        """Every line about the line's citizen, as a file."""
        row = self.chosen()
        if row is not None:
            self.run_act(self._take("appointment", row.appointment, self._of_person(row)))

    def action_audit_take_room(self) -> None:
        """Every line of the line's room, as a file."""
        row = self.chosen()
        if row is not None:
            self.run_act(self._take("room", row.room, self._of_room(row)))

    async def _take(self, kind: str, ident: str, what: str) -> None:
        """Ask why; the agent puts it on record and answers with the lines; only then a file is written."""
        app = self.app
        why = await self._why("audit.take", "audit.take.where", "audit.take.help", what)
        if why is None:
            return
        if not app.watched.standing().may_act:
            app.tell("act.not_now", bad=True)
            return
        asked = {"command": new_command(), kind: ident, "reason": why}
        try:
            export = await app.client.audit_export(wire.AuditTake.of(asked))
        except Refused as no:
            self.not_taken(no.problem)
        except Unanswered:
            app.tell("audit.not_taken", bad=True)
        else:
            await self._write(export, f"{kind}:{ident}")

    async def _write(self, export: wire.AuditExport, about: str) -> None:
        made_at = datetime.fromtimestamp(export.now, tz=UTC).isoformat(timespec="seconds")
        path = Path.home() / file_name("audit", export.now, "jsonl")
        try:
            text = await asyncio.to_thread(audit.as_file, export, about, made_at)
            await asyncio.to_thread(write_new, path, text, marked=False)
        except OSError:
            self.app.tell("export.failed", bad=True, path=path)
        else:
            self.app.tell("audit.taken", n=len(export.lines), path=path)

    def _of_person(self, row: wire.AuditRow) -> str:
        say = self.app.words.say
        return say("audit.of_person", who=safe(row.who, 60) or say("ask.nobody"))

    def _of_room(self, row: wire.AuditRow) -> str:
        return self.app.words.say("audit.of_room", at=clock(row.at.at, self.app.words), unit=safe(row.unit, 60))
