"""Recordings at the door: staff press record, Jicofo says what became of it; each step is a row before it counts."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from xmpp_agent.flows.house import House
from xmpp_agent.flows.office import new_id
from xmpp_agent.flows.questions import Answer, Question, refused, undone
from xmpp_agent.model.appointments import Known, Policy
from xmpp_agent.model.recordings import Consent, Fault, Recording, Stage, Terms
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import RECORDING_ENDS, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import visits
from xmpp_agent.rules.recording import consent, custody, may_record
from xmpp_agent.rules.recording.custody import Happened

UNASKED = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("follow", Decision.OPEN, Reason.ALLOWED, "not asked for"),))
"""On record of a recording that is on although nobody here let it through."""
STOPPED = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("stop_recording", Decision.OPEN, Reason.ALLOWED),))
_NEWS = {"on": Happened.STARTED, "off": Happened.ENDED}
_IN_THE_ROOM = frozenset({Stage.ON, Stage.STOPPING})


@dataclass(frozen=True, slots=True)
class Word:
    """What the focus says of the recording in a room."""

    news: str
    """`on`, `off`, `failed`, `busy` (no recorder free); empty: nothing so far."""
    session: str = ""
    """Empty: it said no to a start."""
    meeting: str = ""
    """The room's `meetingId`, when Prosody gives rooms one."""


async def record(house: House, question: Question) -> Answer:
    """A request to start or stop a recording, before it reaches Jicofo."""
    if question.ask == "record-stop":
        return await _stop(house, question)
    known, state = await house.holder(question.pass_id), house.room_at(question.room)
    visit = state.visit if state is not None else None
    async with house.lanes.held(answers_lane(visit.appointment if visit is not None else "")) as held:
        # Nobody takes a yes back between its being read here and the room's being known as recorded.
        return await _start(house, question, known, state) if held else refused(Reason.TOO_LATE)


def answers_lane(appointment_id: str) -> str:
    """The lane in which an appointment's people are asked and answer, and in which their answers are relied on."""
    return f"consent {appointment_id}"


async def _start(house: House, question: Question, known: Known | None, state: RoomState | None) -> Answer:
    visit = state.visit if state is not None else None
    consents: tuple[Consent, ...] = ()
    recordings: tuple[Recording, ...] = ()
    if state is not None and visit is not None:
        recordings = await house.recordings.in_room(state.room.node)
        consents = (await house.recordings.consents([visit.appointment])).get(visit.appointment, ())
    policy = _policy(house, state)
    people = people_inside(house, state)
    asked = may_record.Asked(known, state, question.mode, policy, people, consents, recordings)
    verdict = may_record.may_start(asked)
    if not verdict.is_open or state is None or visit is None or policy is None or known is None:
        return Answer(await house.write("record-start", verdict, room=_node(state), actor=question.pass_id))
    starting = _starting(recordings, state, known.person.id, policy.plan.recording, question.at)
    verdict = await house.write(
        "record-start",
        verdict,
        room=state.room.node,
        subject=starting.id,
        actor=question.pass_id,
        recording=starting,
    )
    if verdict.is_open:
        agreed = consent.may_be_on(people, consents)
        house.settle(replace(house.rooms[state.room.node], recording=True, agreed=agreed))
    return Answer(verdict)


async def _stop(house: House, question: Question) -> Answer:
    known, state = await house.holder(question.pass_id), house.room_at(question.room)
    verdict = may_record.may_stop(known, state)
    stopping: Recording | None = None
    if verdict.is_open and state is not None and known is not None:
        running = await _running(house, state.room.node)
        stopping = _stopped(running, known.person.id, question.at) if running is not None else None
    return Answer(
        await house.write(
            "record-stop",
            verdict,
            room=_node(state),
            subject=stopping.id if stopping else "",
            actor=question.pass_id,
            recording=stopping,
        )
    )


async def told(house: House, state: RoomState, word: Word, at: float) -> None:
    """What the focus says of the recording in a room. Raises Unavailable when it cannot be kept."""
    recordings = await house.recordings.in_room(state.room.node)
    mine = _of_session(recordings, word.session, state.visit.appointment if state.visit is not None else "")
    if mine is None and word.news == "on":
        mine = _unasked(state, at)
    if mine is not None:
        session, meeting = word.session or mine.session, word.meeting or mine.meeting
        after = await _step(house, state, replace(mine, session=session, meeting=meeting), _happened(word, mine), at)
        recordings = (*(one for one in recordings if one.id != after.id), after)
    _note_whether_on(house, state.room.node, recordings)
    if word.news == "on" and not state.recording:  # not by a press this agent saw: who may be on it is on record alone
        await recall_agreed(house, state.room.node)


def _happened(word: Word, mine: Recording) -> tuple[Happened, Fault | None]:
    if word.news in _NEWS:
        return _NEWS[word.news], None
    fault = Fault.RECORDERS_BUSY if word.news == "busy" else Fault.RECORDER_FAILED
    return (Happened.DID_NOT_START if mine.stage is Stage.STARTING else Happened.BROKE_OFF), fault


async def found(house: House, node: str, word: Word, running: Collection[Recording], at: float) -> None:
    """After a (re)connection: what the focus said last in a room that exists, laid over what was on before.

    What was on and is not said to be on any more ended unseen. `word.news` empty: the focus never spoke of any, and
    then a recorder that sits there counts. Raises Unavailable.
    """
    state = house.rooms[node]
    if word.news and (running or word.news == "on"):
        await told(house, state, word, at)
    if not running:
        return
    for one in await house.recordings.in_room(node):
        is_still_on = one.session == word.session if word.news == "on" else not word.news and bool(state.recorders)
        if one.stage in _IN_THE_ROOM and not is_still_on:
            await _step(house, state, one, (Happened.ENDED, None), at)
    _note_whether_on(house, node, await house.recordings.in_room(node))


async def recorder_left(house: House, node: str) -> None:
    """A recorder is out of the room; the next may come once nothing is on any more. Raises Unavailable."""
    _note_whether_on(house, node, await house.recordings.in_room(node))


async def ended_unseen(house: House, node: str, at: float) -> None:
    """The room is gone: whatever was on there is over, and its file is expected. Raises Unavailable.

    Most rooms come to their end without one: the database is not asked for each of them.
    """
    if node not in house.recorded_in:
        return
    state = house.rooms[node]
    for running in await house.recordings.in_room(node):
        if running.stage is Stage.STARTING:
            await _step(house, state, running, (Happened.DID_NOT_START, Fault.RECORDER_FAILED), at)
        elif running.stage in _IN_THE_ROOM:
            await _step(house, state, running, (Happened.ENDED, None), at)
    house.recorded_in.discard(node)


async def stop(house: House, node: str, actor: str) -> Verdict:
    """End the recording of a room, without asking whether one may; open also when there is none.

    It is over when the focus says so. Asked of the focus first and written down then: nothing holds up an end.
    Raises Unavailable when it cannot be written down.
    """
    state = house.rooms[node]
    if not (state.exists and state.recording):
        return STOPPED
    try:
        await house.prosody.stop_recording(f"{node}@{house.addresses.rooms}", both(RECORDING_ENDS))
    except Unavailable:
        return await house.write("record-stop", undone("stop_recording"), room=node, actor=actor)
    running = await _running(house, node)
    stopping = _stopped(running, actor, house.clock.now()) if running is not None else None
    subject = stopping.id if stopping is not None else ""
    return await house.write("record-stop", STOPPED, room=node, subject=subject, actor=actor, recording=stopping)


def _stopped(running: Recording, by: str, now: float) -> Recording | None:
    """The recording with somebody's stop on it; None when it has one already."""
    if (running.stage, Happened.STOP_PRESSED) not in custody.TRANSITIONS:
        return None
    return replace(custody.step(running, Happened.STOP_PRESSED, Terms(), now), stopped_by=by)


def _note_whether_on(house: House, node: str, recordings: Collection[Recording]) -> None:
    now = house.rooms[node]
    is_on = bool(now.recorders) or any(one.stage in custody.RUNNING for one in recordings)
    house.settle(replace(now, recording=is_on, agreed=now.agreed if is_on else frozenset()))


async def recall_agreed(house: House, node: str) -> None:
    """After a restart: who of the visit may be recorded, so that a reload finds the way back. Raises Unavailable."""
    state = house.rooms[node]
    if not state.recording or state.visit is None:
        return
    consents = (await house.recordings.consents([state.visit.appointment])).get(state.visit.appointment, ())
    for person in state.visitors():  # by name: a restart has forgotten who holds which pass
        await house.holder(person.pass_id)
    policy = _policy(house, state)
    on_tape = policy is not None and policy.recording_allowed and policy.plan.recording.on_tape
    agreed = consent.may_be_on(people_inside(house, state) if on_tape else (), consents)
    house.settle(replace(house.rooms[node], agreed=agreed))


async def _step(
    house: House, state: RoomState, mine: Recording, what: tuple[Happened, Fault | None], at: float
) -> Recording:
    """The recording after it; as it was when that cannot happen to it now."""
    happened, fault = what
    if (mine.stage, happened) not in custody.TRANSITIONS:
        return mine
    after = custody.step(mine, happened, Terms(), at, fault)
    verdict = await house.write(
        f"recording-{after.stage}",
        UNASKED if not mine.asked_by else Verdict(Decision.OPEN, Reason.ALLOWED),
        room=state.room.node,
        subject=after.id,
        recording=after,
    )
    if not verdict.is_open:
        raise Unavailable("what became of a recording could not be kept")
    return after


def _starting(recordings: tuple[Recording, ...], state: RoomState, staff: str, terms: Terms, now: float) -> Recording:
    """The row of a press: what was asked for before, or a new one."""
    visit = state.visit.appointment if state.visit is not None else ""
    asked = [one for one in recordings if one.stage in {Stage.REQUESTED, Stage.CONSENTED} and one.appointment == visit]
    if not asked:
        new = Recording(new_id(), state.room.node, visit, Stage.CONSENTED, staff, now, now)
        return replace(custody.step(new, Happened.PRESSED, terms, now), version=1)
    return custody.step(replace(asked[-1], stage=Stage.CONSENTED, asked_by=staff), Happened.PRESSED, terms, now)


def _unasked(state: RoomState, now: float) -> Recording:
    """A recording nobody here let through (its start was missed, or something is badly wrong): never without a row."""
    visit = state.visit.appointment if state.visit is not None else ""
    return Recording(new_id(), state.room.node, visit, Stage.STARTING, "", now, now, version=0)


def _of_session(recordings: Collection[Recording], session: str, appointment: str) -> Recording | None:
    """Which one Jicofo means: by its session, or of the visit going on the one pressed last that has none yet."""
    if session and (known := [one for one in recordings if one.session == session]):
        return known[-1]
    waiting = (one for one in recordings if not one.session and one.appointment == appointment)
    may_be = [one for one in waiting if one.stage in _MAY_GET_A_SESSION]
    return max(may_be, key=lambda one: (one.stage in custody.RUNNING, one.changed_at), default=None)


_MAY_GET_A_SESSION = custody.RUNNING | {Stage.NOT_STARTED}


async def _running(house: House, node: str) -> Recording | None:
    running = [one for one in await house.recordings.in_room(node) if one.stage in custody.RUNNING]
    return running[-1] if running else None


def _policy(house: House, state: RoomState | None) -> Policy | None:
    """The policy of the visit going on, read off the passes of its people."""
    if state is None or state.visit is None:
        return None
    party = (house.known.get(o.pass_id) for o in visits.party_of(state, state.visit.appointment))
    return next((k.appointment.policy for k in party if k is not None and k.appointment is not None), None)


def people_inside(house: House, state: RoomState | None) -> tuple[str, ...]:
    """Person ids of the visitors; somebody nobody can name stands as "", who has never said yes."""
    visitors = state.visitors() if state is not None else ()
    known: tuple[Known | None, ...] = tuple(house.known.get(o.pass_id) for o in visitors)
    return tuple(k.person.id if k is not None else "" for k in known)


def _node(state: RoomState | None) -> str:
    return state.room.node if state is not None else ""
