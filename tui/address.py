"""Where the agent is, out of what was given on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

from tui.text.safe import safe
from tui.text.words import Words

if TYPE_CHECKING:
    from tui.agent.sign_in import SignIn


def place(given: Path | str, words: Words) -> "Path | SignIn":
    """The agent's socket, or its site with nobody signed in yet. Raises SystemExit with words when it is no origin."""
    if isinstance(given, Path):
        return given
    # Only who is elsewhere signs in: on the agent's own machine the console shows its first picture without HTTP.
    from tui.agent.sign_in import BadOrigin, SignIn, origin_of

    try:
        return SignIn(origin_of(given))
    except BadOrigin:
        raise SystemExit(words.say("sign_in.origin", given=safe(given, 100))) from None
