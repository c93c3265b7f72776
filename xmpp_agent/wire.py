"""The JSON the console reads and writes, over HTTP on the agent's Unix socket.

GET  /v1/board                    -> Board (a whole picture; `at_event` is the event id it stands at)
GET  /v1/events                   -> text/event-stream: `id: <stream>:<n>`, `event: room|room_gone|recording|
                                     recording_gone|call|call_gone|invitation|invitation_gone|alert|alert_gone|shift_note|
                                     shift_note_gone|numbers|audit|link|note`,
                                     `data:` the model of that name below. `<stream>` is the shard and this start
                                     of the agent.
                                     `Last-Event-ID` resumes; when events after it are no longer kept, and when the
                                     agent sees Prosody anew, `event: resync` (data {}) comes: read the board again.
                                     A comment line `: alive` comes after 5 s of silence, and once all that happened
                                     after `Last-Event-ID` was sent: it tells the console that nothing is missing.
POST /v1/rooms/{room}/let-in      LetIn     -> Done
POST /v1/rooms/{room}/turn-away   TurnAway  -> Done
POST /v1/rooms/{room}/write       Write     -> Done
POST /v1/rooms/{room}/finish      Finish    -> Done
POST /v1/rooms/{room}/put-back    PutBack   -> Done
POST /v1/rooms/{room}/end         End       -> Done (closed for all)
POST /v1/rooms/{room}/stop-recording  StopRecording -> Done (asked for; it is off when the row says so)
GET  /v1/rooms/{room}/next        -> NextUp; 404 not_waiting, or 409 with the reason nobody may come in
POST /v1/rooms/{room}/next        Next      -> Done
GET  /v1/rooms/{room}/waiting/{knock}/colleagues -> Colleagues (to whom that person may be moved)
POST /v1/rooms/{room}/move        Move      -> Done
POST /v1/write-unit               WriteUnit -> Done
POST /v1/rooms/{room}/reveal      Reveal    -> Revealed
GET  /v1/recordings               -> Recordings (the same as on the board)
GET  /v1/recordings/{id}/appointments -> Choices (what it may be of, for `map`)
POST /v1/recordings/{id}/retry    Retry     -> Done; likewise map (MapTo), discard (Discard), hold and release (Hold)
POST /v1/calls/{id}/again        Retry     -> Done; likewise promise and taken (a lost caller is, was rung back)
POST /v1/invitations/{appointment}/again  Retry -> Done (a fresh link to the citizen; the old one is dead)
POST /v1/alerts/{alert}/acknowledge  Retry -> Done; likewise take and give-back (whose it is)
POST /v1/units/{unit}/shift-note  WriteShiftNote -> Done (the note to the next shift)
GET  /v1/numbers                  -> Numbers (the same as on the board)
GET  /v1/audit/{shard}/{seq}      -> AuditWhy (one line with every rule asked)
POST /v1/audit/search             AuditSearch -> AuditPage; 409 `reason_needed`: say why, and ask again
POST /v1/audit/export             AuditTake -> AuditExport
POST /v1/lists/taken              ListTaken -> Done (before a list is saved as a file)
POST /v1/appointments/{id}/cancel, /v1/passes/{id}/revoke   (no body) -> 204
POST /v1/people/{id}/erase, /v1/staff/{id}/sign-out, /v1/staff/sign-out (everybody)   (no body) -> 204

Elsewhere, where the settings have `[site.console]`, the same (but for people and staff) at the site under /console:
GET  /console/sign-in             -> SignIn (needs nothing)
Any  /console/v1/...              `Authorization: Bearer <ID token>`; 401 when it holds no longer (`reason` signed_out:
                                     somebody ended it; else a newer one will do), 429 too often. A stream ends when
                                     its token does.

Errors are RFC 9457 problem details (`Problem`), in the language of Accept-Language (da, else en): 403 no supervisor, or
not your unit; 404 no such room or person; 409 not possible now (`reason` says why); 413 over 64 KiB; 422 malformed;
503 the agent cannot act (link to Prosody lost, audit not writable): nothing was done, or Prosody did not confirm it.
A command that was refused may be sent again as it is, and is judged anew; one carried out is not done twice.

Names of citizens are masked here ("A. H."); the full one is sent only in answer to `reveal`, on record first.
All times are seconds since 1970 (UTC); ages are computed by the console against `now` of the same message.
"""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from xmpp_agent.wire_alerts import LONGEST_SHIFT_NOTE as LONGEST_SHIFT_NOTE
from xmpp_agent.wire_alerts import AlertAct as AlertAct
from xmpp_agent.wire_alerts import AlertChanged as AlertChanged
from xmpp_agent.wire_alerts import AlertGone as AlertGone
from xmpp_agent.wire_alerts import AlertKind as AlertKind
from xmpp_agent.wire_alerts import AlertRow as AlertRow
from xmpp_agent.wire_alerts import ShiftNoteChanged as ShiftNoteChanged
from xmpp_agent.wire_alerts import ShiftNoteGone as ShiftNoteGone
from xmpp_agent.wire_alerts import ShiftNoteRow as ShiftNoteRow
from xmpp_agent.wire_alerts import WriteShiftNote as WriteShiftNote
from xmpp_agent.wire_audit import AuditExport as AuditExport
from xmpp_agent.wire_audit import AuditNews as AuditNews
from xmpp_agent.wire_audit import AuditPage as AuditPage
from xmpp_agent.wire_audit import AuditRow as AuditRow
from xmpp_agent.wire_audit import AuditSaid as AuditSaid
from xmpp_agent.wire_audit import AuditSearch as AuditSearch
from xmpp_agent.wire_audit import AuditSpot as AuditSpot
from xmpp_agent.wire_audit import AuditTake as AuditTake
from xmpp_agent.wire_audit import AuditTaken as AuditTaken
from xmpp_agent.wire_audit import AuditWhy as AuditWhy
from xmpp_agent.wire_audit import ListName as ListName
from xmpp_agent.wire_audit import ListTaken as ListTaken
from xmpp_agent.wire_base import Ident, Text
from xmpp_agent.wire_base import Wire as _Wire
from xmpp_agent.wire_door import Codes, Possible
from xmpp_agent.wire_door import Colleague as Colleague
from xmpp_agent.wire_door import Colleagues as Colleagues
from xmpp_agent.wire_door import DeviceTest as DeviceTest
from xmpp_agent.wire_door import DoorAct as DoorAct
from xmpp_agent.wire_door import End as End
from xmpp_agent.wire_door import Finish as Finish
from xmpp_agent.wire_door import LetIn as LetIn
from xmpp_agent.wire_door import Move as Move
from xmpp_agent.wire_door import Next as Next
from xmpp_agent.wire_door import NextUp as NextUp
from xmpp_agent.wire_door import PutBack as PutBack
from xmpp_agent.wire_door import Reveal as Reveal
from xmpp_agent.wire_door import Revealed as Revealed
from xmpp_agent.wire_door import StopRecording as StopRecording
from xmpp_agent.wire_door import TurnAway as TurnAway
from xmpp_agent.wire_door import Write as Write
from xmpp_agent.wire_door import WriteUnit as WriteUnit
from xmpp_agent.wire_numbers import Number as Number
from xmpp_agent.wire_numbers import Numbers as Numbers
from xmpp_agent.wire_numbers import NumbersChanged as NumbersChanged
from xmpp_agent.wire_numbers import Series as Series
from xmpp_agent.wire_numbers import UnitNumbers as UnitNumbers
from xmpp_agent.wire_office import CallAct as CallAct
from xmpp_agent.wire_office import CallChanged as CallChanged
from xmpp_agent.wire_office import CallGone as CallGone
from xmpp_agent.wire_office import CallRow as CallRow
from xmpp_agent.wire_office import CallStage as CallStage
from xmpp_agent.wire_office import InvitationAct as InvitationAct
from xmpp_agent.wire_office import InvitationChanged as InvitationChanged
from xmpp_agent.wire_office import InvitationGone as InvitationGone
from xmpp_agent.wire_office import InvitationNext as InvitationNext
from xmpp_agent.wire_office import InvitationRow as InvitationRow
from xmpp_agent.wire_office import TriedWay as TriedWay
from xmpp_agent.wire_recordings import RecordingAct as RecordingAct
from xmpp_agent.wire_recordings import RecordingChanged as RecordingChanged
from xmpp_agent.wire_recordings import RecordingGone as RecordingGone
from xmpp_agent.wire_recordings import RecordingRow as RecordingRow
from xmpp_agent.wire_recordings import Recordings as Recordings
from xmpp_agent.wire_recordings import RecordingStage as RecordingStage


class RoomPhase(StrEnum):
    """What a room is doing, in the order a day goes."""

    CLOSED = "closed"
    """No room in Prosody; people may be waiting."""
    READY = "ready"
    """Staff inside, nobody let in."""
    EXPECTING = "expecting"
    """Somebody was let in and has not arrived yet."""
    VISIT = "visit"
    """A visit is going on."""
    FROZEN = "frozen"
    """People inside, no staff: nobody comes in."""
    TURNOVER = "turnover"
    """Being cleared between two visits."""
    STUCK = "stuck"
    """Turnover failed; nobody comes in until it is done or the room closes."""


class WaitingRow(Possible, frozen=True, kw_only=True):
    """One person in the lobby. `knock` names them in commands; order in the list is the order of arrival."""

    knock: Ident
    masked: Text
    role: Literal["citizen", "companion"]
    proof: Text
    """How the name was proved, in words: "MitID betydelig", "ikke bekræftet"."""
    lane: Literal["queue", "judge"]
    """`judge`: the verified identity is not the invited one; staff must look."""
    decision: Literal["open", "wait", "refuse"]
    """What the rules would say if staff let them in now."""
    reason: Ident
    reason_text: Text
    rules: Codes = ""
    """Each rule asked, with its decision and the code of the reason: `right_person=wait:wrong_person`."""
    since: float
    away: bool = False
    """The connection is lost and the place is kept."""
    appointment_at: float | None = None
    device: DeviceTest = ""
    proved_at: float | None = None
    """When the login behind the proof was made; None: there was none, or it is not known."""
    passed_over: int = 0
    """How often somebody who came later was let in first."""


class RoomRow(Possible, frozen=True, kw_only=True):
    """One room and everything the console shows of it."""

    key: Ident
    """`shard/room`; stable; never shown."""
    room: Ident
    """What commands are addressed to."""
    unit: Text
    staff: tuple[str, ...]
    """Names of staff inside."""
    phase: RoomPhase
    citizen: Text | None = None
    """Masked."""
    companions: int = 0
    visit: int = 0
    """Number of the visit in this room today; commands about the visit name it."""
    visit_since: float | None = None
    frozen_since: float | None = None
    recording: bool = False
    waiting: tuple[WaitingRow, ...] = ()
    inside: tuple[Ident, ...] = ()
    """Those of the visit, by the knock they had while they waited."""


class Link(_Wire, frozen=True):
    """Whether the agent sees Prosody. `live` only after the whole picture was taken anew."""

    state: Literal["live", "resyncing", "lost"]
    since: float
    now: float


class Note(_Wire, frozen=True):
    """Something a supervisor should read once: a citizen wrote back, a turnover failed, somebody was turned away."""

    room: Ident
    kind: Literal["wrote", "turned_away", "stuck", "left", "arrived"]
    knock: str | None = None
    text: Text = ""


class RoomGone(_Wire, frozen=True):
    """The room has nothing more to show."""

    key: Ident


class RoomChanged(_Wire, frozen=True):
    """A room as it is now."""

    now: float
    row: RoomRow


class Board(_Wire, frozen=True):
    """Everything at once."""

    at_event: str
    now: float
    link: Link
    rooms: tuple[RoomRow, ...]
    recordings: tuple[RecordingRow, ...] = ()
    calls: tuple[CallRow, ...] = ()
    invitations: tuple[InvitationRow, ...] = ()
    alerts: tuple[AlertRow, ...] = ()
    shift_notes: tuple[ShiftNoteRow, ...] = ()
    numbers: tuple[UnitNumbers, ...] = ()
    audit: tuple[AuditRow, ...] = ()
    """The newest lines, oldest first."""
    you: Text = ""
    """Who asked, as they are on record: `uid:<n>`, or a person's id."""


class Retry(_Wire, frozen=True):
    """Once more, or what the address says; a recording: look for the file, file it, ask for the receipt.

    `version` None: whatever stands.
    """

    command: Ident
    version: int | None = None


class MapTo(Retry, frozen=True, kw_only=True):
    """Say which appointment an unmapped recording is of."""

    appointment: Ident


class Discard(Retry, frozen=True, kw_only=True):
    """Destroy its key and file for good."""

    reason: Annotated[str, Meta(min_length=3, max_length=300)]


class Hold(Retry, frozen=True, kw_only=True):
    """Keep it from being deleted, or no longer; why is written down first."""

    reason: Annotated[str, Meta(min_length=3, max_length=300)]


class Choice(_Wire, frozen=True):
    """One appointment an unmapped recording may be of."""

    appointment: Ident
    starts_at: float
    staff: Text
    citizen: Text
    """Masked."""
    unit: Text


class Choices(_Wire, frozen=True):
    """Nearest in time first."""

    choices: tuple[Choice, ...]


class Done(_Wire, frozen=True):
    """The act was carried out (not merely taken): Prosody confirmed it, or the person was told."""

    command: Ident
    reason: Ident
    text: Text


class SignIn(_Wire, frozen=True):
    """Where a console elsewhere signs in: the employer's OpenID provider, and who the console is there."""

    issuer: Ident
    discovery: Ident
    """Address of the provider's own description (OpenID Connect Discovery)."""
    client_id: Ident
    """A public client that may use the device authorization grant (RFC 8628)."""
    scopes: tuple[Ident, ...]


class Problem(_Wire, frozen=True, kw_only=True):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    reason: str = ""
