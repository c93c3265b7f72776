"""`portner recording-done DIR`: Jibri's finalize script. Mounted by `cli.py`, and run without it (`__main__.py`).

The whole command line takes a second to load, and Jibri waits: so `quickly` needs nothing but the standard library.
"""

import sys
from pathlib import Path

from xmpp_agent.edges.recordings.handing_over import NotHandedOver, hand_over

COMMAND = "recording-done"
SCRIPT = Path(__file__).with_name("edges") / "recordings" / "finalize.sh"
HELP = f"""Mark a recorder's directory as complete: for Jibri's finalize-script.

Usage: portner {COMMAND} DIR        marks DIR; needs no agent, no settings, no keys
       portner {COMMAND} --script   prints the same as a shell script, for a recorder without Portner

Exit codes: 0 marked, 1 not marked (it is found later), 2 what was given is no directory of its own."""


def quickly(words: list[str]) -> int:
    """The command, from the words after its name; answers the exit code."""
    if words in (["--help"], ["-h"]):
        print(HELP)
        return 0
    if words == ["--script"]:
        print(SCRIPT.read_text("utf-8"), end="")
        return 0
    given = words[0].rstrip("/") if len(words) == 1 else ""
    # A directory by its own name: `link/.` would be the directory a link leads to.
    if given.rpartition("/")[2] in {"", ".", ".."}:
        print("One directory is needed, by its own name; see --help. Nothing was handed over.", file=sys.stderr)
        return 2
    try:
        hand_over(Path(given))
    except NotHandedOver as fault:
        print(fault, file=sys.stderr)
        return 2 if fault.refused else 1
    return 0
