"""Staff sign on by their employer: the account makes the person, the roles make what they may do."""

from dataclasses import replace

from xmpp_agent.flows.booking import account_mark
from xmpp_agent.flows.citizen import new_cookie
from xmpp_agent.flows.office import Office, Refused, new_id
from xmpp_agent.flows.staff_out import Exits, sign_out_everywhere
from xmpp_agent.model.people import Person, Role
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.ports.diary import Conflict, Enrolment
from xmpp_agent.ports.login import Identity
from xmpp_agent.rules.staff_roles import RoleMap, Standing, is_vouched_for, may_go_on, standing

SESSION_LIFE = 36000.0
"""Seconds staff stay signed in at most, however often the employer's sign-on vouches for them: a working day."""
LONGEST_NAME = 200


async def signed_in(office: Office, cookie: str) -> Session | None:
    """The session of staff behind a browser's cookie; None when there is none or it is over. Raises Unavailable."""
    found = await to_go_on(office, cookie)
    return found if found is not None and is_vouched_for(found, office.clock.now()) else None


async def to_go_on(office: Office, cookie: str) -> Session | None:
    """The same, also when nobody vouched for it for too long: good for nothing until `renew`. Raises Unavailable."""
    found = await office.visitors.session(office.marks.mark("session", cookie)) if cookie else None
    if found is None or found.kind is not SessionKind.STAFF or not may_go_on(found, office.clock.now()):
        return None
    return found


async def sign_in(
    office: Office, identity: Identity, role_map: RoleMap, before: Session | None = None
) -> tuple[Session, str]:
    """A new session with its cookie; one the browser had before is over. Raises Refused (no access), Unavailable.

    Who comes for the first time is enrolled; who booking has named already is known by the account. Whoever had access
    once and has none now is out everywhere, also of a meeting.
    """
    person, standing_ = await known_staff(office, identity, role_map)
    now, cookie = office.clock.now(), new_cookie()
    session = Session(
        mark=office.marks.mark("session", cookie),
        kind=SessionKind.STAFF,
        person=person.id,
        made_at=now,
        expires_at=now + SESSION_LIFE,
        level=identity.level,
        unit=standing_.unit,
        supervises=standing_.supervises,
        checked_at=now,
    )
    ended = (replace(before, expires_at=now),) if before is not None else ()
    await office.records.keep(office.line("staff-login", person.id), session, *ended)
    return session, cookie


async def renew(office: Office, identity: Identity, role_map: RoleMap, before: Session) -> tuple[Session, str]:
    """The employer's sign-on was asked again: the same session with the roles of now, and no new cookie.

    So that forms in other windows still fit. Whoever is signed on there as somebody else gets a session of their own;
    whoever has no access any more is out everywhere. Raises Refused (no access), Unavailable.
    """
    try:
        person, standing_ = await known_staff(office, identity, role_map)
    except Refused:
        await sign_out(office, before)
        raise
    if person.id != before.person:
        return await sign_in(office, identity, role_map, before)
    now = office.clock.now()
    session = replace(before, unit=standing_.unit, supervises=standing_.supervises, checked_at=now)
    await office.records.keep(office.line("staff-checked", person.id), session)
    return session, ""


async def sign_out(office: Office, session: Session) -> None:
    """The session is over. Raises Unavailable."""
    ended = replace(session, expires_at=office.clock.now())
    await office.records.keep(office.line("staff-logout", session.person), ended)


async def known_staff(office: Office, identity: Identity, role_map: RoleMap) -> tuple[Person, Standing]:
    """Who it is here and what they may do; enrolled when they are new.

    Raises Refused when their roles give no access (they are out everywhere then), Unavailable.
    """
    try:
        return await _person(office, identity, role_map)
    except Conflict:  # the same account signed in for the first time twice at once
        return await _person(office, identity, role_map)


async def _person(office: Office, identity: Identity, role_map: RoleMap) -> tuple[Person, Standing]:
    account = account_mark(office.marks, identity.account) if identity.account else ""
    known = await office.diary.staff_by_account(account) if account else None
    what = standing(identity.roles, role_map, known.unit if known is not None else "") if account else None
    if what is None or await office.diary.unit(what.unit) is None:  # the settings may name one that was never loaded
        said = Said("staff_roles", Decision.REFUSE, Reason.NO_ROLE, f"account={bool(account)}")
        verdict = Verdict(Decision.REFUSE, Reason.NO_ROLE, (said,))
        await office.records.keep(office.line("staff-login", known.id if known is not None else "", "", verdict))
        if known is not None:  # a role that was taken away takes with it what it gave
            await _shut_out(office, known.id)
        raise Refused(verdict)
    name = identity.name.strip()[:LONGEST_NAME] or (known.name if known is not None else identity.account)
    person = Person(known.id if known is not None else new_id(), what.unit, name)
    if person != known:
        enrolment = Enrolment(person, Role.STAFF, account=account)
        await office.records.keep(office.line("staff-enrol", person.id), enrolment)
    return person, what


async def _shut_out(office: Office, person: str) -> None:
    house = office.house
    exits = Exits(office.visitors, office.diary, office.records, house.ledger, house)
    await sign_out_everywhere(exits, person, person, office.clock.now())
