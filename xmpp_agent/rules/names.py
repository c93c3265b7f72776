"""Which name is shown to whom. The verified name first: clients show 8 to 26 characters of it (measured)."""

from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import CompanionKind, Level, Role

_PROOF = {
    Level.NONE: "ikke bekræftet",
    Level.LOW: "MitID lav",
    Level.SUBSTANTIAL: "MitID betydelig",
    Level.HIGH: "MitID høj",
}
_KIND = {
    CompanionKind.BISIDDER: "bisidder",
    CompanionKind.PARTSREPRAESENTANT: "partsrepræsentant",
    CompanionKind.INTERPRETER: "tolk",
    CompanionKind.GUARDIAN: "værge",
}


def in_meeting(known: Known) -> str:
    """What everybody in the meeting reads."""
    return known.person.name


def in_lobby(known: Known, judged_wrong: bool) -> str:
    """What staff read of somebody waiting: name, then the mark of the proof; never a queue number."""
    if known.pass_.role is Role.COMPANION:
        return f"{known.person.name} ({companion_word(known)})"
    if judged_wrong:
        return f"{known.person.name} ⚠ ikke den inviterede"
    if known.pass_.level >= Level.SUBSTANTIAL:
        return f"{known.person.name} ✓ MitID"
    return f"{known.person.name} ({proof(known)})"


def proof(known: Known) -> str:
    """How the name was proved, in words."""
    return companion_word(known) if known.pass_.role is Role.COMPANION else _PROOF[known.pass_.level]


def companion_word(known: Known) -> str:
    """In what capacity a companion comes."""
    return _KIND[known.pass_.kind] if known.pass_.kind else "ledsager"


def masked(name: str) -> str:
    """Initials only, for screens that may be seen over a shoulder."""
    return " ".join(f"{part[0].upper()}." for part in name.split()[:3] if part) or "–"
