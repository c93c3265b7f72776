"""Consent to being recorded: how it is asked for, and who has given it.

Active, unambiguous, voluntary, before the recording, and as easily taken back (Datatilsynet 2020-32-1566; GDPR art. 7).
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from xmpp_agent.model.appointments import Entry, Policy
from xmpp_agent.model.people import CompanionKind, Person
from xmpp_agent.model.recordings import Agreement, Consent, Recording, Stage, Terms

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
IN_THE_JOURNAL = frozenset({Stage.FILED, Stage.RECEIPT_LATE, Stage.RECEIPTED, Stage.DELETED})
"""Answers given once a recording has come so far are filed after it."""
_MAY_BE_ERASED = (
    frozenset(Stage) - IN_THE_JOURNAL - {Stage.REQUESTED, Stage.CONSENTED, Stage.DECLINED, Stage.NOT_STARTED}
)
_MOMENT = 0.001
_MAY_FOLLOW = {
    None: frozenset({Agreement.YES, Agreement.NO}),
    Agreement.YES: frozenset({Agreement.WITHDRAWN}),
    Agreement.NO: frozenset({Agreement.YES}),
    Agreement.WITHDRAWN: frozenset({Agreement.YES}),
}


def question(terms: Terms, language: str) -> str:
    """The question word for word, as it is shown or read aloud, and kept with the answer."""
    spoken = spoken_in(language)
    place = LANGUAGES.index(spoken)
    return _QUESTION[spoken].format(purpose=terms.purpose[place], seen_by=terms.seen_by[place])


def spoken_in(language: str) -> str:
    """The language the question is put in to somebody who was booked in this one."""
    return language if language in _QUESTION else "da"


def wording(text: str) -> str:
    """What a form says of the question that stood on its page, so that nobody says yes to another one."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def language_of(terms: Terms, said_to: str) -> str | None:
    """The language of the question with this `wording`; None: it is not what is asked now."""
    return next((spoken for spoken in LANGUAGES if wording(question(terms, spoken)) == said_to), None)


def newest(consents: Iterable[Consent]) -> dict[str, Consent]:
    """What each person said last, by person id; of two at the same moment the no counts."""
    said: dict[str, Consent] = {}
    for consent in sorted(consents, key=lambda one: (one.at, one.answer is not Agreement.YES)):
        said[consent.person] = consent
    return said


def said_at(now: float, before: Iterable[Consent], recordings: Iterable[Recording]) -> float:
    """When an answer counts as given: now, but never before an earlier one or what it is about was begun.

    A clock that was set back between the two would otherwise make a no older than the yes it takes back.
    """
    answered = (one.at + _MOMENT for one in before)
    begun = (one.on_at or one.made_at for one in recordings)
    return max((now, *answered, *begun))


def missing(people: Collection[str], consents: Iterable[Consent]) -> frozenset[str]:
    """Who of these has not said yes, or no longer."""
    said = newest(consents)
    return frozenset(p for p in people if p not in said or said[p].answer is not Agreement.YES)


def agreed(consents: Iterable[Consent]) -> frozenset[str]:
    """Everybody whose last word is yes."""
    return frozenset(p for p, said in newest(consents).items() if said.answer is Agreement.YES)


def may_be_on(people: Collection[str], consents: Collection[Consent]) -> frozenset[str]:
    """Who may be recorded of whom is inside or said yes: nobody whose last word is another."""
    no = {p for p, said in newest(consents).items() if said.answer is not Agreement.YES}
    return (frozenset(people) | agreed(consents)) - no


def has_refused(people: Collection[str], consents: Iterable[Consent]) -> bool:
    """Whether one of these said no."""
    said = newest(consents)
    return any(p in said and said[p].answer is not Agreement.YES for p in people)


def was_withdrawn(consents: Iterable[Consent], *, since: float) -> bool:
    """Whether somebody took their yes back after this moment, at which they were recorded.

    Also when they said yes again since: that is a yes to another recording.
    """
    return any(one.answer is Agreement.WITHDRAWN and one.at >= since for one in consents)


def bars_filing(consents: Collection[Consent], *, pressed: float, begun: float) -> bool:
    """Whether a recording must not get into the case: somebody on it took their yes back, or said no to it since.

    `pressed`: when it was asked for, `begun`: when it was on. Whoever said no before it was asked for is not on it:
    they were not let in, or it was not let through.
    """
    said_no = any(one.answer is not Agreement.YES and one.at >= pressed for one in newest(consents).values())
    return said_no or was_withdrawn(consents, since=begun)


def to_these_words(consents: Iterable[Consent], terms: Terms) -> tuple[Consent, ...]:
    """The answers without each yes to another question: to another purpose nobody agreed."""
    asked = {question(terms, language) for language in LANGUAGES}
    return tuple(one for one in consents if one.answer is not Agreement.YES or one.text in asked)


@dataclass(frozen=True, slots=True, repr=False)
class Respondent:
    """Somebody who is asked. `repr` tells nothing."""

    person: Person
    kind: CompanionKind | None
    """None: the citizen."""
    said: Consent | None
    """Their last word."""
    may_say: tuple[Agreement, ...]
    """What would be new, in the order of the buttons."""


def may_erase(terms: Terms, recordings: Iterable[Recording]) -> bool:
    """Whether a no of somebody who was recorded without a yes on record still erases something."""
    return terms.on_tape and any(one.stage in _MAY_BE_ERASED for one in recordings)


def respondents(
    entry: Entry, consents: Iterable[Consent], *, only_back: bool, erases: bool = False
) -> tuple[Respondent, ...]:
    """Everybody of an appointment, the citizen first. `only_back`, `erases`: see `open_answers`."""
    last = newest(consents)
    people = ((entry.citizen, None), *((one.person, one.kind) for one in entry.companions))
    found = []
    for person, kind in people:
        said = last.get(person.id)
        may_say = open_answers(said.answer if said is not None else None, only_back=only_back, erases=erases)
        found.append(Respondent(person, kind, said, may_say))
    return tuple(found)


def open_answers(before: Agreement | None, *, only_back: bool, erases: bool = False) -> tuple[Agreement, ...]:
    """What somebody may say next. A yes may be taken back for as long as anybody can reach us.

    `only_back`: no new yes or no is asked for any more. `erases`: a no all the same, as `may_erase` has it.
    """
    stays = {Agreement.WITHDRAWN, Agreement.NO} if erases else {Agreement.WITHDRAWN}
    return tuple(one for one in Agreement if one in _MAY_FOLLOW[before] and (one in stays or not only_back))


def meant(before: Agreement | None, said: Agreement) -> Agreement:
    """What an answer says after the one before: a no to what was agreed takes it back, whatever page it stood on."""
    return Agreement.WITHDRAWN if before is Agreement.YES and said is Agreement.NO else said


def may_be_said(policy: Policy, before: Agreement | None, said: Agreement) -> bool:
    """Whether anybody asks such a thing: where no recording is allowed (any more), a yes that stands is taken back."""
    return policy.recording_allowed or (before is Agreement.YES and said is Agreement.WITHDRAWN)


def may_answer(before: Agreement | None, answer: Agreement) -> bool:
    """Whether an answer says anything new after the one before; a repeated press does not."""
    return answer in _MAY_FOLLOW[before]
