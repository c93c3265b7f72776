"""May this be booked, changed, moved, cancelled? Every rule is asked, so that a caller learns all faults at once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum, auto

from xmpp_agent.model.appointments import DAY, Appointment, Policy
from xmpp_agent.model.callers import ALL_UNITS
from xmpp_agent.model.letters import Channel, Letter, LetterState
from xmpp_agent.model.people import Level, Person, Reach
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict

LONGEST = DAY
"""Seconds an appointment may last."""
FURTHEST = 2 * 366 * DAY
"""Seconds ahead an appointment may start."""
MOST_COMPANIONS = 8


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to stand, and who asks for it. Times are seconds since 1970."""

    now: float
    scope: frozenset[str]
    """Units that whoever asks may book for ("*": all)."""
    unit_id: str
    unit: Unit | None
    """None: there is none of that id."""
    policy: Policy | None
    """None: there is none of that id."""
    starts_at: float
    ends_at: float
    identified: bool
    """Whether the identity of the citizen is known (as keyed hash)."""
    reach: frozenset[Channel]
    """Ways in which the citizen can be reached."""
    staff: Person | None = None
    """None: nobody is named, or somebody who is not known yet."""
    staff_is_missing: bool = False
    """A member of staff was named by an id that nobody has."""
    met: bool = False
    asked: bool = False
    companions: int = 0
    before: Appointment | None = None
    """What stands now; None: it is booked for the first time."""
    visit_is_on: bool = False
    """Whether somebody of this appointment has been let in and the visit is not finished."""


Rule = Callable[[Facts], Reason | None]


def unit_is_theirs(facts: Facts) -> Reason | None:
    """A key is for some units; whether others exist is not told."""
    return None if ALL_UNITS in facts.scope or facts.unit_id in facts.scope else Reason.NOT_FOR_THIS_KEY


def unit_is_known(facts: Facts) -> Reason | None:
    """The unit was loaded by `portner policy load`."""
    theirs = unit_is_theirs(facts) is None
    return Reason.UNKNOWN_UNIT if facts.unit is None and theirs else None


def policy_is_known(facts: Facts) -> Reason | None:
    """The policy was loaded by `portner policy load`."""
    return Reason.UNKNOWN_POLICY if facts.policy is None else None


def ends_after_start(facts: Facts) -> Reason | None:
    """It lasts."""
    return Reason.ENDS_BEFORE_START if facts.ends_at <= facts.starts_at else None


def lasts_a_day_at_most(facts: Facts) -> Reason | None:
    """Rooms are for one day."""
    return Reason.TOO_LONG if facts.ends_at - facts.starts_at > LONGEST else None


def is_to_come(facts: Facts) -> Reason | None:
    """It may have begun (a walk-in), but not be over."""
    return Reason.IN_THE_PAST if facts.ends_at <= facts.now else None


def is_near_enough(facts: Facts) -> Reason | None:
    """A year typed wrong is noticed."""
    return Reason.TOO_FAR_AHEAD if facts.starts_at > facts.now + FURTHEST else None


def staff_is_known(facts: Facts) -> Reason | None:
    """Whoever is named by id exists."""
    return Reason.UNKNOWN_STAFF if facts.staff_is_missing else None


def staff_is_of_the_unit(facts: Facts) -> Reason | None:
    """A room belongs to one unit, whose supervisors see it: so do its staff."""
    elsewhere = facts.staff is not None and facts.staff.unit != facts.unit_id
    return Reason.STAFF_OF_ANOTHER_UNIT if elsewhere else None


def identity_is_known(facts: Facts) -> Reason | None:
    """A policy that asks for a login needs to know whose."""
    needed = facts.policy is not None and facts.policy.level > Level.NONE
    return Reason.IDENTITY_NEEDED if needed and not facts.identified else None


def was_met(facts: Facts) -> Reason | None:
    """Follow-up: somebody has met the citizen in person."""
    needed = facts.policy is not None and facts.policy.plan.needs_met
    return Reason.NOT_MET if needed and not facts.met else None


def was_asked_for(facts: Facts) -> Reason | None:
    """Follow-up: the citizen asked for video."""
    needed = facts.policy is not None and facts.policy.plan.needs_asked
    return Reason.NOT_ASKED_FOR if needed and not facts.asked else None


def can_be_reached(facts: Facts) -> Reason | None:
    """At least one rung of the ladder leads to the citizen; a rung that is a call leads there by telephone.

    A policy without a ladder writes to nobody. Companions may be told by the citizen, so nothing is asked of them.
    """
    rungs = frozenset(rung.channel for rung in facts.policy.plan.ladder) if facts.policy is not None else frozenset()
    return Reason.NO_WAY_TO_REACH if rungs and not rungs & facts.reach else None


def companions_are_few(facts: Facts) -> Reason | None:
    """More than that is another kind of meeting."""
    return Reason.TOO_MANY_COMPANIONS if facts.companions > MOST_COMPANIONS else None


def still_stands(facts: Facts) -> Reason | None:
    """What was cancelled stays cancelled: book anew."""
    return Reason.APPOINTMENT_CANCELLED if facts.before is not None and facts.before.cancelled else None


def is_not_over(facts: Facts) -> Reason | None:
    """What took place (or did not, by staff's word) is not changed afterwards, nor what time has passed by."""
    before = facts.before
    if before is None:
        return None
    over = before.outcome is not None or facts.now > before.ends_at + before.policy.late
    return Reason.APPOINTMENT_OVER if over else None


def nobody_is_inside(facts: Facts) -> Reason | None:
    """A visit going on is staff's to end, not a calendar's to move."""
    return Reason.VISIT_GOING_ON if facts.visit_is_on else None


STANDS: tuple[Rule, ...] = (unit_is_theirs, still_stands, is_not_over)
TIME: tuple[Rule, ...] = (ends_after_start, lasts_a_day_at_most, is_to_come, is_near_enough)
STAFF: tuple[Rule, ...] = (staff_is_known, staff_is_of_the_unit)
CONTENT: tuple[Rule, ...] = (
    policy_is_known,
    identity_is_known,
    was_met,
    was_asked_for,
    can_be_reached,
    companions_are_few,
)
BOOK: tuple[Rule, ...] = (unit_is_theirs, unit_is_known, *CONTENT, *TIME, *STAFF)
CHANGE: tuple[Rule, ...] = (*STANDS, *CONTENT)
COMPANIONS: tuple[Rule, ...] = (*STANDS, companions_are_few)
MOVE: tuple[Rule, ...] = (*STANDS, nobody_is_inside, *TIME, *STAFF)
CANCEL: tuple[Rule, ...] = (unit_is_theirs, is_not_over)


def judge(rules: tuple[Rule, ...], facts: Facts) -> Verdict:
    """Open, or refused with the first fault as the reason and every fault among what was said."""
    faults = [(rule.__name__, reason) for rule in rules if (reason := rule(facts)) is not None]
    if not faults:
        return Verdict(Decision.OPEN, Reason.ALLOWED)
    said = tuple(Said(name, Decision.REFUSE, reason) for name, reason in faults)
    return Verdict(Decision.REFUSE, faults[0][1], said)


def goes_on_waiting(room: str, after: Appointment, now: float) -> bool:
    """Whether somebody who waits in this room for an appointment still waits in the right place at the right time."""
    opens_at = after.starts_at - after.policy.early
    return not after.cancelled and room == after.room and opens_at <= now <= after.ends_at + after.policy.late


class WayIn(Enum):
    """What becomes of the citizen's way in when what is known of them is otherwise."""

    SAME = auto()
    ADDED = auto()
    """There is a number or mail address that was not there before. It takes nothing from the others."""
    LOST = auto()
    """A number or mail address that stood is no longer theirs: whoever is there may hold the link."""
    ANOTHER = auto()
    """Somebody else is invited, who proved nothing of what the one of before did."""


def way_in(before: Appointment, after: Appointment, had: Reach, has: Reach) -> WayIn:
    """What becomes of it when the appointment and how the citizen is reached were and are so."""
    if before.invited and after.invited != before.invited:
        return WayIn.ANOTHER
    stood = ((had.phone, has.phone), (had.email, has.email))
    if any(old and old != new for old, new in stood):
        return WayIn.LOST
    return WayIn.ADDED if any(old != new for old, new in stood) else WayIn.SAME


def hears_again(letters: Collection[Letter], person: str) -> bool:
    """Whether somebody whose address was put right is to get their link once more: all that went before failed."""
    theirs = [letter for letter in letters if letter.person == person]
    return bool(theirs) and all(letter.state is LetterState.FAILED for letter in theirs)
