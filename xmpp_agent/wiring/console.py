"""Puts the console's side of recordings, numbers and the audit together."""

from collections.abc import Callable

from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.web.audit_desk import AuditDesk
from xmpp_agent.edges.web.audit_tail import AuditTail
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.numbers import NumberBoard
from xmpp_agent.edges.web.recording_list import RecordingList
from xmpp_agent.edges.web.recordings import RecordingDesk
from xmpp_agent.flows.audit_looks import Archives
from xmpp_agent.flows.figures import Counting
from xmpp_agent.flows.house import House
from xmpp_agent.flows.recording_acts import Custodian
from xmpp_agent.ports import Clock


def console_recordings(
    shard: str, database: Database, feed: Feed, clock: Clock, report: Callable[[BaseException], None]
) -> RecordingList:
    """The list on the board; it hears of every recording this process writes, whoever writes it."""
    listed = RecordingList(database.recordings, database.diary, feed, shard, clock, report)
    database.on_recording.append(listed.changed)
    return listed


def recording_desk(
    database: Database, clock: Clock, changed: Callable[[str], None], listed: RecordingList
) -> RecordingDesk:
    """The acts; `changed` wakes whoever files and deletes."""
    custodian = Custodian(clock, database.diary, database.records, database.recordings, database.visitors, changed)
    return RecordingDesk(custodian, listed)


def console_numbers(
    house: House,
    database: Database,
    feed: Feed,
    is_live: Callable[[], bool],
    report: Callable[[BaseException], None],
) -> NumberBoard:
    """The numbers; they count whatever happens in the house from now on."""
    counting = Counting(house, database.figures)
    house.on_change.append(counting.watch)
    return NumberBoard(counting, feed, house.clock, is_live, report)


def console_audit(
    database: Database, feed: Feed, clock: Clock, report: Callable[[BaseException], None]
) -> tuple[AuditTail, AuditDesk]:
    """The audit's newest lines, and looking through it."""
    trail = database.audit_trail
    archives = Archives(trail, database.diary, database.holdings, database.records, clock)
    return AuditTail(trail, feed, clock, report), AuditDesk(archives)
