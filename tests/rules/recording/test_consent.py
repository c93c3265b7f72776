"""The newest answer counts, a no weighs more than a yes, and the question says what for."""

import pytest

from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Terms
from xmpp_agent.rules.recording import consent

TERMS = Terms(purpose=("huske planen", "remember the plan"), seen_by=("din sagsbehandler", "your caseworker"))


def said(person: str, answer: Agreement, at: float) -> Consent:
    """An answer on Portner's page."""
    return Consent(f"{person}{at}", "a1", person, answer, HowAsked.PAGE, "?", "da", person, at)


def test_the_question_says_what_for_who_sees_it_and_that_no_is_fine() -> None:
    """In both languages; any other is asked in Danish."""
    danish, english = consent.question(TERMS, "da"), consent.question(TERMS, "en")
    assert "huske planen" in danish
    assert "kun din sagsbehandler kan se den" in danish
    assert "ingen betydning for din sag" in danish
    assert "only your caseworker can see it" in english
    assert consent.question(TERMS, "fo") == danish


def test_the_newest_answer_counts() -> None:
    """A yes that was taken back is none; a later yes is one again, in whatever order they are read."""
    answers = [
        said("anna", Agreement.YES, 1.0),
        said("anna", Agreement.WITHDRAWN, 2.0),
        said("ole", Agreement.YES, 1.0),
    ]
    assert consent.missing({"anna", "ole"}, reversed(answers)) == {"anna"}
    assert consent.agreed(answers) == {"ole"}
    assert consent.has_refused({"anna"}, answers)
    assert consent.missing({"anna"}, [*answers, said("anna", Agreement.YES, 3.0)]) == frozenset()


def test_of_two_answers_at_the_same_moment_the_no_counts() -> None:
    """Two windows pressed at once."""
    both = [said("anna", Agreement.NO, 1.0), said("anna", Agreement.YES, 1.0)]
    assert consent.missing({"anna"}, both) == {"anna"}
    assert consent.missing({"anna"}, both[::-1]) == {"anna"}


def test_silence_is_neither_yes_nor_no() -> None:
    """Whoever has not answered is missing, and has not refused."""
    assert consent.missing({"anna", ""}, []) == {"anna", ""}
    assert not consent.has_refused({"anna"}, [])


@pytest.mark.parametrize(
    ("before", "answer", "may"),
    [
        (None, Agreement.YES, True),
        (None, Agreement.NO, True),
        (None, Agreement.WITHDRAWN, False),
        (Agreement.YES, Agreement.YES, False),
        (Agreement.YES, Agreement.NO, False),
        (Agreement.YES, Agreement.WITHDRAWN, True),
        (Agreement.NO, Agreement.YES, True),
        (Agreement.WITHDRAWN, Agreement.YES, True),
        (Agreement.WITHDRAWN, Agreement.WITHDRAWN, False),
    ],
)
def test_an_answer_must_say_something_new(before: Agreement | None, answer: Agreement, may: bool) -> None:
    """A yes is taken back, not turned into a no that never was; a repeated press is no second answer."""
    assert consent.may_answer(before, answer) is may
