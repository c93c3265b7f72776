"""A letter made ready to go: address, sender, text, and the appointment for the calendar."""

import structlog

from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.letters import About, Channel, Failure, Letter
from xmpp_agent.model.people import Level, Reach
from xmpp_agent.model.units import Unit
from xmpp_agent.ports.post import CarrierFault, Meeting, Parcel
from xmpp_agent.texts import Facts, TextFault, render

log = structlog.get_logger("post")
_ON_THE_CALENDAR = frozenset({About.INVITATION, About.CHANGED, About.CANCELLED, About.NOT_NEEDED})
_CARRY_CALENDARS = frozenset({Channel.EMAIL, Channel.DIGITAL_POST})


def pack(letter: Letter, about: About, entry: Entry, unit: Unit, reach: Reach, url: str) -> Parcel:
    """The letter as it is handed over; `about` is what it has to say by now. Raises CarrierFault (NO_ADDRESS)."""
    to, sender = _address(letter.channel, unit, reach)
    if not to:
        raise CarrierFault(Failure.NO_ADDRESS, again=False)
    appointment = entry.appointment
    subject, text = _words(letter, about, appointment, unit, url)
    calendar = about in _ON_THE_CALENDAR and letter.channel in _CARRY_CALENDARS
    return Parcel(
        letter=letter.id,
        channel=letter.channel,
        to=to,
        subject=subject,
        text=text,
        sender=sender,
        language=appointment.language,
        meeting=_meeting(appointment, about, unit, url) if calendar else None,
    )


def _address(channel: Channel, unit: Unit, reach: Reach) -> tuple[str, str]:
    """To whom, and from whom."""
    match channel:
        case Channel.SMS:
            return reach.phone, unit.sms_sender
        case Channel.EMAIL:
            return reach.email, unit.email_sender
        case Channel.DIGITAL_POST:
            return reach.cpr, unit.post_sender or unit.neutral_name
        case Channel.CALL:
            return "", ""


def _words(letter: Letter, about: About, appointment: Appointment, unit: Unit, url: str) -> tuple[str, str]:
    """In the unit's own words; in ours when those cannot be printed, because a letter must not wait for them."""
    facts = Facts(
        authority=unit.neutral_name,
        starts_at=appointment.starts_at,
        minutes=round((appointment.ends_at - appointment.starts_at) / 60),
        url=url,
        phone=unit.phone,
        unit=unit.name if unit.shows_name else "",
        identity=appointment.policy.level is not Level.NONE,
        timezone=unit.timezone,
    )
    try:
        return render(about, letter.channel, appointment.language, facts, unit.texts)
    except TextFault:
        log.error("text_cannot_be_printed", unit=unit.id)
        return render(about, letter.channel, appointment.language, facts)


def _meeting(appointment: Appointment, about: About, unit: Unit, url: str) -> Meeting:
    """As one person's calendar is to have it: off for whoever is to come no longer, and newer than before."""
    off = about is About.NOT_NEEDED
    return Meeting(
        uid=appointment.id,
        sequence=appointment.sequence + off,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        title=unit.meeting_title,
        url=url,
        place="",
        organizer=unit.shown_name,
        organizer_email=unit.email_sender,
        cancelled=appointment.cancelled or off,
    )
