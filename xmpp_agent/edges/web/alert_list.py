"""The alerts on the board: looked for anew each second while somebody looks on, sent when one came, went or changed.

They are made of what the house knows and of the rows of the other lists as these were sent, so that an alert is never
ahead of what it is about. Time raises some by itself; that is what the second is for.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xmpp_agent.edges.web.alert_rows import NOBODYS, AlertRows, Known, Other
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.office_desk import OfficeDesk
from xmpp_agent.edges.web.recording_list import RecordingList
from xmpp_agent.edges.web.supervisors import Names
from xmpp_agent.flows.alerts import StuckRooms
from xmpp_agent.flows.figures import Counting
from xmpp_agent.flows.house import House
from xmpp_agent.model.alerts import Handled, Raised
from xmpp_agent.model.recordings import Stage as RecordingStage
from xmpp_agent.ports.alerts import Alerts
from xmpp_agent.rules.alerts import AlertFacts, CallAt, InvitationAt, RecordingAt, ident, raised
from xmpp_agent.rules.hotline import Stage
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.rules.unreached import Next
from xmpp_agent.wire import CallRow, InvitationRow, RecordingRow
from xmpp_agent.wire_alerts import AlertChanged, AlertGone, AlertRow

EVERYTHING = frozenset({"*"})


@dataclass(slots=True)
class Sources:
    """What alerts are made of."""

    house: House
    stuck: StuckRooms
    counting: Counting
    recordings: RecordingList
    office: OfficeDesk | None = None
    """None: this agent has no pages, and so neither hotline nor invitations."""

    async def ready(self) -> None:
        """Make the rows of the other lists if there are none. Raises Unavailable."""
        await self.recordings.ready()
        if self.office is not None:
            await self.office.ready()

    @property
    def are_made(self) -> bool:
        """Whether all of them are there."""
        return self.recordings.is_made and (self.office is None or self.office.is_made)

    def others(self) -> dict[str, Other]:
        """Rows of recordings that are stuck, of calls and invitations, by key."""
        stuck = (row for row in self.recordings.rows(EVERYTHING) if row.stuck)
        calls, missed = self.office.rows(EVERYTHING) if self.office is not None else ((), ())
        rows: list[Other] = [*stuck, *calls, *missed]
        return {row.key: row for row in rows}

    def facts(self, others: Mapping[str, Other], now: float) -> AlertFacts:
        """As everything stands."""
        recordings, calls, missed = list[RecordingAt](), list[CallAt](), list[InvitationAt]()
        for key, row in others.items():
            match row:
                case RecordingRow():
                    stage = RecordingStage(row.stage.value)
                    recordings.append(RecordingAt(key, row.unit or NOBODYS, stage, row.since, row.attempts))
                case CallRow():
                    calls.append(CallAt(key, row.unit, Stage(row.stage.value), row.since))
                case InvitationRow():
                    missed.append(InvitationAt(key, row.unit, Next(row.next.value), row.since))
        return AlertFacts(
            now=now,
            targets=self.counting.targets,
            rooms=tuple(self.house.rooms.values()),
            stuck_since=self.stuck.since,
            in_line=tuple((each.unit, each.since) for each in self.counting.in_line),
            recordings=tuple(recordings),
            calls=tuple(calls),
            invitations=tuple(missed),
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert with all that is known of it, and its row."""

    known: Known
    row: AlertRow

    @property
    def alert(self) -> Raised:
        """As it was raised."""
        return self.known.alert


class AlertList:
    """One per agent. `look` is called every second; `forget` may be called at any time."""

    def __init__(self, sources: Sources, kept: Alerts, names: Names, feed: Feed, shard: str) -> None:
        self._sources, self._kept, self._names, self._feed, self._shard = sources, kept, names, feed, shard
        self._rows = AlertRows(sources.house, names, shard)
        self._handled: dict[str, Handled] | None = None
        """By alert; None: not read yet."""
        self._shown: dict[str, Shown] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ready(self) -> None:
        """Make the rows anew. Raises Unavailable."""
        await self._sources.ready()
        async with self._one_at_a_time:
            if self._handled is None:
                known = await self._kept.handled()
                await self._names.learn(who for each in known for who in (each.owner, each.seen_by))
                self._handled = {each.alert: each for each in known}
        self.look()

    def rows(self, units: frozenset[str]) -> tuple[AlertRow, ...]:
        """What a supervisor of these units sees, as sent up to now."""
        return tuple(each.row for each in (self._shown or {}).values() if may_see(units, each.alert.unit))

    def since(self, units: Collection[str]) -> tuple[float, ...] | None:
        """Since when each alert of these units ("": nobody knows whose) is one; None: nobody has looked."""
        if self._shown is None:
            return None
        return tuple(each.row.since for each in self._shown.values() if each.row.unit in units)

    def found(self, alert: str) -> tuple[Raised | None, Handled | None]:
        """An alert as it stands at this moment, and what was done about it; of one that is over: nothing."""
        self.look()
        shown = (self._shown or {}).get(alert)
        return (shown.alert, (self._handled or {}).get(alert)) if shown is not None else (None, None)

    def took_in(self, handled: Handled) -> None:
        """Something was done about one, and is written."""
        if self._handled is not None:
            self._handled[handled.alert] = handled
        self.look()

    def look(self) -> None:
        """See what is so now, and send what is different to whoever looks on."""
        if not self._feed.is_wanted:
            self.forget()
        elif self._handled is not None and self._sources.are_made:
            self._put(self._look(self._handled))

    def forget(self) -> None:
        """What was done may be different from here on; whoever looks gets it anew."""
        if self._shown is not None:
            self._feed.start_over()
        self._shown = self._handled = None
        self._names.forget()

    def _look(self, handled: Mapping[str, Handled]) -> dict[str, Shown]:
        now, others = self._sources.house.clock.now(), self._sources.others()
        found = {ident(alert, self._shard): alert for alert in raised(self._sources.facts(others, now))}
        before, rows, after = self._shown or {}, self._rows, dict[str, Shown]()
        for each, alert in found.items():
            known = rows.known(alert, handled.get(each), now, others.get(alert.about))
            shown = before.get(each)
            if shown is None or shown.known != known:
                shown = Shown(known, rows.row(each, known, now))
            after[each] = shown
        return after

    def _put(self, after: dict[str, Shown]) -> None:
        before, self._shown = self._shown, after
        if before is None:
            return
        now = self._sources.house.clock.now()
        for each in before.keys() - after.keys():
            self._feed.publish(before[each].alert.unit, "alert_gone", AlertGone(key=before[each].row.key))
        for each, shown in after.items():
            if each not in before or before[each].known != shown.known:
                self._feed.publish(shown.alert.unit, "alert", AlertChanged(now=now, row=shown.row))
