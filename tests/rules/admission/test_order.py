"""The strictest answer wins, nobody saying open is a no, and no rule may be taken out without a test going red."""

from collections.abc import Callable

import pytest

from tests.rules.scenes import (
    ANNA,
    HOTLINE,
    NOW,
    POLICY,
    ROOM,
    changed,
    citizen,
    companion,
    facts,
    inside,
    rebooked,
    room,
    staff,
    visit,
)
from xmpp_agent.model.people import Level
from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission import (
    companions_follow,
    known_pass,
    let_in_by_staff,
    one_citizen_at_a_time,
    one_seat_each,
    order,
    recording_asks_first,
    right_person,
    right_time,
    sent_out_stays_out,
    staff_is_present,
    staff_open_rooms,
    straight_in,
)
from xmpp_agent.rules.admission.facts import Asks, Facts, SeatHolder

Rule = Callable[[Facts], Said | None]
THEIRS = room(inside(staff()), of=ANNA)
"""A room in which everything speaks for Anna."""
KICKED = room(inside(staff()), visit=visit(ANNA, sent_out=frozenset({"seat-anna"})))
WITH_ANNA = room(inside(staff()), inside(citizen()), of=ANNA)

SHUT: dict[tuple[str, Rule, str], Facts] = {
    ("ENTER", known_pass.says, "expired"): facts(changed(citizen(), expires_at=NOW - 1), THEIRS),
    ("ENTER", one_seat_each.says, "replayed"): facts(citizen(), THEIRS, holder=SeatHolder.SAME_PASS),
    ("ENTER", right_time.says, "cancelled"): facts(rebooked(citizen(), cancelled_at=1.0), THEIRS),
    ("ENTER", right_person.says, "another person"): facts(changed(citizen(), proved="id-bo"), THEIRS),
    ("ENTER", staff_open_rooms.says, "makes the room"): facts(citizen(), THEIRS, Asks.CREATE),
    ("ENTER", staff_is_present.says, "frozen"): facts(companion(), room(inside(citizen()), of=ANNA)),
    ("ENTER", one_citizen_at_a_time.says, "not cleared"): facts(
        citizen(), room(inside(staff()), of=ANNA, turnover_open=True)
    ),
    ("ENTER", recording_asks_first.says, "not asked"): facts(
        citizen(), room(inside(staff()), of=ANNA, recording=True, agreed=frozenset({"bo"}))
    ),
    ("ENTER", sent_out_stays_out.says, "put out"): facts(citizen(), KICKED),
    ("ENTER", companions_follow.says, "alone"): facts(companion(), THEIRS),
    ("CONNECT", known_pass.says, "stale"): facts(
        changed(citizen(), issued_at=NOW - 601), None, Asks.AUTHENTICATE, first_used_at=None
    ),
    ("CONNECT", one_seat_each.says, "replayed"): facts(citizen(), None, Asks.AUTHENTICATE, holder=SeatHolder.SAME_PASS),
    ("CONNECT", right_time.says, "early"): facts(
        rebooked(citizen(), starts_at=NOW + POLICY.early + 1), None, Asks.AUTHENTICATE
    ),
    ("KNOCK", known_pass.says, "other room"): facts(changed(citizen(), room="z" * 27), THEIRS, Asks.KNOCK),
    ("KNOCK", one_seat_each.says, "superseded"): facts(citizen(), THEIRS, Asks.KNOCK, holder=SeatHolder.NEWER_PASS),
    ("KNOCK", right_time.says, "cancelled"): facts(rebooked(citizen(), cancelled_at=1.0), THEIRS, Asks.KNOCK),
    ("KNOCK", right_person.says, "weak login"): facts(changed(citizen(), level=Level.LOW), THEIRS, Asks.KNOCK),
}
"""Scenes in which exactly one rule stands between somebody and the door."""

SILENT: dict[tuple[str, Rule, str], Facts] = {
    ("ENTER", let_in_by_staff.says, "not let in yet"): facts(citizen(), room(inside(staff()))),
    ("ENTER", straight_in.says, "hotline"): facts(citizen(policy=HOTLINE), room(inside(staff()))),
}
"""Scenes whose answer comes from a rule that opens: without it the answer changes to a refusal nobody understands."""


def without(monkeypatch: pytest.MonkeyPatch, group: str, rule: Rule) -> None:
    """Take one rule out, as a careless change would."""
    rules: tuple[Rule, ...] = getattr(order, group)
    assert rule in rules
    monkeypatch.setattr(order, group, tuple(r for r in rules if r is not rule))


@pytest.mark.parametrize(("key", "scene"), SHUT.items(), ids=lambda v: f"{v[0]}:{v[2]}" if isinstance(v, tuple) else "")
def test_each_rule_alone_keeps_its_door_shut(
    monkeypatch: pytest.MonkeyPatch, key: tuple[str, Rule, str], scene: Facts
) -> None:
    """With the rule the door is shut, and taking that one rule out would open it."""
    assert not order.decide(scene).is_open
    without(monkeypatch, *key[:2])
    assert order.decide(scene).is_open


@pytest.mark.parametrize(("key", "scene"), SILENT.items(), ids=lambda v: v[2] if isinstance(v, tuple) else "")
def test_each_opening_rule_is_what_answers(
    monkeypatch: pytest.MonkeyPatch, key: tuple[str, Rule, str], scene: Facts
) -> None:
    """Taking an opening rule out changes the answer, and never to open."""
    before = order.decide(scene)
    without(monkeypatch, *key[:2])
    after = order.decide(scene)
    assert before.decision is not after.decision
    assert (after.decision, after.reason) == (Decision.REFUSE, Reason.NOBODY_SAID_OPEN)


def test_every_rule_of_every_group_has_such_a_scene() -> None:
    """A rule added to the order without a scene of its own fails here."""
    shown = {(group, rule) for group, rule, _ in (*SHUT, *SILENT)}
    asked = {(group, rule) for group in ("ENTER", "CONNECT", "KNOCK") for rule in getattr(order, group)}
    assert asked == shown


def test_everything_in_order_opens_for_staff_citizen_and_companion() -> None:
    """The plain good case opens, so that no scene above is shut for another reason."""
    assert order.decide(facts(staff(), room(exists=False), Asks.CREATE)).is_open
    assert order.decide(facts(citizen(), THEIRS)).is_open
    assert order.decide(facts(companion(), WITH_ANNA)).is_open


def test_the_strictest_wins_and_every_word_is_kept() -> None:
    """Refuse beats wait beats open; among equals the first asked is read; all words stand in the verdict."""
    verdict = order.decide(facts(rebooked(citizen(), cancelled_at=1.0), room(turnover_open=True)))
    assert (verdict.decision, verdict.reason) == (Decision.REFUSE, Reason.APPOINTMENT_CANCELLED)
    assert {said.rule for said in verdict.said} == {
        "right_time",
        "staff_is_present",
        "one_citizen_at_a_time",
        "let_in_by_staff",
    }
    waits = order.decide(facts(citizen(), room(turnover_open=True)))
    assert waits.reason is Reason.NO_STAFF_INSIDE


def test_nobody_saying_open_is_a_refusal() -> None:
    """Facts about which no rule has a word are refused."""
    machine_less = facts(changed(staff(), role=citizen().pass_.role), room(inside(staff())))
    assert not order.decide(machine_less).is_open
    assert machine_less.state is not None
    assert machine_less.state.room is ROOM
