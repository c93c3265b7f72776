"""What may be booked, changed, moved and cancelled: each rule on its own, and all faults at once."""

from dataclasses import replace

import pytest

from tests.rules.scenes import NOW, POLICY, appointment
from xmpp_agent.model.appointments import DAY, Outcome, Plan, Policy, Rung
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.model.people import Level, Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules import booking
from xmpp_agent.rules.booking import BOOK, CANCEL, CHANGE, COMPANIONS, MOVE, Facts, judge

UNIT = Unit(id="Jobcenter", name="Jobcenter Lilleby", neutral_name="Lilleby Kommune", phone="00 00 00 00")
LADDER = Plan(ladder=(Rung(Channel.SMS), Rung(Channel.EMAIL)))
FINE = Facts(
    now=NOW,
    scope=frozenset({"Jobcenter"}),
    unit_id="Jobcenter",
    unit=UNIT,
    policy=POLICY,
    starts_at=NOW + 3600,
    ends_at=NOW + 5400,
    identified=True,
    reach=frozenset({Channel.SMS}),
    staff=Person("mette", "Jobcenter", "Mette"),
)
STANDS = replace(FINE, before=appointment(starts_in=3600, ends_in=5400))
FOLLOW_UP = replace(POLICY, plan=Plan(needs_met=True, needs_asked=True))


def but(facts: Facts, **fields: object) -> Facts:
    """The same facts but for these."""
    return replace(facts, **fields)  # type: ignore[arg-type]  # fields named by the test


def before(**fields: object) -> Facts:
    """An appointment that stands, but for these of its fields."""
    assert STANDS.before is not None
    return replace(STANDS, before=replace(STANDS.before, **fields))  # type: ignore[arg-type]  # as above


def test_what_is_as_it_should_be_is_booked() -> None:
    """Nobody objects."""
    assert judge(BOOK, FINE).reason is Reason.ALLOWED
    assert judge(BOOK, FINE).is_open


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (but(FINE, scope=frozenset({"Ward 7"})), Reason.NOT_FOR_THIS_KEY),
        (but(FINE, scope=frozenset()), Reason.NOT_FOR_THIS_KEY),
        (but(FINE, unit=None), Reason.UNKNOWN_UNIT),
        (but(FINE, policy=None), Reason.UNKNOWN_POLICY),
        (but(FINE, ends_at=FINE.starts_at), Reason.ENDS_BEFORE_START),
        (but(FINE, ends_at=FINE.starts_at + DAY + 1), Reason.TOO_LONG),
        (but(FINE, starts_at=NOW - 3600, ends_at=NOW), Reason.IN_THE_PAST),
        (
            but(FINE, starts_at=NOW + booking.FURTHEST + 1, ends_at=NOW + booking.FURTHEST + 60),
            Reason.TOO_FAR_AHEAD,
        ),
        (but(FINE, staff=None, staff_is_missing=True), Reason.UNKNOWN_STAFF),
        (but(FINE, staff=Person("lars", "Ward 7", "Lars")), Reason.STAFF_OF_ANOTHER_UNIT),
        (but(FINE, identified=False), Reason.IDENTITY_NEEDED),
        (but(FINE, policy=FOLLOW_UP, asked=True), Reason.NOT_MET),
        (but(FINE, policy=FOLLOW_UP, met=True), Reason.NOT_ASKED_FOR),
        (
            but(FINE, policy=replace(POLICY, plan=LADDER), reach=frozenset({Channel.DIGITAL_POST})),
            Reason.NO_WAY_TO_REACH,
        ),
        (but(FINE, companions=booking.MOST_COMPANIONS + 1), Reason.TOO_MANY_COMPANIONS),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_each_fault_alone_is_the_reason(facts: Facts, reason: Reason) -> None:
    """Each rule, and no other, says no to the one thing that is wrong."""
    verdict = judge(BOOK, facts)
    assert not verdict.is_open
    assert [said.reason for said in verdict.said] == [reason]


@pytest.mark.parametrize(
    "facts",
    [
        but(FINE, scope=frozenset({"*"})),
        but(FINE, staff=None),
        but(FINE, starts_at=NOW - 3600, ends_at=NOW + 1),
        but(FINE, ends_at=FINE.starts_at + DAY),
        but(FINE, starts_at=NOW + booking.FURTHEST, ends_at=NOW + booking.FURTHEST + 60),
        but(FINE, policy=Policy("hotline", Level.NONE, lobby=False), identified=False, reach=frozenset()),
        but(FINE, policy=replace(POLICY, plan=LADDER)),
        but(FINE, policy=replace(POLICY, plan=LADDER), reach=frozenset({Channel.EMAIL})),
        but(FINE, reach=frozenset()),
        but(FINE, policy=FOLLOW_UP, met=True, asked=True),
        but(FINE, companions=booking.MOST_COMPANIONS),
    ],
)
def test_what_is_just_within_is_booked(facts: Facts) -> None:
    """A walk-in, the next free, the last second, the last rung: no rule is stricter than it says."""
    assert judge(BOOK, facts).is_open


def test_every_fault_is_named_at_once() -> None:
    """A caller need not mend one thing to hear of the next; a unit out of reach is not said to be unknown."""
    facts = but(FINE, scope=frozenset(), unit=None, policy=None, ends_at=NOW - 1)
    verdict = judge(BOOK, facts)
    assert [said.reason for said in verdict.said] == [
        Reason.NOT_FOR_THIS_KEY,
        Reason.UNKNOWN_POLICY,
        Reason.ENDS_BEFORE_START,
        Reason.IN_THE_PAST,
    ]
    assert verdict.reason is Reason.NOT_FOR_THIS_KEY


@pytest.mark.parametrize("rules", [CHANGE, MOVE, COMPANIONS])
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (STANDS, Reason.ALLOWED),
        (before(cancelled_at=NOW - 1), Reason.APPOINTMENT_CANCELLED),
        (before(outcome=Outcome.ATTENDED), Reason.APPOINTMENT_OVER),
        (before(outcome=Outcome.ABSENT), Reason.APPOINTMENT_OVER),
        (before(starts_at=NOW - 9000, ends_at=NOW - POLICY.late - 1), Reason.APPOINTMENT_OVER),
        (before(starts_at=NOW - 9000, ends_at=NOW - POLICY.late), Reason.ALLOWED),
        (but(STANDS, scope=frozenset({"Ward 7"})), Reason.NOT_FOR_THIS_KEY),
    ],
)
def test_only_what_stands_and_is_to_come_is_changed(
    rules: tuple[booking.Rule, ...], facts: Facts, reason: Reason
) -> None:
    """What is cancelled, over, or another unit's is left as it is."""
    assert judge(rules, facts).reason is reason


def test_a_visit_that_goes_on_is_not_moved() -> None:
    """It is staff's to end; changing a number or cancelling does no harm to it."""
    on = but(STANDS, visit_is_on=True)
    assert judge(MOVE, on).reason is Reason.VISIT_GOING_ON
    assert judge(CHANGE, on).is_open
    assert judge(CANCEL, on).is_open


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (before(cancelled_at=NOW - 1), Reason.ALLOWED),
        (before(outcome=Outcome.ABSENT), Reason.APPOINTMENT_OVER),
        (but(STANDS, scope=frozenset()), Reason.NOT_FOR_THIS_KEY),
        (but(STANDS, policy=None, identified=False, ends_at=0), Reason.ALLOWED),
    ],
)
def test_cancelling_asks_little(facts: Facts, reason: Reason) -> None:
    """Only what is over cannot be cancelled; a second time is not refused."""
    assert judge(CANCEL, facts).reason is reason


def test_a_move_is_judged_by_its_time_and_a_change_by_its_content() -> None:
    """Neither is held up by what it does not touch: an old booking may be moved though its number is gone."""
    late = but(STANDS, ends_at=STANDS.starts_at)
    unreachable = but(STANDS, policy=replace(POLICY, plan=LADDER), reach=frozenset())
    assert (judge(MOVE, late).reason, judge(CHANGE, late).is_open) == (Reason.ENDS_BEFORE_START, True)
    assert (judge(CHANGE, unreachable).reason, judge(MOVE, unreachable).is_open) == (Reason.NO_WAY_TO_REACH, True)


@pytest.mark.parametrize(
    ("room", "fields", "stays"),
    [
        ("here", {}, True),
        ("elsewhere", {}, False),
        ("here", {"cancelled_at": 1.0}, False),
        ("here", {"starts_at": NOW + POLICY.early + 1, "ends_at": NOW + 9000}, False),
        ("here", {"starts_at": NOW + POLICY.early, "ends_at": NOW + 9000}, True),
        ("here", {"ends_at": NOW - POLICY.late - 1}, False),
    ],
)
def test_who_waits_goes_on_only_in_the_right_place_and_time(room: str, fields: dict[str, object], stays: bool) -> None:
    """Another room, another hour, or none at all: waiting on would be in vain."""
    after = replace(appointment(), room="here", **fields)  # type: ignore[arg-type]  # fields named by the test
    assert booking.goes_on_waiting(room, after, NOW) is stays


@pytest.mark.parametrize(
    ("states", "again"),
    [
        ([], False),
        ([LetterState.FAILED], True),
        ([LetterState.FAILED, LetterState.FAILED], True),
        ([LetterState.FAILED, LetterState.QUEUED], False),
        ([LetterState.FAILED, LetterState.SENT], False),
        ([LetterState.DELIVERED], False),
    ],
)
def test_a_number_put_right_sends_the_link_only_when_nothing_got_there(states: list[LetterState], again: bool) -> None:
    """Somebody who has it, or may be about to, is not written to once more; others' letters do not count."""
    theirs = [
        Letter(str(n), "anna", "anna", About.INVITATION, Channel.SMS, NOW, state) for n, state in enumerate(states)
    ]
    others = Letter("o", "anna", "tolk", About.INVITATION, Channel.SMS, NOW, LetterState.DELIVERED)
    assert booking.hears_again([*theirs, others], "anna") is again
