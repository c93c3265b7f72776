"""What the journal reads of a recording and of each consent: date and short subject (offentlighedsloven § 15).

Danish, as everything that goes into a case.
"""

from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Recording
from xmpp_agent.model.units import Unit
from xmpp_agent.rules.opening_hours import local_day, local_time

NOTE_SUBJECT, ABSENT_SUBJECT = "Videomøde", "Udeblevet fra videomøde"
CONSENT_SUBJECT = "Svar på spørgsmål om optagelse"
BEFORE = "Den, der var indkaldt før"
"""Stands for the name of somebody in whose place another is invited: who it was is not known any more."""
_SAID = {
    Agreement.YES: "Ja, I må optage.",
    Agreement.NO: "Nej, ingen optagelse.",
    Agreement.WITHDRAWN: "Ja'et er taget tilbage.",
}


def recording_subject(recording: Recording) -> str:
    """`Optagelse af videomøde`, with the number of the part when there are several."""
    return "Optagelse af videomøde" + (f", del {recording.part}" if recording.part > 1 else "")


def recording_text(recording: Recording, unit: Unit) -> str:
    """What the file is: when it was made, how long, and by what it is known again."""
    begun = recording.on_at or recording.made_at
    lines = [f"Optaget {_when(unit, begun)}."]
    if recording.file is not None:
        if recording.file.duration is not None:
            minutes, seconds = divmod(round(recording.file.duration), 60)
            lines.append(f"Længde: {minutes} min. {seconds} sek.")
        lines.append(f"Størrelse: {recording.file.size} byte. SHA-256: {recording.file.sha256}.")
    return "\n".join(lines)


def kept_at(unit: Unit) -> str:
    """Where the file is when the journal gets a reference."""
    return f"Portner hos {unit.name}"


def consent_text(consent: Consent, name: str, by: str, unit: Unit) -> str:
    """One answer: the question word for word, what was said, by whom and how. `by`: the member of staff, if spoken."""
    when = _when(unit, consent.at)
    how = {
        HowAsked.SPOKEN: f"sagt til {by}",
        HowAsked.PAGE: "trykket på egen side",
        HowAsked.VOID: "ophævet, fordi en anden er indkaldt",
    }[consent.how]
    return f"Spørgsmål: {consent.text}\n\nSvar: {_SAID[consent.answer]}\n{name}, {when}, {how}."


def _when(unit: Unit, at: float) -> str:
    """As people write it: `22.11.2026 kl. 22.04`."""
    year, month, day = local_day(unit, at).split("-")
    return f"{day}.{month}.{year} kl. {local_time(unit, at)}"
