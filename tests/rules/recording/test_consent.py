"""The newest answer counts, a no weighs more than a yes, and the question says what for."""

import pytest

from tests.rules.scenes import ANNA, appointment
from xmpp_agent.model.appointments import Companion, Entry
from xmpp_agent.model.people import CompanionKind, Person
from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Terms
from xmpp_agent.rules.recording import consent

TERMS = Terms(purpose=("huske planen", "remember the plan"), seen_by=("din sagsbehandler", "your caseworker"))


def said(person: str, answer: Agreement, at: float) -> Consent:
    """An answer on Portner's page."""
    return Consent(
        f"{person}{at}", "a1", person, answer, HowAsked.PAGE, consent.question(Terms(), "da"), "da", person, at
    )


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


def test_on_it_may_be_who_is_inside_and_did_not_say_no() -> None:
    """Whoever said yes may come back to it; a yes taken back is none, wherever they are."""
    answers = [said("anna", Agreement.YES, 1.0), said("ole", Agreement.WITHDRAWN, 1.0)]
    assert consent.may_be_on(["ole", "bo"], answers) == {"anna", "bo"}


@pytest.mark.parametrize(
    ("answers", "barred"),
    [
        ((), False),
        (((Agreement.YES, 1.0),), False),
        (((Agreement.NO, 5.0),), False),
        (((Agreement.NO, 11.0),), True),
        (((Agreement.YES, 1.0), (Agreement.WITHDRAWN, 11.0)), True),
        (((Agreement.YES, 1.0), (Agreement.WITHDRAWN, 11.0), (Agreement.YES, 12.0)), False),
        (((Agreement.YES, 1.0), (Agreement.WITHDRAWN, 25.0), (Agreement.YES, 30.0)), True),
        (((Agreement.YES, 1.0), (Agreement.WITHDRAWN, 5.0)), False),
    ],
)
def test_a_no_since_it_was_begun_keeps_it_out_of_the_case(
    answers: tuple[tuple[Agreement, float], ...], barred: bool
) -> None:
    """Pressed at 10, on at 20: a no in between counts, and after it; a yes again counts for what comes then."""
    given = [said("anna", answer, at) for answer, at in answers]
    assert consent.bars_filing(given, pressed=10.0, begun=20.0) is barred


def test_a_yes_to_other_words_is_none() -> None:
    """To another purpose nobody agreed; a no is a no to any."""
    old = [said("anna", Agreement.YES, 1.0), said("ole", Agreement.NO, 1.0)]
    assert consent.to_these_words(old, Terms()) == tuple(old)
    assert consent.to_these_words(old, TERMS) == (old[1],)


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


OLE = Companion(ANNA, Person("ole", "Jobcenter", "Ole Tolk"), CompanionKind.INTERPRETER)
ENTRY = Entry(appointment(), Person(ANNA, "Jobcenter", "Anna Hansen"), (OLE,))


def test_everybody_is_asked_for_themselves() -> None:
    """The citizen first; what each may say next follows from their own last word."""
    given = [said(ANNA, Agreement.YES, 1.0), said("stranger", Agreement.NO, 1.0)]
    anna, ole = consent.respondents(ENTRY, given, only_back=False)
    assert (anna.person.id, anna.kind, anna.said) == (ANNA, None, given[0])
    assert anna.may_say == (Agreement.WITHDRAWN,)
    assert (ole.person.id, ole.kind, ole.said) == ("ole", CompanionKind.INTERPRETER, None)
    assert ole.may_say == (Agreement.YES, Agreement.NO)


def test_after_a_meeting_a_yes_can_only_be_taken_back() -> None:
    """No new yes or no to a meeting that is over."""
    given = [said(ANNA, Agreement.YES, 1.0)]
    assert [one.may_say for one in consent.respondents(ENTRY, given, only_back=True)] == [(Agreement.WITHDRAWN,), ()]


def test_a_no_on_an_old_page_is_a_no() -> None:
    """Whoever agreed meanwhile by another way and presses no takes it back; nothing else changes its meaning."""
    assert consent.meant(Agreement.YES, Agreement.NO) is Agreement.WITHDRAWN
    for before in (None, Agreement.NO, Agreement.WITHDRAWN):
        assert consent.meant(before, Agreement.NO) is Agreement.NO
    for before in (None, *Agreement):
        assert consent.meant(before, Agreement.YES) is Agreement.YES


def test_a_form_knows_which_question_stood_above_it() -> None:
    """By its wording; of another purpose, or of none, it is no question of now."""
    english = consent.wording(consent.question(TERMS, "en"))
    assert consent.language_of(TERMS, english) == "en"
    assert consent.language_of(TERMS, consent.wording(consent.question(TERMS, "da"))) == "da"
    assert consent.language_of(Terms(purpose=("a", "b")), english) is None
    assert consent.language_of(TERMS, "") is None
    assert consent.spoken_in("fo") == "da"
