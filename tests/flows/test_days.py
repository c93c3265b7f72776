"""Days at the clinic that hypothesis makes up, on the real flows: what must never happen does not, whatever happens.

The porter (tests/flows/porter.py) lists what must never be; it looks at the model Prosody, not at the agent's opinion.
"""

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from typing_extensions import override

from tests.flows.day import Day
from tests.flows.steps import MAIN, OF_CONSOLE, OF_PEOPLE, OF_STAFF, PEOPLE, SIDE, SPANS, STAFF, VISITORS, Step

staff, visitors, people = st.sampled_from(STAFF), st.sampled_from(VISITORS), st.sampled_from(PEOPLE)
by_people = st.builds(Step, st.sampled_from(OF_PEOPLE), people)
by_staff = st.builds(Step, st.sampled_from(OF_STAFF), staff, visitors)
by_console = st.builds(Step, st.sampled_from(OF_CONSOLE), visitors)
TROUBLE = ("kill-agent", "lose-link", "take-over", "look-again", "restart-prosody")
SHORTAGES = ("refuse-writes", "refuse-reads", "lose-orders", "lose-answers")
OPENED = "opened"


def visit(by: str, who: str) -> tuple[Step, ...]:
    """The usual way in."""
    return Step("arrive", who), Step("admit", by, who), Step("obey", who)


class DayOfSurprises(RuleBasedStateMachine):
    """One day; each rule is something that may happen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.day = Day()
        self.loop.run_until_complete(self.day.begin())

    def play(self, *steps: Step) -> None:
        """Let these happen one after the other."""
        for step in steps:
            self.loop.run_until_complete(self.day.play(step))
            assert self.day.faults() == []

    @initialize(scene=st.sampled_from((OPENED, *VISITORS)), others=st.lists(visitors, max_size=3))
    def the_day_is_under_way(self, scene: str, others: list[str]) -> None:
        """Nothing yet but an open room, or somebody's visit; some wait already."""
        self.play(Step("open", "mette"), Step("open", "lars"))
        if scene != OPENED:
            self.play(*visit("mette", scene), Step("arrive", "tolk"))
        self.play(*(Step("arrive", who) for who in others))

    @rule(step=by_people)
    def somebody_does_something(self, step: Step) -> None:
        """A client acts."""
        self.play(step)

    @rule(step=by_staff | by_console)
    def staff_does_something(self, step: Step) -> None:
        """A member of staff or a supervisor acts."""
        self.play(step)

    @rule(one=by_people | by_staff | by_console, other=by_people | by_staff | by_console)
    def two_things_happen_at_once(self, one: Step, other: Step) -> None:
        """Neither waits for the other."""
        self.play(Step(one.what, one.who, one.other, together=other))

    @rule(who=staff)
    def staff_opens_the_room(self, who: str) -> None:
        """The usual morning."""
        self.play(Step("open", who))

    @rule(who=visitors)
    def somebody_comes(self, who: str) -> None:
        """The usual visitor, as far as the lobby (or straight in)."""
        self.play(Step("arrive", who))

    @rule(by=staff, who=visitors)
    def somebody_is_let_in(self, by: str, who: str) -> None:
        """The usual visit begins."""
        self.play(*visit(by, who))

    @rule(by=st.sampled_from(STAFF[:2]), who=visitors)
    def somebody_is_put_out_and_comes_back(self, by: str, who: str) -> None:
        """Kicked by staff, they try again at once."""
        self.play(Step("kick", by, who), Step("arrive", who))

    @rule(who=people, other=visitors, what=st.sampled_from(OF_STAFF))
    def anybody_plays_staff(self, who: str, other: str, what: str) -> None:
        """The same clicks by somebody who may not."""
        self.play(Step(what, who, other))

    @rule(by=st.sampled_from(STAFF[:2]), who=visitors, other=visitors)
    def two_staff_let_in_at_once(self, by: str, who: str, other: str) -> None:
        """Two clicks in the same moment, for two people or the same."""
        self.play(Step("admit", by, who, together=Step("admit", "kim", other)))
        self.play(Step("obey", who, together=Step("obey", other)))

    @rule(much=st.sampled_from(SPANS))
    def time_passes(self, much: float) -> None:
        """Seconds to minutes."""
        self.play(Step("wait", much=much))

    @rule(what=st.sampled_from(TROUBLE), meanwhile=st.lists(by_people, max_size=3))
    def the_agent_is_away(self, what: str, meanwhile: list[Step]) -> None:
        """Killed, cut off, replaced by its standby, or Prosody restarted; things happen meanwhile; it comes back."""
        self.play(Step(what), *meanwhile, Step("return"))

    @rule(one=by_people | by_staff | by_console, what=st.sampled_from(TROUBLE))
    def the_agent_is_cut_off_in_the_middle(self, one: Step, what: str) -> None:
        """Trouble comes while something is under way."""
        self.play(Step(one.what, one.who, one.other, together=Step(what)), Step("return"))

    @rule(what=st.sampled_from(SHORTAGES), much=st.integers(0, 3))
    def something_will_fail(self, what: str, much: int) -> None:
        """The next few writes, reads or orders fail (0: all is well again)."""
        self.play(Step(what, much=much))

    @rule(who=st.sampled_from(("anna", "bo", "sille")), what=st.sampled_from(("cancel", "revoke")))
    def something_is_taken_back(self, who: str, what: str) -> None:
        """An appointment is cancelled, a pass revoked."""
        self.play(Step(what, who))

    @rule(who=visitors, room=st.sampled_from((MAIN, SIDE)))
    def somebody_tries_a_room(self, who: str, room: str) -> None:
        """Their own or another."""
        self.play(Step("arrive", who, room))

    @rule(who=people, much=st.sampled_from(SPANS))
    def somebody_is_gone_for_a_while(self, who: str, much: float) -> None:
        """They leave, time passes."""
        self.play(Step("leave", who), Step("wait", much=much))

    @rule(who=people)
    def somebody_vanishes(self, who: str) -> None:
        """The end of a connection is heard before the leaving."""
        self.play(Step("crash", who, much=1))

    @invariant()
    def nothing_is_wrong(self) -> None:
        """The porter has nothing to say."""
        assert self.day.faults() == []

    @override
    def teardown(self) -> None:
        """End the day's loop."""
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


TestDays = pytest.mark.timeout(600)(DayOfSurprises.TestCase)
TestDays.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, derandomize=True, print_blob=False
)
