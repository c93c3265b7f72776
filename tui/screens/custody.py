"""What a supervisor may do with a recording. Which one is fixed when the key is pressed; asked once more where there is
no way back; sent with the version that was seen, so that the agent refuses what changed meanwhile.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from typing_extensions import override

from tui.agent.client import new_command
from tui.agent.faults import Refused, Unanswered
from tui.screens.choosing import ChooseAppointment
from tui.screens.dialogs import AskWords, Confirm
from tui.screens.listed import ListScreen
from tui.screens.live import words_of
from tui.text.recordings import stage_word, whose
from tui.text.safe import safe
from xmpp_agent import wire

ACTS: Final[dict[str, tuple[wire.RecordingAct, ...]]] = {
    "retry": ("retry",),
    "assign": ("map",),
    "discard": ("discard",),
    "hold": ("hold", "release"),
}
"""By action: which of these the agent must say is possible."""


class CustodyScreen(ListScreen[wire.RecordingRow]):
    """A screen on which a recording can be chosen."""

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed (None) while the picture is not current, and when the agent says it is not possible."""
        if action not in ACTS:
            return True
        row = self.chosen()
        if row is None or not self.app.watched.standing().may_act:
            return None
        return True if set(ACTS[action]) & set(row.may) else None

    # keys

    def action_retry(self) -> None:
        """Once more."""
        if (row := self.chosen()) is not None:
            self.run_act(self._retry(row))

    def action_assign(self) -> None:
        """Say whose it is."""
        if (row := self.chosen()) is not None:
            self.run_act(self._assign(row))

    def action_discard(self) -> None:
        """Destroy it, with a reason."""
        if (row := self.chosen()) is not None:
            self.run_act(self._discard(row))

    def action_hold(self) -> None:
        """Legal hold, or no longer."""
        if (row := self.chosen()) is not None:
            self.run_act(self._hold(row))

    # acts

    async def _retry(self, row: wire.RecordingRow) -> None:
        act = wire.Retry(command=new_command(), version=row.version)
        await self._carry("retry", "retry", row, lambda: self.app.client.handle(row.recording, "retry", act))

    async def _assign(self, row: wire.RecordingRow) -> None:
        say = self.app.words.say
        try:
            found = (await self.app.client.choices(row.recording)).choices
        except Refused as no:
            self.app.say_aloud(safe(words_of(no.problem)), bad=True)
            return
        except Unanswered:
            self.app.tell("assign.no_choices", bad=True)
            found = ()
        chosen = await self.app.push_screen_wait(ChooseAppointment(self._about(row), found))
        if chosen is None:
            return
        who = next((safe(one.citizen, 40) for one in found if one.appointment == chosen), safe(chosen, 60))
        sure = Confirm(say("ask.assign", who=who), self._about(row), say("ask.assign.help"))
        if await self.app.push_screen_wait(sure):
            act = wire.MapTo(command=new_command(), version=row.version, appointment=chosen)
            await self._carry("assign", "map", row, lambda: self.app.client.handle(row.recording, "map", act))

    async def _discard(self, row: wire.RecordingRow) -> None:
        if (reason := await self._why("discard", row)) is not None:
            act = wire.Discard(command=new_command(), version=row.version, reason=reason)
            await self._carry("discard", "discard", row, lambda: self.app.client.handle(row.recording, "discard", act))

    async def _hold(self, row: wire.RecordingRow) -> None:
        verb: wire.RecordingAct = "release" if row.held else "hold"
        if (reason := await self._why(verb, row)) is not None:
            act = wire.Hold(command=new_command(), version=row.version, reason=reason)
            await self._carry(verb, verb, row, lambda: self.app.client.handle(row.recording, verb, act))

    async def _why(self, verb: str, row: wire.RecordingRow) -> str | None:
        say = self.app.words.say
        title = say(f"ask.{verb}", who=whose(row, self.app.words))
        return await self.app.push_screen_wait(
            AskWords(title, self._about(row), say(f"ask.{verb}.help"), least=3, most=300)
        )

    async def _carry(
        self, act: str, verb: wire.RecordingAct, row: wire.RecordingRow, send: Callable[[], Awaitable[wire.Done]]
    ) -> None:
        """Check once more, say that it was asked, send, and say what came of it."""
        app, watch = self.app, self.app.watched
        if not watch.standing().may_act:
            app.tell("act.not_now", bad=True)
            return
        now = watch.board.recordings.get(row.key)
        if now is None or now.version != row.version or verb not in now.may:
            app.tell("act.changed", bad=True)
            return
        if watch.happenings.pending(act, row.room, row.recording):
            app.tell("act.pending")
            return
        await self.see_through(watch.happenings.asked_of(act, row, whose(row, app.words), watch.now()), send)

    def _about(self, row: wire.RecordingRow) -> str:
        words = self.app.words
        stage = stage_word(row.stage, words)
        return words.say("ask.recording", stage=stage, staff=safe(row.staff, 60) or "–", unit=safe(row.unit, 60) or "–")
