"""What only supervisors do to a room they are not in: put its people back, close it for all, stop its recording.

Each act is of the visit the supervisor saw; a no is on record as well as a yes.
"""

from contextlib import suppress

from xmpp_agent.flows import put_back as staff_put_back
from xmpp_agent.flows import recording
from xmpp_agent.flows.house import House
from xmpp_agent.model.rooms import Place, RoomState
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.words import ENDED_FOR_ALL, PUT_BACK, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import visits
from xmpp_agent.rules.door_acts import DoorAct, judged, may_room


async def put_back(house: House, node: str, visit: int, actor: str, text: str) -> Verdict:
    """Send the visit's people back to wait, first in line; without words they read ours."""
    state = house.rooms[node]
    verdict = may_room(DoorAct.PUT_BACK, state, house.clock.now(), visit)
    if not verdict.is_open or state.visit is None:
        return await house.write("put-back", verdict, room=node, actor=actor)
    return await staff_put_back.put_back(house, node, state.visit.appointment, actor, text.strip() or both(PUT_BACK))


async def stop_recording(house: House, node: str, visit: int, actor: str) -> Verdict:
    """Ask for the end of the recording. It is over when the focus says so. Raises Unavailable: not on record."""
    verdict = may_room(DoorAct.STOP_RECORDING, house.rooms[node], house.clock.now(), visit)
    if not verdict.is_open:
        return await house.write("record-stop", verdict, room=node, actor=actor)
    return await recording.stop(house, node, actor)


async def end_for_all(house: House, node: str, visit: int, actor: str, text: str) -> Verdict:
    """Close the meeting with words: everybody out, staff too. Whoever waits keeps their place.

    What records there is asked to stop first; that it does not holds up nothing. Raises Unavailable: not on record.
    """
    state = house.rooms[node]
    verdict = may_room(DoorAct.END, state, house.clock.now(), visit)
    verdict = await house.write("end-for-all", verdict, room=node, actor=actor)
    if not verdict.is_open:
        return verdict
    if state.recording:
        with suppress(Unavailable):  # the room goes, and with it what records there
            await recording.stop(house, node, actor)
    try:
        await house.prosody.destroy(f"{node}@{house.addresses.rooms}", text.strip() or both(ENDED_FOR_ALL))
    except Unavailable:
        return await house.write(
            "end-for-all", judged(DoorAct.END, Reason.PROSODY_DID_NOT_DO_IT), room=node, actor=actor
        )
    await _close(house, state, actor)
    return verdict


async def _close(house: House, before: RoomState, actor: str) -> None:
    """They had their turn: no place is kept for them."""
    node = before.room.node
    gone = visits.gone(house.rooms[node])
    house.jot("room-gone", room=node, memory=visits.memory(gone))
    for person in before.visitors():
        held = house.places.pop((node, person.seat), None)
        if held is not None:
            done = Place(node, person.seat, held.appointment, held.since, house.clock.now(), done=True)
            await house.write("place-given-up", judged(DoorAct.END, Reason.ALLOWED), room=node, actor=actor, place=done)
            house.places.pop((node, person.seat), None)
    house.settle(gone)
    await recording.ended_unseen(house, node, house.clock.now())
