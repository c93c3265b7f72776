"""Who stands where in the lobby: order of arrival, kept through reloads, naps and restarts."""

from collections.abc import Mapping
from dataclasses import replace

from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import Lane, RoomState, Waiting

PLACE_KEPT = 600.0
"""Seconds a place outlives its connection (DESIGN §3.5)."""


def in_order(queue: tuple[Waiting, ...]) -> tuple[Waiting, ...]:
    """First come, first; the seat settles ties so that the order is the same everywhere."""
    return tuple(sorted(queue, key=lambda w: (w.since, w.seat)))


def stand(state: RoomState, person: Waiting) -> RoomState:
    """The room with this person in the lobby; a place they hold already keeps its time."""
    held = state.waiting(person.seat)
    since = min(held.since, person.since) if held else person.since
    passed = held.passed_over if held else person.passed_over
    others = tuple(w for w in state.queue if w.seat != person.seat)
    return replace(state, queue=in_order((*others, replace(person, since=since, away_since=None, passed_over=passed))))


def step_away(state: RoomState, jid: str, now: float) -> RoomState:
    """The room after that connection left the lobby: the place stays, marked away."""
    return replace(
        state,
        queue=tuple(replace(w, jid="", nick="", away_since=now) if w.jid == jid else w for w in state.queue),
    )


def give_up(state: RoomState, seats: frozenset[str]) -> RoomState:
    """The room without those places."""
    return replace(state, queue=tuple(w for w in state.queue if w.seat not in seats))


def pass_over(state: RoomState, appointment: str, since: float) -> RoomState:
    """The room after an appointment whose people came at `since` was let in: everybody else who came before, and
    stands there, was passed over once more. Whoever is away is not, nor companions, who follow their citizen."""

    def is_passed(person: Waiting) -> bool:
        stands = bool(person.jid) and person.role is Role.CITIZEN
        return stands and person.appointment != appointment and person.since < since

    queue = tuple(replace(w, passed_over=w.passed_over + 1) if is_passed(w) else w for w in state.queue)
    return replace(state, queue=queue)


def newly_passed_over(before: RoomState, after: RoomState) -> tuple[Waiting, ...]:
    """Whose count went up between the two."""
    counts = {w.seat: w.passed_over for w in before.queue}
    return tuple(w for w in after.queue if w.passed_over > counts.get(w.seat, w.passed_over))


def expired(state: RoomState, now: float) -> frozenset[str]:
    """Seats whose place has been empty for too long."""
    return frozenset(w.seat for w in state.queue if w.away_since is not None and now - w.away_since > PLACE_KEPT)


def ahead_of_all(state: RoomState, since: float) -> float:
    """A time of arrival before everybody who has a place: for somebody who was inside and is to be first again."""
    return min([since, *(w.since - 1.0 for w in state.queue)])


def position(state: RoomState, seat: str) -> int | None:
    """Place in line from 1, counting those who are really there; None for somebody who is not waiting."""
    line = [w.seat for w in state.queue if w.jid]
    return line.index(seat) + 1 if seat in line else None


def told_of_place(state: RoomState, told: Mapping[str, int]) -> dict[str, int]:
    """Who is to be told their place now: newcomers once, and whoever has become the next. Seat -> place.

    Rarely on purpose: each message is a toast on the stock client (measured). `told`: what each was told last.
    """
    line = [w for w in state.queue if w.jid and w.lane is Lane.QUEUE and w.role is Role.CITIZEN]
    places = {w.seat: number for number, w in enumerate(line, start=1)}
    return {seat: place for seat, place in places.items() if seat not in told or (place == 1 and told[seat] != 1)}


LATE = 300.0
"""Seconds after the agreed time from which waiting people are told that staff is late."""


def staff_is_late(state: RoomState, starts_at: float, now: float) -> bool:
    """Whether somebody with an appointment at that time should be told: nobody is there to let them in."""
    return now - starts_at > LATE and not state.staff_inside()
