"""Somebody at their own page is asked whether they may be recorded, answers, and takes it back: for nobody else."""

from dataclasses import dataclass

from xmpp_agent.flows.citizen import Visitor
from xmpp_agent.flows.consent import Answer, Question, answered, questions
from xmpp_agent.flows.office import Office, refusal
from xmpp_agent.model.recordings import Agreement, HowAsked
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.arrival import Step
from xmpp_agent.rules.recording import consent

_OVER = frozenset({Step.OVER, Step.CANCELLED})


@dataclass(frozen=True, slots=True, repr=False)
class OwnQuestion:
    """What they read and may press. `repr` tells nothing."""

    question: Question
    wording: str
    """Goes along with an answer, so that it is one to this very question."""
    may_say: tuple[Agreement, ...]
    is_over: bool
    """The meeting: only a yes may be taken back."""


async def own_question(office: Office, visitor: Visitor, language: str) -> OwnQuestion | None:
    """What this visitor is asked; None: nothing, or it is not shown who sits there. Raises Unavailable."""
    if not visitor.is_known:
        return None
    asked = await questions(office, visitor.entry, language)
    mine = next((one for one in asked if one.person.id == visitor.person.id), None)
    if mine is None:
        return None
    is_over = visitor.step in _OVER
    may_say = consent.open_answers(mine.answer, only_back=is_over, erases=mine.erases)
    return OwnQuestion(mine, consent.wording(mine.text), may_say, is_over)


async def own_answer(office: Office, visitor: Visitor, said: str, wording: str) -> None:
    """What this visitor pressed, for themselves alone. A no is one whatever page it stood on; a yes is to these words.

    Raises Refused (nobody asks them, they read another question, there is no such answer), Unavailable.
    """
    mine = await own_question(office, visitor, "da")
    language = consent.language_of(visitor.entry.appointment.policy.plan.recording, wording)
    try:
        agreement = Agreement(said)
    except ValueError:
        raise refusal("consent", Reason.BAD_REQUEST) from None
    if mine is None:
        raise refusal("consent", Reason.RECORDING_NOT_ALLOWED)
    if agreement is Agreement.YES and (language is None or agreement not in mine.may_say):
        raise refusal("consent", Reason.CHANGED_MEANWHILE)
    spoken = language or consent.spoken_in(visitor.entry.appointment.language)
    answer = Answer(visitor.person.id, agreement, HowAsked.PAGE, visitor.person.id, spoken)
    await answered(office, visitor.entry, answer)
