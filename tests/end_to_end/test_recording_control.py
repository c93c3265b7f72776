"""Recordings with an unmodified Jitsi client and its own button, and a focus and recorders like Jicofo and Jibri.

Two recorders are there for everybody; who uses them up or breaks one puts it right again.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clients import TcpClient, error_of
from tests.clinic import Clinic, is_inside, open_clinic
from tests.prosody import PASSWORD
from xmpp_agent.edges.recordings.handing_over import MARK
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.edges.xmpp.orders import Orders
from xmpp_agent.edges.xmpp.stanzas import GATE, tag
from xmpp_agent.flows.house import HAPPENED
from xmpp_agent.flows.office import new_id
from xmpp_agent.issuing import Login
from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Level
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording, Stage, Terms
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.rules.recording.consent import question

from .browser import Browser, BrowserError, Event, Page, Server
from .console import Console, console_of

pytestmark = [pytest.mark.prosody, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

RECORDED = Policy("optages", Level.SUBSTANTIAL, recording_allowed=True)
LINE = AuditLine(0.0, "test", "", "", "test", HAPPENED)
FILE, STREAM = {"mode": "file"}, {"mode": "stream", "streamId": "key"}
JIBRI = "http://jitsi.org/protocol/jibri"
CPRS = {"Anna Hansen": "010190-1234", "Bent Friis": "020280-4321"}
ANNA, BENT = CPRS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """Prosody, agent, focus and two recorders, and meetings that may be recorded."""
    async with open_clinic(tmp_path_factory.mktemp("clinic")) as running:
        await running.database.records.keep(LINE, RECORDED)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(clinic: Clinic) -> AsyncIterator[Console]:
    """A supervisor of that clinic."""
    async with console_of(clinic) as opened:
        yield opened


async def heard(clinic: Clinic) -> None:
    """Returns when the agent has acted on everything Prosody did so far: before a page of a snapshot all is told."""
    house = clinic.agent.house
    page = tag("snapshot", {"xmlns": GATE, "after": "0"})
    assert isinstance(house.prosody, Orders)
    for host in (clinic.prosody.rooms, clinic.prosody.domain):
        await house.prosody.ask(host, "get", page)
    await house.lanes.quiet()


@dataclass(slots=True)
class Meeting:
    """A member of staff and Anna in a meeting of their own, each at a page."""

    clinic: Clinic
    chromium: Browser
    name: str
    booked: Booked
    staff: Page
    anna: Page

    async def rows(self) -> list[Recording]:
        """What is written down of this room, oldest first."""
        return list(await self.clinic.database.recordings.in_room(self.booked.room))

    async def says(self, answer: Agreement) -> None:
        """Anna's answer is on record."""
        anna = self.booked.citizen
        consent = Consent(
            new_id(),
            self.booked.appointment,
            anna,
            answer,
            HowAsked.SPOKEN,
            question(Terms(), "da"),
            "da",
            self.booked.staff,
            1.0,
        )
        await self.clinic.database.records.keep(LINE, consent)

    async def stages(self) -> list[Stage]:
        """How the rows of this room stand, once the agent has heard of everything that happened."""
        await heard(self.clinic)
        return [row.stage for row in await self.rows()]

    async def record(self) -> str:
        """Staff press record; answers the session once both pages know that it is on."""
        await self.says(Agreement.YES)
        pages = (self.staff, self.anna)
        before = [page.now for page in pages]
        session = str(await self.staff.call("startRecording", FILE))
        for page, begin in zip(pages, before, strict=True):
            await recorder(page, "on", after=begin)
        assert (await self.stages())[-1] is Stage.ON
        return session

    async def next_knocks(self) -> Page:
        """Bent's page in the lobby of this room, for an appointment of his own."""
        booked = await self.clinic.book(BENT, cpr=CPRS[BENT], staff=self.name, policy=RECORDED.id, starts_in=300)
        page = await self.chromium.open_page(f"{self.name}: {BENT}")
        await knock(self.clinic, page, booked, BENT)
        return page


def server(clinic: Clinic) -> Server:
    """The clinic as a page is told of it."""
    prosody = clinic.prosody
    service = f"ws://{prosody.domain}:{prosody.stock.http_port}/xmpp-websocket"
    return Server(prosody.domain, prosody.rooms, clinic.settings.focus, service, prosody.recorders)


async def knock(clinic: Clinic, page: Page, booked: Booked, who: str) -> None:
    """A citizen's page, in the lobby."""
    _, token = await clinic.citizen_pass(booked, cpr=CPRS[who])
    await page.connect(server(clinic), booked.room, token)
    assert (await page.join(booked.room, "typed")).args[0] == "conference.connectionError.membersOnly"
    await page.call("joinLobby", "typed")


async def knocked(staff: Page, name: str, after: int = -1) -> str:
    """The lobby id of somebody staff's client shows under this name."""
    shown = await staff.wait_event("LOBBY_USER_JOINED", where=lambda event: name in str(event.args[1]), after=after)
    return str(shown.args[0])


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(clinic: Clinic, chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Meeting]:
    """Called after the test; nobody has been asked about recordings."""
    name = request.node.name.removeprefix("test_").replace("_", " ").translate({91: " ", 93: " "}).strip()
    booked = await clinic.book(ANNA, cpr=CPRS[ANNA], staff=name, policy=RECORDED.id, starts_in=300)
    staff, anna = [await chromium.open_page(f"{name}: {who}") for who in ("staff", ANNA)]
    await knock(clinic, anna, booked, ANNA)
    token = (await clinic.issuer().for_staff(booked.staff, booked.room, None, Login(Level.NONE, "")))[1]
    await staff.connect(server(clinic), booked.room, token)
    assert (await staff.join(booked.room, "typed")).name == "CONFERENCE_JOINED"
    await staff.call("approve", await knocked(staff, ANNA))
    await anna.wait_event("CONFERENCE_JOINED")
    yield Meeting(clinic, chromium, name, booked, staff, anna)
    for recorder_ in clinic.recorders:
        await recorder_.stop()
        recorder_.trick.busy, recorder_.is_there = False, True


def state(event: Event) -> dict[str, object]:
    """What a recorder's event says."""
    said = event.args[0]
    assert isinstance(said, dict)
    return said


async def recorder(page: Page, status: str, after: int = -1) -> dict[str, object]:
    """The library says so of the recording."""
    event = await page.wait_event(
        "RECORDER_STATE_CHANGED", where=lambda event: state(event)["status"] == status, after=after
    )
    return state(event)


async def words_in_chat(page: Page, after: int = -1) -> str:
    """The words of the room to this page alone, in the form that Jitsi's page shows in the chat."""
    said = await page.wait_event("NON_PARTICIPANT_MESSAGE_RECEIVED", after=after)
    message = said.args[1]
    assert isinstance(message, dict)
    assert message["type"] == "system_chat_message"
    return str(message["message"])


async def refused(page: Page, options: dict[str, str]) -> tuple[str, str]:
    """A press that is refused: the library's error, and the words in the chat."""
    before = page.now
    with pytest.raises(BrowserError):
        await page.call("startRecording", options)
    said = await page.wait_event("RECORDER_STATE_CHANGED", after=before)
    return str(state(said)["error"]), await words_in_chat(page, before)


async def test_both_pages_hear_that_it_is_on_and_off(meeting: Meeting) -> None:
    """Pressed by staff, on and off at both pages with the same session; a video and Jibri's metadata lie there."""
    session = await meeting.record()
    for page in (meeting.staff, meeting.anna):
        seen = await recorder(page, "on")
        assert (seen["id"], seen["mode"]) == (session, "file")
    before = meeting.anna.now
    await meeting.staff.call("stopRecording", session)
    await recorder(meeting.anna, "off", before)
    await recorder(meeting.staff, "off")
    assert await meeting.stages() == [Stage.EXPECTED]
    (row,) = await meeting.rows()
    assert (row.session, row.asked_by, row.stopped_by) == (session, meeting.booked.staff, meeting.booked.staff)
    folder = meeting.clinic.recordings / session
    found = await asyncio.to_thread(lambda: {file.name: file.stat().st_size for file in folder.iterdir()})
    (video,) = [name for name in found if name.startswith(f"{meeting.booked.room}_") and name.endswith(".mp4")]
    assert found.keys() == {video, "metadata.json", MARK}
    assert found[video] > 1000
    said = json.loads(await asyncio.to_thread(Path(folder, "metadata.json").read_text))
    assert said["meeting_url"] == f"https://{meeting.clinic.prosody.domain}/{meeting.booked.room}"


async def test_without_a_yes_it_is_refused_in_words(meeting: Meeting) -> None:
    """Nobody asked, or somebody said no: words to whoever pressed, nothing to the others, no recorder, no row."""
    for answer in (None, Agreement.NO):
        if answer is not None:
            await meeting.says(answer)
        assert await refused(meeting.staff, FILE) == ("forbidden", both(WORDS[Reason.CONSENT_MISSING]))
    assert await meeting.rows() == []
    unheard = {"RECORDER_STATE_CHANGED", "NON_PARTICIPANT_MESSAGE_RECEIVED"}
    assert not unheard & {event.name for event in meeting.anna.events.all}


async def test_a_citizen_records_nothing(meeting: Meeting) -> None:
    """Although everybody agreed: only staff start it, and only staff end it."""
    await meeting.says(Agreement.YES)
    assert await refused(meeting.anna, FILE) == ("forbidden", both(WORDS[Reason.NOT_STAFF_HERE]))
    assert await meeting.rows() == []
    session = await meeting.record()
    before = meeting.anna.now
    with pytest.raises(BrowserError):
        await meeting.anna.call("stopRecording", session)
    assert await words_in_chat(meeting.anna, before) == both(WORDS[Reason.NOT_STAFF_HERE])
    assert [row.stage for row in await meeting.rows()] == [Stage.ON]


async def test_nothing_is_ever_streamed(meeting: Meeting) -> None:
    """Also by staff, with everybody's yes."""
    await meeting.says(Agreement.YES)
    assert await refused(meeting.staff, STREAM) == ("forbidden", both(WORDS[Reason.NO_LIVE_STREAM]))
    assert await meeting.rows() == []


async def test_one_at_a_time(meeting: Meeting) -> None:
    """A second press is told what is on."""
    await meeting.record()
    assert await refused(meeting.staff, FILE) == ("unexpected-request", both(WORDS[Reason.ALREADY_RECORDING]))


async def test_while_it_is_on_nobody_comes_in_and_finishing_ends_it(meeting: Meeting, console: Console) -> None:
    """The next one waits while it records; the end of the visit is the end of it; then they come in."""
    await meeting.record()
    bent = await meeting.next_knocks()
    before = meeting.staff.now
    await meeting.staff.call("approve", await knocked(meeting.staff, BENT))
    again = await knocked(meeting.staff, BENT, after=before)
    assert not any(event.name == "CONFERENCE_JOINED" for event in bent.events.all)
    visit = (await console.room(meeting.booked.room)).visit
    assert await console.command(meeting.booked.room, "finish", visit=visit) == 200
    await recorder(meeting.staff, "off")
    assert await meeting.stages() == [Stage.EXPECTED]
    await console.until(meeting.booked.room, lambda row: not row.recording)
    await meeting.staff.call("approve", again)
    await bent.wait_event("CONFERENCE_JOINED")


async def test_it_ends_when_staff_are_lost(meeting: Meeting) -> None:
    """Nobody of staff inside, nobody to ask the focus for it: the recorder is put out; its file is expected."""
    session = await meeting.record()
    before = meeting.anna.now
    await meeting.staff.close()
    assert (await recorder(meeting.anna, "off", before))["id"] == session
    assert await meeting.stages() == [Stage.EXPECTED]
    assert (await meeting.rows())[0].stopped_by == "agent"
    assert (meeting.clinic.recordings / session / "metadata.json").exists()


async def test_no_free_recorder_is_said_at_once(meeting: Meeting) -> None:
    """The client's own text for it, a row that says why, and the next press is heard."""
    await meeting.says(Agreement.YES)
    for recorder_ in meeting.clinic.recorders:
        recorder_.trick.busy = True
    with pytest.raises(BrowserError):
        await meeting.staff.call("startRecording", FILE)
    said = await meeting.staff.wait_event("RECORDER_STATE_CHANGED")
    assert state(said)["error"] == "resource-constraint"
    assert await meeting.stages() == [Stage.NOT_STARTED]
    assert (await meeting.rows())[0].fault is Fault.RECORDERS_BUSY
    for recorder_ in meeting.clinic.recorders:
        recorder_.trick.busy = False
    await meeting.record()


async def test_another_recorder_takes_over(meeting: Meeting) -> None:
    """One dies: the other goes on under the same session, with a file of its own; without another it broke off."""
    session = await meeting.record()
    first, second = meeting.clinic.recorders
    so_far = len(meeting.anna.frames.all) - 1
    first.crash()
    await meeting.anna.wait_received("jibri-recording-status", "status='on'", session, after=so_far)
    assert await meeting.stages() == [Stage.ON]
    before = meeting.anna.now
    second.crash()
    assert (await recorder(meeting.anna, "off", before))["error"] == "error"
    assert await meeting.stages() == [Stage.RECORDER_LOST]
    folder = meeting.clinic.recordings / session
    left = await asyncio.to_thread(lambda: [file.suffix for file in folder.iterdir()])
    assert set(left) == {".mp4"}


async def test_what_ended_while_the_agent_was_away_is_expected(meeting: Meeting) -> None:
    """Stopped by its recorder with nobody listening: the row knows after the restart."""
    await meeting.record()
    await meeting.clinic.stop_agent()
    try:
        meeting.clinic.recorders[0].crash()
        meeting.clinic.recorders[1].crash()
        await recorder(meeting.anna, "off")
    finally:
        await meeting.clinic.start_agent()
    assert await meeting.stages() == [Stage.RECORDER_LOST]


async def test_other_rooms_and_other_letters(meeting: Meeting) -> None:
    """Raw: a start for a room one is not staff of, in capitals, and a stop with the session of another room."""
    clinic = meeting.clinic
    session = await meeting.record()
    own = await clinic.book(BENT, cpr=CPRS[BENT], staff="staff of another room", policy=RECORDED.id)
    other = await clinic.open_room(own)
    focus_here = f"{meeting.booked.room}@{clinic.prosody.rooms}/focus"
    for action in ("start", "START", "stop", "Stop"):
        jibri = f"<jibri xmlns='{JIBRI}' action='{action}' recording_mode='File' session_id='{session}'/>"
        answer = await other.client.request(focus_here, jibri, type_="set")
        assert error_of(answer) == ("auth", "forbidden"), action
    jibri = f"<jibri xmlns='{JIBRI}' action='stop' recording_mode='file' session_id='{session}'/>"
    assert error_of(await other.client.request(f"{other.room}/focus", jibri, type_="set")) == (
        "cancel",
        "item-not-found",
    )
    jibri = f"<jibri xmlns='{JIBRI}' action='start' recording_mode='STREAM' streamid='k'/>"
    assert error_of(await other.client.request(f"{other.room}/focus", jibri, type_="set")) == ("auth", "forbidden")
    assert [row.stage for row in await meeting.rows()] == [Stage.ON]
    assert await clinic.database.recordings.in_room(own.room) == ()


async def test_only_the_focus_is_believed(meeting: Meeting) -> None:
    """Raw: the focus's words in the presence of staff make no row and reach no page."""
    booked = meeting.booked
    colleague = await meeting.clinic.staff(booked)
    await meeting.staff.close()
    assert is_inside(await colleague.join())
    forged = f"<jibri-recording-status xmlns='{JIBRI}' status='on' session_id='forged' recording_mode='file'/>"
    await colleague.client.send(f"<presence to='{colleague.seat_in_meeting}'>{forged}<hand/></presence>")
    await meeting.anna.wait_received("<hand")
    assert await meeting.rows() == []
    assert not any(event.name == "RECORDER_STATE_CHANGED" for event in meeting.anna.events.all)


async def test_a_recorder_comes_in_only_to_what_is_recorded(meeting: Meeting) -> None:
    """Raw: the recorder's account while nothing is recorded, and accounts of other hosts while something is."""
    prosody, room = meeting.clinic.prosody, f"{meeting.booked.room}@{meeting.clinic.prosody.rooms}"
    real, false = f"recorder@{prosody.recorders}/x", f"recorder@{prosody.services}/x"
    async with await TcpClient.connect(prosody, PASSWORD, jid=real) as early:
        assert error_of(await early.join(f"{room}/early")) is not None
    await meeting.record()
    async with (
        await TcpClient.connect(prosody, PASSWORD, jid=false) as impostor,
        await TcpClient.connect(prosody, PASSWORD, jid=real) as second,
    ):
        assert error_of(await impostor.join(f"{room}/recorder")) is not None
        assert is_inside(await second.join(f"{room}/second"))
