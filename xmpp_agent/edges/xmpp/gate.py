"""Questions from Prosody to flows and verdicts back. One place turns whatever goes wrong into a no."""

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

import structlog

from xmpp_agent.edges.xmpp.stanzas import GATE, error, result, tag
from xmpp_agent.edges.xmpp.turns import Patience
from xmpp_agent.flows import connect, enter, let_in, moderate, recording
from xmpp_agent.flows.house import ANSWER_WITHIN, House, node_of
from xmpp_agent.flows.questions import Answer, Item, Question, refused
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.ports import Unavailable

log = structlog.get_logger("xmpp.gate")
Flow = Callable[[House, Question], Awaitable[Answer]]

ROOM_QUESTIONS: dict[str, Flow] = {
    "create": enter.enter,
    "join": enter.enter,
    "admit": let_in.admit,
    "grant": moderate.grant,
    "configure": moderate.configure,
}
USER_QUESTIONS: dict[str, Flow] = {
    "authenticate": connect.authenticate,
    "conference": enter.conference,
    "record-start": recording.record,
    "record-stop": recording.record,
}
LONGEST = 3072
"""Characters of an attribute (RFC 7622 bounds a full JID at 3071 octets); tokens may have 8 KiB."""

_CONDITIONS: dict[Reason, tuple[str, str]] = {
    Reason.AUDIT_UNAVAILABLE: ("wait", "internal-server-error"),
    Reason.TOO_LATE: ("wait", "remote-server-timeout"),
    Reason.RESERVED_NAME: ("cancel", "conflict"),
    Reason.BAD_REQUEST: ("modify", "bad-request"),
    Reason.NOT_STAFF_HERE: ("auth", "forbidden"),
    Reason.OWNERS_ARE_FIXED: ("auth", "forbidden"),
    Reason.RECORDING_NOT_ALLOWED: ("auth", "forbidden"),
    Reason.NO_LIVE_STREAM: ("auth", "forbidden"),
    Reason.CONSENT_MISSING: ("auth", "forbidden"),
    Reason.ALREADY_RECORDING: ("cancel", "unexpected-request"),
}
"""What the stock client makes of each: reference/jitsi-protocol §3.2; all others are `cancel`/`not-allowed`."""


class Gate:
    """The agent's side of docs/gate-protocol.md's questions."""

    def __init__(self, house: House, put: Callable[[str], None]) -> None:
        self._house, self._put = house, put
        self._patience = Patience()
        names = house.addresses
        self._flows: dict[str, dict[str, Flow]] = {
            names.users: USER_QUESTIONS,
            names.rooms: ROOM_QUESTIONS,
            **dict.fromkeys(names.more_rooms, ROOM_QUESTIONS),
        }

    def asked(self, stanza: Element, question: Element, at: float) -> None:
        """Queue one question, received at `at`, in its room's lane; answered at once when it cannot be understood."""
        flow = self._flows.get(stanza.get("from", ""), {}).get(question.get("ask", ""))
        if flow is None:
            self._send(error(stanza, "cancel", "not-acceptable"))
            return
        asked = parse(question, at)
        if asked is None:
            self._send(_reply(stanza, refused(Reason.BAD_REQUEST), self._house.addresses.lobby))
            return
        if self._patience.is_over(_asker(asked)):
            self._send(error(stanza, "wait", "resource-constraint"))
            return
        key = connect.lane(self._house, asked) if flow is connect.authenticate else node_of(asked.room)
        if not self._house.lanes.put(key, lambda: self._answer(stanza, asked, flow)):
            self._send(error(stanza, "wait", "resource-constraint"))

    async def _answer(self, stanza: Element, asked: Question, flow: Flow) -> None:
        try:
            if self._house.clock.now() - asked.at > ANSWER_WITHIN:
                answer = refused(Reason.TOO_LATE)
                await self._house.write(asked.ask, answer.verdict, room="", subject=asked.pass_id)
            else:
                answer = await flow(self._house, asked)
        except Unavailable:
            answer = refused(Reason.AUDIT_UNAVAILABLE)
        except Exception:
            self._send(error(stanza, "wait", "internal-server-error"))
            raise
        if answer.verdict.decision is Decision.REFUSE:
            log.info("refused", question=asked.ask, reason=answer.verdict.reason.value)
        if not answer.verdict.is_open and self._house.addresses.system_user(asked.jid) is None:
            self._patience.denied(_asker(asked))
        self._send(_reply(stanza, answer, self._house.addresses.lobby))

    def _send(self, stanza: str) -> None:
        try:
            self._put(stanza)
        except Unavailable:
            log.info("answer_dropped")


def _asker(question: Question) -> str:
    """Whose questions are counted together: an address, or the same token again (not kept, it is a secret)."""
    return question.jid or str(hash(question.token))


def parse(element: Element, at: float) -> Question | None:
    """The question in an element; None when a field is beyond what XMPP allows."""
    fields = element.attrib
    if any(len(value) > (8192 if name == "token" else LONGEST) for name, value in fields.items()):
        return None
    children = list(element)
    return Question(
        ask=fields["ask"],
        at=at,
        room=fields.get("room", ""),
        jid=fields.get("jid", ""),
        nick=fields.get("nick", ""),
        pass_id=fields.get("pass", ""),
        exists=fields.get("exists") == "1",
        token=fields.get("token", ""),
        user=fields.get("user", ""),
        mode=fields.get("mode", ""),
        invites=tuple(c.get("to", "") for c in children if c.tag == f"{{{GATE}}}invite"),
        items=tuple(
            Item(c.get("nick", ""), c.get("jid", ""), c.get("affiliation", ""), c.get("role", ""))
            for c in children
            if c.tag == f"{{{GATE}}}item"
        ),
        fields=frozenset(c.get("var", "") for c in children if c.tag == f"{{{GATE}}}field"),
        destroys=any(c.tag == f"{{{GATE}}}destroy" for c in children),
    )


def _reply(stanza: Element, answer: Answer, lobby: str) -> str:
    verdict = answer.verdict
    attributes = {"xmlns": GATE, "is": verdict.decision.value, "reason": verdict.reason.value}
    if verdict.decision is Decision.OPEN:
        attributes |= {
            "affiliation": answer.affiliation,
            "role": answer.role,
            "name": answer.name,
            "pass": answer.pass_id,
            "room": answer.room,
        }
    elif verdict.decision is Decision.WAIT:
        question = stanza.find(f"{{{GATE}}}question")
        attributes["lobby"] = f"{node_of(question.get('room', ''))}@{lobby}" if question is not None else ""
    else:
        kind, condition = _CONDITIONS.get(verdict.reason, ("cancel", "not-allowed"))
        attributes |= {"type": kind, "condition": condition, "text": both(WORDS[verdict.reason])}
    invites = (tag("invite", {"to": jid}) for jid in answer.invites)
    return result(stanza, tag("verdict", attributes, *invites))
