"""Supervisors at a console elsewhere: their employer's sign-on says who they are, their roles what they see."""

from xmpp_agent.flows.office import Office, Refused
from xmpp_agent.flows.staff_login import known_staff
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.ports.login import Vouched
from xmpp_agent.rules.staff_roles import RoleMap, console_ends, console_goes_on, console_may_begin

_OUT = Verdict(Decision.REFUSE, Reason.SIGNED_OUT, (Said("console_login", Decision.REFUSE, Reason.SIGNED_OUT),))
_NO_SUPERVISOR = Verdict(Decision.REFUSE, Reason.NO_ROLE, (Said("console_login", Decision.REFUSE, Reason.NO_ROLE),))


async def at_console(office: Office, vouched: Vouched, role_map: RoleMap) -> Session | None:
    """The session of whoever brought this token; it begins with the first request that does.

    None: it has ended by itself, or the token was brought too late; a newer one may be taken.
    Raises Refused: SIGNED_OUT (somebody ended it), NO_ROLE. Raises Unavailable.
    """
    mark = office.marks.mark("console", vouched.signed)
    found, now = await office.visitors.session(mark), office.clock.now()
    if found is not None:
        if found.out:
            raise Refused(_OUT)
        return found if console_goes_on(found, now) else None
    if not console_may_begin(vouched.issued_at, vouched.expires_at, now):
        return None
    return await _begin(office, vouched, role_map, mark)


async def still_at_console(office: Office, session: Session) -> bool:
    """Whether a session has not ended meanwhile. Raises Unavailable."""
    found = await office.visitors.session(session.mark)
    return found is not None and console_goes_on(found, office.clock.now())


async def _begin(office: Office, vouched: Vouched, role_map: RoleMap, mark: str) -> Session:
    person, what = await known_staff(office, vouched.identity, role_map)
    if not what.supervises:
        await office.records.keep(office.line("console-login", person.id, "", _NO_SUPERVISOR))
        raise Refused(_NO_SUPERVISOR)
    session = Session(
        mark=mark,
        kind=SessionKind.CONSOLE,
        person=person.id,
        made_at=office.clock.now(),
        expires_at=console_ends(vouched.issued_at, vouched.expires_at),
        unit=what.unit,
        supervises=what.supervises,
        checked_at=vouched.issued_at,
    )
    await office.records.keep(office.line("console-login", person.id), session)
    return session
