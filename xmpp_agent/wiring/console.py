"""Puts the console's side of recordings, numbers, alerts and the audit together."""

from collections.abc import Callable
from dataclasses import dataclass

from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.web.alert_desk import AlertDesk, Register
from xmpp_agent.edges.web.alert_list import AlertList, Sources
from xmpp_agent.edges.web.audit_desk import AuditDesk
from xmpp_agent.edges.web.audit_tail import AuditTail
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.numbers import NumberBoard
from xmpp_agent.edges.web.recording_list import RecordingList
from xmpp_agent.edges.web.recordings import RecordingDesk
from xmpp_agent.edges.web.shift_note_list import ShiftNoteList
from xmpp_agent.edges.web.supervisors import Names
from xmpp_agent.flows.alerts import StuckRooms
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


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers and alerts: the numbers count the alerts, and the alerts are judged by the units' targets."""

    board: NumberBoard
    alerts: AlertDesk
    sources: Sources


def console_numbers(
    house: House,
    database: Database,
    feed: Feed,
    shard: str,
    recordings: RecordingList,
    is_live: Callable[[], bool],
    report: Callable[[BaseException], None],
) -> Numbers:
    """They count and note whatever happens in the house from now on."""
    counting, stuck, names = Counting(house, database.figures), StuckRooms(house.clock), Names(database.diary)
    house.on_change.extend((counting.watch, stuck.watch))
    sources = Sources(house, stuck, counting, recordings)
    listed = AlertList(sources, database.alerts, names, feed, shard)
    notes = ShiftNoteList(database.alerts, names, feed, house.clock)
    register = Register(database.records, database.diary, counting, house.clock)
    board = NumberBoard(counting, listed, feed, house.clock, is_live, report)
    return Numbers(board, AlertDesk(listed, notes, names, feed, register), sources)


def console_audit(
    database: Database, feed: Feed, clock: Clock, report: Callable[[BaseException], None]
) -> tuple[AuditTail, AuditDesk]:
    """The audit's newest lines, and looking through it."""
    trail = database.audit_trail
    archives = Archives(trail, database.diary, database.holdings, database.records, clock)
    return AuditTail(trail, feed, clock, report), AuditDesk(archives)
