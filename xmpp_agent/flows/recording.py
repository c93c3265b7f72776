"""Recordings at the door: staff press record, Jicofo says what became of it; each step is a row before it counts."""

from dataclasses import replace

from xmpp_agent.flows.house import House
from xmpp_agent.flows.office import new_id
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.model.appointments import Known, Policy
from xmpp_agent.model.recordings import Consent, Fault, Recording, Stage, Terms
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import visits
from xmpp_agent.rules.recording import consent, custody, may_record
from xmpp_agent.rules.recording.custody import Happened

UNASKED = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("follow", Decision.OPEN, Reason.ALLOWED, "not asked for"),))
"""On record of a recording that is on although nobody here let it through."""
_NEWS = {"on": Happened.STARTED, "off": Happened.ENDED}


async def record(house: House, question: Question) -> Answer:
    """A request to start or stop a recording, before it reaches Jicofo."""
    if question.ask == "record-stop":
        return await _stop(house, question)
    known, state = await house.holder(question.pass_id), house.room_at(question.room)
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
        agreed = frozenset(people) | consent.agreed(consents)
        house.settle(replace(house.rooms[state.room.node], recording=True, agreed=agreed))
    return Answer(verdict)


async def _stop(house: House, question: Question) -> Answer:
    known, state = await house.holder(question.pass_id), house.room_at(question.room)
    verdict = may_record.may_stop(known, state)
    stopping: Recording | None = None
    if verdict.is_open and state is not None and known is not None:
        running = await _running(house, state.room.node)
        if running is not None and (running.stage, Happened.STOP_PRESSED) in custody.TRANSITIONS:
            stopping = custody.step(running, Happened.STOP_PRESSED, Terms(), question.at)
            stopping = replace(stopping, stopped_by=known.person.id)
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


async def told(house: House, state: RoomState, news: str, session: str, meeting: str, at: float) -> None:
    """What Jicofo says of the recording in a room: `on`, `off`, `failed`. Raises Unavailable when it cannot be kept."""
    recordings = await house.recordings.in_room(state.room.node)
    mine = _of_session(recordings, session)
    if mine is None and news == "on":
        mine = _unasked(state, at)
    happened = _NEWS.get(news) or (
        Happened.DID_NOT_START if mine is not None and mine.stage is Stage.STARTING else Happened.BROKE_OFF
    )
    await _step(house, state, mine, happened, session, meeting, at)
    now = house.rooms[state.room.node]
    house.settle(replace(now, recording=news == "on", agreed=now.agreed if news == "on" else frozenset()))


async def ended_unseen(house: House, node: str, at: float) -> None:
    """The room is gone, or was found without recorder: whatever was on there is over, and its file is expected."""
    state = house.rooms[node]
    for running in await house.recordings.in_room(node):
        if running.stage in {Stage.ON, Stage.STOPPING}:
            await _step(house, state, running, Happened.ENDED, running.session, running.meeting, at)


async def recall_agreed(house: House, node: str) -> None:
    """After a restart: who of the visit may be recorded, so that a reload finds the way back. Raises Unavailable."""
    state = house.rooms[node]
    if not state.recording or state.visit is None:
        return
    consents = (await house.recordings.consents([state.visit.appointment])).get(state.visit.appointment, ())
    agreed = frozenset(people_inside(house, state)) | consent.agreed(consents)
    house.settle(replace(house.rooms[node], agreed=agreed))


async def _step(
    house: House,
    state: RoomState,
    mine: Recording | None,
    happened: Happened,
    session: str,
    meeting: str,
    at: float,
) -> None:
    if mine is None or (mine.stage, happened) not in custody.TRANSITIONS:
        return
    fault = Fault.RECORDER_FAILED if happened in {Happened.DID_NOT_START, Happened.BROKE_OFF} else None
    after = replace(custody.step(mine, happened, Terms(), at, fault), session=session, meeting=meeting or mine.meeting)
    verdict = await house.write(
        f"recording-{after.stage}",
        UNASKED if not mine.asked_by else Verdict(Decision.OPEN, Reason.ALLOWED),
        room=state.room.node,
        subject=after.id,
        recording=after,
    )
    if not verdict.is_open:
        raise Unavailable("what became of a recording could not be kept")


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


def _of_session(recordings: tuple[Recording, ...], session: str) -> Recording | None:
    """Which one Jicofo means: by its session, or the newest that has none yet."""
    known = [one for one in recordings if one.session == session and session]
    waiting = [one for one in recordings if not one.session and one.stage in _MAY_GET_A_SESSION]
    return next(reversed(known or waiting), None)


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
