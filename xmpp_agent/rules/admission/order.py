"""Asks every rule of admission, in one visible order; the strictest answer wins, and nobody saying open is a no."""

from collections.abc import Callable

from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.admission import (
    companions_follow,
    known_pass,
    let_in_by_staff,
    one_citizen_at_a_time,
    one_seat_each,
    recording_asks_first,
    right_person,
    right_time,
    sent_out_stays_out,
    staff_is_present,
    staff_open_rooms,
    straight_in,
)
from xmpp_agent.rules.admission.facts import Asks, Facts

Rule = Callable[[Facts], Said | None]

ENTER: tuple[Rule, ...] = (
    known_pass.says,
    one_seat_each.says,
    right_time.says,
    right_person.says,
    staff_open_rooms.says,
    staff_is_present.says,
    one_citizen_at_a_time.says,
    recording_asks_first.says,
    sent_out_stays_out.says,
    companions_follow.says,
    let_in_by_staff.says,
    straight_in.says,
)
"""For whoever wants into the meeting; among equally strict answers the first named is the one people read."""

CONNECT: tuple[Rule, ...] = (known_pass.says, one_seat_each.says, right_time.says)
"""For whoever logs in: nothing here depends on what goes on in the room."""

KNOCK: tuple[Rule, ...] = (known_pass.says, one_seat_each.says, right_time.says, right_person.says)
"""For whoever wants to stand in the lobby."""

_STRICTNESS = {Decision.OPEN: 0, Decision.WAIT: 1, Decision.REFUSE: 2}


def decide(facts: Facts) -> Verdict:
    """The verdict on one question, with every rule's word kept."""
    if facts.asks is Asks.AUTHENTICATE:
        return no_objection(CONNECT, facts)
    if facts.asks is Asks.KNOCK:
        return no_objection(KNOCK, facts)
    said = _ask(ENTER, facts)
    if not said:
        return Verdict(Decision.REFUSE, Reason.NOBODY_SAID_OPEN)
    return _strictest(said)


def no_objection(rules: tuple[Rule, ...], facts: Facts) -> Verdict:
    """Open unless one of the rules objects: for questions where standing outside is the worst that can follow."""
    said = _ask(rules, facts)
    return _strictest(said) if said else Verdict(Decision.OPEN, Reason.ALLOWED)


def _ask(rules: tuple[Rule, ...], facts: Facts) -> tuple[Said, ...]:
    return tuple(word for word in (rule(facts) for rule in rules) if word is not None)


def _strictest(said: tuple[Said, ...]) -> Verdict:
    worst = max(said, key=lambda word: _STRICTNESS[word.decision])
    return Verdict(worst.decision, worst.reason, said)
