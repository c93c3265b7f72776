"""Screens whose keys are named in the language chosen, wherever Textual shows them."""

from dataclasses import replace
from typing import Generic, TypeVar

from textual import getters
from textual.binding import ActiveBinding
from textual.screen import ModalScreen, Screen
from typing_extensions import override

from tui.console import Console
from tui.text.catalogue import TEXTS
from tui.text.words import Words

_Result = TypeVar("_Result")


def _spoken(bindings: dict[str, ActiveBinding], words: Words) -> dict[str, ActiveBinding]:
    return {
        key: active._replace(
            binding=replace(active.binding, description=words.say(f"key.{active.binding.id}")),
            tooltip=words.say(f"tip.{active.binding.id}"),
        )
        if f"key.{active.binding.id}" in TEXTS
        else active
        for key, active in bindings.items()
    }


class SpokenScreen(Screen[None]):
    """A whole screen."""

    app = getters.app(Console)

    @property
    @override
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Bindings that work now, translated."""
        return _spoken(super().active_bindings, self.app.words)


class SpokenModal(ModalScreen[_Result], Generic[_Result]):
    """A dialog."""

    app = getters.app(Console)

    @property
    @override
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Bindings that work now, translated."""
        return _spoken(super().active_bindings, self.app.words)

    def close(self, result: _Result | None = None) -> None:
        """Answer `result` and go. Textual forbids to await this in the screen's own handlers."""
        _ = self.dismiss(result)
