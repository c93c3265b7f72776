"""Consent to being recorded: how it is asked for, and who has given it.

Active, unambiguous, voluntary, before the recording, and as easily taken back (Datatilsynet 2020-32-1566; GDPR art. 7).
"""

from collections.abc import Collection, Iterable

from xmpp_agent.model.recordings import Agreement, Consent, Terms

_QUESTION = {
    "da": (
        "Vi vil gerne optage samtalen for at kunne {purpose}. Optagelsen gemmes i din sag, og kun {seen_by} kan se "
        "den. Du bestemmer selv: Siger du nej, holder vi mødet uden optagelse, og det får ingen betydning for din sag. "
        "Siger du ja, kan du sige stop når som helst."
    ),
    "en": (
        "We would like to record the meeting to be able to {purpose}. The recording is kept in your case, and only "
        "{seen_by} can see it. You decide: If you say no, we hold the meeting without recording, and it makes no "
        "difference to your case. If you say yes, you can say stop at any time."
    ),
}
LANGUAGES = tuple(_QUESTION)
_MAY_FOLLOW = {
    None: frozenset({Agreement.YES, Agreement.NO}),
    Agreement.YES: frozenset({Agreement.WITHDRAWN}),
    Agreement.NO: frozenset({Agreement.YES}),
    Agreement.WITHDRAWN: frozenset({Agreement.YES}),
}


def question(terms: Terms, language: str) -> str:
    """The question word for word, as it is shown or read aloud, and kept with the answer."""
    spoken = language if language in _QUESTION else "da"
    place = LANGUAGES.index(spoken)
    return _QUESTION[spoken].format(purpose=terms.purpose[place], seen_by=terms.seen_by[place])


def newest(consents: Iterable[Consent]) -> dict[str, Consent]:
    """What each person said last, by person id; of two at the same moment the no counts."""
    said: dict[str, Consent] = {}
    for consent in sorted(consents, key=lambda one: (one.at, one.answer is not Agreement.YES)):
        said[consent.person] = consent
    return said


def missing(people: Collection[str], consents: Iterable[Consent]) -> frozenset[str]:
    """Who of these has not said yes, or no longer."""
    said = newest(consents)
    return frozenset(p for p in people if p not in said or said[p].answer is not Agreement.YES)


def agreed(consents: Iterable[Consent]) -> frozenset[str]:
    """Everybody whose last word is yes."""
    return frozenset(p for p, said in newest(consents).items() if said.answer is Agreement.YES)


def has_refused(people: Collection[str], consents: Iterable[Consent]) -> bool:
    """Whether one of these said no."""
    said = newest(consents)
    return any(p in said and said[p].answer is not Agreement.YES for p in people)


def was_withdrawn(consents: Iterable[Consent], *, since: float) -> bool:
    """Whether somebody took their yes back after this moment, at which they were recorded.

    Also when they said yes again since: that is a yes to another recording.
    """
    return any(one.answer is Agreement.WITHDRAWN and one.at >= since for one in consents)


def may_answer(before: Agreement | None, answer: Agreement) -> bool:
    """Whether an answer says anything new after the one before; a repeated press does not."""
    return answer in _MAY_FOLLOW[before]
