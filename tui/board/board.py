"""The picture of rooms, recordings, calls, invitations and alerts, from a first one and the events after it. No clock,
no network.
"""

from dataclasses import dataclass, field

from tui.board.audit import AuditLines
from tui.board.heard import AlertEvent, Happened, OfficeEvent, Picture, RecordingEvent, RoomEvent, parse_id
from tui.board.need import NOTHING, Need, Ringing, put, ringing
from xmpp_agent import wire


@dataclass(slots=True)
class Board:
    """What is known of each room. The only truth of the console; widgets keep no copy."""

    rooms: dict[str, wire.RoomRow] = field(default_factory=dict)
    recordings: dict[str, wire.RecordingRow] = field(default_factory=dict)
    stuck: set[str] = field(default_factory=set)
    """Keys of recordings at which a person must look."""
    calls: dict[str, wire.CallRow] = field(default_factory=dict)
    invitations: dict[str, wire.InvitationRow] = field(default_factory=dict)
    alerts: dict[str, wire.AlertRow] = field(default_factory=dict)
    shift_notes: dict[str, wire.ShiftNoteRow] = field(default_factory=dict)
    """By unit."""
    numbers: dict[str, wire.UnitNumbers] = field(default_factory=dict)
    """By unit; "" is all units of this supervisor together."""
    audit: AuditLines = field(default_factory=AuditLines)
    you: str = ""
    """Who looks, as they are on record."""
    link: wire.Link | None = None
    """None until the first picture came."""
    unread: dict[str, int] = field(default_factory=dict)
    """By room key: messages of citizens that nobody at this console has looked at."""
    rings: Ringing = field(default_factory=dict)
    _by_name: dict[str, str] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, heard: Picture | Happened) -> set[str]:
        """Take in one thing; answers the keys of whatever may look different now.

        An event whose number is not above the last one of its shard was taken in already and changes nothing:
        that makes any overlap between a picture and the events resumed after it harmless.
        """
        if isinstance(heard, Picture):
            return self._begin(heard.board)
        if heard.number <= self._seen.get(heard.shard, -1):
            return set()
        self._seen[heard.shard] = heard.number
        if isinstance(heard.event, RecordingEvent):
            return {self._recording(heard.event)}
        if isinstance(heard.event, OfficeEvent):
            return {self._of_office(heard.event)}
        if isinstance(heard.event, AlertEvent):
            return self._of_alerts(heard.event)
        if isinstance(heard.event, wire.NumbersChanged):
            self.numbers[heard.event.row.unit] = heard.event.row
            return set()
        if isinstance(heard.event, wire.AuditNews):
            return self.audit.take(heard.event)
        return self._apply(heard.event)

    def copy(self) -> "Board":
        """Another one that goes its own way; rows never change, so both may have the same."""
        return Board(
            dict(self.rooms),
            dict(self.recordings),
            set(self.stuck),
            dict(self.calls),
            dict(self.invitations),
            dict(self.alerts),
            dict(self.shift_notes),
            dict(self.numbers),
            self.audit.copy(),
            self.you,
            self.link,
            dict(self.unread),
            dict(self.rings),
            dict(self._by_name),
            dict(self._seen),
        )

    def row(self, key: str) -> wire.RoomRow | wire.RecordingRow | wire.CallRow | wire.InvitationRow | None:
        """Whatever has this key."""
        other = self.recordings.get(key) or self.calls.get(key) or self.invitations.get(key)
        return self.rooms.get(key) or other

    def keys(self) -> set[str]:
        """Of every row there is."""
        others = (*self.invitations, *self.alerts, *self.audit.rows)
        return {*self.rooms, *self.recordings, *self.calls, *others}

    def named(self, room: str) -> wire.RoomRow | None:
        """The row that commands and notes call `room`."""
        return self.rooms.get(self._by_name.get(room, ""))

    def read(self, key: str) -> None:
        """Somebody looked at this room: its messages count as read."""
        self.unread.pop(key, None)

    def needs(self, key: str) -> bool:
        """Whether that row needs somebody."""
        return key in self.rings or self.unread.get(key, 0) > 0

    def need(self, key: str) -> Need:
        """Why that row needs somebody."""
        rings, unread = self.rings.get(key), self.unread.get(key, 0)
        if rings is None and not unread:
            return NOTHING
        return Need(frozenset(self.alerts[each].kind for each in rings or ()), unread)

    def newest(self) -> dict[str, int]:
        """By shard: number of the last event taken in."""
        return dict(self._seen)

    def _begin(self, picture: wire.Board) -> set[str]:
        touched = self.keys()
        self.rooms = {row.key: row for row in picture.rooms}
        self._by_name = {row.room: row.key for row in picture.rooms}
        self.unread = {key: count for key, count in self.unread.items() if key in self.rooms}
        self.recordings = {row.key: row for row in picture.recordings}
        self.stuck = {row.key for row in picture.recordings if row.stuck}
        self.calls = {row.key: row for row in picture.calls}
        self.invitations = {row.key: row for row in picture.invitations}
        self.alerts = {row.key: row for row in picture.alerts}
        self.rings = ringing(self.alerts.values())
        self.shift_notes = {note.unit: note for note in picture.shift_notes}
        self.numbers = {row.unit: row for row in picture.numbers}
        self.audit = AuditLines.of(picture.audit)
        self.you = picture.you
        self.link = picture.link
        shard, number = parse_id(picture.at_event)
        self._seen = {shard: number}
        return touched | self.keys()

    def _apply(self, event: RoomEvent) -> set[str]:
        match event:
            case wire.RoomChanged(row=row):
                self.rooms[row.key] = row
                self._by_name[row.room] = row.key
                return {row.key}
            case wire.RoomGone(key=key):
                gone = self.rooms.pop(key, None)
                if gone is not None and self._by_name.get(gone.room) == key:
                    del self._by_name[gone.room]
                self.unread.pop(key, None)
                return {key}
            case wire.Link():
                self.link = event
                return set()
            case wire.Note(kind="wrote", room=room):
                key = self._by_name.get(room, "")
                if key:
                    self.unread[key] = self.unread.get(key, 0) + 1
                return {key} if key else set()
            case wire.Note():
                return set()

    def _recording(self, event: RecordingEvent) -> str:
        if isinstance(event, wire.RecordingGone):
            self.recordings.pop(event.key, None)
            self.stuck.discard(event.key)
            return event.key
        row = event.row
        self.recordings[row.key] = row
        if row.stuck:
            self.stuck.add(row.key)
        else:
            self.stuck.discard(row.key)
        return row.key

    def _of_office(self, event: OfficeEvent) -> str:
        match event:
            case wire.CallChanged(row=call):
                self.calls[call.key] = call
                return call.key
            case wire.CallGone(key=key):
                self.calls.pop(key, None)
                return key
            case wire.InvitationChanged(row=invitation):
                self.invitations[invitation.key] = invitation
                return invitation.key
            case wire.InvitationGone(key=key):
                self.invitations.pop(key, None)
                return key

    def _of_alerts(self, event: AlertEvent) -> set[str]:
        match event:
            case wire.AlertChanged(row=alert):
                before, self.alerts[alert.key] = self.alerts.get(alert.key), alert
                return {alert.key} | put(self.rings, before, alert)
            case wire.AlertGone(key=key):
                return {key} | put(self.rings, self.alerts.pop(key, None), None)
            case wire.ShiftNoteChanged(row=note):
                self.shift_notes[note.unit] = note
            case wire.ShiftNoteGone(unit=unit):
                self.shift_notes.pop(unit, None)
        return set()
