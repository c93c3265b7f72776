"""What words typed by somebody mean in the audit, which holds codes: the acts and reasons whose sentences have them."""

from collections.abc import Collection

from xmpp_agent.model.audit_trail import Term
from xmpp_agent.model.audit_words import act_words
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS

IN_TEXT_FROM = 4
"""Letters from which a word is looked for in the lines' own text, too; fewer stand in some id by chance."""
MOST_WORDS = 6


def terms(words: str, acts: Collection[str]) -> tuple[Term, ...]:
    """Each word, to be found in either language; `acts`: those there are lines of."""
    return tuple(_term(word, acts) for word in words.casefold().split()[:MOST_WORDS])


def kinds(words: str, acts: Collection[str]) -> tuple[str, ...]:
    """The acts that are called so: by code, or by words of either language."""
    wanted = words.casefold().strip()
    exact = tuple(act for act in acts if wanted in (act, *map(str.casefold, act_words(act))))
    return exact or tuple(act for act in acts if _called(wanted, act))


def reason_words(code: str) -> tuple[str, str]:
    """The sentence of a reason, Danish and English; of one this version does not know, its code."""
    try:
        return WORDS[Reason(code)]
    except ValueError:
        plain = code.replace("_", " ")
        return plain, plain


def _term(word: str, acts: Collection[str]) -> Term:
    return Term(
        text=word if len(word) >= IN_TEXT_FROM else "",
        acts=tuple(act for act in acts if _called(word, act)),
        reasons=tuple(reason.value for reason in Reason if _says(word, reason)),
    )


def _called(word: str, act: str) -> bool:
    return word in act or any(word in said.casefold() for said in act_words(act))


def _says(word: str, reason: Reason) -> bool:
    return word in reason.value or any(word in said.casefold() for said in WORDS[reason])
