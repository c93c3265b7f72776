"""What somebody who must sign in reads: remote text, made safe, in our own sentences."""

from tui.board.heard import Asked
from tui.text.ages import glance
from tui.text.cells import Cell
from tui.text.safe import safe
from tui.text.words import Words

LONGEST_ADDRESS = 300


def explained(asked: Asked, words: Words) -> list[list[Cell]]:
    """Address and code first; then what may help."""
    say = words.say
    lines = [
        [Cell(say("sign_in.open"), "muted")],
        [Cell(f"  {safe(asked.address, LONGEST_ADDRESS)}", "strong")],
        [Cell(say("sign_in.code"), "muted")],
        [Cell(f"  {safe(asked.code, 40)}", "strong")],
    ]
    if asked.direct:
        lines += [[Cell(say("sign_in.direct"), "muted")], [Cell(f"  {safe(asked.direct, LONGEST_ADDRESS)}")]]
    if asked.message:
        lines.append([Cell(safe(asked.message, 300), "muted")])
    lines.append([Cell(say("sign_in.until", age=glance(asked.seconds, words)), "muted")])
    return lines
