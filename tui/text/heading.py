"""The lines around the grids: the sums on top, the heading of the rooms, the warning when nothing is current."""

from tui.board.listing import Listing
from tui.board.query import Sums
from tui.board.sorting import Row
from tui.text.ages import clock, glance
from tui.text.cells import Cell
from tui.text.rooms import wait_tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire


def sums_line(total: Sums, stuck: int, now: float, target: wire.Number, words: Words) -> list[Cell]:
    """What needs somebody first: on a narrow terminal the end of the line is cut. `stuck`: recordings. `target`: of
    waits, over all units."""
    say = words.say
    if total.needy:
        need = Cell(f"  {words.signed('alert', say('top.alerts', n=total.needy))}", "warn")
    else:
        need = Cell(f"  {say('top.calm')}", "muted")
    waiting = Cell(f"   {say('top.waiting', n=total.waiting)}", "strong" if total.waiting else "plain")
    line = [Cell(say("top.name"), "strong"), need]
    if stuck:
        line.append(Cell(f"  {words.signed('stuck', say('top.stuck', n=stuck))}", "bad"))
    line.append(waiting)
    if total.longest_since is not None:
        waited = now - total.longest_since
        line.append(Cell(f", {say('top.longest', age=glance(waited, words))}", wait_tone(waited, target)))
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


def calls_line(needy: int, inside: int, total: int, words: Words) -> list[Cell]:
    """The top line over the hotline: what needs somebody first."""
    say = words.say
    need = (
        Cell(f"  {words.signed('alert', say('top.calls_lost', n=needy))}", "bad")
        if needy
        else _calm("top.calls_calm", words)
    )
    rest = Cell(f"   {say('top.calls_inside', n=inside)}   {say('top.all', n=total)}")
    return [Cell(say("top.name"), "strong"), need, rest]


def invitations_line(to_call: int, total: int, words: Words) -> list[Cell]:
    """The top line over the invitations: who is to be called first."""
    say = words.say
    need = (
        Cell(f"  {words.signed('alert', say('top.to_call', n=to_call))}", "bad")
        if to_call
        else _calm("top.all_reached", words)
    )
    return [Cell(say("top.name"), "strong"), need, Cell(f"   {say('top.all', n=total)}")]


def _calm(what: str, words: Words) -> Cell:
    return Cell(f"  {words.say(what)}", "muted")


def alerts_line(fresh: int, mine: int, total: int, words: Words) -> list[Cell]:
    """The top line over the alerts: those nobody has acknowledged first."""
    say = words.say
    need = Cell(f"  {words.signed('alert', say('top.unseen', n=fresh))}", "bad") if fresh else _calm("top.seen", words)
    rest = Cell(f"   {say('top.mine', n=mine)}   {say('top.all', n=total)}")
    return [Cell(say("top.name"), "strong"), need, rest]


def heading(title: str, view: Listing[Row], sorted_by: str, total: int, words: Words) -> str:
    """`Lokaler · sortering: behov ↓ · filter: …`. `title` names a text; what is left out by the filter, and whether
    rows stand still, is said behind it."""
    parts = [words.say(title), sorted_by]
    if view.filter_text:
        text = safe(view.filter_text, 30)
        parts.append(words.say("rooms.filtered", text=text, shown=len(view.order), all=total))
    if view.held:
        parts.append(words.say("rooms.held"))
    return " · ".join(parts)


def stale_line(now: float, words: Words) -> str:
    """What stands across the screen while the picture is not current."""
    return words.say("stale.seen", at=clock(now, words, seconds=True)) if now else words.say("stale.never")
