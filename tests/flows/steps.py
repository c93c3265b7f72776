"""The vocabulary of a day: who there is, and what may happen, as plain data that any world can play."""

import random
from dataclasses import dataclass

from xmpp_agent.model.people import Role


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody of the clinic. `visits` names the appointment of a visitor, `room` the room of everybody."""

    name: str
    role: Role
    room: str
    visits: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens; `who` acts or is acted upon, `other` is the second person, `much` seconds or a number."""

    what: str
    who: str = ""
    other: str = ""
    much: float = 0.0
    together: "Step | None" = None
    """What happens at the same moment."""


MAIN, SIDE = "main", "side"
EVERYBODY = (
    Who("mette", Role.STAFF, MAIN),
    Who("kim", Role.STAFF, MAIN),
    Who("lars", Role.STAFF, SIDE),
    Who("anna", Role.CITIZEN, MAIN, "anna"),
    Who("tolk", Role.COMPANION, MAIN, "anna"),
    Who("bo", Role.CITIZEN, MAIN, "bo"),
    Who("carla", Role.CITIZEN, MAIN, "carla"),
    Who("dorte", Role.CITIZEN, MAIN, "dorte"),
    Who("hans", Role.CITIZEN, MAIN, "hans"),
    Who("sille", Role.CITIZEN, SIDE, "sille"),
)
"""`carla` has a short grace, `dorte` logs in as somebody else, `hans` calls a hotline (straight in)."""
BY_NAME = {who.name: who for who in EVERYBODY}
STAFF = tuple(who.name for who in EVERYBODY if who.role is Role.STAFF)
VISITORS = tuple(who.name for who in EVERYBODY if who.role is not Role.STAFF)
PEOPLE = (*STAFF, *VISITORS)

OF_PEOPLE = ("connect", "reload", "arrive", "obey", "leave", "step-out", "crash")
"""What anybody does: log in (again with the same pass), with a newer pass, try to enter and knock when told to, follow
an invitation, leave the meeting, leave the lobby, lose the connection."""
OF_STAFF = ("admit", "kick", "reject")
"""What staff does to a visitor."""
OF_CONSOLE = ("let-in", "turn-away", "finish")
SPANS = (1.0, 16.0, 40.0, 130.0, 700.0)


def at_random(dice: random.Random) -> Step:
    """One likely step; for worlds in which hypothesis would be too slow."""
    kind = dice.choices(("people", "staff", "console", "open"), (10, 6, 3, 1))[0]
    if kind == "people":
        what = dice.choices(OF_PEOPLE, (3, 1, 5, 4, 1, 1, 1))[0]
        return Step(what, dice.choice(PEOPLE))
    if kind == "staff":
        return Step(dice.choices(OF_STAFF, (6, 1, 1))[0], dice.choice(STAFF[:2]), dice.choice(VISITORS))
    if kind == "console":
        return Step(dice.choice(OF_CONSOLE), dice.choice(VISITORS))
    return Step("open", dice.choice(STAFF))
