"""Alerts as the console shows them: about which row, masked, in words, with whose they are and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass

from xmpp_agent.edges.web.rows import masked_name, staff_names
from xmpp_agent.edges.web.supervisors import Names
from xmpp_agent.flows.house import House
from xmpp_agent.model.alerts import Handled, Raised
from xmpp_agent.rules.alert_words import rule_words
from xmpp_agent.rules.alerts import Act, offers, owner
from xmpp_agent.wire import CallRow, InvitationRow, RecordingRow
from xmpp_agent.wire_alerts import AlertAct, AlertKind, AlertRow

NOBODYS = "*"
"""Stands for the unit of what nobody knows whose it is: only who sees all units sees it."""
_MAY: Mapping[Act, AlertAct] = {Act.ACKNOWLEDGE: "acknowledge", Act.TAKE: "take", Act.GIVE_BACK: "give_back"}
Other = RecordingRow | CallRow | InvitationRow


@dataclass(frozen=True, slots=True)
class Known:
    """All that a row is made of: as long as it is the same, so is the row."""

    alert: Raised
    handled: Handled | None
    owner_id: str
    owner: str
    seen_by: str
    staff: str
    masked: str


@dataclass(frozen=True, slots=True)
class AlertRows:
    """Makes the rows. `shard` is part of their keys."""

    house: House
    names: Names
    shard: str

    def known(self, alert: Raised, handled: Handled | None, now: float, other: Other | None) -> Known:
        """What is known of one; `other`: the row it is about, of one that is not about a room."""
        whose = owner(handled, now)
        staff, masked = self._whose(alert, other)
        seen_by = self.names.of(handled.seen_by) if handled is not None else ""
        return Known(alert, handled, whose, self.names.of(whose), seen_by, staff[:200], masked[:200])

    def row(self, ident: str, known: Known, now: float) -> AlertRow:
        """One."""
        alert, handled = known.alert, known.handled
        since = min(alert.since, handled.since) if handled is not None else alert.since
        return AlertRow(
            key=f"{self.shard}/alert/{ident}",
            alert=ident,
            version=handled.version if handled is not None else 0,
            kind=AlertKind(alert.kind.value),
            began=min(alert.began, since),  # a restart of the agent begins nothing anew that somebody has handled
            since=since,
            unit="" if alert.unit == NOBODYS else alert.unit,
            about=self.about(alert),
            knock=alert.seat,
            staff=known.staff,
            masked=known.masked,
            limit=alert.limit,
            people=alert.people,
            attempts=alert.attempts,
            words=rule_words(alert),
            owner=known.owner,
            owner_id=known.owner_id,
            owned_at=handled.owned_at if handled is not None and known.owner_id else None,
            seen_by=known.seen_by,
            seen_at=handled.seen_at if handled is not None else None,
            may=_may(offers(alert, handled, now)),
            owner_may=_may(offers(alert, handled, now, known.owner_id)) if known.owner_id else (),
        )

    def about(self, alert: Raised) -> str:
        """The key of the row it is about."""
        return f"{self.shard}/{alert.about}" if alert.about in self.house.rooms else alert.about

    def _whose(self, alert: Raised, other: Other | None) -> tuple[str, str]:
        """Staff and citizen (masked)."""
        state = self.house.rooms.get(alert.about)
        if state is not None:
            seat = state.waiting(alert.seat)
            staff = ", ".join(staff_names(self.house, state))
            return staff, masked_name(self.house, seat.pass_id) if seat is not None else ""
        match other:
            case RecordingRow(staff=staff, citizen=citizen):
                return staff, citizen or ""
            case CallRow(staff=staff, number=number):
                return staff, number
            case InvitationRow(staff=staff, masked=masked):
                return staff, masked
            case None:
                return "", ""


def _may(acts: tuple[Act, ...]) -> tuple[AlertAct, ...]:
    return tuple(_MAY[act] for act in acts)
