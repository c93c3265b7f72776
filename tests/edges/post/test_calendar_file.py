"""The calendar file, read back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from tests.edges.post.parcels import URL, meeting
from xmpp_agent.edges.post.calendar_file import calendar_file, method_of
from xmpp_agent.ports.post import Meeting

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def written_for(of: Meeting) -> str:
    """The file as it goes out."""
    return calendar_file(of, attendee="anna@borger.example", sender="video@lilleby.example", stamped_at=1778000000.9)


def read(of: Meeting) -> tuple[Calendar, Event]:
    """The file and its one event, in lines as they must be."""
    written = written_for(of)
    assert "\n" not in written.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    calendar = Calendar.from_ical(written)
    (event,) = calendar.events
    return calendar, event


def test_it_says_when_and_where() -> None:
    """Local time with its zone, so that it stays half past ten when somebody looks at it elsewhere."""
    calendar, event = read(meeting())
    assert (calendar["VERSION"], calendar["METHOD"], method_of(meeting())) == ("2.0", "REQUEST", "REQUEST")
    assert "\r\nDTSTART;TZID=Europe/Copenhagen:20260512T103000\r\n" in written_for(meeting())
    assert event.start == datetime(2026, 5, 12, 10, 30, tzinfo=COPENHAGEN)
    assert event.end == datetime(2026, 5, 12, 11, 0, tzinfo=COPENHAGEN)
    assert datetime(2026, 5, 5, 16, 53, 20, tzinfo=UTC) == event.DTSTAMP
    assert (event["LOCATION"], event["URL"], event["DESCRIPTION"]) == ("På video", URL, URL)
    assert event["STATUS"] == "CONFIRMED"


def test_it_says_who() -> None:
    """The authority asks, the person is asked, nobody has to answer."""
    _, event = read(meeting(organizer_email="jobcenter@lilleby.example"))
    assert event["ORGANIZER"] == "mailto:jobcenter@lilleby.example"
    assert event["ORGANIZER"].params["CN"] == "Lilleby Kommune"
    assert event["ATTENDEE"] == "mailto:anna@borger.example"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert read(meeting(organizer=""))[1]["ORGANIZER"] == "mailto:video@lilleby.example"


def test_others_who_see_the_calendar_see_only_that_it_is_taken() -> None:
    """The entry is private."""
    assert read(meeting())[1]["CLASS"] == "PRIVATE"


def test_it_moves_with_the_appointment() -> None:
    """Same UID, higher SEQUENCE; a cancellation takes it out and leads nowhere."""
    first = meeting(uid="7d0d9c3e-8a4e-4f44-9c0e-1d6a2c3b4e5f")
    moved = meeting(uid=first.uid, sequence=1, starts_at=first.starts_at + 3600, ends_at=first.ends_at + 3600)
    gone = meeting(uid=first.uid, sequence=2, cancelled=True)
    events = [read(one)[1] for one in (first, moved, gone)]
    assert {str(event["UID"]) for event in events} == {first.uid}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2]
    assert read(gone)[0]["METHOD"] == "CANCEL"
    assert events[2]["STATUS"] == "CANCELLED"
    assert "URL" not in events[2]


def test_the_rules_of_summer_time_are_in_it() -> None:
    """A calendar that knows no such zone computes what ours does, for the days around each change."""
    zone = read(meeting())[0].timezones[0].to_tz(lookup_tzid=False)
    for month, day in ((1, 1), (3, 28), (3, 30), (7, 1), (10, 24), (10, 26), (12, 31)):
        at = datetime(2026, month, day, 12)  # noqa: DTZ001  # its zone is what is asked
        assert at.replace(tzinfo=zone).utcoffset() == at.replace(tzinfo=COPENHAGEN).utcoffset()


HOSTILE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)


@settings(deadline=None)
@given(title=HOSTILE, place=HOSTILE, organizer=HOSTILE)
def test_whatever_it_is_called_it_is_one_event(title: str, place: str, organizer: str) -> None:
    """Commas, semicolons, quotes, colons: texts stay texts."""
    _, event = read(meeting(title=title, place=place, organizer=organizer))
    assert (event["SUMMARY"], event["LOCATION"]) == (title, place)
    assert event["URL"] == URL


@pytest.mark.parametrize("text", ["a\r\nBEGIN:VEVENT\r\nUID:x", "a\nATTENDEE:mailto:b@b.example", "a\rb", "a\x00b"])
def test_no_line_comes_of_a_text(text: str) -> None:
    """Line ends within a text do not end the line."""
    _, event = read(meeting(title=text, place=text, organizer=text))
    assert event["ATTENDEE"] == "mailto:anna@borger.example"
    assert event["URL"] == URL
