"""Service level, answer times, abandon rate: what became of those who waited."""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xmpp_agent.model.figures import Ended, Targets, Wait


@dataclass(frozen=True, slots=True)
class Counted:
    """Waits that ended in some stretch of time, counted."""

    accepted: int
    within: int
    """Of those accepted: within the time promised by their unit."""
    abandoned: int
    short: int
    """Of those abandoned: so soon that they do not count in the service level."""
    ended: int
    answered_in: tuple[float, ...]
    """Seconds, shortest first."""

    @property
    def service_level(self) -> float | None:
        """Percent: accepted within Y ÷ (accepted + abandoned), short abandons left out. None: nobody to count."""
        of = self.accepted + self.abandoned - self.short
        return 100.0 * self.within / of if of else None

    @property
    def abandon_rate(self) -> float | None:
        """Percent: abandoned ÷ all whose wait ended, short ones and those turned away included."""
        return 100.0 * self.abandoned / self.ended if self.ended else None

    @property
    def mean(self) -> float | None:
        """Average speed of answer: mean(let in - first knock) of those accepted."""
        return math.fsum(self.answered_in) / len(self.answered_in) if self.answered_in else None

    def percentile(self, percent: float) -> float | None:
        """The shortest answer time that so many percent did not exceed (nearest rank: always one that happened)."""
        return percentile(self.answered_in, percent)


def count(waits: Sequence[Wait], after: float, until: float, promise: Callable[[str], Targets]) -> Counted:
    """Of waits in the order they ended, those that ended in (after, until]; `promise` answers a unit's targets."""
    chosen = waits[bisect_right(waits, after, key=ended_at) : bisect_right(waits, until, key=ended_at)]
    accepted = [wait for wait in chosen if wait.ended is Ended.ACCEPTED]
    abandoned = [wait for wait in chosen if wait.ended is Ended.ABANDONED]
    return Counted(
        accepted=len(accepted),
        within=sum(1 for wait in accepted if wait.lasted <= promise(wait.unit).answer_within),
        abandoned=len(abandoned),
        short=sum(1 for wait in abandoned if wait.lasted < promise(wait.unit).short_abandon),
        ended=len(chosen),
        answered_in=tuple(sorted(wait.lasted for wait in accepted)),
    )


def ended_at(wait: Wait) -> float:
    """By which waits are in order."""
    return wait.until


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """Nearest rank of values in order; None when there are none."""
    if not ordered:
        return None
    return ordered[max(1, math.ceil(len(ordered) * percent / 100.0)) - 1]
