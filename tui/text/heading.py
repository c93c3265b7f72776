"""The lines around the grids: the sums on top, the heading of the rooms, the warning when nothing is current."""

from tui.board.query import Sums, View
from tui.board.recordings import RecordingView
from tui.text.ages import clock, glance
from tui.text.cells import Cell
from tui.text.rooms import wait_tone
from tui.text.safe import safe
from tui.text.words import Words


def sums_line(total: Sums, stuck: int, now: float, words: Words) -> list[Cell]:
    """What needs somebody first: on a narrow terminal the end of the line is cut. `stuck`: recordings."""
    say = words.say
    if total.alerts:
        need = Cell(f"  {words.signed('alert', say('top.alerts', n=total.alerts))}", "warn")
    else:
        need = Cell(f"  {say('top.calm')}", "muted")
    waiting = Cell(f"   {say('top.waiting', n=total.waiting)}", "strong" if total.waiting else "plain")
    line = [Cell(say("top.name"), "strong"), need]
    if stuck:
        line.append(Cell(f"  {words.signed('stuck', say('top.stuck', n=stuck))}", "bad"))
    line.append(waiting)
    if total.longest_since is not None:
        waited = now - total.longest_since
        line.append(Cell(f", {say('top.longest', age=glance(waited))}", wait_tone(waited)))
    line.append(Cell(f"   {say('top.visits', n=total.visits)}   {say('top.rooms', n=total.rooms)}"))
    return line


def recordings_line(stuck: int, running: int, total: int, words: Words) -> list[Cell]:
    """The top line over the recordings: what needs somebody first."""
    say = words.say
    if stuck:
        need = Cell(f"  {words.signed('stuck', say('top.stuck', n=stuck))}", "bad")
    else:
        need = Cell(f"  {say('top.none_stuck')}", "muted")
    return [
        Cell(say("top.name"), "strong"),
        need,
        Cell(f"   {say('top.running', n=running)}   {say('top.all', n=total)}"),
    ]


def rooms_heading(view: View, total: int, words: Words) -> str:
    """`Lokaler · sortering: behov · filter: …`."""
    return _heading("rooms.title", view, total, words)


def recordings_heading(view: RecordingView, total: int, words: Words) -> str:
    """`Optagelser · sortering: behov · filter: …`."""
    return _heading("recordings.title", view, total, words)


def _heading(title: str, view: View | RecordingView, total: int, words: Words) -> str:
    parts = [words.say(title), words.say("rooms.sorted", sort=words.say(f"sort.{view.sort.value}"))]
    if view.filter_text:
        text = safe(view.filter_text, 30)
        parts.append(words.say("rooms.filtered", text=text, shown=len(view.order), all=total))
    if view.held:
        parts.append(words.say("rooms.held"))
    return " · ".join(parts)


def stale_line(now: float, words: Words) -> str:
    """What stands across the screen while the picture is not current."""
    return words.say("stale.seen", at=clock(now, seconds=True)) if now else words.say("stale.never")
