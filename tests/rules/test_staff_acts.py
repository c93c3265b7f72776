"""What staff and supervisors may do in a room, and what nobody may."""

from dataclasses import replace

import pytest

from tests.rules.scenes import ANNA, citizen, companion, inside, room, staff
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import SystemUser
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules import staff_acts

OPEN = room(inside(staff()), inside(citizen()), of=ANNA)


@pytest.mark.parametrize(
    ("known", "state", "reason"),
    [
        (staff(), OPEN, Reason.ALLOWED),
        (staff("kim"), OPEN, Reason.NO_STAFF_INSIDE),
        (staff("kim"), room(inside(staff("kim"))), Reason.ALLOWED),
        (staff("stranger"), room(inside(staff("stranger"))), Reason.NOT_STAFF_HERE),
        (staff(), room(), Reason.NO_STAFF_INSIDE),
        (staff(), room(inside(staff(), arrived=False)), Reason.NO_STAFF_INSIDE),
        (replace(staff(), revoked=True), OPEN, Reason.NOT_STAFF_HERE),
        (citizen(), OPEN, Reason.NOT_STAFF_HERE),
        (companion(), OPEN, Reason.NOT_STAFF_HERE),
        (None, OPEN, Reason.NOT_STAFF_HERE),
        (staff(), None, Reason.NOT_STAFF_HERE),
    ],
)
def test_only_the_rooms_own_staff_who_are_inside_may_act(
    known: Known | None, state: RoomState | None, reason: Reason
) -> None:
    """Owner or cover, inside, with a pass not taken back; nobody else."""
    verdict = staff_acts.staff_act(known, state)
    assert (verdict.reason, verdict.is_open) == (reason, reason is Reason.ALLOWED)


@pytest.mark.parametrize(
    ("units", "state", "reason"),
    [
        (frozenset({"*"}), OPEN, Reason.ALLOWED),
        (frozenset({"Jobcenter"}), OPEN, Reason.ALLOWED),
        (frozenset({"Ward 7", "Jobcenter"}), OPEN, Reason.ALLOWED),
        (frozenset({"Ward 7"}), OPEN, Reason.NOT_YOUR_UNIT),
        (frozenset({"jobcenter"}), OPEN, Reason.NOT_YOUR_UNIT),
        (frozenset[str](), OPEN, Reason.NOT_YOUR_UNIT),
        (frozenset({"*"}), None, Reason.UNKNOWN_ROOM),
    ],
)
def test_a_supervisor_acts_on_rooms_of_their_units(
    units: frozenset[str], state: RoomState | None, reason: Reason
) -> None:
    """The unit must be theirs to the letter, or all are."""
    assert staff_acts.supervisor_act(units, state).reason is reason


@pytest.mark.parametrize("affiliation", ["owner", "admin", "member", "none", "outcast", "nonsense"])
@pytest.mark.parametrize("known", [staff(), citizen(), companion(), None])
@pytest.mark.parametrize("system", [None, SystemUser.FOCUS, SystemUser.RECORDER])
def test_rights_are_nobodys_to_give(known: Known | None, system: SystemUser | None, affiliation: str) -> None:
    """No affiliation is changed by hand: not by staff, not by the focus, not by anybody."""
    verdict = staff_acts.change_affiliation(known, system, OPEN, frozenset({affiliation}))
    assert verdict.reason is Reason.OWNERS_ARE_FIXED


@pytest.mark.parametrize(
    ("known", "system", "opens"),
    [
        (staff(), None, True),
        (citizen(), None, False),
        (companion(), None, False),
        (None, None, False),
        (None, SystemUser.FOCUS, True),
        (None, SystemUser.RECORDER, False),
    ],
)
def test_a_kick_is_staffs_to_give(known: Known | None, system: SystemUser | None, opens: bool) -> None:
    """Roles alone (a kick): the room's staff inside, and the focus; no visitor."""
    assert staff_acts.change_affiliation(known, system, OPEN, frozenset()).is_open is opens


@pytest.mark.parametrize(
    ("system", "state", "fields", "destroy", "opens"),
    [
        (SystemUser.FOCUS, OPEN, staff_acts.FOCUS_MAY_SET, False, True),
        (SystemUser.FOCUS, OPEN, frozenset[str](), False, True),
        (SystemUser.FOCUS, OPEN, staff_acts.FOCUS_MAY_SET, True, False),
        (SystemUser.FOCUS, OPEN, frozenset({"muc#roomconfig_membersonly"}), False, False),
        (SystemUser.FOCUS, None, frozenset[str](), False, False),
        (SystemUser.RECORDER, OPEN, frozenset[str](), False, False),
        (None, OPEN, frozenset[str](), False, False),
    ],
)
def test_the_configuration_is_fixed(
    system: SystemUser | None, state: RoomState | None, fields: frozenset[str], destroy: bool, opens: bool
) -> None:
    """The focus may submit its one form in a known room; nobody else anything, nobody a destroy."""
    assert staff_acts.configure(system, state, fields, destroy).is_open is opens
