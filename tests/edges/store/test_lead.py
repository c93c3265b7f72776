"""Who sends letters: the agent at the door; with nobody there, one that lives; never two, never one that stands by."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen

from xmpp_agent.edges.store.sqlite.lead import Lead

HOLDER = """
import sys
from pathlib import Path
from xmpp_agent.edges.store.sqlite.lead import Lead
lead = Lead(Path(sys.argv[1]), lambda: True, lambda: False)
print(lead.leads(), flush=True)
sys.stdin.read()
"""


@dataclass
class Agent:
    """What an agent knows of Prosody."""

    live: bool = False
    standby: bool = False


@contextmanager
def agent(database: Path) -> Iterator[tuple[Agent, Lead]]:
    """One on this database that does not see Prosody."""
    knows = Agent()
    lead = Lead(database, lambda: knows.live, lambda: knows.standby)
    try:
        yield knows, lead
    finally:
        lead.let_go()


def test_with_prosody_gone_one_goes_on(tmp_path: Path) -> None:
    """The one that was at the door, not the other, however often they are asked; alone, whichever there is."""
    with agent(tmp_path / "a") as (first, one), agent(tmp_path / "a") as (second, other):
        first.live, second.standby = True, True
        assert (one.leads(), other.leads()) == (True, False)
        first.live, second.standby = False, False
        assert [(one.leads(), other.leads()) for _ in range(2)] == [(True, False)] * 2
        one.let_go()
        assert other.leads()


def test_who_stands_by_never_leads(tmp_path: Path) -> None:
    """Told by Prosody that another is at the door it lets go of the lock, and the other has it from then on."""
    with agent(tmp_path / "a") as (first, one), agent(tmp_path / "a") as (second, other):
        assert one.leads()
        second.live = True
        assert other.leads()
        first.standby = True
        assert not one.leads()
        assert other.leads()
        second.live, first.standby = False, False
        assert (one.leads(), other.leads()) == (False, True)


def test_after_a_kill_the_other_one_leads(tmp_path: Path) -> None:
    """Prosody away and the agent killed: its lock is free, and the one that stood by goes on."""
    with Popen([sys.executable, "-c", HOLDER, str(tmp_path / "a")], stdin=PIPE, stdout=PIPE) as holder:
        assert holder.stdout is not None
        with agent(tmp_path / "a") as (_, other):
            try:
                assert holder.stdout.readline() == b"True\n"
                assert not other.leads()
            finally:
                holder.kill()
            holder.wait(10)
            assert other.leads()
