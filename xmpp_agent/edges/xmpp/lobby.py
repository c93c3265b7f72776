"""What people send to the lobby domain: knocks, goodbyes, chat, a staff member's Reject. Read, never passed on.

Believed only from users of the guarded domain, whose presence Prosody has stamped. Nobody waiting is ever answered
with an error to a join (the stock client would spin for ever); strange stanzas get an XMPP error or silence.
"""

import json
from collections.abc import Callable
from xml.etree.ElementTree import Element

from xmpp_agent.edges.xmpp.lobby_out import LobbyOut
from xmpp_agent.edges.xmpp.stanzas import DISCO, GATE, JITMEET, MUC, MUC_ADMIN, PING, carried, child, error, result, tag
from xmpp_agent.edges.xmpp.turns import Turns
from xmpp_agent.flows import talk
from xmpp_agent.flows.house import House, host_of, node_of
from xmpp_agent.flows.knock import Knock, go_away, knock
from xmpp_agent.flows.turn_away import turn_away_from_desk

LONGEST_LINE = 1000
"""Characters of one chat line that are carried on."""


class LobbyIn:
    """Sorts stanzas of people into flows; each goes into its room's lane."""

    def __init__(self, house: House, out: LobbyOut, put: Callable[[str], None]) -> None:
        self._house, self._out, self._put = house, out, put
        self._turns = Turns(house.lanes)
        self._leaving: set[tuple[str, str]] = set()

    def presence(self, stanza: Element) -> None:
        """A knock, a desk, or a goodbye."""
        sender, kind = stanza.get("from", ""), stanza.get("type")
        node, nick = node_of(stanza.get("to", "")), stanza.get("to", "").partition("/")[2]
        if not self._is_person(sender) or not node or not nick:
            return
        now = self._house.clock.now()
        if kind == "unavailable":
            self._out.forget(sender)
            self._goodbye(sender, node, now)
        elif kind is None and (child(stanza, MUC, "x") is not None or not self._stands(node, sender, nick)):
            stamp = child(stanza, GATE, "stamp")
            pass_id = stamp.get("pass", "") if stamp is not None else ""
            since = _seconds(stamp.get("since", "")) if stamp is not None else 0.0
            arrival = Knock(node, sender, nick, pass_id, since, now)
            if self._turns.take(sender, node, lambda: knock(self._house, arrival)):
                self._out.asked_with(sender, stanza.get("id", ""))
                self._leaving.discard((sender, node))

    def _goodbye(self, sender: str, node: str, now: float) -> None:
        """Never dropped, or a ghost would stay; a second one behind it says nothing new."""
        if (sender, node) in self._leaving:
            return
        self._leaving.add((sender, node))

        async def gone() -> None:
            self._leaving.discard((sender, node))
            await go_away(self._house, node, sender, now)

        self._turns.take(sender, node, gone, always=True)

    def _stands(self, node: str, jid: str, nick: str) -> bool:
        """A second presence (the client adds its e-mail so) is swallowed: shown, it would cost the place in line."""
        state = self._house.rooms.get(node)
        if state is None:
            return False
        return (jid, nick) in state.desks or any(w.jid == jid and w.nick == nick for w in state.queue)

    def message(self, stanza: Element) -> None:
        """A line of lobby chat; anything else is dropped."""
        sender, to = stanza.get("from", ""), stanza.get("to", "")
        line = _line(stanza)
        node = node_of(to)
        if not self._is_person(sender) or not node or line is None or stanza.get("type") == "error":
            return
        to_nick = to.partition("/")[2] or None

        async def spoken() -> None:
            talk.chat(self._house, node, sender, to_nick, line)

        self._turns.take(sender, node, spoken)

    def iq(self, stanza: Element) -> None:
        """Discovery, ping, a staff member's Reject; everything else is told that there is no such service."""
        if stanza.get("type") not in ("get", "set") or len(stanza) != 1:
            if stanza.get("type") in ("get", "set"):
                self._put(error(stanza, "modify", "bad-request"))
            return
        payload, to, lobby = stanza[0].tag, stanza.get("to", ""), self._house.addresses.lobby
        if "/" in to:
            return  # any answer would come from the address of somebody who waits, and say that there is one
        if to == lobby and payload == f"{{{DISCO}}}query" and stanza.get("type") == "get":
            self._put(result(stanza, _discovery(lobby, stanza[0].get("node", ""))))
        elif to == lobby and payload == f"{{{PING}}}ping":
            self._put(result(stanza))
        elif payload == f"{{{MUC_ADMIN}}}query" and stanza.get("type") == "set":
            self._reject(stanza, node_of(to))
        else:
            self._put(error(stanza, "cancel", "service-unavailable"))

    def _reject(self, stanza: Element, node: str) -> None:
        sender = stanza.get("from", "")
        item = child(stanza[0], MUC_ADMIN, "item")
        if item is None or item.get("role") != "none" or not self._is_person(sender):
            self._put(error(stanza, "auth", "forbidden"))
            return
        nick = item.get("nick", "")

        async def rejected() -> None:
            verdict = await turn_away_from_desk(self._house, node, sender, nick)
            self._put(result(stanza) if verdict.is_open else error(stanza, "auth", "forbidden"))

        if not self._turns.take(sender, node, rejected):
            self._put(error(stanza, "wait", "resource-constraint"))

    def _is_person(self, jid: str) -> bool:
        return host_of(jid) == self._house.addresses.users and "/" in jid


def _discovery(lobby: str, node: str) -> str:
    identity = tag("identity", {"category": "component", "type": "lobbyrooms", "name": lobby})
    return tag("query", {"xmlns": DISCO, "node": node}, identity, tag("feature", {"var": DISCO}))


def _seconds(stamp: str) -> float:
    try:
        return float(stamp)
    except ValueError:
        return 0.0


def _line(stanza: Element) -> str | None:
    """The words of a lobby chat message; None for everything else (announcements, marks, forms)."""
    box = child(stanza, JITMEET, "json-message")
    if box is None:
        body = stanza.findtext("{*}body")
        return body[:LONGEST_LINE] if body else None
    try:
        payload = json.loads(box.text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or not isinstance(payload.get("message"), str):
        return None
    kind = payload.get("type")
    if not isinstance(kind, str) or kind.upper().replace("-", "_") != "LOBBY_CHAT_MESSAGE":
        return None
    return carried(payload["message"][:LONGEST_LINE]) or None
