"""What comes next for somebody with a link."""

from dataclasses import replace

import pytest

from tests.rules.scenes import ANNA, HOTLINE, NOW, appointment
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival, Link, Session, SessionKind
from xmpp_agent.rules.arrival import Facts, Step, best_proof, is_known, is_verified, next_step

LINK = Link("mark", ANNA, ANNA, NOW - 1000)
UNIT = Unit("jobcenter", "Jobcenter Lilleby", "Lilleby Kommune", "00 00 00 00")
BROWSER = Session(
    "browser", SessionKind.CITIZEN, ANNA, NOW - 60, NOW + 9000, ANNA, "mark", Level.SUBSTANTIAL, f"id-{ANNA}"
)
READY = Facts(NOW, LINK, appointment(), UNIT, session=BROWSER)
READY = replace(READY, appointment=replace(appointment(), staff="mette"))
BOUND = replace(BROWSER, level=Level.NONE, proved="")
OTHER_BROWSER = Arrival(ANNA, ANNA, passed_at=NOW - 60, passed_by="another")


def changed(**fields: object) -> Facts:
    """Everything is ready, but for this of the appointment."""
    assert READY.appointment is not None
    return replace(READY, appointment=replace(READY.appointment, **fields))  # type: ignore[arg-type]  # by name


def test_somebody_for_whom_nothing_is_missing_goes_in() -> None:
    """Link alive, in time, logged in as the invited person, staff named: GO."""
    assert next_step(READY) is Step.GO


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (replace(READY, link=None), Step.DEAD_LINK),
        (replace(READY, link=replace(LINK, revoked_at=NOW)), Step.DEAD_LINK),
        (replace(READY, appointment=None), Step.DEAD_LINK),
        (replace(READY, unit=None), Step.DEAD_LINK),
        (changed(cancelled_at=NOW), Step.CANCELLED),
        (replace(changed(cancelled_at=NOW), inside=True), Step.CANCELLED),
        (changed(starts_at=NOW + 1801), Step.TOO_EARLY),
        (changed(ends_at=NOW - 1801), Step.OVER),
        (changed(outcome=Outcome.ABSENT), Step.OVER),
        (replace(changed(staff=""), is_open=False), Step.CLOSED),
        (replace(READY, session=None), Step.BEGIN),
        (replace(READY, session=replace(BROWSER, link="of another link")), Step.BEGIN),
        (replace(READY, session=replace(BROWSER, expires_at=NOW)), Step.BEGIN),
        (replace(READY, kind=CompanionKind.INTERPRETER), Step.CONFIRM_AGE),
        (replace(READY, session=BOUND), Step.LOGIN),
        (replace(READY, session=replace(BROWSER, level=Level.LOW)), Step.LEVEL_TOO_LOW),
        (replace(READY, session=replace(BROWSER, proved="id-bo")), Step.WRONG_PERSON),
        (replace(READY, session=replace(BROWSER, proved="")), Step.WRONG_PERSON),
        (changed(invited=""), Step.WRONG_PERSON),
        (changed(staff=""), Step.IN_LINE),
    ],
)
def test_the_first_thing_that_is_missing_is_what_comes_next(facts: Facts, step: Step) -> None:
    """Each thing that keeps somebody has a page of its own."""
    assert next_step(facts) is step


@pytest.mark.parametrize(
    "facts",
    [
        changed(starts_at=NOW + 1800),
        changed(ends_at=NOW - 1800),
        replace(changed(ends_at=NOW - 9000), inside=True),
        replace(READY, is_open=False),
        replace(READY, kind=CompanionKind.INTERPRETER, arrival=Arrival(ANNA, ANNA, of_age_at=NOW)),
        replace(READY, kind=CompanionKind.BISIDDER, session=BOUND),
        replace(changed(policy=HOTLINE, invited=""), session=BOUND),
        replace(READY, connected=True, arrival=OTHER_BROWSER),
        replace(READY, kind=CompanionKind.BISIDDER, session=BOUND, arrival=OTHER_BROWSER),
        replace(
            READY,
            kind=CompanionKind.BISIDDER,
            session=BOUND,
            connected=True,
            arrival=replace(OTHER_BROWSER, passed_by="browser"),
        ),
    ],
)
def test_nobody_is_kept_without_need(facts: Facts) -> None:
    """The edges of the window, a visit that overruns, a verified person on a second device, a reload: all go in."""
    assert next_step(facts) is Step.GO


@pytest.mark.parametrize("facts", [replace(READY, kind=CompanionKind.BISIDDER), changed(policy=HOTLINE, invited="")])
def test_a_link_without_login_stays_with_the_browser_that_is_connected(facts: Facts) -> None:
    """Whoever it was forwarded to is told so for as long as the first one is there."""
    second = replace(facts, session=BOUND, connected=True, arrival=OTHER_BROWSER)
    assert next_step(second) is Step.USED_ELSEWHERE


@pytest.mark.parametrize(
    ("level", "proved", "verified"),
    [
        (Level.SUBSTANTIAL, "id-anna", True),
        (Level.HIGH, "id-anna", True),
        (Level.LOW, "id-anna", False),
        (Level.HIGH, "id-bo", False),
        (Level.HIGH, "", False),
    ],
)
def test_verified_is_the_invited_person_at_the_level(level: Level, proved: str, verified: bool) -> None:
    """Both must hold."""
    assert is_verified(appointment(), level, proved) is verified


def test_of_several_identities_of_one_login_the_invited_one_counts() -> None:
    """A booking may name the CPR number or the MitID UUID; without a match the first stands for the login."""
    assert best_proof(appointment(), ("id-x", "id-anna")) == "id-anna"
    assert best_proof(appointment(), ("id-x", "id-y")) == "id-x"
    assert best_proof(appointment(), ()) == ""
    assert not is_verified(replace(appointment(), invited=""), Level.HIGH, best_proof(appointment(), ("",)))


def test_whoever_is_known_is_so_at_any_time() -> None:
    """A yes may be taken back after the meeting; nobody who did not prove who they are is known, whenever they come."""
    for facts in (READY, changed(ends_at=NOW - 9000), changed(starts_at=NOW + 9000), changed(staff="")):
        assert is_known(facts)
        assert not is_known(replace(facts, session=BOUND))
        assert not is_known(replace(facts, session=replace(BROWSER, proved="id-bo")))
        assert not is_known(replace(facts, session=replace(BROWSER, level=Level.LOW)))
        assert not is_known(replace(facts, session=None))
        assert not is_known(replace(facts, link=replace(LINK, revoked_at=NOW)))
        assert not is_known(replace(facts, kind=CompanionKind.INTERPRETER, session=BOUND))
    seen = replace(READY, kind=CompanionKind.BISIDDER, session=BOUND)
    assert is_known(seen)
    assert not is_known(replace(seen, arrival=OTHER_BROWSER, connected=True)), "somebody else is in by this link"
