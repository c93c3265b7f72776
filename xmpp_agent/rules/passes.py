"""How long a pass lives, and which seat it is for."""

import base64
import hashlib

from xmpp_agent.model.appointments import Appointment

STAFF_LIFE = 12 * 3600.0
"""Seconds a staff pass lives: a working day."""
VISITOR_AFTER = 7200.0
"""Seconds a visitor's pass outlives the last moment one may knock: the client checks it when it reconnects."""


def visitor_until(appointment: Appointment) -> float:
    """When a visitor's pass ends."""
    return appointment.ends_at + appointment.policy.late + VISITOR_AFTER


def seat_of(person: str, held_for: str) -> str:
    """The seat that all passes of a person for one appointment (staff: for one room) share; tells nothing."""
    digest = hashlib.sha256(f"portner seat\n{person}\n{held_for}".encode()).digest()
    return base64.b32encode(digest[:15]).decode().lower()
