"""No-show: remedies one after the other, absence only with the evidence beside it."""

from dataclasses import replace

import pytest

from tests.rules.scenes import NOW, appointment
from xmpp_agent.model.appointments import Appointment, Outcome
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.people import Level
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival, DeviceTest, Link
from xmpp_agent.rules.no_show import Evidence, Remedy, gather, may, since

BOOKED = appointment()
"""Starts now, lasts half an hour."""
NOT_SEEN = Evidence(staff_there=True)
ALL = (Remedy.FRESH_LINK, Remedy.CALL, Remedy.ABSENT)


def offered(booked: Appointment, evidence: Evidence, now: float) -> tuple[Remedy, ...]:
    """What may be done now, in order."""
    return tuple(remedy for remedy in Remedy if may(remedy, booked, evidence, now).is_open)


@pytest.mark.parametrize(
    ("late", "remedies"),
    [(0, ()), (179, ()), (180, ALL[:1]), (599, ALL[:1]), (600, ALL[:2]), (899, ALL[:2]), (900, ALL), (3600, ALL)],
)
def test_remedies_come_one_after_the_other(late: float, remedies: tuple[Remedy, ...]) -> None:
    """A fresh link after three minutes, a call after ten, absence after fifteen."""
    assert offered(BOOKED, NOT_SEEN, NOW + late) == remedies


def test_the_policy_says_when() -> None:
    """Its own spans stand in place of ours."""
    plan = replace(BOOKED.policy.plan, no_show=(60.0, 120.0, 240.0))
    own = replace(BOOKED, policy=replace(BOOKED.policy, plan=plan))
    assert [since(remedy, own) - NOW for remedy in Remedy] == [60.0, 120.0, 240.0]


@pytest.mark.parametrize("remedy", Remedy)
def test_nobody_who_is_here_is_absent(remedy: Remedy) -> None:
    """Whoever waits or is inside is offered nothing."""
    assert may(remedy, BOOKED, replace(NOT_SEEN, is_here=True), NOW + 900).reason is Reason.IS_HERE


def test_whoever_was_inside_is_not_absent() -> None:
    """They dropped out, or hung up: a link and a call may still go out."""
    met = replace(NOT_SEEN, inside_at=NOW + 60)
    assert may(Remedy.ABSENT, BOOKED, met, NOW + 900).reason is Reason.IS_HERE
    assert offered(BOOKED, met, NOW + 900) == ALL[:2]


def test_absence_needs_staff_who_were_there() -> None:
    """A citizen who was met by nobody did not stay away; links and calls may go out all the same."""
    alone = replace(NOT_SEEN, staff_there=False)
    assert may(Remedy.ABSENT, BOOKED, alone, NOW + 900).reason is Reason.NO_STAFF_INSIDE
    assert offered(BOOKED, alone, NOW + 900) == ALL[:2]


@pytest.mark.parametrize("remedy", Remedy)
def test_what_is_cancelled_or_settled_is_no_no_show(remedy: Remedy) -> None:
    """Neither a cancelled appointment nor one with an outcome."""
    assert may(remedy, replace(BOOKED, cancelled_at=NOW), NOT_SEEN, NOW + 900).reason is Reason.APPOINTMENT_CANCELLED
    held = replace(BOOKED, outcome=Outcome.ATTENDED)
    assert may(remedy, held, NOT_SEEN, NOW + 900).reason is Reason.APPOINTMENT_OVER


def test_a_link_nobody_could_use_any_more_is_not_sent() -> None:
    """After the last moment one may knock only the call and the absence are left."""
    assert offered(BOOKED, NOT_SEEN, NOW + 1800 + BOOKED.policy.late + 1) == ALL[1:]


def test_the_evidence_is_all_there_is_in_codes() -> None:
    """Letters with their reason, and when each step of the way was taken; nothing that names anybody."""
    letters = (
        _letter("b", Channel.EMAIL, LetterState.FAILED, Failure.BAD_ADDRESS, changed_at=2.0),
        _letter("a", Channel.SMS, LetterState.DELIVERED, changed_at=3.0),
    )
    links = (Link("m1", "anna", "anna", 1.0, opened_at=9.0), Link("m2", "anna", "anna", 2.0, opened_at=5.0))
    arrival = Arrival("anna", "anna", DeviceTest.GOOD, 6.0, Level.HIGH, verified=True, login_at=7.0)

    found = gather(letters, links, arrival, knocked_at=None, is_here=False, staff_there=True)

    assert found.in_codes() == (
        "letters=email:failed/bad_address,sms:delivered opened=5 tested=6 login=7 passed=no knocked=no inside=no"
    )
    assert found.in_codes() in may(Remedy.ABSENT, BOOKED, found, NOW + 900).said[0].facts


def test_nothing_known_is_said_too() -> None:
    """Nobody wrote, nobody pressed."""
    found = gather((), (), None, knocked_at=None, is_here=False, staff_there=False)
    assert found.in_codes() == "letters=none opened=no tested=no login=no passed=no knocked=no inside=no"


def _letter(
    ident: str, channel: Channel, state: LetterState, failure: Failure | None = None, *, changed_at: float
) -> Letter:
    return Letter(ident, "anna", "anna", About.INVITATION, channel, 0.0, state, failure=failure, changed_at=changed_at)
