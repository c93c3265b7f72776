"""Staff sign on: the account makes the person, the roles what they may do, and the cookie changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.an_office import UNIT
from tests.flows.staffed import Staffed, open_staffed
from xmpp_agent.edges.store.tables import audit
from xmpp_agent.flows.booking import account_mark
from xmpp_agent.flows.issue import staff_pass
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_login import SESSION_LIFE, renew, sign_in, sign_out, signed_in
from xmpp_agent.flows.staff_out import Exits, sign_out_by_supervisor, sign_out_everywhere
from xmpp_agent.flows.staff_room import own_room
from xmpp_agent.model.people import Level, Person, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.ports.diary import Enrolment
from xmpp_agent.ports.login import Identity
from xmpp_agent.rules.staff_roles import VOUCHED_FOR, Grant, RoleMap

ROLES = RoleMap(
    {"ghost-staff": Grant("ghosts"), "job-staff": Grant(UNIT.id), "job-boss": Grant(supervises=frozenset({UNIT.id}))}
)
SOFIE = Identity(
    issuer="https://sso.test",
    subject="s1",
    level=Level.NONE,
    name="Sofie Krog",
    account="sofie@lilleby.test",
    roles=frozenset({"job-staff"}),
)


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """A unit whose staff sign on."""
    async with open_staffed(tmp_path) as staffed:
        yield staffed


async def test_the_first_login_enrols(unit: Staffed) -> None:
    """In the unit the role gives, found again by the account whatever its letters' case; ten hours at most."""
    session, cookie = await sign_in(unit.office, SOFIE, ROLES)
    person = await unit.office.diary.person(session.person)
    assert person == Person(session.person, UNIT.id, "Sofie Krog")
    assert await unit.office.diary.role(session.person) is Role.STAFF
    assert (session.kind, session.unit, session.supervises) == (SessionKind.STAFF, UNIT.id, frozenset())
    assert session.expires_at - session.made_at == SESSION_LIFE == 36000
    assert session.checked_at == session.made_at
    assert await signed_in(unit.office, cookie) == session

    again, other = await sign_in(unit.office, replace(SOFIE, account="Sofie@Lilleby.test"), ROLES)
    assert again.person == session.person
    assert other != cookie


async def test_whom_booking_named_is_the_same_person(unit: Staffed) -> None:
    """Booked by account before they ever came; the employer's name stands in place of what booking knew."""
    mark = account_mark(unit.office.marks, SOFIE.account)
    booked = Enrolment(Person("booked", UNIT.id, "sofie"), Role.STAFF, account=mark)
    await unit.office.records.keep(unit.office.line("book", "test"), booked)
    session, _ = await sign_in(unit.office, SOFIE, ROLES)
    assert session.person == "booked"
    assert await unit.office.diary.person("booked") == Person("booked", UNIT.id, "Sofie Krog")


async def test_two_first_logins_at_once_make_one_person(unit: Staffed) -> None:
    """Two windows, one account."""
    made = await asyncio.gather(*(sign_in(unit.office, SOFIE, ROLES) for _ in range(4)))
    assert len({session.person for session, _ in made}) == 1


@pytest.mark.parametrize(
    "identity",
    [
        replace(SOFIE, roles=frozenset()),
        replace(SOFIE, roles=frozenset({"other"})),
        replace(SOFIE, roles=frozenset({"ghost-staff"})),
        replace(SOFIE, account=""),
    ],
    ids=["no roles", "a role that gives nothing", "a unit that was never loaded", "no account"],
)
async def test_who_has_no_role_has_no_access(unit: Staffed, identity: Identity) -> None:
    """Signed on at the employer is not enough; nobody is enrolled."""
    before = await unit.office.diary.staff_of(UNIT.id)
    with pytest.raises(Refused) as caught:
        await sign_in(unit.office, identity, ROLES)
    assert caught.value.verdict.reason is Reason.NO_ROLE
    assert await unit.office.diary.staff_of(UNIT.id) == before


async def test_who_lost_the_role_has_no_access(unit: Staffed) -> None:
    """Known by account and all."""
    await sign_in(unit.office, SOFIE, ROLES)
    with pytest.raises(Refused):
        await sign_in(unit.office, replace(SOFIE, roles=frozenset()), ROLES)


async def test_supervisors_know_their_units(unit: Staffed) -> None:
    """From the roles, at each login."""
    session, _ = await sign_in(unit.office, replace(SOFIE, roles=frozenset({"job-boss"})), ROLES)
    assert session.supervises == frozenset({UNIT.id})


async def test_the_session_before_is_over(unit: Staffed) -> None:
    """A new login of the same browser leaves no old cookie that works (no fixation)."""
    first, old = await sign_in(unit.office, SOFIE, ROLES)
    _, new = await sign_in(unit.office, SOFIE, ROLES, before=first)
    assert await signed_in(unit.office, old) is None
    assert await signed_in(unit.office, new) is not None


async def test_a_session_ends(unit: Staffed) -> None:
    """By signing out, or after an hour in which the employer's sign-on was not asked."""
    session, cookie = await sign_in(unit.office, SOFIE, ROLES)
    _, other = await sign_in(unit.office, SOFIE, ROLES)
    await sign_out(unit.office, session)
    assert await signed_in(unit.office, cookie) is None
    assert await signed_in(unit.office, other) is not None
    unit.around.clock.at += VOUCHED_FOR - 1
    assert await signed_in(unit.office, other) is not None
    unit.around.clock.at += 1
    assert await signed_in(unit.office, other) is None


async def test_a_citizens_cookie_is_no_staffs(unit: Staffed) -> None:
    """Whatever the browser sends, only a session of staff is one."""
    session, cookie = await sign_in(unit.office, SOFIE, ROLES)
    as_citizen = replace(session, kind=SessionKind.CITIZEN)
    await unit.office.records.keep(unit.office.line("test", ""), as_citizen)
    assert await signed_in(unit.office, cookie) is None
    assert await signed_in(unit.office, "") is None
    assert await signed_in(unit.office, "guessed") is None


async def at_two_browsers(unit: Staffed) -> tuple[Session, str, str]:
    """Sofie signed in twice and in her meeting; the session of one, the cookie of the other, a pass not used yet."""
    sofie, _ = await sign_in(unit.office, SOFIE, ROLES)
    _, other = await sign_in(unit.office, SOFIE, ROLES)
    person = await unit.office.diary.person(sofie.person)
    assert person is not None
    room = await own_room(unit.office, person.id, UNIT)
    used, unused = [await staff_pass(unit.office, person, room) for _ in range(2)]
    await unit.connects("sofie", used)
    return sofie, other, unused


async def lines(unit: Staffed) -> list[dict[str, object]]:
    """The audit."""
    async with unit.around.database.engine.connect() as db:
        return [json.loads(line) for line in await db.scalars(select(audit.c.line).order_by(audit.c.seq))]


async def nothing_opens(unit: Staffed, unused: str) -> bool:
    """Whether the client is put out, its pass dead, and the pass not used yet of no use."""
    gone = unit.clients["sofie"]
    known = await unit.office.store.known(gone.pass_)
    assert known is not None
    again = await unit.prosody.connect(unused, unit.around.passes.read(unused))
    return gone.recalled and known.revoked and again is None


def exits(unit: Staffed) -> Exits:
    """As in a running agent."""
    base = unit.around.database
    return Exits(base.visitors, base.diary, base.records, base.ledger, unit.house)


async def test_signed_out_everywhere_with_every_pass(unit: Staffed) -> None:
    """Every browser and every pass of one person, used or not, and nobody else's: who is in a meeting is put out."""
    sofie, other, unused = await at_two_browsers(unit)
    _, mettes = await sign_in(unit.office, replace(SOFIE, account="mette@lilleby.test", subject="m1"), ROLES)
    await unit.opens("mette")
    now = unit.around.clock.at
    assert await sign_out_everywhere(exits(unit), sofie.person, "uid:0", now) == 2
    assert [await signed_in(unit.office, one) is None for one in (other, mettes)] == [True, False]
    assert await nothing_opens(unit, unused)
    assert not unit.clients["mette"].recalled
    acts = [(line["act"], line["actor"]) for line in await lines(unit) if line["actor"] == "uid:0"]
    assert acts == [("staff-sign-out", "uid:0"), ("revoke", "uid:0"), ("revoke", "uid:0")]
    assert await sign_out_everywhere(exits(unit), "", "uid:0", now) == 1
    assert await signed_in(unit.office, mettes) is None
    assert unit.clients["mette"].recalled


@pytest.mark.parametrize("goes_on", [True, False], ids=["renewed", "signed in anew"])
async def test_a_role_that_was_taken_away_takes_its_passes(unit: Staffed, goes_on: bool) -> None:
    """Also at the other browser and in the meeting, as soon as the employer is asked from anywhere."""
    sofie, other, unused = await at_two_browsers(unit)
    gone = replace(SOFIE, roles=frozenset())
    with pytest.raises(Refused) as caught:
        await (renew(unit.office, gone, ROLES, sofie) if goes_on else sign_in(unit.office, gone, ROLES))
    assert caught.value.verdict.reason is Reason.NO_ROLE
    assert await signed_in(unit.office, other) is None
    assert await nothing_opens(unit, unused)


async def test_somebody_elses_lost_role_takes_nothing_from_me(unit: Staffed) -> None:
    """Another account at the same browser: that session is over, the other browser and the meeting go on."""
    sofie, other, _ = await at_two_browsers(unit)
    with pytest.raises(Refused):
        await renew(unit.office, replace(SOFIE, account="new@lilleby.test", roles=frozenset()), ROLES, sofie)
    assert await signed_in(unit.office, other) is not None
    assert not unit.clients["sofie"].recalled


async def test_only_a_supervisor_of_theirs_signs_staff_out(unit: Staffed) -> None:
    """Everybody: only who supervises every unit. A citizen is no staff. Each no is on record."""
    sofie, other, _ = await at_two_browsers(unit)
    await unit.book("anna")
    now = unit.around.clock.at
    asked = [(sofie.person, {"ward"}), ("", {UNIT.id}), ("anna", {"*"}), ("nobody", {"*"})]
    said = [await sign_out_by_supervisor(exits(unit), who, "uid:7", frozenset(units), now) for who, units in asked]
    reasons = [verdict.reason for verdict in said]
    assert reasons == [*[Reason.NOT_YOUR_UNIT] * 2, *[Reason.UNKNOWN_PERSON] * 2]
    assert [line["decision"] for line in await lines(unit) if line["act"] == "staff-sign-out"] == ["refuse"] * 4
    assert await signed_in(unit.office, other) is not None
    verdict = await sign_out_by_supervisor(exits(unit), sofie.person, "uid:7", frozenset({UNIT.id}), now)
    assert verdict.is_open
    assert await signed_in(unit.office, other) is None
