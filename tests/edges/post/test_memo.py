"""A letter as MeMo, read by a strict reader that is not ours. A second opinion is in `test_memo_second_opinion.py`."""

import re
import uuid
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.edges.post.parcels import CPR, URL, meeting, parcel
from xmpp_agent.demo.gateways.memo_reading import Memo, MemoFault, parse, read_memo
from xmpp_agent.edges.post.memo import kombi_request, lasting_uuid, page
from xmpp_agent.model.letters import Channel
from xmpp_agent.ports.post import Parcel

CVR, WRITTEN = "12345678", 1778000000.5
HOSTILE = "</memo:label><memo:label>]]>&amp;<!-- \x00\x1b\ufffe\ud800 å 😀 \u2028 \"'>"


def letter(**changed: object) -> Parcel:
    """One for a mailbox."""
    return parcel(Channel.DIGITAL_POST, **changed)


def sent(of: Parcel) -> bytes:
    """What is posted."""
    return kombi_request(of, cvr=CVR, written_at=WRITTEN)


def read(of: Parcel) -> Memo:
    """As the strict reader has it."""
    return read_memo(parse(sent(of))[1])


def test_a_letter_is_read_as_it_was_meant() -> None:
    """Ids, labels, recipient, page, and the appointment with its button."""
    about = meeting(organizer_email="video@lilleby.example")
    of = letter(meeting=about)
    memo = read(of)
    assert (memo.uuid, memo.label, memo.sender_id, memo.sender) == (of.letter, of.subject, CVR, "Lilleby Kommune")
    assert memo.recipient == CPR
    assert "tirsdag 12. maj" in memo.page
    (appointment,) = memo.appointments
    assert (appointment.uuid, appointment.url, appointment.place) == (about.uid, URL, "På video")
    assert (appointment.starts_at, appointment.ends_at) == ("2026-05-12T08:30:00Z", "2026-05-12T09:00:00Z")
    assert appointment.organizer == "Lilleby Kommune"


def test_every_element_has_the_prefix() -> None:
    """The receiver does not cope with a default namespace; the declaration says UTF-8 as it is spelt."""
    raw = sent(letter(meeting=meeting()))
    assert raw.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    names = re.findall(rb"<([\w:]+)", raw)
    assert [name for name in names if not name.startswith(b"memo:")] == [b"kombi_request", b"KombiValgKode"]
    assert raw.count(b"xmlns") == 1


def test_a_letter_without_an_appointment_has_no_action() -> None:
    """Nor has a cancellation: there is nothing to put into a calendar."""
    assert read(letter()).appointments == ()
    assert read(letter(meeting=meeting(cancelled=True))).appointments == ()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/m/x", "https://x.example/" + "y" * 256, "", "javascript:1"])
def test_a_button_leads_to_https_or_is_left_out(url: str) -> None:
    """Digital Post has refused anything else since 2024; the letter's text has the link all the same."""
    (appointment,) = read(letter(meeting=meeting(url=url))).appointments
    assert appointment.url == ""


def test_the_reservation_stays_when_the_appointment_moves() -> None:
    """Same uid, same UUID; a uid that is no UUID of version 4, which is all the schema takes, has one made of it."""
    given_ = str(uuid.uuid4())
    assert lasting_uuid(given_) == given_
    for uid in ("appointment-7", str(uuid.uuid1()), str(uuid.uuid5(uuid.NAMESPACE_DNS, "x")), "", "æ"):
        made = lasting_uuid(uid)
        assert uuid.UUID(made).version == 4
        assert made == lasting_uuid(uid) != lasting_uuid(uid + "x")
        assert read(letter(meeting=meeting(uid=uid))).appointments[0].uuid == made


def test_a_place_and_an_organiser_are_named_only_when_there_are_any() -> None:
    """The place is then the video."""
    (danish,) = read(letter(meeting=meeting(place="", organizer=""))).appointments
    assert (danish.place, danish.organizer) == ("På video", "")
    (english,) = read(letter(language="en", meeting=meeting(place=""))).appointments
    assert (english.place, english.label) == ("On video", "Video meeting")


def test_long_texts_are_cut_where_the_schema_ends_them() -> None:
    """256 characters, on one line."""
    long = "Videomøde\n" * 60
    memo = read(letter(subject=long, sender=long, meeting=meeting(title=long, place=long, organizer=long)))
    assert {len(one) for one in (memo.label, memo.sender, memo.appointments[0].place)} == {256}
    assert "\n" not in memo.label


@pytest.mark.parametrize("field", ["subject", "text", "sender"])
def test_hostile_texts_are_texts(field: str) -> None:
    """Markup stays text, and characters XML does not have are left out."""
    memo = read(letter(**{field: f"x{HOSTILE}"}))
    assert memo.recipient == CPR
    said = {"subject": memo.label, "sender": memo.sender, "text": memo.page}[field]
    assert "\x00" not in said
    assert "å 😀" in said
    shown = _Tags(memo.page)
    assert set(shown.tags) <= OURS
    if field == "text":
        assert "x</memo:label><memo:label>]]>&amp;<!--" in shown.text


SPOKEN = st.text(st.characters(), min_size=1, max_size=300).map(lambda text: f"x{text}")


@settings(deadline=None)
@given(subject=SPOKEN, text=SPOKEN, sender=SPOKEN, title=SPOKEN)
def test_whatever_is_written_the_schema_holds(subject: str, text: str, sender: str, title: str) -> None:
    """Any text in any place: valid, addressed to the same person, with one appointment."""
    memo = read(letter(subject=subject, text=text, sender=sender, meeting=meeting(title=title, organizer=title)))
    assert (memo.recipient, memo.sender_id, len(memo.appointments)) == (CPR, CVR, 1)


OURS = {"html", "head", "meta", "title", "body", "h1", "p", "br", "a"}


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.text = ""
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_has_paragraphs_and_links() -> None:
    """Blank lines make paragraphs, addresses become links, and the link is the whole address."""
    shown = _Tags(page(letter(text=f"Hej <b>Åse</b>\n\nGå <i>ind</i> her:\n{URL}?a=1&b=2\n\nVenlig <u>hilsen")))
    assert shown.tags == ["html", "head", "meta", "title", "body", "h1", "p", "p", "br", "a", "p"]
    assert shown.links == [f"{URL}?a=1&b=2"]


MARKUP = st.text("<>/&;!-=\"' abi:https.\n", min_size=1, max_size=60).map(lambda text: f"x{text}")


@settings(deadline=None)
@given(SPOKEN | MARKUP, SPOKEN | MARKUP)
def test_no_text_becomes_markup(subject: str, text: str) -> None:
    """Only our own tags, whatever is written; links lead to https."""
    shown = _Tags(page(letter(subject=subject, text=text)))
    assert set(shown.tags) <= OURS
    assert all(link is not None and link.startswith("https://") for link in shown.links)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("<memo:mandatory>false</memo:mandatory>", ""), '"legalNotification" is not allowed'),
        (("<memo:label>Indk", "<memo:mandatory>false</memo:mandatory><memo:label>Indk"), '"mandatory" is not allowed'),
        (('memoVersion="1.2"', 'memoVersion="1.1"'), "memoVersion must be 1.2"),
        (('memoVersion="1.2"', 'memoVersion="1.2" memoSchVersion="1.1.0"'), "memoVersion must be 1.2"),
        (("memo", "m1"), "prefix"),
        (("xmlns:memo=", "xmlns="), "not well-formed"),
        (("<memo:idType>CPR</memo:idType>", ""), 'Expected: <idType>'),
        (("0101019999", "010101-9999"), '"recipientID" is not valid'),
        (("https://moede", "http://moede"), '"url" is not valid'),
        (("videomoede.html", "video/moede.html"), '"filename" is not valid'),
        (("T08:30:00Z", "T08:30:00"), '"startDateTime" is not valid'),
        (("-4", "-1"), '"messageUUID" is not valid'),
        (("<memo:EntryPoint>", "x<memo:EntryPoint>"), "text is not allowed"),
        (("<memo:Sender>", '<memo:Sender id="1">'), "attributes are not allowed"),
        (("AFTALE", "MOEDE"), '"actionCode" is not valid'),
    ],
)  # fmt: skip
def test_the_strict_reader_is_strict(wrong: tuple[str, str], says: str) -> None:
    """What the schema does not allow is refused by name, so that the tests above show something."""
    right = sent(letter(letter="7d0d9c3e-8a4e-4f44-9c0e-1d6a2c3b4e5f", meeting=meeting())).decode()
    assert wrong[0] in right
    count = 1 if wrong[0] == "-4" else -1
    with pytest.raises(MemoFault, match=re.escape(says)):
        read_memo(parse(right.replace(*wrong, count).encode())[1])
