"""An appointment is cancelled or a pass taken back: known at once to whoever waits or is connected on it."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.follow import TOLD
from xmpp_agent.flows.house import House
from xmpp_agent.flows.turn_away import turn_away
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.rules import visits


async def cancel_appointment(house: House, appointment_id: str, actor: str) -> None:
    """Cancel; whoever waits for it is told so in words. A visit already going on is staff's to end.

    Raises Unavailable when it could not be written: then it stands as before.
    """
    line = AuditLine(house.clock.now(), "cancel", "", appointment_id, actor, TOLD)
    await house.ledger.cancel_appointment(appointment_id, line)
    for pass_id, known in tuple(house.known.items()):
        if known.appointment is not None and known.appointment.id == appointment_id:
            house.known[pass_id] = replace(known, appointment=replace(known.appointment, cancelled_at=line.at))
    await send_home(house, appointment_id, actor, Reason.APPOINTMENT_CANCELLED)


def judge_anew(house: House, appointment: Appointment) -> None:
    """From now on whoever is known by this appointment is judged by what it says now.

    A pass for another room than it takes place in is dead.
    """
    for pass_id, known in tuple(house.known.items()):
        if known.appointment is not None and known.appointment.id == appointment.id:
            house.known[pass_id] = replace(known, appointment=appointment)
    bury(house, misfits(house, appointment))


def bury(house: House, passes: Collection[str]) -> None:
    """These passes are dead from now on, whatever database and Prosody make of it."""
    for pass_id in passes:
        house.known[pass_id] = replace(house.known[pass_id], revoked=True)


def misfits(house: House, appointment: Appointment) -> tuple[str, ...]:
    """Passes made for this appointment when it took place in another room."""
    return tuple(
        pass_id
        for pass_id, known in house.known.items()
        if known.pass_.appointment == appointment.id and known.pass_.room != appointment.room
    )


async def send_home(house: House, appointment_id: str, actor: str, why: Reason) -> None:
    """Whoever waits for an appointment, or is on the way in, is told why they need not, and gives up their place.

    A room that was kept for them is free for the next at once.
    """
    for node, state in tuple(house.rooms.items()):
        if visits.is_awaited(state, appointment_id) or any(one.appointment == appointment_id for one in state.queue):
            await house.lanes.do(node, partial(_send_home, house, node, appointment_id, actor, why))


async def _send_home(house: House, node: str, appointment_id: str, actor: str, why: Reason) -> None:
    text = both(WORDS[why])
    for person in house.rooms[node].queue:
        if person.appointment == appointment_id:
            await turn_away(house, node, person.seat, actor, text)
    if visits.is_awaited(house.rooms[node], appointment_id):
        await finish(house, node, actor, text)


async def revoke_pass(house: House, pass_id: str, actor: str) -> None:
    """Take a pass back and close every connection on it.

    Raises Unavailable when it could not be written, or when Prosody did not confirm (it is revoked all the same).
    """
    line = AuditLine(house.clock.now(), "revoke", "", pass_id, actor, TOLD)
    await house.ledger.revoke_pass(pass_id, line)
    known = house.known.get(pass_id)
    if known is not None:
        house.known[pass_id] = replace(known, revoked=True)
    await house.prosody.recall(pass_id, both(WORDS[Reason.PASS_REVOKED]))
