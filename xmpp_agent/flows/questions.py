"""What the gate asks and what it is told: plain data between the XMPP edge and the flows."""

from dataclasses import dataclass

from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """One question of docs/gate-protocol.md, parsed and time-stamped; absent attributes are empty."""

    ask: str
    at: float
    room: str = ""
    jid: str = ""
    nick: str = ""
    pass_id: str = ""
    exists: bool = False
    token: str = ""
    user: str = ""
    mode: str = ""
    invites: tuple[str, ...] = ()
    items: tuple["Item", ...] = ()
    fields: frozenset[str] = frozenset()
    destroys: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One `<item/>` of a `muc#admin` set."""

    nick: str
    jid: str
    affiliation: str
    role: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict and what goes with an open one."""

    verdict: Verdict
    affiliation: str = ""
    role: str = ""
    name: str = ""
    pass_id: str = ""
    room: str = ""
    invites: tuple[str, ...] = ()


def refused(reason: Reason) -> Answer:
    """A no that no rule was asked about."""
    return Answer(Verdict(Decision.REFUSE, reason))


def undone(rule: str) -> Verdict:
    """The no that goes on record after an act that was allowed and that Prosody did not confirm."""
    said = Said(rule, Decision.REFUSE, Reason.PROSODY_DID_NOT_DO_IT)
    return Verdict(said.decision, said.reason, (said,))
