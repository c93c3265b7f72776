"""Looking at how it was: let the picture stand, go back minute by minute or to a time of day, and return."""

from typing import ClassVar, Final

from textual.binding import BindingType
from typing_extensions import override

from tui.keys import keys
from tui.screens.dialogs import AskWords
from tui.screens.live import LiveScreen
from tui.text.ages import clock, moment

_STEP: Final = 60.0
"""Seconds."""


class LookingBack(LiveScreen):
    """A live screen whose picture can be that of another moment. Nothing may be done on such a picture."""

    BINDINGS: ClassVar[list[BindingType]] = keys("freeze", "earlier", "later", "moment")

    def action_freeze(self) -> None:
        """Let the picture stand as it is now; or return."""
        watch = self.app.watched
        self._look_back(watch.now() if watch.then is None else None)

    def action_earlier(self) -> None:
        """A minute back."""
        self._look_back(self.app.watched.now() - _STEP)

    def action_later(self) -> None:
        """A minute on; to the present when less than another one would be left."""
        watch = self.app.watched
        if watch.then is not None:
            on = watch.then + _STEP
            self._look_back(on if on + _STEP < watch.hearing.agent_now(watch.clock()) else None)

    def action_moment(self) -> None:
        """Ask for a time of day."""
        self.run_act(self._moment())

    async def _moment(self) -> None:
        say, began = self.app.words.say, self.app.watched.past.begins()
        kept = say("past.kept", at=clock(began, self.app.words)) if began is not None else say("stale.never")
        text = await self.app.push_screen_wait(AskWords(say("past.ask"), kept, say("past.help"), least=4, most=8))
        if text is None:
            return
        watch = self.app.watched
        when = moment(text, watch.hearing.agent_now(watch.clock()))
        if when is None:
            self.app.tell("past.bad_time", bad=True)
        else:
            self._look_back(when)

    @override
    def action_back(self) -> None:
        """The present first; then what Esc does else."""
        if self.app.watched.then is not None:
            self._look_back(None)
        else:
            super().action_back()

    def _look_back(self, when: float | None) -> None:
        if self.app.watched.look_back(when):
            self.looked()
        else:
            self.app.tell("past.no_picture", bad=True)
