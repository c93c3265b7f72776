"""What a note begins with: when, who, how they were known; staff write on from there (duty to take notes)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from xmpp_agent.model.appointments import Entry, Outcome
from xmpp_agent.model.letters import Channel, LetterState
from xmpp_agent.model.people import CompanionKind, Level, Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.no_show import Evidence

_KIND = {
    CompanionKind.BISIDDER: "bisidder",
    CompanionKind.PARTSREPRAESENTANT: "partsrepræsentant",
    CompanionKind.INTERPRETER: "tolk",
    CompanionKind.GUARDIAN: "værge",
}
_CHANNEL = {
    Channel.DIGITAL_POST: "Digital Post",
    Channel.SMS: "sms",
    Channel.EMAIL: "e-mail",
    Channel.CALL: "opkald",
}
_BECAME = {
    LetterState.QUEUED: "ikke sendt endnu",
    LetterState.SENDING: "ved at blive sendt",
    LetterState.SENT: "sendt",
    LetterState.DELIVERED: "leveret",
    LetterState.OPENED: "åbnet",
    LetterState.FAILED: "kom ikke frem",
    LetterState.DROPPED: "ikke sendt",
    LetterState.ASTRAY: "sendt til en adresse, der er rettet",
}
_LEVEL = {Level.LOW: "lav", Level.SUBSTANTIAL: "betydelig", Level.HIGH: "høj"}


@dataclass(frozen=True, slots=True)
class Met:
    """What is known of a meeting. `arrivals` by person; times are seconds since 1970."""

    entry: Entry
    unit: Unit
    author: Person
    began_at: float
    ended_at: float
    arrivals: dict[str, Arrival]
    evidence: Evidence


def beginning(met: Met) -> str:
    """The first lines of the note, in Danish, as it goes into the case."""
    booked = met.entry.appointment
    if booked.outcome is Outcome.ABSENT:
        return _absence(met)
    lines = [f"Videomøde {_day(met, met.began_at)} kl. {_time(met, met.began_at)}-{_time(met, met.ended_at)}."]
    there = [f"{met.entry.citizen.name} ({_proof(met)})"]
    there += [
        f"{one.person.name} ({_KIND[one.kind]})" for one in met.entry.companions if _was_inside(met, one.person.id)
    ]
    there.append(f"{met.author.name} (medarbejder)")
    lines.append(f"Til stede: {', '.join(there)}.")
    return "\n".join(lines) + "\n\n"


def _absence(met: Met) -> str:
    booked, seen = met.entry.appointment, met.evidence
    lines = [
        f"Udeblevet fra videomøde {_day(met, booked.starts_at)} kl. {_time(met, booked.starts_at)}: "
        f"{met.entry.citizen.name}.",
        f"Medarbejder i mødet: {met.author.name}.",
        f"Breve: {', '.join(_letter(code) for code in seen.letters) or 'ingen'}.",
    ]
    steps = (
        ("Link åbnet", seen.opened_at),
        ("Kamera og lyd prøvet", seen.tested_at),
        ("Logget ind", seen.login_at),
        ("Gået videre til mødet", seen.passed_at),
        ("I venteværelset", seen.knocked_at),
    )
    lines += [f"{what}: {'nej' if at is None else _time(met, at)}." for what, at in steps]
    return "\n".join(lines) + "\n\n"


def _letter(code: str) -> str:
    """A letter of the evidence, in words; why it failed stays a code, as in the log."""
    channel, _, became = code.partition(":")
    state, _, why = became.partition("/")
    return f"{_CHANNEL[Channel(channel)]} {_BECAME[LetterState(state)]}" + (f" ({why})" if why else "")


def _was_inside(met: Met, person: str) -> bool:
    arrival = met.arrivals.get(person)
    return arrival is not None and arrival.inside_at is not None


def _proof(met: Met) -> str:
    arrival = met.arrivals.get(met.entry.citizen.id)
    if arrival is None or arrival.login_at is None or arrival.level is Level.NONE:
        return "borger, ikke logget ind"
    return f"borger, MitID {_LEVEL[arrival.level]}" + ("" if arrival.verified else ", ikke den inviterede")


def _day(met: Met, at: float) -> str:
    return f"{_local(met, at):%d.%m.%Y}"


def _time(met: Met, at: float) -> str:
    return f"{_local(met, at):%H.%M}"


def _local(met: Met, at: float) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(met.unit.timezone))
