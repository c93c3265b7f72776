"""Recordings, consents and cases to be closed, in the database: written a version at a time, read by what is due."""

from collections.abc import Collection, Mapping

from sqlalchemy import RowMapping, Select, and_, bindparam, delete, insert, or_, select, update

from xmpp_agent.edges.store.changes import Change
from xmpp_agent.edges.store.custody_tables import closings, consents, recordings
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
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
)

_CHUNK = 500
_NEW = (insert(recordings),)
_CHANGED = (
    update(recordings)
    .where(and_(recordings.c.id == bindparam("p_id"), recordings.c.version == bindparam("p_version")))
    .values({c.name: bindparam(f"n_{c.name}") for c in recordings.c if c.name not in {"id", "made_at"}}),
)
_ANSWERED = (insert(consents),)
_CLOSING = (
    delete(closings).where(closings.c.appointment == bindparam("appointment")),
    insert(closings),
)


def recording_change(recording: Recording) -> Change:
    """Keeps a recording as it is now; when another version stands, nothing of the entry does (Conflict)."""
    file = recording.file
    values: Values = {
        "id": recording.id,
        "room": recording.room,
        "appointment": recording.appointment,
        "stage": recording.stage.value,
        "asked_by": recording.asked_by,
        "made_at": recording.made_at,
        "changed_at": recording.changed_at,
        "session": recording.session,
        "meeting": recording.meeting,
        "part": recording.part,
        "on_at": recording.on_at,
        "off_at": recording.off_at,
        "stopped_by": recording.stopped_by,
        "size": file.size if file else None,
        "sha256": file.sha256 if file else None,
        "duration": file.duration if file else None,
        "key": recording.key,
        "number": recording.number,
        "attempts": recording.attempts,
        "due_at": recording.due_at,
        "fault": recording.fault.value if recording.fault else None,
        "held": recording.held,
        "version": recording.version,
    }
    if recording.version == 1:
        return Change(_NEW, values)
    named = {f"n_{name}": value for name, value in values.items()}
    return Change(_CHANGED, {**named, "p_id": recording.id, "p_version": recording.version - 1}, one_row=True)


def consent_change(consent: Consent) -> Change:
    """Adds an answer; none is ever changed."""
    values: Values = {
        "id": consent.id,
        "appointment": consent.appointment,
        "person": consent.person,
        "answer": consent.answer.value,
        "how": consent.how.value,
        "text": consent.text,
        "language": consent.language,
        "by": consent.by,
        "at": consent.at,
    }
    return Change(_ANSWERED, values)


def closing_change(closing: Closing) -> Change:
    """Keeps the closing of a case as it is now."""
    values: Values = {
        "appointment": closing.appointment,
        "state": closing.state.value,
        "made_at": closing.made_at,
        "changed_at": closing.changed_at,
        "due_at": closing.due_at,
        "attempts": closing.attempts,
        "fault": closing.fault.value if closing.fault else None,
    }
    return Change(_CLOSING, values)


class SqlRecordings(Reader):
    """The `Recordings` of ports."""

    async def recording(self, recording_id: str) -> Recording | None:
        """See `xmpp_agent.ports.recordings.Recordings.recording`."""
        found = await self._all(select(recordings).where(recordings.c.id == recording_id))
        return found[0] if found else None

    async def of_session(self, session: str) -> tuple[Recording, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.of_session`."""
        theirs = select(recordings).where(recordings.c.session == session)
        return await self._all(theirs.order_by(recordings.c.part, recordings.c.made_at))

    async def in_room(self, node: str) -> tuple[Recording, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.in_room`."""
        return await self._all(_in_order(select(recordings).where(recordings.c.room == node)))

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Recording, ...]]:
        """See `xmpp_agent.ports.recordings.Recordings.of`."""
        found: dict[str, tuple[Recording, ...]] = {}
        ids = sorted(appointment_ids)
        for begin in range(0, len(ids), _CHUNK):
            some = recordings.c.appointment.in_(ids[begin : begin + _CHUNK])
            for recording in await self._all(_in_order(select(recordings).where(some))):
                found[recording.appointment] = (*found.get(recording.appointment, ()), recording)
        return found

    async def at(self, stages: Collection[Stage]) -> tuple[Recording, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.at`."""
        names = sorted(stage.value for stage in stages)
        return await self._all(_in_order(select(recordings).where(recordings.c.stage.in_(names))))

    async def due(self, stages: Collection[Stage], now: float, most: int) -> tuple[Recording, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.due`."""
        names = sorted(stage.value for stage in stages)
        ripe = select(recordings).where(and_(recordings.c.stage.in_(names), recordings.c.due_at <= now))
        return await self._all(ripe.order_by(recordings.c.due_at, recordings.c.id).limit(most))

    async def strayed(self, stages: Collection[Stage], beyond: float, most: int) -> tuple[Recording, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.strayed`."""
        names = sorted(stage.value for stage in stages)
        late = select(recordings).where(and_(recordings.c.stage.in_(names), recordings.c.due_at > beyond))
        return await self._all(late.order_by(recordings.c.due_at, recordings.c.id).limit(most))

    async def shown(self, ended: Collection[Stage], since: float, most: int) -> tuple[Recording, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.shown`."""
        going_on = recordings.c.stage.in_(sorted(stage.value for stage in set(Stage) - set(ended)))
        wanted = select(recordings).where(or_(going_on, recordings.c.changed_at >= since))
        return await self._all(wanted.order_by(recordings.c.changed_at.desc(), recordings.c.id).limit(most))

    async def consents(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Consent, ...]]:
        """See `xmpp_agent.ports.recordings.Recordings.consents`."""
        found: dict[str, tuple[Consent, ...]] = {}
        ids = sorted(appointment_ids)
        async with self.reading() as db:
            for begin in range(0, len(ids), _CHUNK):
                theirs = select(consents).where(consents.c.appointment.in_(ids[begin : begin + _CHUNK]))
                for row in (await db.execute(theirs.order_by(consents.c.at, consents.c.id))).mappings():
                    consent = _consent(row)
                    found[consent.appointment] = (*found.get(consent.appointment, ()), consent)
        return found

    async def closing(self, appointment_id: str) -> Closing | None:
        """See `xmpp_agent.ports.recordings.Recordings.closing`."""
        found = await self._closings(select(closings).where(closings.c.appointment == appointment_id))
        return found[0] if found else None

    async def closings(self, appointment_ids: Collection[str]) -> Mapping[str, Closing]:
        """See `xmpp_agent.ports.recordings.Recordings.closings`."""
        found: dict[str, Closing] = {}
        ids = sorted(appointment_ids)
        for begin in range(0, len(ids), _CHUNK):
            theirs = select(closings).where(closings.c.appointment.in_(ids[begin : begin + _CHUNK]))
            found |= {closing.appointment: closing for closing in await self._closings(theirs)}
        return found

    async def closings_due(self, now: float, most: int) -> tuple[Closing, ...]:
        """See `xmpp_agent.ports.recordings.Recordings.closings_due`."""
        ripe = and_(closings.c.state == ClosingState.QUEUED.value, closings.c.due_at <= now)
        return await self._closings(select(closings).where(ripe).order_by(closings.c.due_at).limit(most))

    async def _all(self, wanted: Select[tuple[object, ...]]) -> tuple[Recording, ...]:
        async with self.reading() as db:
            return tuple(_recording(row) for row in (await db.execute(wanted)).mappings())

    async def _closings(self, wanted: Select[tuple[object, ...]]) -> tuple[Closing, ...]:
        async with self.reading() as db:
            return tuple(_closing_of(row) for row in (await db.execute(wanted)).mappings())


def _in_order(wanted: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return wanted.order_by(recordings.c.made_at, recordings.c.part, recordings.c.id)


def _recording(row: RowMapping) -> Recording:
    sha256, fault = row[recordings.c.sha256], row[recordings.c.fault]
    return Recording(
        id=row[recordings.c.id],
        room=row[recordings.c.room],
        appointment=row[recordings.c.appointment],
        stage=Stage(row[recordings.c.stage]),
        asked_by=row[recordings.c.asked_by],
        made_at=row[recordings.c.made_at],
        changed_at=row[recordings.c.changed_at],
        session=row[recordings.c.session],
        meeting=row[recordings.c.meeting],
        part=row[recordings.c.part],
        on_at=row[recordings.c.on_at],
        off_at=row[recordings.c.off_at],
        stopped_by=row[recordings.c.stopped_by],
        file=File(row[recordings.c.size], sha256, row[recordings.c.duration]) if sha256 is not None else None,
        key=row[recordings.c.key],
        number=row[recordings.c.number],
        attempts=row[recordings.c.attempts],
        due_at=row[recordings.c.due_at],
        fault=Fault(fault) if fault is not None else None,
        held=bool(row[recordings.c.held]),
        version=row[recordings.c.version],
    )


def _consent(row: RowMapping) -> Consent:
    return Consent(
        id=row[consents.c.id],
        appointment=row[consents.c.appointment],
        person=row[consents.c.person],
        answer=Agreement(row[consents.c.answer]),
        how=HowAsked(row[consents.c.how]),
        text=row[consents.c.text],
        language=row[consents.c.language],
        by=row[consents.c.by],
        at=row[consents.c.at],
    )


def _closing_of(row: RowMapping) -> Closing:
    fault = row[closings.c.fault]
    return Closing(
        appointment=row[closings.c.appointment],
        state=ClosingState(row[closings.c.state]),
        made_at=row[closings.c.made_at],
        changed_at=row[closings.c.changed_at],
        due_at=row[closings.c.due_at],
        attempts=row[closings.c.attempts],
        fault=Fault(fault) if fault is not None else None,
    )
