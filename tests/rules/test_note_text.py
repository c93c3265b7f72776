"""How a note begins: when, who, how they were known; or what speaks for somebody having tried to come."""

from dataclasses import replace

from tests.rules.scenes import ANNA, NOW, appointment
from xmpp_agent.model.appointments import Companion, Entry, Outcome
from xmpp_agent.model.letters import Channel, LetterState
from xmpp_agent.model.people import CompanionKind, Level, Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.no_show import Evidence
from xmpp_agent.rules.note_text import Met, beginning

HELPERS = (
    Companion(ANNA, Person("tolk", "Jobcenter", "Ole Tolk"), CompanionKind.INTERPRETER),
    Companion(ANNA, Person("mor", "Jobcenter", "Else Hansen"), CompanionKind.BISIDDER),
)
MET = Met(
    entry=Entry(appointment(), Person(ANNA, "Jobcenter", "Anna Hansen"), HELPERS),
    unit=Unit("jobcenter", "Jobcenter Lilleby", "Lilleby Kommune", "00 00 00 00"),
    author=Person("mette", "Jobcenter", "Mette Holm"),
    began_at=NOW,
    ended_at=NOW + 1500,
    arrivals={
        ANNA: Arrival(ANNA, ANNA, level=Level.SUBSTANTIAL, verified=True, login_at=NOW - 60, inside_at=NOW),
        "tolk": Arrival(ANNA, "tolk", inside_at=NOW + 60),
        "mor": Arrival(ANNA, "mor"),
    },
    evidence=Evidence(),
)


def test_when_and_who() -> None:
    """Local time; companions who were there, and nobody who was not."""
    assert beginning(MET) == (
        "Videomøde 22.11.2026 kl. 22.04-22.29.\n"
        "Til stede: Anna Hansen (borger, MitID betydelig), Ole Tolk (tolk), Mette Holm (medarbejder).\n\n"
    )


def test_how_the_citizen_was_known() -> None:
    """Not logged in, or as somebody else: it stands in the note."""
    arrival = MET.arrivals[ANNA]
    assert "Anna Hansen (borger, ikke logget ind)" in beginning(replace(MET, arrivals={}))
    other = replace(MET, arrivals={ANNA: replace(arrival, verified=False)})
    assert "(borger, MitID betydelig, ikke den inviterede)" in beginning(other)


def test_every_letter_has_words() -> None:
    """Whatever became of it, over whichever channel."""
    absent = replace(MET.entry, appointment=replace(MET.entry.appointment, outcome=Outcome.ABSENT))
    codes = tuple(f"{channel.value}:{state.value}" for channel in Channel for state in LetterState)
    text = beginning(replace(MET, entry=absent, evidence=Evidence(codes)))
    assert not any(code in text for code in codes)


def test_an_absence_with_its_evidence() -> None:
    """What was sent and how far they came, each step with its time or no."""
    absent = replace(MET.entry, appointment=replace(MET.entry.appointment, outcome=Outcome.ABSENT))
    seen = Evidence(("sms:delivered", "email:failed/bad_address"), opened_at=NOW - 600, tested_at=None)
    assert beginning(replace(MET, entry=absent, evidence=seen)).splitlines() == [
        "Udeblevet fra videomøde 22.11.2026 kl. 22.04: Anna Hansen.",
        "Medarbejder i mødet: Mette Holm.",
        "Breve: sms leveret, e-mail kom ikke frem (bad_address).",
        "Link åbnet: 21.54.",
        "Kamera og lyd prøvet: nej.",
        "Logget ind: nej.",
        "Gået videre til mødet: nej.",
        "I venteværelset: nej.",
        "",
    ]
