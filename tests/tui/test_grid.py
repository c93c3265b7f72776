"""The row grid by itself: cursor by key, only what is seen is drawn, and what is changed."""

import random

import pytest
from textual.app import App, ComposeResult
from typing_extensions import override

from tui.text.cells import Cell, Column
from tui.widgets.row_grid import RowGrid

COLUMNS = (Column("name", "Name", 6), Column("more", "More", 6, grows=1))


class GridApp(App[None]):
    """A grid of a few thousand rows that counts what is asked of it."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.order = [f"r{number}" for number in range(rows)]
        self.drawn: list[str] = []
        self.chosen: list[str | None] = []
        self.titles: list[str] = []

    @override
    def compose(self) -> ComposeResult:
        """Just the grid."""
        yield RowGrid(COLUMNS, self._cells, mark=">", empty="none", id="grid")

    def _cells(self, key: str) -> tuple[Cell, ...]:
        self.drawn.append(key)
        return Cell(key), Cell("x")

    def on_row_grid_chosen(self, event: RowGrid.Chosen) -> None:
        """Remember."""
        self.chosen.append(event.key)

    def on_row_grid_header_chosen(self, event: RowGrid.HeaderChosen) -> None:
        """Remember."""
        self.titles.append(event.column)

    @property
    def grid(self) -> RowGrid:
        """The grid."""
        return self.query_one(RowGrid)


async def test_only_the_lines_on_screen_are_drawn() -> None:
    """Of five thousand rows only those that fit are asked for; one change draws one line; changes out of sight none."""
    app = GridApp(5000)
    async with app.run_test(size=(40, 21)) as pilot:
        app.grid.show(app.order)
        await pilot.pause()
        assert set(app.drawn) == set(app.order[:20])

        app.drawn.clear()
        app.grid.show(list(app.order), {"r7", "r4000"})
        await pilot.pause()
        assert app.drawn == ["r7"]


async def test_the_cursor_stays_on_its_key_when_rows_move() -> None:
    """Reversed, filtered, re-sorted: the cursor is on the same key and in view, or on nothing when that is gone."""
    app = GridApp(500)
    async with app.run_test(size=(40, 21)) as pilot:
        grid = app.grid
        grid.show(app.order)
        grid.put_cursor("r3")
        await pilot.pause()
        grid.show(app.order[::-1])
        await pilot.pause()
        assert grid.cursor == "r3"
        assert "r3" in grid._on_screen()

        grid.show([key for key in app.order if key != "r3"])
        await pilot.pause()
        assert grid.cursor is None
        await pilot.press("enter")
        assert app.chosen == []
        await pilot.press("down", "enter")
        await pilot.pause()
        assert len(app.chosen) == 1


async def test_mouse() -> None:
    """One click puts the cursor, two choose, a click on a title names its column, below the last row nothing."""
    app = GridApp(3)
    async with app.run_test(size=(40, 21)) as pilot:
        app.grid.show(app.order)
        await pilot.pause()
        await pilot.click(RowGrid, offset=(5, 2))
        assert (app.grid.cursor, app.chosen) == ("r1", [])
        await pilot.click(RowGrid, offset=(5, 3), times=2)
        await pilot.pause()
        assert app.chosen == ["r2"]
        await pilot.click(RowGrid, offset=(12, 0))
        await pilot.click(RowGrid, offset=(12, 15))
        await pilot.pause()
        assert (app.titles, app.grid.cursor) == (["more"], "r2")


@pytest.mark.parametrize("keys", [["end"], ["home"], ["pagedown"] * 40, ["up"]])
async def test_the_cursor_never_leaves_the_rows(keys: list[str]) -> None:
    """Whatever is pressed, the cursor is on a row and in view."""
    app = GridApp(120)
    async with app.run_test(size=(40, 21)) as pilot:
        app.grid.show(app.order)
        await pilot.press("down", *keys)
        assert app.grid.cursor in app.grid._on_screen()


async def test_an_empty_grid_says_so_and_bears_keys() -> None:
    """Without rows there are words, and no key does harm."""
    app = GridApp(0)
    async with app.run_test(size=(40, 21)) as pilot:
        app.grid.show([])
        await pilot.press("down", "up", "end", "enter", "pagedown")
        assert "none" in "".join(strip.text for strip in app.screen._compositor.render_strips())
        assert (app.grid.cursor, app.chosen) == (None, [])


class SaidApp(GridApp):
    """A grid whose rows say what a test says they do."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.said = dict.fromkeys(self.order, "a")

    @override
    def _cells(self, key: str) -> tuple[Cell, ...]:
        return Cell(key), Cell(self.said[key], "good" if self.said[key] == "b" else "plain")


async def test_what_is_on_the_screen_is_what_the_rows_say() -> None:
    """Only lines that say something else are drawn anew, and nothing is laid out anew for more or fewer rows:
    after any change the screen is the same as one drawn whole, also from the middle and at the very end of the list."""
    chance = random.Random(7)  # noqa: S311  # repeatable
    app = SaidApp(300)
    async with app.run_test(size=(40, 21)) as pilot:
        app.grid.show(app.order)
        for step in range(60):
            touched = {chance.choice(app.order) for _ in range(chance.randrange(40))}
            for key in touched:
                app.said[key] = chance.choice("abc")
            order = [key for key in app.order if chance.random() > 0.02] if step % 2 else list(app.order)
            order.insert(chance.randrange(len(order)), key := f"n{step}")
            app.said[key] = "b"
            app.order = order
            app.grid.show(order, None if step % 7 == 0 else {*touched, key})
            if step % 15 == 14:
                app.grid.scroll_to(y=chance.choice([0, 40, 9999]), animate=False, immediate=True)
            await pilot.pause()
            shown = [strip.text for strip in app.screen._compositor.render_strips()]
            app.grid.refresh()
            await pilot.pause()
            assert shown == [strip.text for strip in app.screen._compositor.render_strips()]
