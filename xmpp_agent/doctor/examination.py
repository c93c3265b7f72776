"""Asks everything there is to ask and prints a line for each."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from xmpp_agent.doctor.finding import Finding, State
from xmpp_agent.doctor.own_house import own_house
from xmpp_agent.doctor.prosody import PROSODY_CONFIG, running_prosody
from xmpp_agent.settings import Settings

CODES = {State.FINE: 0, State.WRONG: 1, State.UNKNOWN: 3}
"""Exit code by the worst that was found: all fine, something wrong, nothing wrong but something not known."""


def run(settings: Settings, say: Callable[[str], object] = lambda line: sys.stdout.write(line + "\n")) -> int:
    """Print a line for each thing; answers the exit code.

    The environment variable PROSODY_CONFIG names Prosody's configuration file when it is not the one its own
    `prosodyctl` looks for.
    """
    named = os.environ.get(PROSODY_CONFIG)
    found: list[Finding] = []
    for finding in (*own_house(settings), *running_prosody(settings, Path(named) if named else None)):
        found.append(finding)
        say(str(finding))
    states = {finding.state for finding in found}
    return next((CODES[state] for state in (State.WRONG, State.UNKNOWN) if state in states), 0)
