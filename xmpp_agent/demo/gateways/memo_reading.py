"""Reads a MeMo 1.2 message as strictly as the schema: names, order, what must be there, lengths, kinds of values."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

NAMESPACE = "https://DigitalPost.dk/MeMo-1"
_UUID4 = re.compile(r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-4[a-fA-F0-9]{3}-[aAbB89][a-fA-F0-9]{3}-[a-fA-F0-9]{12}")
_FILENAME = re.compile(r"[^<>:\"/\\|?*\r\n\u00a0\u2000-\u200a\u2028\u205f\u2060\u3000]{1,256}")
_ACTIONS = {
    *("AFTALE", "BETALING", "SELVBETJENING", "INFORMATION"),
    *("UNDERSKRIV", "BEKRAEFT", "FORBEREDELSE", "TILMELDING"),
}
_KINDS_OF_FILE = {"text/html", "text/plain", "application/pdf"}


class MemoFault(Exception):
    """What is wrong with the message; the text is what the receipt quotes."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """An `AFTALE` on the main document."""

    label: str
    uuid: str
    starts_at: str
    ends_at: str
    place: str
    organizer: str
    url: str


@dataclass(frozen=True, slots=True)
class Memo:
    """A message as it lies in the mailbox."""

    uuid: str
    label: str
    sender_id: str
    sender: str
    recipient: str
    page: str
    appointments: tuple[Appointment, ...]


Check = Callable[[str], bool]


def _text(longest: int = 256) -> Check:
    return lambda text: 0 < len(text) <= longest


def _one_of(*words: str) -> Check:
    return lambda text: text in words


def _time(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007  # the Z is looked for, that is the zone
    except ValueError:
        return False
    return True


def _base64(text: str) -> bool:
    try:
        return bool(b64decode(text, validate=True))
    except ValueError:
        return False


def _url(text: str) -> bool:
    parts = urlsplit(text)
    return len(text) <= 256 and parts.scheme == "https" and bool(parts.netloc)


@dataclass(frozen=True, slots=True)
class _Child:
    name: str
    check: Check | None = None
    """None: has children of its own."""
    needed: bool = False
    many: bool = False


def _is_uuid4(text: str) -> bool:
    return _UUID4.fullmatch(text) is not None


_FLAG, _ANY = _one_of("true", "false"), _text()
_SCHEMA: Mapping[str, tuple[_Child, ...]] = {
    "Message": (_Child("MessageHeader", needed=True), _Child("MessageBody", needed=True)),
    "MessageHeader": (
        _Child("messageType", _one_of("DIGITALPOST"), needed=True),
        _Child("messageUUID", _is_uuid4, needed=True),
        *(_Child("messageID", _ANY), _Child("messageCode", _ANY)),
        _Child("label", _ANY, needed=True),
        *(_Child("notification", _text(150)), _Child("additionalNotification", _ANY), _Child("reply", _FLAG)),
        *(_Child("replyByDateTime", _time), _Child("doNotDeliverUntilDate", _ANY)),
        *(_Child("mandatory", _FLAG, needed=True), _Child("legalNotification", _FLAG, needed=True)),
        _Child("postType", _ANY),
        *(_Child("Sender", needed=True), _Child("Recipient", needed=True)),
    ),
    "Sender": (
        _Child("senderID", lambda text: re.fullmatch(r"[0-9]{8}", text) is not None, needed=True),
        _Child("idType", _one_of("CVR"), needed=True),
        _Child("label", _ANY, needed=True),
    ),
    "Recipient": (
        _Child("recipientID", lambda text: re.fullmatch(r"[0-9]{10}", text) is not None, needed=True),
        _Child("idType", _one_of("CPR"), needed=True),
        _Child("label", _ANY),
    ),
    "MessageBody": (_Child("createdDateTime", _time, needed=True), _Child("MainDocument", needed=True)),
    "MainDocument": (
        *(_Child("mainDocumentID", _ANY), _Child("label", _ANY)),
        *(_Child("File", needed=True, many=True), _Child("Action", many=True)),
    ),
    "File": (
        _Child("encodingFormat", lambda text: text in _KINDS_OF_FILE, needed=True),
        _Child("filename", lambda text: _FILENAME.fullmatch(text) is not None, needed=True),
        _Child("language", _text(2), needed=True),
        _Child("content", _base64, needed=True),
    ),
    "Action": (
        _Child("label", _ANY, needed=True),
        _Child("actionCode", lambda text: text in _ACTIONS, needed=True),
        *(_Child("startDateTime", _time), _Child("endDateTime", _time)),
        *(_Child("Reservation"), _Child("EntryPoint")),
    ),
    "Reservation": (
        *(_Child("description", _ANY, needed=True), _Child("reservationUUID", _is_uuid4, needed=True)),
        *(_Child("abstract", _ANY, needed=True), _Child("location", _ANY, needed=True)),
        *(_Child("startDateTime", _time, needed=True), _Child("endDateTime", _time, needed=True)),
        *(_Child("organizerMail", _ANY), _Child("organizerName", _ANY)),
    ),
    "EntryPoint": (_Child("url", _url, needed=True),),
}


def parse(raw: bytes) -> Element:
    """A document in which MeMo's namespace has the prefix `memo` and no other. Raises MemoFault."""
    prefixes: set[str | None] = set()

    def declared(prefix: str | None, namespace: str) -> None:
        if namespace == NAMESPACE:
            prefixes.add(prefix)

    names = expat.ParserCreate(namespace_separator=" ")
    names.StartNamespaceDeclHandler = declared
    try:
        names.Parse(raw, True)
        root = fromstring(raw)  # noqa: S314  # a stand-in on loopback
    except (expat.ExpatError, ParseError) as error:
        raise MemoFault(f"not well-formed ({error.code})") from None
    if prefixes != {"memo"}:
        raise MemoFault("the prefix of MeMo must be memo")
    return root


def read_memo(message: Element) -> Memo:
    """The message. Raises MemoFault at the first thing the schema does not allow."""
    if message.tag != _named("Message"):
        raise MemoFault("no memo:Message")
    if message.attrib != {"memoVersion": "1.2"}:
        raise MemoFault("memoVersion must be 1.2, and nothing else stand beside it")
    _look(message, "Message")
    say = _Words(message)
    main = message.find("./{*}MessageBody/{*}MainDocument")
    actions = [] if main is None else main.findall("./{*}Action")
    return Memo(
        say("MessageHeader/messageUUID"),
        say("MessageHeader/label"),
        say("MessageHeader/Sender/senderID"),
        say("MessageHeader/Sender/label"),
        say("MessageHeader/Recipient/recipientID"),
        b64decode(say("MessageBody/MainDocument/File/content")).decode(),
        tuple(_appointment(_Words(action)) for action in actions if _Words(action)("actionCode") == "AFTALE"),
    )


class _Words:
    """Texts of an element's descendants, by path."""

    def __init__(self, element: Element) -> None:
        self._element = element

    def __call__(self, path: str) -> str:
        return self._element.findtext("./" + "/".join(f"{{*}}{step}" for step in path.split("/")), "")


def _appointment(say: _Words) -> Appointment:
    if not say("Reservation/reservationUUID"):
        raise MemoFault("an AFTALE needs a Reservation")
    if say("Reservation/startDateTime") >= say("Reservation/endDateTime"):
        raise MemoFault("the Reservation ends before it begins")
    return Appointment(
        say("label"),
        say("Reservation/reservationUUID"),
        say("Reservation/startDateTime"),
        say("Reservation/endDateTime"),
        say("Reservation/location"),
        say("Reservation/organizerName"),
        say("EntryPoint/url"),
    )


def _look(element: Element, name: str) -> None:
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise MemoFault(f'text is not allowed within "{name}"')
    rows, at = _SCHEMA[name], 0
    for child in element:
        while at < len(rows) and child.tag != _named(rows[at].name):
            if rows[at].needed and not _seen(element, child, rows[at].name):
                raise _not_allowed(child, rows[at:])
            at += 1
        if at == len(rows):
            raise _not_allowed(child, rows)
        _look_at(child, rows[at])
        at += not rows[at].many
    missing = [row.name for row in rows if row.needed and element.find(_named(row.name)) is None]
    if missing:
        raise MemoFault(f'"{name}" is not complete. Expected: <{missing[0]}>')


def _look_at(child: Element, row: _Child) -> None:
    if child.attrib:
        raise MemoFault(f'attributes are not allowed on "{row.name}"')
    if row.check is None:
        _look(child, row.name)
    elif len(child) or not row.check(child.text or ""):
        raise MemoFault(f'the value of "{row.name}" is not valid')


def _seen(element: Element, before: Element, name: str) -> bool:
    return any(one.tag == _named(name) for one in list(element)[: list(element).index(before)])


def _not_allowed(child: Element, rows: tuple[_Child, ...]) -> MemoFault:
    possible = ",".join(f"<{row.name}>" for row in rows)
    return MemoFault(f'tag name "{child.tag.rpartition("}")[2]}" is not allowed. Possible tag names are: {possible}')


def _named(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
