"""The appointment as a calendar file (RFC 5545, sent by the rules of RFC 5546).

UID stays and SEQUENCE grows when the appointment moves, so that the entry moves with it; a cancellation takes it out.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from xmpp_agent.ports.post import Meeting

_ZONE = "Europe/Copenhagen"
_COPENHAGEN = ZoneInfo(_ZONE)
_RULES_OF_TIME = Timezone.from_ical(
    "\r\n".join(
        (
            *("BEGIN:VTIMEZONE", f"TZID:{_ZONE}"),
            *("BEGIN:DAYLIGHT", "DTSTART:19810329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
            *("TZNAME:CEST", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT"),
            *("BEGIN:STANDARD", "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
            *("TZNAME:CET", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD"),
            "END:VTIMEZONE",
        )
    )
)
"""Summer and winter time by the European rule, so that a calendar that knows no such zone is right, too."""


def method_of(meeting: Meeting) -> str:
    """What the recipient's calendar is asked to do; stands in the file and in the part's content type."""
    return "CANCEL" if meeting.cancelled else "REQUEST"


def calendar_file(meeting: Meeting, *, attendee: str, sender: str, stamped_at: float) -> str:
    """The file. `attendee` and `sender` are mail addresses; the sender organises where the meeting names nobody."""
    calendar = Calendar()
    calendar.add("PRODID", "-//Portner//Portner//DA")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method_of(meeting))
    calendar.add_component(_RULES_OF_TIME)
    calendar.add_component(_event(meeting, attendee, sender, stamped_at))
    text: str = calendar.to_ical().decode("utf-8")
    return text


def _event(meeting: Meeting, attendee: str, sender: str, stamped_at: float) -> Event:
    event = Event()
    event.add("UID", meeting.uid)
    event.add("SEQUENCE", meeting.sequence)
    event.add("DTSTAMP", datetime.fromtimestamp(stamped_at, UTC).replace(microsecond=0))
    event.add("DTSTART", _local(meeting.starts_at))
    event.add("DTEND", _local(meeting.ends_at))
    event.add("SUMMARY", meeting.title)
    event.add("STATUS", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    event.add("CLASS", "PRIVATE")  # whoever the calendar is shared with sees that it is taken, not why
    event.add("LOCATION", meeting.place or meeting.url)
    if not meeting.cancelled:
        event.add("URL", meeting.url)
        event.add("DESCRIPTION", meeting.url)
    organizer = vCalAddress(f"mailto:{meeting.organizer_email or sender}")
    if meeting.organizer:
        organizer.params["CN"] = vText(meeting.organizer.replace('"', "'"))
    event.add("ORGANIZER", organizer)
    guest = vCalAddress(f"mailto:{attendee}")
    guest.params["RSVP"] = vText("FALSE")
    guest.params["PARTSTAT"] = vText("NEEDS-ACTION")
    event.add("ATTENDEE", guest)
    return event


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), _COPENHAGEN)


Event().add("DTSTAMP", datetime.fromtimestamp(0, UTC))  # the library reads its zone now, not in the first letter
