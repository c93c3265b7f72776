"""Letters in the database: written so that they only go forward, read by what is due."""

from collections.abc import Collection, Mapping

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Update,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from xmpp_agent.edges.store.changes import Change
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.tables import appointments, letters
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.rules.letter_steps import COMES_FROM

_CHUNK = 500
_ARRIVED = (LetterState.DELIVERED.value, LetterState.OPENED.value)
_FRESH = About.FRESH_LINK.value
_HERE = letters.c.id == bindparam("n_id")
_ADD = insert(letters).from_select(
    [column.name for column in letters.c],
    select(*(bindparam(f"n_{column.name}", type_=column.type) for column in letters.c)).where(~exists().where(_HERE)),
)


def _forward(*states: LetterState) -> Update:
    """Replaces a letter that is in one of these states."""
    before: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    return (
        update(letters)
        .where(and_(_HERE, letters.c.state.in_(before)))
        .values({column.name: bindparam(f"n_{column.name}") for column in letters.c})
    )


# Who drops by what they read a moment ago must not hide that it is being handed over now: somebody may have it then.
_DROP = _forward(*COMES_FROM[LetterState.DROPPED]).where(letters.c.attempts <= bindparam("n_attempts"))
_FORWARD = {state: _forward(*before) for state, before in COMES_FROM.items()} | {LetterState.DROPPED: _DROP}
_PLAN_ANEW = _forward(LetterState.QUEUED)


def letter_change(letter: Letter) -> Change:
    """Keeps a letter as it is now, unless that is a step back from what stands.

    Once a letter was tried, it is never again as if nobody had. One that is about to be handed over must be queued:
    otherwise the whole entry does not stand (Conflict), so that of two that take it one does.
    """
    values: Values = {
        "n_id": letter.id,
        "n_appointment": letter.appointment,
        "n_person": letter.person,
        "n_about": letter.about.value,
        "n_channel": letter.channel.value,
        "n_state": letter.state.value,
        "n_due_at": letter.due_at,
        "n_rung": letter.rung,
        "n_sequence": letter.sequence,
        "n_attempts": letter.attempts,
        "n_failure": letter.failure.value if letter.failure else None,
        "n_gateway_id": letter.gateway_id,
        "n_parts": letter.parts,
        "n_changed_at": letter.changed_at,
    }
    if letter.state is LetterState.SENDING:
        return Change((_FORWARD[letter.state],), values, one_row=True)
    is_planned = letter.state is LetterState.QUEUED and not letter.attempts
    return Change((_PLAN_ANEW if is_planned else _FORWARD[letter.state], _ADD), values)


class SqlMailroom(Reader):
    """The `Mailroom` of ports."""

    async def letter(self, letter_id: str) -> Letter | None:
        """See `xmpp_agent.ports.mailroom.Mailroom.letter`."""
        return next(iter(await self._where(letters.c.id == letter_id, most=1)), None)

    async def by_gateway_id(self, channel: Channel, gateway_id: str) -> Letter | None:
        """See `xmpp_agent.ports.mailroom.Mailroom.by_gateway_id`."""
        its = and_(letters.c.gateway_id == gateway_id, letters.c.channel == channel.value)
        return next(iter(await self._where(its, most=1)), None) if gateway_id else None

    async def letters_of(self, appointment_id: str) -> tuple[Letter, ...]:
        """See `xmpp_agent.ports.mailroom.Mailroom.letters_of`."""
        return (await self.letters_of_many((appointment_id,))).get(appointment_id, ())

    async def letters_of_many(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Letter, ...]]:
        """See `xmpp_agent.ports.mailroom.Mailroom.letters_of_many`."""
        found: dict[str, list[Letter]] = {}
        ids = sorted(appointment_ids)
        async with self.reading() as db:
            for begin in range(0, len(ids), _CHUNK):
                theirs = letters.c.appointment.in_(ids[begin : begin + _CHUNK])
                wanted = select(letters).where(theirs).order_by(letters.c.changed_at, letters.c.id)
                for row in (await db.execute(wanted)).mappings():
                    found.setdefault(row[letters.c.appointment], []).append(_letter(row))
        return {appointment: tuple(theirs) for appointment, theirs in found.items()}

    async def in_trouble(self, since: float, most: int) -> tuple[str, ...]:
        """See `xmpp_agent.ports.mailroom.Mailroom.in_trouble`."""
        other = letters.alias()
        arrived = exists().where(
            *(other.c.appointment == letters.c.appointment, other.c.person == letters.c.person),
            *(other.c.sequence == letters.c.sequence, other.c.state.in_(_ARRIVED), other.c.about != _FRESH),
        )
        failed = or_(letters.c.state == LetterState.FAILED.value, letters.c.failure.is_not(None))
        trouble = and_(failed, or_(letters.c.about == _FRESH, ~arrived))
        wanted = (
            select(appointments.c.id)
            .join(letters, letters.c.appointment == appointments.c.id)
            .where(appointments.c.ends_at > since, or_(_is(LetterState.QUEUED, Channel.CALL), trouble))
            .group_by(appointments.c.id, appointments.c.starts_at)
            .order_by(appointments.c.starts_at, appointments.c.id)
            .limit(most)
        )
        async with self.reading() as db:
            return tuple(await db.scalars(wanted))

    async def due(self, channel: Channel, now: float, most: int) -> tuple[Letter, ...]:
        """See `xmpp_agent.ports.mailroom.Mailroom.due`."""
        return await self._where(_is(LetterState.QUEUED, channel), letters.c.due_at <= now, most=most)

    async def in_hand(self) -> tuple[Letter, ...]:
        """See `xmpp_agent.ports.mailroom.Mailroom.in_hand`."""
        return await self._where(letters.c.state == LetterState.SENDING.value)

    async def unheard(self, channel: Channel, now: float, most: int) -> tuple[Letter, ...]:
        """See `xmpp_agent.ports.mailroom.Mailroom.unheard`."""
        return await self._where(_is(LetterState.SENT, channel), letters.c.due_at <= now, most=most)

    async def next_due(self, channel: Channel, now: float) -> float | None:
        """See `xmpp_agent.ports.mailroom.Mailroom.next_due`."""
        waits = or_(_is(LetterState.QUEUED, channel), _is(LetterState.SENT, channel))
        async with self.reading() as db:
            found: float | None = await db.scalar(
                select(func.min(letters.c.due_at)).where(waits, letters.c.due_at > now)
            )
            return found

    async def _where(self, *conditions: ColumnElement[bool], most: int | None = None) -> tuple[Letter, ...]:
        wanted = select(letters).where(*conditions).order_by(letters.c.due_at, letters.c.id).limit(most)
        async with self.reading() as db:
            return tuple(_letter(row) for row in (await db.execute(wanted)).mappings())


def _is(state: LetterState, channel: Channel) -> ColumnElement[bool]:
    return and_(letters.c.state == state.value, letters.c.channel == channel.value)


def _letter(row: RowMapping) -> Letter:
    failure = row[letters.c.failure]
    return Letter(
        id=row[letters.c.id],
        appointment=row[letters.c.appointment],
        person=row[letters.c.person],
        about=About(row[letters.c.about]),
        channel=Channel(row[letters.c.channel]),
        due_at=row[letters.c.due_at],
        state=LetterState(row[letters.c.state]),
        rung=row[letters.c.rung],
        sequence=row[letters.c.sequence],
        attempts=row[letters.c.attempts],
        failure=Failure(failure) if failure else None,
        gateway_id=row[letters.c.gateway_id],
        parts=row[letters.c.parts],
        changed_at=row[letters.c.changed_at],
    )
