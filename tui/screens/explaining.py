"""A key that does nothing just now says why when it is pressed, or clicked in the line of keys."""

from textual import events

from tui.screens.looking_back import LookingBack
from tui.text.standing import standing_cell


class Explaining(LookingBack):
    """`hindrance` is asked for acts only; every other key either works or is nobody's."""

    def hindrance(self, action: str) -> str | None:
        """Why an act cannot be done now, in words; None: it can, or it is no act of this screen."""
        raise NotImplementedError

    def not_current(self) -> str | None:
        """Why nothing can be done at all, in words; None: the picture is current."""
        standing, words = self.app.watched.standing(), self.app.words
        if standing.may_act:
            return None
        return words.say("hinder.not_current", state=standing_cell(standing, words).text)

    def on_key(self, event: events.Key) -> None:
        """A key comes by here before it is known whether it does anything."""
        active = self.active_bindings.get(event.key)
        if active is None or active.enabled:
            return
        why = self.hindrance(active.binding.action)
        if why is not None:
            event.stop()
            self.app.tell("hinder.said", act=active.binding.description, why=why)
