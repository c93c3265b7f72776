"""Writes a letter as MeMo 1.2, the format of Digital Post, in the envelope of KombiPostAfsend (SF1601).

Every element has the prefix `memo:` and stands in the schema's order: the receiver copes with nothing else. Label and
sender are what the citizen's phone shows. Lengths are those of the schema (256 characters for nearly everything).
"""

import hashlib
import html
import re
import uuid
from base64 import b64encode
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from xmpp_agent.ports.post import Meeting, Parcel

NAMESPACE = "https://DigitalPost.dk/MeMo-1"
_LONGEST = 256
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https://[^\s<>\"]+")
_WORDS = {
    "da": ("videomoede.html", "Videomøde", "På video"),
    "en": ("video-meeting.html", "Video meeting", "On video"),
}
"""File name, label of the action, place."""


def kombi_request(parcel: Parcel, *, cvr: str, written_at: float) -> bytes:
    """What is posted: the choice of channel and the message. `written_at` in seconds since 1970."""
    request = Element("kombi_request")
    SubElement(request, "KombiValgKode").text = "Digital Post"
    request.append(memo(parcel, cvr=cvr, written_at=written_at))
    return bytes(tostring(request, encoding="UTF-8", xml_declaration=True))


def memo(parcel: Parcel, *, cvr: str, written_at: float) -> Element:
    """The message alone. Its messageUUID is the letter's id, by which a repetition is known."""
    message = Element("memo:Message", {"xmlns:memo": NAMESPACE, "memoVersion": "1.2"})
    header = _in(message, "MessageHeader")
    _say(header, "messageType", "DIGITALPOST")
    _say(header, "messageUUID", parcel.letter)
    _say(header, "label", _short(parcel.subject))
    _say(header, "mandatory", "false")
    _say(header, "legalNotification", "false")
    sender = _in(header, "Sender")
    _say(sender, "senderID", cvr)
    _say(sender, "idType", "CVR")
    _say(sender, "label", _short(parcel.sender))
    recipient = _in(header, "Recipient")
    _say(recipient, "recipientID", parcel.to)
    _say(recipient, "idType", "CPR")
    body = _in(message, "MessageBody")
    _say(body, "createdDateTime", _time(written_at))
    _main_document(_in(body, "MainDocument"), parcel)
    return message


def _main_document(document: Element, parcel: Parcel) -> None:
    filename, label, place = _WORDS.get(parcel.language, _WORDS["da"])
    file = _in(document, "File")
    _say(file, "encodingFormat", "text/html")
    _say(file, "filename", filename)
    _say(file, "language", parcel.language[:2])
    _say(file, "content", b64encode(page(parcel).encode()).decode())
    if parcel.meeting is not None and not parcel.meeting.cancelled:
        _appointment(_in(document, "Action"), parcel.meeting, label, place)


def _appointment(action: Element, meeting: Meeting, label: str, place: str) -> None:
    """The entry for the calendar, with the button beside it."""
    _say(action, "label", label)
    _say(action, "actionCode", "AFTALE")
    reservation = _in(action, "Reservation")
    _say(reservation, "description", _short(meeting.title))
    _say(reservation, "reservationUUID", lasting_uuid(meeting.uid))
    _say(reservation, "abstract", _short(meeting.title))
    _say(reservation, "location", _short(meeting.place or place))
    _say(reservation, "startDateTime", _time(meeting.starts_at))
    _say(reservation, "endDateTime", _time(meeting.ends_at))
    if meeting.organizer_email:
        _say(reservation, "organizerMail", _short(meeting.organizer_email))
    if meeting.organizer:
        _say(reservation, "organizerName", _short(meeting.organizer))
    if meeting.url.startswith("https://") and len(meeting.url) <= _LONGEST:  # anything else is refused since 2024
        _say(_in(action, "EntryPoint"), "url", meeting.url)


def page(parcel: Parcel) -> str:
    """The letter as a page: heading, paragraphs, links. Nothing of the text becomes markup."""
    paragraphs = [_marked_up(part) for part in _clean(parcel.text).strip().split("\n\n")]
    heading = html.escape(_clean(parcel.subject))
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(parcel.language[:2])}"><head><meta charset="utf-8">'
        f"<title>{heading}</title></head><body><h1>{heading}</h1>{''.join(paragraphs)}</body></html>\n"
    )


def _marked_up(paragraph: str) -> str:
    pieces, end = [], 0
    for link in _ADDRESS.finditer(paragraph):
        address = html.escape(link[0])
        pieces += [html.escape(paragraph[end : link.start()]), f'<a href="{address}">{address}</a>']
        end = link.end()
    pieces.append(html.escape(paragraph[end:]))
    return f"<p>{''.join(pieces).replace(chr(10), '<br>')}</p>"


def lasting_uuid(uid: str) -> str:
    """The meeting's uid, where it is a UUID of version 4, which is all the schema takes; else one made of it."""
    try:
        given = uuid.UUID(uid)
    except ValueError:
        given = None
    if given is not None and given.version == 4:
        return str(given)
    return str(uuid.UUID(bytes=hashlib.sha256(b"portner reservation " + uid.encode()).digest()[:16], version=4))


def _in(parent: Element, name: str) -> Element:
    return SubElement(parent, f"memo:{name}")


def _say(parent: Element, name: str, text: str) -> None:
    _in(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """The text without characters that XML 1.0 does not have."""
    return _NOT_XML.sub("", text)


def _short(text: str) -> str:
    """On one line and not longer than the schema has it."""
    return " ".join(_clean(text).split())[:_LONGEST]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
