"""What is kept of people, and until when: what is due to be erased now, and what keeps somebody from being erased.

Times are seconds since 1970, spans are seconds. A legal hold is not asked for here: what must be kept longer is in the
journal, not with Portner.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from xmpp_agent.model.appointments import DAY, Plan
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.recordings import Stage
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.recording.custody import SETTLED

LOOKS_KEPT = 183 * DAY
"""Half a year: what the repealed order on security of 2000 asked of logs, and still the measure authorities use."""
HOOKS_KEPT = 30 * DAY
"""What a calling system could not be told stays to be seen this long after it happened."""
ALERTS_KEPT = 30 * DAY
"""Who acknowledged or took an alert, after the last such act."""
PASSES_KEPT = DAY
"""After the last moment a pass could have been used: long enough for any two clocks."""
PLACES_KEPT = DAY
"""A place in a queue is given up after ten minutes; what is older was left behind by a crash."""


@dataclass(frozen=True, slots=True)
class Stay:
    """An appointment of somebody, as far as forgetting depends on it."""

    appointment: str
    ends_at: float
    late: float
    """How long after the end one may still knock."""
    plan: Plan
    cancelled_at: float | None = None
    settled: bool = False
    """Whether staff have marked how it ended."""
    notes: frozenset[NoteState] = frozenset()
    recordings: frozenset[Stage] = frozenset()
    present: bool = False
    """Whether its visit is going on or somebody waits for it."""

    @property
    def over_at(self) -> float:
        """When it was over: at its end, or when it was cancelled."""
        return self.ends_at if self.cancelled_at is None else min(self.ends_at, self.cancelled_at)


_IN_THE_OUTBOX = frozenset({NoteState.QUEUED, NoteState.SENDING, NoteState.FAILED})
"""FAILED: given up, but not filed: somebody must look."""


def reach_is_due(stays: Iterable[Stay], now: float) -> bool:
    """Whether numbers, addresses and CPR number of somebody with these appointments are to be erased.

    Who has no appointment is reached by nobody.
    """
    return all(now >= stay.over_at + stay.plan.keep_reach and _rests(stay) for stay in stays)


def is_due(stay: Stay, now: float) -> bool:
    """Whether what is personal in an appointment is to be erased: case, note, links, letters, arrivals.

    Never before its note and its recordings are filed; a note nobody has written yet holds it up, too, for staff still
    need to know whom it is about.
    """
    return now >= stay.over_at + stay.plan.keep and _rests(stay) and stay.notes <= {NoteState.FILED}


def name_is_due(stays: Iterable[Stay], now: float) -> bool:
    """Whether the name of somebody with these appointments is to be erased."""
    return all(is_due(stay, now) for stay in stays)


def identity_is_due(stay: Stay, now: float, *, looked_at: bool) -> bool:
    """Whether the keyed hash of who was invited is to be erased.

    It is how citizens find their access log (danish-integrations §6), so it stays while there is one.
    """
    return is_due(stay, now) and not looked_at


def number_is_due(erase_at: float, stay: Stay | None, now: float) -> bool:
    """Whether the number of a hotline call is to be erased."""
    return now >= erase_at and (stay is None or _rests(stay))


def keeps_from_erasing(stays: Iterable[Stay], now: float) -> Reason | None:
    """Why somebody cannot be erased on request now; None: they can.

    Appointments to come are cancelled first, by whoever booked them: then the citizen and the calling system are told,
    which nobody could do any more once it is erased how to reach them.
    """
    for stay in stays:
        if stay.present:
            return Reason.VISIT_GOING_ON
        if stay.cancelled_at is None and not stay.settled and now <= stay.ends_at + stay.late:
            return Reason.STILL_TO_COME
        if not stay.notes <= {NoteState.FILED}:
            return Reason.NOTE_NOT_FILED
        if not stay.recordings <= SETTLED:
            return Reason.RECORDING_NOT_FILED
    return None


def is_held_back(stay: Stay, now: float) -> bool:
    """Whether its time is up and it is kept all the same, for a note, a recording or a visit: somebody must look."""
    return now >= stay.over_at + stay.plan.keep and not is_due(stay, now)


def _rests(stay: Stay) -> bool:
    """Nobody is there, and neither a note nor a recording of it is on its way to the journal, or stuck on it."""
    return not stay.present and not stay.notes & _IN_THE_OUTBOX and stay.recordings <= SETTLED
