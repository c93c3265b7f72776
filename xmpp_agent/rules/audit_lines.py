"""Whose a line of the audit is: its unit, the appointment and person it is about, and who did it."""

from dataclasses import dataclass

from xmpp_agent.model.audit_trail import About


@dataclass(frozen=True, slots=True)
class Thing:
    """What is known of an id that stands in a line."""

    unit: str = ""
    appointment: str = ""
    person: str = ""
    is_staff: bool = False


NOTHING = Thing()


def about(room_unit: str, subject: Thing, actor: Thing, actor_id: str) -> About:
    """The room says whose it is; without one what it is about, and last who did it.

    What a citizen did themselves is about them; what staff did is about nobody, unless the line says whom.
    """
    visitor = NOTHING if actor.is_staff else actor
    return About(
        unit=room_unit or subject.unit or actor.unit,
        appointment=subject.appointment or visitor.appointment,
        person=subject.person or visitor.person,
        actor=actor.person or actor_id,
    )
