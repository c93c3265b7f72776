"""What people in the lobby receive, in the shapes the stock Jitsi client expects (XEP-0045 as far as it goes).

Every stanza to a waiting person comes from their own lobby address, from `portner`, or from staff who write to them.
"""

import json
from collections.abc import Callable, Mapping

from xmpp_agent.edges.xmpp.stanzas import JITMEET, MUC_USER, NICK, tag, text
from xmpp_agent.flows.talk import PORTNER
from xmpp_agent.model.words import PORTNER_NAME
from xmpp_agent.ports import Unavailable


class LobbyOut:
    """Implements `ports.LobbyDoor`: presence and chat to single people."""

    def __init__(self, lobby: str, put: Callable[[str], None]) -> None:
        self._lobby, self._put = lobby, put
        self._ids: dict[str, str] = {}
        self._chatting: set[tuple[str, str]] = set()

    def asked_with(self, jid: str, stanza_id: str) -> None:
        """Remember the id of a join: XEP-0045 clients wait for it in the self presence."""
        if stanza_id:
            self._ids[jid] = stanza_id

    def welcome(self, room: str, jid: str, nick: str, *, moderator: bool = False) -> None:
        """See `ports.LobbyDoor`; status 110 alone, as proved with unmodified clients (component-lobby §5)."""
        rights = ("owner", "moderator") if moderator else ("none", "participant")
        item = tag("item", {"affiliation": rights[0], "role": rights[1], "jid": jid})
        self._presence(room, nick, jid, item + _status(110), stanza_id=self._ids.pop(jid, ""))

    def show(self, room: str, desk: str, nick: str, name: str, jid: str) -> None:
        """See `ports.LobbyDoor`; the full real JID is what Admit sends back."""
        item = tag("item", {"affiliation": "none", "role": "participant", "jid": jid})
        self._presence(room, nick, desk, item, tag("nick", {"xmlns": NICK}, text(name)))

    def hide(self, room: str, desk: str, nick: str) -> None:
        """See `ports.LobbyDoor`."""
        self._presence(room, nick, desk, tag("item", {"affiliation": "none", "role": "none"}), gone=True)

    def turn_away(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`: 307 with 110 is `accessDenied`."""
        item = tag("item", {"affiliation": "none", "role": "none"}, *_reason(words))
        self._presence(room, nick, jid, item + _status(307) + _status(110), gone=True)
        self.forget(jid)

    def end(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`: a destroy without address shows its reason."""
        item = tag("item", {"affiliation": "none", "role": "none"})
        self._presence(room, nick, jid, item + tag("destroy", {}, *_reason(words)) + _status(110), gone=True)
        self.forget(jid)

    def say(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`; `portner` needs no presence (component-lobby §e)."""
        self.relay(room, PORTNER, jid, words, PORTNER_NAME, attendee=nick)

    def notice(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`: without an opened chat it is a toast and the waiting screen stays (measured)."""
        self.relay(room, PORTNER, jid, words, None)

    def relay(
        self, room: str, sender_nick: str, to_jid: str, words: str, sender_name: str | None, attendee: str = ""
    ) -> None:
        """See `ports.LobbyDoor`. A chat is opened once per person, with nothing of staff's profile in it."""
        if sender_name is not None and (sender_nick, to_jid) not in self._chatting:
            self._chatting.add((sender_nick, to_jid))
            opened = {
                "type": "LOBBY_CHAT_INITIALIZED",
                "moderator": {"id": sender_nick, "name": sender_name},
                "attendee": {"id": attendee, "name": ""},
            }
            self._json(room, sender_nick, to_jid, opened)
        self._json(room, sender_nick, to_jid, {"type": "LOBBY_CHAT_MESSAGE", "message": words})

    def _json(self, room: str, nick: str, to: str, payload: Mapping[str, object]) -> None:
        body = tag("json-message", {"xmlns": JITMEET}, text(json.dumps(payload, ensure_ascii=False)))
        self._send(tag("message", {"from": f"{room}@{self._lobby}/{nick}", "to": to, "type": "chat"}, body))

    def _presence(
        self, room: str, nick: str, to: str, inner: str, extra: str = "", *, gone: bool = False, stanza_id: str = ""
    ) -> None:
        attributes = {"from": f"{room}@{self._lobby}/{nick}", "to": to, "id": stanza_id}
        if gone:
            attributes["type"] = "unavailable"
        self._send(tag("presence", attributes, extra, tag("x", {"xmlns": MUC_USER}, inner)))

    def forget(self, jid: str) -> None:
        """The client is gone: a later chat with it is opened anew."""
        self._chatting = {pair for pair in self._chatting if pair[1] != jid}

    def _send(self, stanza: str) -> None:
        try:
            self._put(stanza)
        except Unavailable:
            return  # the link is down: the resync after it shows everybody the truth


def _status(code: int) -> str:
    return tag("status", {"code": str(code)})


def _reason(words: str) -> tuple[str, ...]:
    return (tag("reason", {}, text(words)),) if words else ()
