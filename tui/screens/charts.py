"""How the numbers went: waiting, service level, answer times, rooms; over the last hour or the last day."""

from typing import ClassVar, Final, Literal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static
from typing_extensions import override

from tui.board.numbers import number, value
from tui.screens.numbers import NumberScreen, number_keys
from tui.text.cells import Cell, Tone
from tui.text.charts import Values, axis, columns, peak
from tui.text.numbers import short, state, title, tone
from tui.text.safe import fit
from tui.widgets.key_line import KeyLine
from xmpp_agent import wire

CHARTS: Final = ("waiting", "service_level", "answer_p50", "answer_p90", "rooms_live")
_PLACES: Final = (("waiting",), ("service_level",), ("answer_p50", "answer_p90"), ("rooms_live",))
"""The answer times share a place, one above the other, to the same scale."""
_WHOLE: Final = {"service_level": 100.0}
"""Where a full column always means the same."""


class ChartsScreen(NumberScreen):
    """Four charts; `v` switches between hour and day."""

    BINDINGS: ClassVar[list[BindingType]] = number_keys("span", "next_unit", "previous_unit", "help", "back")
    TITLE_TEXT = "charts.title"
    span: Literal["hour", "day"] = "hour"

    @override
    def compose(self) -> ComposeResult:
        """Two by two."""
        yield from self.head_of_screen()
        with Container(id="charts"):
            for names in _PLACES:
                yield Static(id=f"chart-{names[0]}", classes="tile", markup=False)
        yield KeyLine(id="keys")

    @override
    def draw_numbers(self, row: wire.UnitNumbers | None, now: float, *, stale: bool) -> None:
        """Each chart: what it is, what it is now, the columns, when."""
        for names in _PLACES:
            tile = self.query_one(f"#chart-{names[0]}", Static)
            if row is None:
                words = "numbers.none" if names is _PLACES[0] else ""
                self.put_lines(tile, [[Cell(self.app.words.say(words) if words else "", "muted")]])
                continue
            width, height = tile.content_size
            lines: list[list[Cell]] = []
            for name in names:
                lines += self._chart(row, name, now, (width, height // len(names)), stale=stale)
            self.put_lines(tile, lines)

    def _chart(
        self, row: wire.UnitNumbers, name: str, now: float, size: tuple[int, int], *, stale: bool
    ) -> list[list[Cell]]:
        words, told, series = self.app.words, number(row, name), row.hour if self.span == "hour" else row.day
        values, most = self._values(series, name), self._most(series, name)
        stands = [Cell(f"  {short(name, value(told, now), words)}", tone(told, stale=stale))]
        if told.red is not None:
            stands += [Cell("  "), state(told, now, words, stale=stale)]
        room = size[0] - sum(cell_len(cell.text) for cell in stands)
        what = title(row, name, words)
        heading = [Cell(fit(what, min(room, cell_len(what))), "muted" if stale else "strong"), *stands]
        highest = peak(values)
        said = "charts.most" if highest is not None else "charts.nothing"
        height = max(1, size[1] - 2)
        drawn = columns(values, size[0], height, most, words)
        ink: Tone = "muted" if stale else "info"
        said = words.say(said, most=short(name, highest, words))
        foot = axis(series.start, len(values), size[0], said, words)
        return [heading, *([Cell(line, ink)] for line in drawn), [Cell(foot, "muted")]]

    def _values(self, series: wire.Series, name: str) -> Values:
        told: dict[str, Values] = {
            "waiting": series.waiting,
            "service_level": series.service_level,
            "answer_p50": series.answer_p50,
            "answer_p90": series.answer_p90,
            "rooms_live": series.rooms_live,
        }
        return told[name]

    def _most(self, series: wire.Series, name: str) -> float:
        if name in _WHOLE:
            return _WHOLE[name]
        shared = next(names for names in _PLACES if name in names)
        return max((peak(self._values(series, each)) or 0.0 for each in shared), default=0.0)

    @override
    def about(self, row: wire.UnitNumbers) -> str:
        """Which stretch is shown."""
        return self.app.words.say(f"charts.{self.span}")

    def action_span(self) -> None:
        """Hour or day."""
        self.span = "day" if self.span == "hour" else "hour"
        self.on_screen_resume()
