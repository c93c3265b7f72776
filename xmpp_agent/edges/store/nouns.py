"""From each noun that can be kept to the statements that keep it (portable SQL), personal columns sealed.

A row is updated when it is there and inserted when it is not, so that keeping the same noun twice changes nothing.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import singledispatchmethod

from pydantic import TypeAdapter
from sqlalchemy import Insert, Table, Update, and_, bindparam, case, delete, exists, func, insert, select, update

from xmpp_agent.edges.store.alert_tables import alerts, shift_notes
from xmpp_agent.edges.store.alerts import handled_values, shift_note_values
from xmpp_agent.edges.store.arrivals import arrival_change
from xmpp_agent.edges.store.callers import caller_values
from xmpp_agent.edges.store.calls import call_values
from xmpp_agent.edges.store.changes import Change, Statement
from xmpp_agent.edges.store.hooks import hook_change
from xmpp_agent.edges.store.mailroom import letter_change
from xmpp_agent.edges.store.notes import note_values
from xmpp_agent.edges.store.recordings import closing_change, consent_change, recording_change
from xmpp_agent.edges.store.rows import Values, look_values, policy_values, room_values
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import (
    api_keys,
    appointments,
    calls,
    companions,
    external_ids,
    links,
    looks,
    notes,
    people,
    policies,
    rooms,
    sessions,
    units,
)
from xmpp_agent.model.alerts import Handled, ShiftNote
from xmpp_agent.model.appointments import Appointment, Companion, Policy, Room
from xmpp_agent.model.callers import Caller, Hook
from xmpp_agent.model.calls import Call
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import NO_NAME, Reach
from xmpp_agent.model.recordings import Closing, Consent, Recording
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import ArrivalStep, Link, Session
from xmpp_agent.ports.diary import BookedAs, Enrolment, Look, NewKey, NewLink, Parted

REACH = TypeAdapter(Reach)
UNIT = TypeAdapter(Unit)
SESSION = TypeAdapter(Session)

Made = tuple[Change, ...]


def kept(table: Table, *keys: str) -> Callable[[Values], Change]:
    """Keeps whole rows of a table that is found by these columns."""
    same = and_(*(table.c[key] == bindparam(f"p_{key}") for key in keys))
    columns = list(table.c)
    row = select(*(bindparam(f"n_{c.name}", type_=c.type) for c in columns))
    new: Insert = insert(table).from_select([c.name for c in columns], row.where(~exists().where(same)))
    now: Update = update(table).where(same).values({c.name: bindparam(f"n_{c.name}") for c in columns})
    statements: tuple[Statement, ...] = (now, new)

    def change(values: Values) -> Change:
        named = {f"n_{name}": value for name, value in values.items()}
        return Change(statements, {**named, **{f"p_{key}": values[key] for key in keys}})

    return change


_unit = kept(units, "id")
_policy = kept(policies, "id")
_person = kept(people, "id")
_room = kept(rooms, "node")
_companion = kept(companions, "appointment", "person")
_link = kept(links, "mark")
_look = kept(looks, "id")
_call = kept(calls, "id")
_note = kept(notes, "id")
_handled = kept(alerts, "id")
_shift_note = kept(shift_notes, "unit")
_new_appointment = (insert(appointments),)
_new_external_id = (insert(external_ids),)
_parted = (
    delete(companions).where(
        and_(companions.c.appointment == bindparam("p_appointment"), companions.c.person == bindparam("p_person"))
    ),
)
_new_key = (insert(api_keys),)
_changed_key = (
    update(api_keys)
    .where(api_keys.c.id == bindparam("p_id"))
    .values({name: bindparam(f"n_{name}") for name in ("name", "units", "per_minute", "revoked_at", "hook_url")}),
)
_changed_appointment = (
    update(appointments)
    .where(and_(appointments.c.id == bindparam("p_id"), appointments.c.version == bindparam("p_version")))
    .values(
        {
            c.name: bindparam(f"n_{c.name}")
            for c in appointments.c
            if c.name not in {"id", "made_at", "caller", "external_id"}
        }
    ),
)
_same_session = sessions.c.mark == bindparam("p_mark")
_kept_session: tuple[Statement, ...] = (
    update(sessions)
    .where(_same_session)
    .values(
        body=bindparam("n_body"),
        expires_at=case(
            (sessions.c.expires_at < bindparam("n_expires_at"), sessions.c.expires_at), else_=bindparam("n_expires_at")
        ),
    ),
    insert(sessions).from_select(
        [c.name for c in sessions.c],
        select(*(bindparam(f"n_{c.name}", type_=c.type) for c in sessions.c)).where(~exists().where(_same_session)),
    ),
)
"""An end only ever comes nearer: what was ended stays so, whoever read the session before that writes it back."""
_moved_link = (
    update(links)
    .where(links.c.mark == bindparam("p_mark"))
    .values(
        opened_at=func.coalesce(links.c.opened_at, bindparam("n_opened_at", type_=links.c.opened_at.type)),
        revoked_at=func.coalesce(links.c.revoked_at, bindparam("n_revoked_at", type_=links.c.revoked_at.type)),
    ),
)
"""What was opened stays opened and what was revoked stays dead, whoever read the link before that writes it back."""


class Nouns:
    """Knows how each noun is kept."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    @singledispatchmethod
    def changes(self, noun: object) -> Made:
        """The changes that keep this noun as it is now."""
        raise TypeError(type(noun).__name__)

    @changes.register
    def _(self, unit: Unit) -> Made:
        return (_unit({"id": unit.id, "body": UNIT.dump_json(unit).decode()}),)

    @changes.register
    def _(self, policy: Policy) -> Made:
        return (_policy(policy_values(policy)),)

    @changes.register
    def _(self, who: Enrolment) -> Made:
        person = who.person
        reach = REACH.dump_json(who.reach).decode() if who.reach not in (None, Reach()) else ""
        values: Values = {
            "id": person.id,
            "unit": person.unit,
            "role": who.role.value,
            # Whoever keeps somebody whose name is erased keeps them without one.
            "name": self._cipher.seal(person.name, f"people.name:{person.id}") if person.name != NO_NAME else "",
            "reach": self._cipher.seal(reach, f"people.reach:{person.id}") if reach else None,
            "account": who.account or None,
        }
        return (_person(values),)

    @changes.register
    def _(self, room: Room) -> Made:
        return (_room(room_values(room)),)

    @changes.register
    def _(self, appointment: Appointment) -> Made:
        values = self._appointment(appointment)
        if appointment.version > 1:
            named = {f"n_{name}": value for name, value in values.items()}
            before: Values = {**named, "p_id": appointment.id, "p_version": appointment.version - 1}
            return (Change(_changed_appointment, before, one_row=True),)
        return (Change(_new_appointment, values),)

    @changes.register
    def _(self, name: BookedAs) -> Made:
        return (Change(_new_external_id, asdict(name)),)

    @changes.register
    def _(self, who: Parted) -> Made:
        return (Change(_parted, {"p_appointment": who.appointment, "p_person": who.person}),)

    @changes.register
    def _(self, new: NewKey) -> Made:
        sealed = self._cipher.seal(new.secret, f"api_keys.hook_secret:{new.caller.id}")
        return (Change(_new_key, {**caller_values(new.caller), "mark": new.mark, "hook_secret": sealed}),)

    @changes.register
    def _(self, caller: Caller) -> Made:
        named = {f"n_{name}": value for name, value in caller_values(caller).items()}
        return (Change(_changed_key, {**named, "p_id": caller.id}, one_row=True),)

    @changes.register
    def _(self, hook: Hook) -> Made:
        return (hook_change(hook),)

    @changes.register
    def _(self, who: Companion) -> Made:
        return (_companion({"appointment": who.appointment, "person": who.person.id, "kind": who.kind.value}),)

    @changes.register
    def _(self, new: NewLink) -> Made:
        link = new.link
        values: Values = {
            "mark": link.mark,
            "appointment": link.appointment,
            "person": link.person,
            "code": self._cipher.seal(new.code, f"links.code:{link.mark}"),
            "made_at": link.made_at,
            "opened_at": link.opened_at,
            "revoked_at": link.revoked_at,
        }
        return (_link(values),)

    @changes.register
    def _(self, link: Link) -> Made:
        values: Values = {"p_mark": link.mark, "n_opened_at": link.opened_at, "n_revoked_at": link.revoked_at}
        return (Change(_moved_link, values),)

    @changes.register
    def _(self, letter: Letter) -> Made:
        return (letter_change(letter),)

    @changes.register
    def _(self, step: ArrivalStep) -> Made:
        return (arrival_change(step),)

    @changes.register
    def _(self, session: Session) -> Made:
        values: Values = {
            "mark": session.mark,
            "body": SESSION.dump_json(session).decode(),
            "person": session.person,
            "expires_at": session.expires_at,
        }
        named = {f"n_{name}": value for name, value in values.items()}
        return (Change(_kept_session, {**named, "p_mark": session.mark}),)

    @changes.register
    def _(self, look: Look) -> Made:
        return (_look(look_values(look)),)

    @changes.register
    def _(self, call: Call) -> Made:
        return (_call(call_values(self._cipher, call)),)

    @changes.register
    def _(self, note: Note) -> Made:
        return (_note(note_values(self._cipher, note)),)

    @changes.register
    def _(self, recording: Recording) -> Made:
        return (recording_change(recording),)

    @changes.register
    def _(self, consent: Consent) -> Made:
        return (consent_change(consent),)

    @changes.register
    def _(self, closing: Closing) -> Made:
        return (closing_change(closing),)

    @changes.register
    def _(self, handled: Handled) -> Made:
        return (_handled(handled_values(handled)),)

    @changes.register
    def _(self, note: ShiftNote) -> Made:
        return (_shift_note(shift_note_values(self._cipher, note)),)

    def _appointment(self, appointment: Appointment) -> Values:
        return {
            "id": appointment.id,
            "unit": appointment.unit,
            "citizen": appointment.citizen,
            "invited": appointment.invited,
            "room": appointment.room,
            "policy": appointment.policy.id,
            "starts_at": appointment.starts_at,
            "ends_at": appointment.ends_at,
            "case_ref": self._sealed(appointment.case_ref, f"appointments.case_ref:{appointment.id}"),
            "subject": self._sealed(appointment.subject, f"appointments.subject:{appointment.id}"),
            "description": self._sealed(appointment.description, f"appointments.description:{appointment.id}"),
            "external_id": appointment.external_id,
            "cancelled_at": appointment.cancelled_at,
            "staff": appointment.staff,
            "language": appointment.language,
            "version": appointment.version,
            "sequence": appointment.sequence,
            "caller": appointment.caller,
            "outcome": appointment.outcome.value if appointment.outcome else None,
            "case_closes": appointment.case_closes,
            "met": appointment.met,
            "asked": appointment.asked,
            "made_at": appointment.made_at,
        }

    def _sealed(self, text: str, place: str) -> str:
        """Nothing stays nothing: an empty column says that there is nothing to open, and to erase."""
        return self._cipher.seal(text, place) if text else ""
