"""A recording whose end cannot be written down at the moment it is told."""

from pathlib import Path

import pytest

from tests.agent_process import open_outside_clinic
from tests.clients import error_of
from xmpp_agent.flows.house import HAPPENED
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Level
from xmpp_agent.model.recordings import Agreement, Consent, HowAsked, Stage, Terms
from xmpp_agent.rules.recording.consent import question

pytestmark = pytest.mark.prosody

RECORDED = Policy("optages", Level.SUBSTANTIAL, recording_allowed=True)
LINE = AuditLine(0.0, "test", "", "", "test", HAPPENED)
START = "<jibri xmlns='http://jitsi.org/protocol/jibri' action='start' recording_mode='file'/>"

OWNER = (
    "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='owner' jid='a@meet.example.dk'/></query>"
)


async def test_what_is_told_with_a_full_disk_is_known_when_there_is_room(tmp_path: Path) -> None:
    """The focus says it once: the agent looks again until the row says that it broke off."""
    async with open_outside_clinic(tmp_path) as clinic:
        await clinic.database.records.keep(LINE, RECORDED)
        booked = await clinic.book(policy=RECORDED.id)
        yes = Consent(
            new_id(),
            booked.appointment,
            booked.citizen,
            Agreement.YES,
            HowAsked.PAGE,
            question(Terms(), "da"),
            "da",
            booked.citizen,
            1.0,
        )
        await clinic.database.records.keep(LINE, yes)
        staff, citizen = await clinic.open_room(booked), await clinic.citizen(booked)
        await clinic.come_in(staff, citizen)
        pressed = await staff.client.request(f"{staff.room}/focus", START, type_="set")
        assert error_of(pressed) is None
        status = "{http://jitsi.org/protocol/jibri}jibri-recording-status"
        await citizen.client.wait(lambda e: any(s.get("status") == "on" for s in e.iter(status)))
        asked = await staff.client.request(staff.room, OWNER, type_="set")
        assert error_of(asked) == ("auth", "forbidden")  # answered in the room's order: the row says `on` by now
        agent, begin = clinic.agent_process, clinic.agent_process.heard
        agent.disk(full=True)
        for recorder in clinic.recorders:
            recorder.crash()
        await agent.until("recording_not_kept", begin=begin)
        agent.disk(full=False)
        await agent.live(begin=begin)
        (row,) = await clinic.database.recordings.in_room(booked.room)
        assert row.stage is Stage.RECORDER_LOST
