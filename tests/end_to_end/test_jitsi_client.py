"""The door with an unmodified Jitsi client: citizens and staff in Chromium, the library's own events as evidence.

Every test books with a member of staff of its own, and so has a room of its own. What the pages type as their name
is never what they are called: names come from the booking and the login.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from tests.clinic import Clinic, open_clinic
from xmpp_agent.edges.store.bookings import Booked
from xmpp_agent.flows.office import new_id
from xmpp_agent.issuing import Login
from xmpp_agent.model.people import Level
from xmpp_agent.wire import RoomPhase

from .browser import Browser, Event, Page, Server
from .console import Console, console_of

pytestmark = [pytest.mark.prosody, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

MEMBERS_ONLY = "conference.connectionError.membersOnly"
TYPED = "Kong Gulerod"
"""What every citizen's page types as its name."""


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen as booked."""

    name: str
    cpr: str


ANNA, BENT = Person("Anna Hansen", "010190-1234"), Person("Bent Friis", "020280-4321")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """Prosody, agent and focus, shared by this module's tests."""
    async with open_clinic(tmp_path_factory.mktemp("clinic")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(clinic: Clinic) -> AsyncIterator[Console]:
    """A supervisor of that clinic."""
    async with console_of(clinic) as opened:
        yield opened


@dataclass(slots=True)
class Room:
    """One member of staff's room, with the pages that come to it."""

    clinic: Clinic
    chromium: Browser
    staff: str
    tokens: dict[str, str] = field(default_factory=dict)
    """Of the citizens, by the name of their page."""

    @property
    def server(self) -> Server:
        """The clinic as a page is told of it."""
        prosody = self.clinic.prosody
        return Server(
            domain=prosody.domain,
            muc=prosody.rooms,
            focus=self.clinic.settings.focus,
            serviceUrl=f"ws://{prosody.domain}:{prosody.stock.http_port}/xmpp-websocket",
        )

    async def book(self, person: Person) -> Booked:
        """An appointment in this room, soon."""
        return await self.clinic.book(person.name, cpr=person.cpr, staff=self.staff, starts_in=300)

    async def page(self, who: str) -> Page:
        """A new page for somebody of this story."""
        return await self.chromium.open_page(f"{self.staff}: {who}")

    async def open(self, booked: Booked) -> Page:
        """Staff's page, in the room."""
        page = await self.page("staff")
        token = (await self.clinic.issuer().for_staff(booked.staff, booked.room, None, Login(Level.NONE, "")))[1]
        await page.connect(self.server, booked.room, token)
        assert (await page.join(booked.room, "typed by staff")).name == "CONFERENCE_JOINED"
        return page

    async def come(self, person: Person, booked: Booked) -> tuple[Page, Event]:
        """A citizen's page with a valid pass, and what came of its first try to join."""
        page = await self.page(person.name)
        _, token = await self.clinic.citizen_pass(booked, cpr=person.cpr)
        self.tokens[page.name] = token
        assert (await page.connect(self.server, booked.room, token)).name == "CONNECTION_ESTABLISHED"
        return page, await page.join(booked.room, TYPED)

    async def knock(self, person: Person, booked: Booked) -> Page:
        """A citizen's page that stands in the lobby."""
        page, tried = await self.come(person, booked)
        assert tried.args[0] == MEMBERS_ONLY
        await page.call("joinLobby", TYPED)
        return page


@pytest.fixture
def room(clinic: Clinic, chromium: Browser, request: pytest.FixtureRequest) -> Room:
    """A room whose member of staff is called after the test."""
    return Room(clinic, chromium, request.node.name.removeprefix("test_").replace("_", " "))


async def knocked(staff: Page, name: str, after: int = -1) -> str:
    """The lobby id of somebody staff's client shows under this name."""
    shown = await staff.wait_event("LOBBY_USER_JOINED", where=lambda event: name in str(event.args[1]), after=after)
    return str(shown.args[0])


async def test_citizen_waits_before_there_is_a_room(room: Room, console: Console) -> None:
    """A citizen who is early is sent to the lobby of a room that does not exist, and may knock."""
    booked = await room.book(ANNA)
    page, tried = await room.come(ANNA, booked)
    assert tried.name == "CONFERENCE_FAILED"
    assert tried.args == (MEMBERS_ONLY, f"{booked.room}@{room.clinic.prosody.lobby}")
    await page.call("joinLobby", TYPED)
    seen = await console.room(booked.room)
    assert seen.phase is RoomPhase.CLOSED
    assert [waiting.masked for waiting in seen.waiting] == ["A. H."]
    assert not any(f"{room.clinic.prosody.rooms}/focus" in frame for frame in page.received())


async def test_staff_opens_and_lets_in(room: Room, console: Console) -> None:
    """Staff's page is moderator, sees who waits by verified name, lets in; the citizen's page reports joined."""
    booked = await room.book(ANNA)
    anna = await room.knock(ANNA, booked)
    staff = await room.open(booked)
    lobby_id = await knocked(staff, f"{ANNA.name} ✓ MitID")
    assert (await staff.state())["moderator"] is True
    before = anna.now
    await staff.call("approve", lobby_id)
    await anna.wait_event("CONFERENCE_JOINED", after=before)
    await staff.wait_event("USER_JOINED", where=lambda event: ANNA.name in str(event.args))
    inside = await anna.state()
    assert inside["moderator"] is False
    assert room.staff in str(inside["others"])
    await console.until(booked.room, lambda row: row.phase is RoomPhase.VISIT)
    assert not any(TYPED in frame for frame in staff.received())
    assert not staff.troubles.all + anna.troubles.all


async def test_staff_refuses_and_the_citizen_may_knock_again(room: Room) -> None:
    """Reject ends the wait with the client's own "access denied"; the next knock is shown like any other."""
    booked = await room.book(ANNA)
    staff = await room.open(booked)
    anna = await room.knock(ANNA, booked)
    before = anna.now
    await staff.call("deny", await knocked(staff, ANNA.name))
    refused = await anna.wait_event("CONFERENCE_FAILED", after=before)
    assert refused.args[0] == "conference.connectionError.accessDenied"
    left = await staff.wait_event("LOBBY_USER_LEFT")
    before = anna.now
    await anna.call("joinAgain")
    await anna.wait_event("CONFERENCE_FAILED", where=lambda event: event.args[0] == MEMBERS_ONLY, after=before)
    await anna.call("joinLobby", TYPED)
    assert await knocked(staff, ANNA.name, after=left.place)


async def test_supervisor_turns_away_with_words(room: Room, console: Console) -> None:
    """Turned away from the console, the citizen's client gets an end with the supervisor's words."""
    booked = await room.book(ANNA)
    anna = await room.knock(ANNA, booked)
    before = anna.now
    (waiting,) = (await console.room(booked.room)).waiting
    assert await console.command(booked.room, "turn-away", knock=waiting.knock, reason="Book en ny tid.") == 200
    ended = await anna.wait_event("CONFERENCE_FAILED", after=before)
    assert ended.args[0] == "conference.destroyed"
    assert "Book en ny tid." in str(ended.args[1])


async def test_what_is_written_reaches_the_one_it_is_for(room: Room, console: Console) -> None:
    """Words to one waiting person reach them and nobody else; words to all reach each separately."""
    booked = await room.book(ANNA)
    anna, bent = await room.knock(ANNA, booked), await room.knock(BENT, await room.book(BENT))
    first, second = (await console.room(booked.room)).waiting
    assert (first.masked, second.masked) == ("A. H.", "B. F.")
    await console.command(booked.room, "write", knock=first.knock, text="Kun til Anna")
    await console.command(booked.room, "write", text="Vi er ti minutter forsinket")
    for page in (anna, bent):
        await page.wait_received("<json-message", "LOBBY_CHAT_MESSAGE", "Vi er ti minutter forsinket")
    await anna.wait_received("LOBBY_CHAT_MESSAGE", "Kun til Anna")
    assert not any("Kun til Anna" in frame for frame in bent.received())


async def test_one_at_a_time_then_finish_and_next(room: Room, console: Console) -> None:
    """The next is not let in while one is inside; after `finish` staff is still there and lets in the next."""
    booked = await room.book(ANNA)
    staff = await room.open(booked)
    anna, bent = await room.knock(ANNA, booked), await room.knock(BENT, await room.book(BENT))
    await staff.call("approve", await knocked(staff, ANNA.name))
    await anna.wait_event("CONFERENCE_JOINED")
    await anna.call("say", "min hemmelighed")
    await staff.wait_event("MESSAGE_RECEIVED")

    tried = staff.now
    await staff.call("approve", await knocked(staff, BENT.name))
    next_id = await knocked(staff, BENT.name, after=tried)
    assert not any(event.name == "CONFERENCE_JOINED" for event in bent.events.all)

    visit = (await console.room(booked.room)).visit
    assert await console.command(booked.room, "finish", visit=visit) == 200
    await anna.wait_event("KICKED")
    await staff.wait_event("USER_LEFT")
    await staff.call("approve", next_id)
    await bent.wait_event("CONFERENCE_JOINED")
    await staff.wait_event("USER_JOINED", where=lambda event: BENT.name in str(event.args))
    assert (await staff.state())["moderator"] is True
    for trace in (ANNA.name, "min hemmelighed", str((await anna.state())["jid"])):
        assert not any(trace in frame for frame in bent.received())


async def test_supervisor_lets_in(room: Room, console: Console) -> None:
    """Let in from the console, the citizen's client joins by itself."""
    booked = await room.book(ANNA)
    anna = await room.knock(ANNA, booked)
    await room.open(booked)
    (waiting,) = (await console.room(booked.room)).waiting
    assert await console.command(booked.room, "let-in", knock=waiting.knock) == 200
    await anna.wait_event("CONFERENCE_JOINED")


@pytest.mark.parametrize("pass_", ["none", "expired", "broken"])
async def test_page_without_a_valid_pass_is_told_at_once(room: Room, pass_: str) -> None:
    """No pass, an expired one, a broken one: the connection is refused, and the client says so."""
    booked = await room.book(ANNA)
    valid, token = await room.clinic.citizen_pass(booked, cpr=ANNA.cpr)
    hours_ago = valid.issued_at - 7200
    expired = replace(valid, id=new_id(), issued_at=hours_ago, not_before=hours_ago, expires_at=hours_ago + 60)
    tokens = {"none": None, "expired": room.clinic.passes.mint(expired, ANNA.name), "broken": token[:-6] + "AAAAAA"}
    page = await room.page(pass_)
    refused = await page.connect(room.server, booked.room, tokens[pass_])
    assert (refused.name, refused.args[0]) == ("CONNECTION_FAILED", "connection.passwordRequired")


async def test_pass_for_another_room_is_refused_at_the_door(room: Room) -> None:
    """A valid pass opens its own room's lobby only: at another room the client hears that it is not allowed."""
    own, other = await room.book(ANNA), await room.clinic.book(BENT.name, cpr=BENT.cpr, staff="somebody else")
    page = await room.page("strayed")
    await page.connect(room.server, other.room, (await room.clinic.citizen_pass(own, cpr=ANNA.cpr))[1])
    refused = await page.join(other.room, TYPED)
    assert (refused.name, refused.args[0]) == ("CONFERENCE_FAILED", "conference.connectionError.notAllowed")


async def test_reload_inside_keeps_the_admission(room: Room) -> None:
    """A citizen who presses F5 inside comes in again with the same pass, without a knock and without a click."""
    booked = await room.book(ANNA)
    staff = await room.open(booked)
    anna = await room.knock(ANNA, booked)
    await staff.call("approve", await knocked(staff, ANNA.name))
    await anna.wait_event("CONFERENCE_JOINED")
    await anna.reload()
    await staff.wait_event("USER_LEFT")
    assert (await anna.connect(room.server, booked.room, room.tokens[anna.name])).name == "CONNECTION_ESTABLISHED"
    assert (await anna.join(booked.room, TYPED)).name == "CONFERENCE_JOINED"


async def test_agent_away_is_told_and_not_waited_for(room: Room, clinic: Clinic) -> None:
    """While the agent is away a join fails with an event once Prosody has held it; the page never spins."""
    booked = await room.book(ANNA)
    page = await room.page("citizen")
    await page.connect(room.server, booked.room, (await clinic.citizen_pass(booked, cpr=ANNA.cpr))[1])
    await clinic.stop_agent()
    try:
        failed = await page.join(booked.room, TYPED)
    finally:
        await clinic.start_agent()
    assert (failed.name, failed.args[0]) == ("CONFERENCE_FAILED", "conference.connectionError")


async def test_inside_a_citizen_gets_no_rights_and_no_other_name(room: Room) -> None:
    """Staff's client cannot make a citizen moderator, and a citizen's client cannot rename itself."""
    booked = await room.book(ANNA)
    staff = await room.open(booked)
    anna = await room.knock(ANNA, booked)
    await staff.call("approve", await knocked(staff, ANNA.name))
    joined = await staff.wait_event("USER_JOINED")
    seen = len(staff.frames.all) - 1
    await staff.call("grantOwner", joined.args[0])
    await staff.wait_received("<iq", "type='error'", after=seen)
    await anna.call("setDisplayName", "Borgmesteren")
    await anna.call("say", "hej")
    await staff.wait_event("MESSAGE_RECEIVED")
    assert (await anna.state())["moderator"] is False
    assert not any("Borgmesteren" in frame for frame in staff.received())


async def test_put_out_by_staff_stays_out_until_let_in_again(room: Room) -> None:
    """Jitsi's own kick puts a citizen out; trying again leads to the lobby, and staff's click back in."""
    booked = await room.book(ANNA)
    staff = await room.open(booked)
    anna = await room.knock(ANNA, booked)
    await staff.call("approve", await knocked(staff, ANNA.name))
    joined = await staff.wait_event("USER_JOINED")
    await staff.call("kick", joined.args[0], "pause")
    await anna.wait_event("KICKED")
    before = staff.now
    await anna.reload()
    await anna.connect(room.server, booked.room, room.tokens[anna.name])
    assert (await anna.join(booked.room, TYPED)).args[0] == MEMBERS_ONLY
    await anna.call("joinLobby", TYPED)
    again = anna.now
    await staff.call("approve", await knocked(staff, ANNA.name, after=before))
    await anna.wait_event("CONFERENCE_JOINED", after=again)
