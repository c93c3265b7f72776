"""Staff's day: where each appointment stands, who may read its name and act on it, and what may be done now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from xmpp_agent.model.appointments import Appointment, Entry, Outcome, Room
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import Level, Role
from xmpp_agent.model.recordings import Agreement, Closing, Consent, Recording
from xmpp_agent.model.rooms import Lane, RoomState, Visit, Waiting
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules import visits
from xmpp_agent.rules.invitation import Invitation, Invited
from xmpp_agent.rules.no_show import Evidence, Remedy, may, since
from xmpp_agent.rules.recording import consent
from xmpp_agent.rules.recording.may_record import may_ask
from xmpp_agent.rules.staff_acts import may_see

HERE_FOR = 30.0
"""Seconds after its last sign of life a waiting page counts as gone; it asks every ten."""


class Stage(StrEnum):
    """Where an appointment stands, in the order in which it usually comes."""

    EXPECTED = "expected"
    IN_LINE = "in_line"
    """In the unit's shared queue."""
    AWAY = "away"
    """Has a place in a queue, but is not there at this moment."""
    WAITING = "waiting"
    """In the lobby of the room."""
    JUDGE = "judge"
    """In the lobby, and the login is not the invited person's."""
    CALLED = "called"
    """The door is open for them; they are on their way."""
    INSIDE = "inside"
    SENT_OUT = "sent_out"
    """Staff put them back to wait."""
    LEFT = "left"
    """Was inside and is gone; the visit is not finished."""
    MET = "met"
    """Was inside; the room is gone, and nobody finished the visit."""
    HELD = "held"
    ABSENT = "absent"
    CANCELLED = "cancelled"


class Proof(StrEnum):
    """Verified or not, and how."""

    NOT_NEEDED = "not_needed"
    NOT_YET = "not_yet"
    VERIFIED = "verified"
    TOO_LOW = "too_low"
    WRONG_PERSON = "wrong_person"


class Act(StrEnum):
    """What a row offers."""

    LET_IN = "let_in"
    WRITE = "write"
    REFUSE = "refuse"
    PUT_BACK = "put_back"
    FINISH = "finish"
    NOTE = "note"
    FRESH_LINK = "fresh_link"
    CALL = "call"
    ABSENT = "absent"
    PHONE = "phone"
    HAND_OVER = "hand_over"
    CASE = "case"
    ASK = "ask"
    """The people of the appointment whether they may be recorded."""
    ANSWER = "answer"
    """Write down what somebody said to that."""


AT_THE_DOOR = frozenset({Act.LET_IN, Act.WRITE, Act.REFUSE, Act.PUT_BACK, Act.FINISH})
"""Acts that need Prosody."""
NAMES_PEOPLE = frozenset({Act.NOTE, Act.ANSWER})
"""Acts only for those who may read the name."""
_REMEDIES = {Remedy.FRESH_LINK: Act.FRESH_LINK, Remedy.CALL: Act.CALL, Remedy.ABSENT: Act.ABSENT}
_STANDING = frozenset({Stage.WAITING, Stage.JUDGE})
_UNDER_WAY = frozenset({Stage.CALLED, Stage.INSIDE, Stage.SENT_OUT, Stage.LEFT})
_TALKING = _UNDER_WAY | {Stage.WAITING}
"""Somebody is there to be asked, or will be in a moment."""
_OVER = frozenset({Stage.HELD, Stage.ABSENT, Stage.CANCELLED})


@dataclass(frozen=True, slots=True)
class Offer:
    """One button; a reason other than ALLOWED is shown beside it and the button is off."""

    act: Act
    reason: Reason = Reason.ALLOWED


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of one appointment's row."""

    now: float
    entry: Entry
    room: Room
    state: RoomState | None = None
    """The room as the door sees it; None: nobody has been at it."""
    arrival: Arrival | None = None
    evidence: Evidence = field(default_factory=Evidence)
    invitation: Invitation = field(default_factory=Invitation)
    to_call: frozenset[str] = frozenset()
    """Companions whom no letter reached: ids of those that staff are to call."""
    letting_in: Reason | None = None
    """What the rules of admission say of letting in their citizen now; None when nobody stands there."""
    notes: tuple[Note, ...] = ()
    consents: tuple[Consent, ...] = ()
    """Every answer given to being recorded."""
    recordings: tuple[Recording, ...] = ()
    """Asked for or made, oldest first."""
    closing: Closing | None = None
    """How far the closing of the case has come."""
    pressing: Reason | None = None
    """What Jitsi's record button would say now; None: their visit does not go on, or may not be recorded."""

    @property
    def appointment(self) -> Appointment:
        """What it is about."""
        return self.entry.appointment

    @property
    def visit(self) -> Visit | None:
        """The visit going on in the room, when it is this one's."""
        visit = self.state.visit if self.state is not None else None
        return visit if visit is not None and visit.appointment == self.appointment.id else None

    @property
    def knock(self) -> Waiting | None:
        """The citizen's place in the lobby."""
        queue = self.state.queue if self.state is not None else ()
        theirs = (w for w in queue if w.appointment == self.appointment.id and w.role is Role.CITIZEN)
        return next(theirs, None)


def may_act(person: str, supervises: frozenset[str], room: Room) -> Verdict:
    """Whether a member of staff may act on a room from the pages: its own staff, or a supervisor of its unit."""
    theirs = is_theirs(person, room) or may_see(supervises, room.unit)
    reason = Reason.ALLOWED if theirs else Reason.NOT_STAFF_HERE
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said("staff_day", decision, reason),))


def is_theirs(person: str, room: Room) -> bool:
    """Whether a room is somebody's today: as owner, or covering for a colleague."""
    return person == room.owner or person in room.covers


def may_read_name(person: str, appointment: Appointment, room: Room) -> bool:
    """Whether the citizen's name is shown without a reason asked for: staff's own appointments, nobody else's."""
    return bool(appointment.staff) and (person == appointment.staff or is_theirs(person, room))


def stage(facts: Facts) -> Stage:
    """Where the appointment stands."""
    if facts.appointment.cancelled:
        return Stage.CANCELLED
    knock = facts.knock
    if knock is not None and knock.jid:
        return _standing(facts, knock)
    if facts.visit is not None and facts.state is not None:
        return _in_visit(facts.state, facts.visit)
    if facts.appointment.outcome is not None:
        return Stage.HELD if facts.appointment.outcome is Outcome.ATTENDED else Stage.ABSENT
    if in_line(facts.appointment, facts.arrival):
        return Stage.IN_LINE if is_at_the_page(facts.arrival, facts.now) else Stage.AWAY
    if facts.arrival is not None and facts.arrival.inside_at is not None:
        return Stage.MET
    return Stage.AWAY if knock is not None else Stage.EXPECTED


def waits_since(facts: Facts) -> float | None:
    """Since when they wait, in the lobby or in line; None when they do not."""
    if stage(facts) not in _STANDING | {Stage.IN_LINE, Stage.AWAY, Stage.SENT_OUT}:
        return None
    if facts.knock is not None:
        return facts.knock.since
    return facts.arrival.waiting_since if facts.arrival is not None else None


def in_line(appointment: Appointment, arrival: Arrival | None) -> bool:
    """Whether they stand in the unit's shared queue."""
    return not appointment.staff and arrival is not None and arrival.waiting_since is not None


def is_at_the_page(arrival: Arrival | None, now: float) -> bool:
    """Whether the waiting page of somebody in line is open at this moment."""
    return arrival is not None and arrival.seen_at is not None and now - arrival.seen_at <= HERE_FOR


def is_here(facts: Facts) -> bool:
    """Whether they have come: they wait at this moment, or their visit goes on."""
    return stage(facts) in _STANDING | _UNDER_WAY | {Stage.IN_LINE}


def proof(facts: Facts) -> Proof:
    """Verified or not."""
    needed, arrival = facts.appointment.policy.level, facts.arrival
    if needed is Level.NONE:
        return Proof.NOT_NEEDED
    if arrival is None or arrival.login_at is None:
        return Proof.NOT_YET
    if arrival.verified:
        return Proof.VERIFIED
    return Proof.TOO_LOW if arrival.level < needed else Proof.WRONG_PERSON


def open_note(notes: tuple[Note, ...]) -> Note | None:
    """The note that is still to be written."""
    return next((note for note in notes if note.state is NoteState.DRAFT), None)


def may_use(remedy: Remedy, facts: Facts) -> Verdict:
    """Whether a remedy for somebody who does not come may be used: its time has come, or the ladder ended in a call.

    They are called, too, who could not be told that it is off.
    """
    verdict = may(remedy, facts.appointment, facts.evidence, facts.now)
    early = verdict.reason in (Reason.NOT_YET, Reason.APPOINTMENT_CANCELLED)
    due = remedy is Remedy.CALL and facts.invitation.state is Invited.CALL and early
    if not due:
        return verdict
    said = Said("invitation", Decision.OPEN, Reason.ALLOWED, facts.evidence.in_codes())
    return Verdict(Decision.OPEN, Reason.ALLOWED, (said,))


def offers(facts: Facts) -> tuple[Offer, ...]:
    """What may be done about an appointment by whoever may act on its room, most urgent first."""
    at = stage(facts)
    return (*_door(facts, at), *_recording(facts, at), *_afterwards(facts, at), *_remedies(facts, at), *_rest(at))


def may_do(act: Act, facts: Facts) -> Verdict:
    """Whether an act may be done now by whoever may act on the room: what its row offers, and nothing else.

    A note has a rule of its own (`may_write`), and so has somebody's answer (`may_take_down`).
    """
    reason = next((offer.reason for offer in offers(facts) if offer.act is act), None)
    return _judged(act, reason or _not_offered(stage(facts)))


def may_write(person: str, facts: Facts) -> Verdict:
    """Whether somebody may write the note of a meeting now: staff of its room, since the note names people.

    What its row offers, and as long as one is due (it is listed, whatever the row says); of a call of the hotline at
    any time.
    """
    if not may_read_name(person, facts.appointment, facts.room):
        return _judged(Act.NOTE, Reason.NOT_STAFF_HERE)
    reason = next((offer.reason for offer in offers(facts) if offer.act is Act.NOTE), None)
    return _judged(Act.NOTE, reason or _a_note_is_due(facts))


def respondents(facts: Facts) -> tuple[consent.Respondent, ...]:
    """Who is asked about a recording, what they said, and what may be written down now; else whose yes stands.

    A yes and a no belong to a meeting; taken back a yes may be at any time.
    """
    policy, only_back = facts.appointment.policy, stage(facts) not in _TALKING
    erases = consent.may_erase(policy.plan.recording, facts.recordings)
    if policy.recording_allowed:
        return consent.respondents(facts.entry, facts.consents, only_back=only_back, erases=erases)
    everybody = consent.respondents(facts.entry, facts.consents, only_back=True)
    return tuple(one for one in everybody if one.may_say)


def may_take_down(person: str, facts: Facts, whose: str, said: Agreement) -> Verdict:
    """Whether a member of staff may write down what somebody said: staff of the room, who heard it, and what is new."""
    if not may_read_name(person, facts.appointment, facts.room):
        return _judged(Act.ANSWER, Reason.NOT_STAFF_HERE)
    verdict = may_do(Act.ANSWER, facts)
    is_new = any(one.person.id == whose and said in one.may_say for one in respondents(facts))
    return verdict if is_new or not verdict.is_open else _judged(Act.ANSWER, Reason.CHANGED_MEANWHILE)


def _judged(act: Act, reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said("staff_day", decision, reason, act.value),))


def _a_note_is_due(facts: Facts) -> Reason:
    if open_note(facts.notes):
        return Reason.ALLOWED
    if facts.notes:
        return Reason.CHANGED_MEANWHILE
    return Reason.ALLOWED if not facts.room.day else _not_offered(stage(facts))


def _not_offered(at: Stage) -> Reason:
    if at is Stage.CANCELLED:
        return Reason.APPOINTMENT_CANCELLED
    if at in _OVER:
        return Reason.APPOINTMENT_OVER
    return Reason.VISIT_GOING_ON if at in _UNDER_WAY else Reason.NOT_YET


def _standing(facts: Facts, knock: Waiting) -> Stage:
    if facts.visit is not None:
        return Stage.SENT_OUT if knock.seat in facts.visit.sent_out else Stage.CALLED
    return Stage.JUDGE if knock.lane is Lane.JUDGE else Stage.WAITING


def _in_visit(state: RoomState, visit: Visit) -> Stage:
    if any(o.arrived and o.role is Role.CITIZEN for o in visits.party_of(state, visit.appointment)):
        return Stage.INSIDE
    if visit.sent_out:
        return Stage.SENT_OUT
    return Stage.LEFT if visit.arrived else Stage.CALLED


def _door(facts: Facts, at: Stage) -> Iterator[Offer]:
    stands = facts.knock is not None and bool(facts.knock.jid)
    if stands:
        yield Offer(Act.LET_IN, facts.letting_in or Reason.NOT_WAITING)
        yield Offer(Act.WRITE)
    if at in _STANDING:
        yield Offer(Act.REFUSE)
    if at is Stage.INSIDE:
        yield Offer(Act.PUT_BACK)
    if at in _UNDER_WAY:
        yield Offer(Act.FINISH)


def _recording(facts: Facts, at: Stage) -> Iterator[Offer]:
    if at in _TALKING and facts.appointment.policy.recording_allowed:
        yield Offer(Act.ASK, may_ask(facts.appointment.policy, facts.recordings))
    if any(one.may_say for one in respondents(facts)):
        yield Offer(Act.ANSWER)


def _afterwards(facts: Facts, at: Stage) -> Iterator[Offer]:
    if at in (Stage.MET, Stage.HELD, Stage.ABSENT) and (open_note(facts.notes) or not facts.notes):
        yield Offer(Act.NOTE)


def _remedies(facts: Facts, at: Stage) -> Iterator[Offer]:
    """From the first one's time on each is there; those whose time has not come say so. A call may be due before."""
    if at not in (Stage.EXPECTED, Stage.AWAY, Stage.MET, Stage.CANCELLED):
        return
    if at is Stage.CANCELLED or facts.now < since(Remedy.FRESH_LINK, facts.appointment):
        if facts.invitation.state is Invited.CALL:
            yield Offer(Act.CALL)
        return
    for remedy, act in _REMEDIES.items():
        yield Offer(act, may_use(remedy, facts).reason)


def _rest(at: Stage) -> Iterator[Offer]:
    if at not in _OVER and at not in _UNDER_WAY:
        yield Offer(Act.PHONE)
        yield Offer(Act.HAND_OVER)
    if at is not Stage.CANCELLED:
        yield Offer(Act.CASE)
