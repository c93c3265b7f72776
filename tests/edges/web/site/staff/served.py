"""Staff's pages where a browser reaches them, over a unit with people in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.an_office import whole
from tests.edges.web.site.staff.on_staff import ROLES, StaffPages, identity, open_staff
from tests.edges.web.site.staff.test_recordings import RECORDED
from tests.prosody import free_ports
from tests.rules.scenes import POLICY
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.server import SiteServer
from xmpp_agent.flows.staff_login import sign_in
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.people import Level, Reach
from xmpp_agent.model.recordings import (
    Agreement,
    Closing,
    ClosingState,
    Consent,
    Fault,
    File,
    HowAsked,
    Recording,
    Stage,
    Terms,
)
from xmpp_agent.model.visitors import Arrival, DeviceTest
from xmpp_agent.rules.recording.consent import question


@dataclass
class ServedStaff:
    """The pages on loopback, without https, as in the demo."""

    origin: str
    staff: StaffPages

    async def cookies(self, person: str = "mette", *roles: str) -> dict[str, str]:
        """What the browser of a member of staff has who is signed in."""
        _, cookie = await sign_in(self.staff.unit.office, identity(person, *roles), ROLES)
        return {"portner-staff": cookie, "portner-staff-tried": "1"}


@asynccontextmanager
async def serve_staff(folder: Path) -> AsyncIterator[ServedStaff]:
    """Staff's pages of a new unit."""
    ours, theirs = (f"http://127.0.0.1:{port}" for port in free_ports(2))
    conf = SiteConf(
        origin=ours,
        meetings=theirs,
        authority="Lilleby Kommune",
        phone="70 00 00 00",
        statement_url="https://was.test/",
    )
    async with open_staff(folder, conf) as staff:
        staff.unit.office.meet_origin = theirs
        server = SiteServer(staff.site.asgi, "127.0.0.1", int(ours.rpartition(":")[2]))
        server.start()
        try:
            yield ServedStaff(ours, staff)
        finally:
            staff.feed.close()
            await server.stop()


async def a_full_day(staff: StaffPages) -> None:
    """What a row can show: late, waiting, expected; a queue; somebody else's; letters of all kinds."""
    unit, now = staff.unit, staff.unit.around.clock.at
    await unit.opens()
    for name, starts_in in (("anna", -900.0), ("bo", -600.0), ("carla", 0.0), ("dorte", 3600.0), ("erik", 5400.0)):
        policy = RECORDED if name in ("carla", "dorte") else POLICY
        await unit.book(name, starts_in=starts_in, reach=Reach(phone="+4520123456"), policy=policy)
    await unit.book("lines", staff="")
    await unit.stands_in_line("lines", since=-300)
    await unit.book("hans", staff="lars")
    office = unit.office
    states = (
        (Channel.SMS, LetterState.DELIVERED, None),
        (Channel.EMAIL, LetterState.FAILED, Failure.BAD_ADDRESS),
        (Channel.DIGITAL_POST, LetterState.OPENED, None),
        (Channel.CALL, LetterState.QUEUED, None),
        (Channel.SMS, LetterState.SENT, None),
    )
    for name, (channel, state, failure) in zip(("anna", "bo", "carla", "dorte", "erik"), states, strict=True):
        letter = Letter(f"l-{name}", name, name, About.INVITATION, channel, now, state, failure=failure)
        await office.records.keep(office.line("letter", "test"), letter)
    tested = Arrival("carla", "carla", DeviceTest.BLOCKED, now, Level.SUBSTANTIAL, verified=True, login_at=now)
    await office.records.keep(office.line("arrival", "test"), *whole(tested))
    await unit.comes("carla")
    await recordings_of_a_day(staff)


async def recordings_of_a_day(staff: StaffPages) -> None:
    """What a row can show of them: asked, on, stuck, filed; a case that waits."""
    office, now = staff.unit.office, staff.unit.around.clock.at
    asked = Recording("asked", "room", "carla", Stage.ON, "mette", now, now, on_at=now)
    file = File(12_400_000, "ab" * 32, 125.0)
    stuck = Recording(
        *("stuck", "room", "dorte", Stage.FILING_REFUSED, "mette", now, now),
        on_at=now,
        off_at=now,
        file=file,
        fault=Fault.CASE_CLOSED,
    )
    filed = replace(stuck, id="filed", stage=Stage.RECEIPTED, fault=None, number="J-7")
    yes = Consent("yes", "dorte", "dorte", Agreement.YES, HowAsked.PAGE, question(Terms(), "da"), "da", "dorte", now)
    case = Closing("dorte", ClosingState.QUEUED, now, now, now)
    await office.records.keep(office.line("recordings", "test"), asked, stuck, filed, yes, case)
