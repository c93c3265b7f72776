"""What supervisors do about alerts: on record with who, and kept over a restart; and since when a room is stuck."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xmpp_agent.flows.house import Change
from xmpp_agent.model.alerts import Handled, Raised
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.ports import Clock
from xmpp_agent.ports.diary import Records
from xmpp_agent.rules.alerts import Act, Wish, may_do

_ON_RECORD = {Act.ACKNOWLEDGE: "alert-acknowledge", Act.TAKE: "alert-take", Act.GIVE_BACK: "alert-give-back"}


@dataclass(slots=True)
class StuckRooms:
    """Since when each room cannot be cleared. `watch` belongs into `House.on_change`."""

    clock: Clock
    _since: dict[str, float] = field(default_factory=dict)

    @property
    def since(self) -> Mapping[str, float]:
        """By room, seconds since 1970."""
        return self._since

    def watch(self, change: Change) -> None:
        """Note when a room gets stuck, and when it no longer is."""
        after = change.after
        if after is None or (change.before is not None and change.before.stuck == after.stuck):
            return
        if after.stuck:
            self._since.setdefault(after.room.node, self.clock.now())
        else:
            self._since.pop(after.room.node, None)


async def handle(
    records: Records, wish: Wish, alert: Raised | None, handled: Handled | None, now: float
) -> tuple[Verdict, Handled | None]:
    """Do it, or say why not; both on record with who asked. What is so now comes back. Raises Unavailable: not done.

    `alert`: as it stands at this moment; None: it is over. The act on record names the alert by its id and kind; what
    was sent for the id of none is anything, and the record is for good.
    """
    verdict = may_do(wish, alert, handled, now)
    is_theirs = alert is not None and verdict.reason is not Reason.NOT_YOUR_UNIT
    subject, kind = wish.alert if is_theirs else "", alert.kind.value if alert is not None else ""
    line = AuditLine(now, _ON_RECORD[wish.act], "", subject, wish.actor, verdict, kind)
    if alert is None or not verdict.is_open:
        await records.keep(line)
        return verdict, handled
    after = _after(wish, alert, handled, now)
    await records.keep(line, after)
    return verdict, after


def _after(wish: Wish, alert: Raised, handled: Handled | None, now: float) -> Handled:
    before = handled or Handled(wish.alert, alert.kind, alert.unit, alert.since, now)
    before = replace(before, changed_at=now, version=before.version + 1)
    match wish.act:
        case Act.ACKNOWLEDGE:
            return replace(before, seen_by=wish.actor, seen_at=now)
        case Act.TAKE:
            return replace(before, owner=wish.actor, owned_at=now)
        case Act.GIVE_BACK:
            return replace(before, owner="", owned_at=None)
