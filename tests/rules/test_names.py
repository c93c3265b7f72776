"""Which name is shown to whom."""

import pytest

from tests.rules.scenes import changed, citizen, companion, staff
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.rules import names


@pytest.mark.parametrize(
    ("known", "wrong", "shown"),
    [
        (citizen(), False, "Anna ✓ MitID"),
        (changed(citizen(), level=Level.HIGH), False, "Anna ✓ MitID"),
        (changed(citizen(), level=Level.LOW), False, "Anna (MitID lav)"),
        (changed(citizen(), level=Level.NONE), False, "Anna (ikke bekræftet)"),
        (citizen(), True, "Anna ⚠ ikke den inviterede"),
        (companion(), False, "Ole Tolk (tolk)"),
        (changed(companion(), kind=CompanionKind.BISIDDER), False, "Ole Tolk (bisidder)"),
        (changed(companion(), kind=CompanionKind.PARTSREPRAESENTANT), False, "Ole Tolk (partsrepræsentant)"),
        (changed(companion(), kind=CompanionKind.GUARDIAN), True, "Ole Tolk (værge)"),
        (changed(companion(), kind=None), False, "Ole Tolk (ledsager)"),
    ],
)
def test_staff_read_the_verified_name_first_and_then_the_mark_of_the_proof(
    known: Known, wrong: bool, shown: str
) -> None:
    """Name first, because clients cut it; a companion is never shown as verified."""
    assert names.in_lobby(known, judged_wrong=wrong) == shown


def test_in_the_meeting_everybody_is_called_by_their_name_alone() -> None:
    """No marks and no roles in the meeting."""
    assert [names.in_meeting(k) for k in (staff(), citizen(), companion())] == ["Mette", "Anna", "Ole Tolk"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Anna Hansen", "A. H."), ("anna maria bo hansen", "A. M. B."), ("Åse", "Å."), ("", "–"), ("  ", "–")],
)
def test_a_masked_name_is_at_most_three_initials(name: str, shown: str) -> None:
    """Nothing of the name but initials."""
    assert names.masked(name) == shown


@pytest.mark.parametrize(("level", "word"), [(0, "ikke bekræftet"), (1, "MitID lav"), (2, "MitID betydelig")])
def test_the_proof_is_told_in_words(level: int, word: str) -> None:
    """Each level has its word; a companion's is the capacity they come in."""
    assert names.proof(changed(citizen(), level=Level(level))) == word
    assert names.proof(companion()) == "tolk"
