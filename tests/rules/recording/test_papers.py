"""What the journal reads: date, short subject, no name where none belongs, the question word for word."""

from dataclasses import replace

import pytest

from tests.an_office import UNIT
from tests.rules.scenes import NOW
from xmpp_agent.model.recordings import Agreement, Consent, File, HowAsked, Recording, Stage
from xmpp_agent.rules.recording import papers

FILE = File(123_456, "ab" * 32, 125.4)
RECORDING = Recording("r", "room", "anna", Stage.ENCRYPTED, "mette", NOW, NOW, on_at=NOW, file=FILE)
CONSENT = Consent("c", "anna", "anna", Agreement.YES, HowAsked.PAGE, "Må vi optage?", "da", "anna", NOW)


def test_the_subject_is_short_and_says_which_part() -> None:
    """Of the first one nothing."""
    assert papers.recording_subject(RECORDING) == "Optagelse af videomøde"
    assert papers.recording_subject(replace(RECORDING, part=2)) == "Optagelse af videomøde, del 2"


def test_a_recording_says_when_how_long_and_by_what_it_is_known() -> None:
    """In the unit's own time."""
    assert papers.recording_text(RECORDING, UNIT) == (
        f"Optaget 22.11.2026 kl. 22.04.\nLængde: 2 min. 5 sek.\nStørrelse: 123456 byte. SHA-256: {'ab' * 32}."
    )


def test_what_nobody_knows_is_left_out() -> None:
    """A file that does not say how long it is; a beginning nobody saw."""
    told = papers.recording_text(replace(RECORDING, on_at=None, file=replace(FILE, duration=None)), UNIT)
    assert told.startswith("Optaget 22.11.2026 kl. 22.04.\nStørrelse")


@pytest.mark.parametrize(
    ("answer", "how", "said"),
    [
        (Agreement.YES, HowAsked.PAGE, "Ja, I må optage.\nAnna, 22.11.2026 kl. 22.04, trykket på egen side."),
        (Agreement.NO, HowAsked.SPOKEN, "Nej, ingen optagelse.\nAnna, 22.11.2026 kl. 22.04, sagt til Mette."),
        (Agreement.WITHDRAWN, HowAsked.PAGE, "Ja'et er taget tilbage.\nAnna, 22.11.2026 kl. 22.04, trykket på egen"),
    ],
)
def test_a_consent_is_the_question_and_the_answer(answer: Agreement, how: HowAsked, said: str) -> None:
    """With who, when and how."""
    text = papers.consent_text(replace(CONSENT, answer=answer, how=how), "Anna", "Mette", UNIT)
    assert text.startswith(f"Spørgsmål: Må vi optage?\n\nSvar: {said}")
