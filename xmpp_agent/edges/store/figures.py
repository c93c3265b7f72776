"""What supervisors' numbers are made of, in the database."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Insert, Select, Table, and_, bindparam, delete, exists, func, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError

from xmpp_agent.edges.store.custody_tables import recordings
from xmpp_agent.edges.store.figures_tables import samples, waits
from xmpp_agent.edges.store.nouns import UNIT
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.edges.store.tables import appointments, arrivals, letters, links, rooms, units
from xmpp_agent.model.appointments import DAY
from xmpp_agent.model.figures import Ended, Lying, Sample, Wait
from xmpp_agent.model.letters import LetterState
from xmpp_agent.model.recordings import Stage
from xmpp_agent.model.units import Unit
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.figures import InLine
from xmpp_agent.rules.recording import custody

FAILED_WITHIN = 3600.0
"""Seconds a letter that was given up is counted."""
AT_RISK_WITHIN = 900.0
"""Seconds before its time an appointment is counted whose invitation is unopened: in which something can be done."""
_THE_CITIZEN = and_(arrivals.c.appointment == appointments.c.id, arrivals.c.person == appointments.c.citizen)
_RECORDED = (
    select(
        func.coalesce(appointments.c.unit, rooms.c.unit, "").label("unit"),
        recordings.c.stage,
        func.coalesce(recordings.c.off_at, recordings.c.changed_at).label("over"),
    )
    .outerjoin(appointments, appointments.c.id == recordings.c.appointment)
    .outerjoin(rooms, rooms.c.node == recordings.c.room)
    .where(recordings.c.stage.in_(sorted(stage.value for stage in set(Stage) - custody.SETTLED)))
)


def _once(table: Table, *keys: str) -> Insert:
    """Adds rows that are not there yet."""
    row = select(*(bindparam(f"n_{column.name}", type_=column.type) for column in table.c))
    here = exists().where(and_(*(table.c[key] == bindparam(f"n_{key}") for key in keys)))
    return insert(table).from_select([column.name for column in table.c], row.where(~here))


_ADD_WAIT, _ADD_SAMPLE = _once(waits, "id"), _once(samples, "at", "unit")


class SqlFigures(Reader):
    """The `Figures` of ports."""

    async def units(self) -> tuple[Unit, ...]:
        """See `xmpp_agent.ports.figures.Figures.units`."""
        async with self.reading() as db:
            return tuple(UNIT.validate_json(body) for body in await db.scalars(select(units.c.body)))

    async def waits(self, since: float) -> tuple[Wait, ...]:
        """See `xmpp_agent.ports.figures.Figures.waits`."""
        async with self.reading() as db:
            rows = await db.execute(select(waits).where(waits.c.until > since).order_by(waits.c.until, waits.c.id))
            return tuple(Wait(row.id, row.unit, row.since, row.until, Ended(row.ended)) for row in rows)

    async def samples(self, since: float) -> tuple[Sample, ...]:
        """See `xmpp_agent.ports.figures.Figures.samples`."""
        async with self.reading() as db:
            rows = await db.execute(select(samples).where(samples.c.at > since).order_by(samples.c.at, samples.c.unit))
            return tuple(Sample(row.unit, row.at, row.waiting, row.rooms, row.busy, row.free) for row in rows)

    async def keep(self, new: Collection[Wait], marks: Collection[Sample], forget_before: float) -> None:
        """See `xmpp_agent.ports.figures.Figures.keep`."""
        try:
            async with writing(self.engine) as db:
                if new:
                    await db.execute(_ADD_WAIT, [_wait_values(wait) for wait in new])
                if marks:
                    await db.execute(_ADD_SAMPLE, [_sample_values(mark) for mark in marks])
                    await db.execute(delete(waits).where(waits.c.until < forget_before))
                    await db.execute(delete(samples).where(samples.c.at < forget_before))
        except SQLAlchemyError as error:
            raise Unavailable(f"the database cannot write: {type(error).__name__}") from error

    async def lying(self, now: float) -> tuple[Lying, ...]:
        """See `xmpp_agent.ports.figures.Figures.lying`."""
        found: dict[str, Lying] = {}
        async with self.reading() as db:
            for unit, count, since in await db.execute(_delayed(now)):
                found[unit] = replace(found.get(unit, Lying(unit)), delayed=count, delayed_since=since)
            for unit, count in await db.execute(_at_risk(now)):
                found[unit] = replace(found.get(unit, Lying(unit)), at_risk=count)
            for unit, count in await db.execute(_queued(now)):
                found[unit] = replace(found.get(unit, Lying(unit)), queued=count)
            for unit, count in await db.execute(_failed(now)):
                found[unit] = replace(found.get(unit, Lying(unit)), failed=count)
            for unit, stage, over in await db.execute(_RECORDED):
                found[unit] = _recorded(found.get(unit, Lying(unit)), Stage(stage), over)
        return tuple(found.values())

    async def in_line(self, seen_since: float) -> tuple[InLine, ...]:
        """See `xmpp_agent.ports.figures.Figures.in_line`."""
        wanted = (
            select(appointments.c.unit, arrivals.c.waiting_since)
            .join(arrivals, _THE_CITIZEN)
            .where(
                appointments.c.starts_at.between(seen_since - DAY, seen_since + DAY),
                appointments.c.staff == "",
                appointments.c.cancelled_at.is_(None),
                arrivals.c.waiting_since.is_not(None),
                arrivals.c.seen_at > seen_since,
            )
        )
        async with self.reading() as db:
            return tuple(InLine(unit, since) for unit, since in await db.execute(wanted))


def _delayed(now: float) -> Select[Any]:
    """Agreed time passed, not over, nobody called it off, and its citizen has not been inside."""
    return (
        select(appointments.c.unit, func.count(), func.min(appointments.c.starts_at))
        .join(rooms, and_(rooms.c.node == appointments.c.room, rooms.c.day != ""))
        .outerjoin(arrivals, _THE_CITIZEN)
        .where(
            appointments.c.starts_at.between(now - DAY, now),
            appointments.c.ends_at > now,
            appointments.c.cancelled_at.is_(None),
            appointments.c.outcome.is_(None),
            arrivals.c.inside_at.is_(None),
        )
        .group_by(appointments.c.unit)
    )


def _at_risk(now: float) -> Select[Any]:
    """Begins soon, nobody called it off, and no link of its citizen was ever opened."""
    opened = exists().where(
        links.c.appointment == appointments.c.id,
        links.c.person == appointments.c.citizen,
        links.c.opened_at.is_not(None),
    )
    return (
        select(appointments.c.unit, func.count())
        .outerjoin(arrivals, _THE_CITIZEN)
        .where(
            appointments.c.starts_at > now,
            appointments.c.starts_at <= now + AT_RISK_WITHIN,
            appointments.c.cancelled_at.is_(None),
            arrivals.c.inside_at.is_(None),
            ~opened,
        )
        .group_by(appointments.c.unit)
    )


def _letters() -> Select[Any]:
    joined = select(appointments.c.unit, func.count()).join(letters, letters.c.appointment == appointments.c.id)
    return joined.group_by(appointments.c.unit)


def _queued(now: float) -> Select[Any]:
    waits_for_us = and_(letters.c.state == LetterState.QUEUED.value, letters.c.due_at <= now)
    return _letters().where(or_(waits_for_us, letters.c.state == LetterState.SENDING.value))


def _failed(now: float) -> Select[Any]:
    lately = letters.c.changed_at > now - FAILED_WITHIN
    return _letters().where(letters.c.state == LetterState.FAILED.value, lately)


def _recorded(lying: Lying, stage: Stage, over: float) -> Lying:
    if stage in custody.RUNNING:
        lying = replace(lying, recordings_on=lying.recordings_on + 1)
    elif stage in custody.UNFILED:
        since = over if lying.unfiled_since is None else min(over, lying.unfiled_since)
        lying = replace(lying, unfiled=lying.unfiled + 1, unfiled_since=since)
    if stage is Stage.MISSING:
        lying = replace(lying, recordings_missing=lying.recordings_missing + 1)
    return lying


def _wait_values(wait: Wait) -> Mapping[str, object]:
    return {
        "n_id": wait.id,
        "n_unit": wait.unit,
        "n_since": wait.since,
        "n_until": wait.until,
        "n_ended": wait.ended.value,
    }


def _sample_values(mark: Sample) -> Mapping[str, object]:
    return {
        "n_at": mark.at,
        "n_unit": mark.unit,
        "n_waiting": mark.waiting,
        "n_rooms": mark.rooms,
        "n_busy": mark.busy,
        "n_free": mark.free,
    }
