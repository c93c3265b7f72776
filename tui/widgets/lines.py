"""Cells to `Content`, which is drawn and never parsed."""

from collections.abc import Iterable, Sequence

from textual.content import Content

from tui.text.cells import Cell


def to_content(lines: Iterable[Sequence[Cell]]) -> Content:
    """Lines of cells, each in the ink of its tone."""
    return Content("\n").join(
        Content.assemble(*((cell.text, f"bold $ink-{cell.tone}" if cell.tone == "strong" else f"$ink-{cell.tone}")
                           for cell in line))
        for line in lines
    )  # fmt: skip
