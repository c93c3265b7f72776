"""What a client's stanzas mean, in words a shift leader understands.

Every stanza that is not an answer to an own request becomes a sighting. What has no meaning here becomes STRANGE,
which no day expects.
"""

import json
from dataclasses import dataclass
from enum import Enum
from xml.etree.ElementTree import Element, tostring

from typing_extensions import override

CLIENT = "{jabber:client}"
MUC_USER = "{http://jabber.org/protocol/muc#user}"
NICK = "{http://jabber.org/protocol/nick}"
JIBRI = "{http://jitsi.org/protocol/jibri}"
JITMEET = "{http://jitsi.org/jitmeet}"
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
FOCUS = "focus"
"""Nick of the conference focus, the one occupant without a name."""
_LONGEST = 160


class What(Enum):
    """What happened to somebody, as (Danish, English)."""

    LOGIN_REFUSED = ("bliver afvist ved login", "is refused at login")
    SENT_TO_LOBBY = ("bliver vist til venteværelset", "is shown to the waiting room")
    TURNED_BACK = ("kommer ikke ind", "does not get in")
    WAITS = ("venter", "waits")
    AT_DESK = ("ser venteværelset", "sees the waiting room")
    ASKED_IN = ("bliver lukket ind", "is asked in")
    INSIDE = ("er i mødet", "is in the meeting")
    LEFT = ("har forladt mødet", "has left the meeting")
    LEFT_LOBBY = ("har forladt venteværelset", "has left the waiting room")
    PUT_OUT = ("er ude af mødet", "is out of the meeting")
    TURNED_AWAY = ("er afvist fra venteværelset", "is turned away from the waiting room")
    TOLD = ("får besked", "is told")
    READS = ("læser", "reads")
    SEES_COME = ("ser komme ind", "sees coming in")
    SEES_GO = ("ser gå ud", "sees going out")
    RECORDED = ("ser, om der optages", "sees whether it is recorded")
    LISTED = ("ser på ventelisten", "sees on the waiting list")
    UNLISTED = ("ser ikke mere på ventelisten", "no longer sees on the waiting list")
    CUT_OFF = ("har mistet forbindelsen", "has lost the connection")
    STRANGE = ("får noget uventet", "gets something unforeseen")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that happened to somebody; `about` is a name, a role, or the words they read."""

    what: What
    about: str = ""

    @override
    def __str__(self) -> str:
        danish, english = self.what.value
        return f"{danish} · {english}{': ' if self.about else ''}{self.about[:_LONGEST]}"


class Reader:
    """Reads one person's stanzas. `room` and `lobby` are the person's own addresses there (room/nick)."""

    def __init__(self, room: str, lobby: str) -> None:
        self._room, self._lobby = room, lobby
        self._names: dict[str, str] = {}
        self._present: set[str] = set()
        self._recorded = "off"
        self.inside = False

    def read(self, stanza: Element) -> Sighting | None:
        """What the stanza means; None when it means nothing to a person (an answer, an empty subject)."""
        sender = stanza.get("from", "")
        if stanza.tag == f"{CLIENT}iq":
            return None if stanza.get("type") in ("result", "error") else _strange(stanza)
        if stanza.tag == f"{CLIENT}message":
            return self._message(stanza, sender)
        if sender == self._room:
            return self._own_seat(stanza)
        if sender == self._lobby:
            return _own_place(stanza)
        if sender.partition("/")[0] == self._room.partition("/")[0]:
            return self._other(stanza, sender, What.SEES_COME, What.SEES_GO)
        if sender.partition("/")[0] == self._lobby.partition("/")[0]:
            return self._other(stanza, sender, What.LISTED, What.UNLISTED)
        return _strange(stanza)

    def _own_seat(self, stanza: Element) -> Sighting | None:
        kind = stanza.get("type")
        if kind == "error":
            to_lobby = stanza.find(f"{CLIENT}error/{JITMEET}lobbyroom") is not None
            return Sighting(What.SENT_TO_LOBBY) if to_lobby else Sighting(What.TURNED_BACK, _condition(stanza))
        if kind == "unavailable":
            self.inside = False
            self._present = {seat for seat in self._present if not seat.startswith(self._room.partition("/")[0])}
            put_out = "307" in _statuses(stanza) or stanza.find(f"{MUC_USER}x/{MUC_USER}destroy") is not None
            return Sighting(What.PUT_OUT, _reason(stanza)) if put_out else Sighting(What.LEFT)
        if kind is None and "110" in _statuses(stanza):
            item = stanza.find(f"{MUC_USER}x/{MUC_USER}item")
            again, self.inside = self.inside, True
            role = item.get("role", "") if item is not None else ""
            return _strange(stanza) if again else Sighting(What.INSIDE, role)
        return _strange(stanza)

    def _other(self, stanza: Element, sender: str, come: What, go: What) -> Sighting | None:
        kind, known = stanza.get("type"), sender in self._present
        if kind == "unavailable":
            self._present.discard(sender)
            return Sighting(go, self._names[sender]) if known else None
        if kind is not None:
            return _strange(stanza)
        if _is_recorder(stanza):
            return None  # Jitsi's own page does not show it either (`hiddenDomain`)
        recorded = stanza.find(f"{JIBRI}jibri-recording-status")
        if known and recorded is not None and recorded.get("status", "") != self._recorded:
            self._recorded = recorded.get("status", "")
            return Sighting(What.RECORDED, self._recorded)
        name = stanza.findtext(f"{NICK}nick") or sender.partition("/")[2]
        if known and self._names[sender] == name:
            return None
        self._present.add(sender)
        self._names[sender] = name
        return Sighting(come, name)

    def _message(self, stanza: Element, sender: str) -> Sighting | None:
        room = self._room.partition("/")[0]
        if sender == room and stanza.find(f"{MUC_USER}x/{MUC_USER}invite") is not None:
            return Sighting(What.ASKED_IN)
        if sender == room and stanza.find(f"{CLIENT}body") is None and stanza.find(f"{CLIENT}subject") is not None:
            return None if not stanza.findtext(f"{CLIENT}subject") else _strange(stanza)
        box = stanza.find(f"{JITMEET}json-message")
        by_the_house = sender == room or sender.partition("/")[0] == self._lobby.partition("/")[0]
        if not by_the_house or box is None or stanza.get("type") == "error":
            return _strange(stanza)
        return _chat(stanza, box)


def _own_place(stanza: Element) -> Sighting:
    kind = stanza.get("type")
    if kind == "unavailable":
        if stanza.find(f"{MUC_USER}x/{MUC_USER}destroy") is not None:
            return Sighting(What.TOLD, _reason(stanza))
        return Sighting(What.TURNED_AWAY) if "307" in _statuses(stanza) else Sighting(What.LEFT_LOBBY)
    item = stanza.find(f"{MUC_USER}x/{MUC_USER}item")
    if kind is not None or item is None or "110" not in _statuses(stanza):
        return _strange(stanza)
    return Sighting(What.AT_DESK if item.get("role") == "moderator" else What.WAITS)


def _chat(stanza: Element, box: Element) -> Sighting | None:
    try:
        payload = json.loads(box.text or "")
    except ValueError:
        return _strange(stanza)
    if payload.get("type") == "LOBBY_CHAT_INITIALIZED":
        return None
    return Sighting(What.READS, str(payload["message"])) if "message" in payload else _strange(stanza)


def _statuses(stanza: Element) -> set[str]:
    return {status.get("code", "") for status in stanza.iter(f"{MUC_USER}status")}


def _is_recorder(stanza: Element) -> bool:
    item = stanza.find(f"{MUC_USER}x/{MUC_USER}item")
    return item is not None and item.get("jid", "").partition("@")[2].startswith("recorder.")


def _reason(stanza: Element) -> str:
    return next((reason.text or "" for reason in stanza.iter(f"{MUC_USER}reason")), "")


def _condition(stanza: Element) -> str:
    error = stanza.find(f"{CLIENT}error")
    tags = [child.tag for child in error if child.tag.startswith(STANZAS)] if error is not None else []
    return next((tag.removeprefix(STANZAS) for tag in tags if not tag.endswith("}text")), "")


def _strange(stanza: Element) -> Sighting:
    return Sighting(What.STRANGE, tostring(stanza, "unicode"))
