"""The JSON of the booking API: what calling systems send, and what they read. camelCase; unknown names are refused."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from xmpp_agent.flows.booking import NEXT_FREE, Whom, Wish
from xmpp_agent.flows.rebooking import Change, To
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.rules.guests import LONGEST_EMAIL, LONGEST_NAME, Typed

_EARLIEST, _LATEST = 2000, 2200
"""Years."""


_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = r"[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?"
_OFFSET = r"([Zz]|[+-]\d{2}:?\d{2})"


def _written(pattern: str) -> BeforeValidator:
    """Pydantic reads numbers as seconds since 1970, as text, too; here a time is written out or is none."""
    form = re.compile(pattern, re.ASCII)

    def check(given: object) -> object:
        if not isinstance(given, str) or form.fullmatch(given) is None:
            raise ValueError("a time is written out")  # what pydantic turns into a fault of the field
        return given

    return BeforeValidator(check)


def _sensible(moment: datetime) -> datetime:
    if moment.tzinfo is None or not _EARLIEST <= moment.year < _LATEST:
        raise ValueError("a time has an offset, and is of this century or the next")
    return moment


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("text without line breaks and control characters")
    return text


Moment = Annotated[
    datetime,
    _written(_DAY + _TIME + _OFFSET),
    AfterValidator(_sensible),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""RFC 3339, with offset."""
Day = Annotated[date, _written(_DAY)]
When = Annotated[datetime, _written(f"{_DAY}{_TIME}{_OFFSET}?")]
"""A time asked for; without offset it is UTC."""
UnitId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
PolicyId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
Phone = Annotated[str, StringConstraints(max_length=60)]
Email = Annotated[str, StringConstraints(max_length=LONGEST_EMAIL)]
Cpr = Annotated[str, StringConstraints(max_length=20)]
Account = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Reference = Annotated[str, StringConstraints(max_length=200), AfterValidator(_printable)]
Language = Annotated[str, StringConstraints(pattern="^(da|en)$")]


class Sent(BaseModel):
    """What a calling system sends."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, hide_input_in_errors=True)


class GuestIn(Sent):
    """Somebody who is to come."""

    name: Name
    phone: Phone = ""
    email: Email = ""


class CitizenIn(GuestIn):
    """The citizen. The CPR number is needed where the policy asks for a login; it never comes back."""

    cpr: Cpr = ""


class CompanionIn(GuestIn):
    """Somebody who comes with the citizen, on a link of their own."""

    kind: CompanionKind

    def typed(self) -> Typed:
        """As the flows take it."""
        return Typed(self.name, self.phone, self.email)


class StaffIn(Sent):
    """Whom an appointment is with; nobody named: the next free of the unit."""

    staff_id: Account | None = None
    """What the employer calls them (the claim that staff sign-on is configured with)."""
    staff_name: Name | None = None
    """How people read it; used when they are new to Portner."""

    def named(self) -> Whom | None:
        """Whoever is named, as the flows take it."""
        return Whom(self.staff_id, self.staff_name or "") if self.staff_id else None


class AppointmentIn(StaffIn):
    """A new appointment."""

    unit: UnitId
    policy: PolicyId
    starts_at: Moment
    ends_at: Moment
    citizen: CitizenIn
    companions: Annotated[tuple[CompanionIn, ...], Field(max_length=20)] = ()
    case_ref: Reference = ""
    language: Language = "da"
    met_in_person: StrictBool = False
    asked_for_video: StrictBool = False
    external_id: ExternalId | None = None
    """Your own id: sent again with the same content, it books nothing twice."""

    def wish(self) -> Wish:
        """As the flows take it."""
        return Wish(
            unit=self.unit,
            policy=self.policy,
            starts_at=self.starts_at.timestamp(),
            ends_at=self.ends_at.timestamp(),
            citizen=Typed(self.citizen.name, self.citizen.phone, self.citizen.email, self.citizen.cpr),
            staff=self.named() or NEXT_FREE,
            companions=tuple((companion.kind, companion.typed()) for companion in self.companions),
            case_ref=self.case_ref,
            language=self.language,
            met=self.met_in_person,
            asked=self.asked_for_video,
            external_id=self.external_id or "",
        )


class CitizenChange(Sent):
    """What is to be otherwise about the citizen; what is left out stays. An empty text: nothing any more."""

    name: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    cpr: Cpr | None = None


class AppointmentChange(Sent):
    """What is to be otherwise; what is left out stays."""

    policy: PolicyId | None = None
    citizen: CitizenChange = CitizenChange()
    case_ref: Reference | None = None
    language: Language | None = None
    met_in_person: StrictBool | None = None
    asked_for_video: StrictBool | None = None

    def change(self) -> Change:
        """As the flows take it."""
        who = self.citizen
        return Change(
            policy=self.policy,
            name=who.name,
            phone=who.phone,
            email=who.email,
            cpr=who.cpr,
            case_ref=self.case_ref,
            language=self.language,
            met=self.met_in_person,
            asked=self.asked_for_video,
        )


class MoveIn(StaffIn):
    """Another time, and with `staffId` another member of staff; `nextFree`: whoever of the unit is free."""

    starts_at: Moment
    ends_at: Moment
    next_free: StrictBool = False

    def to(self) -> To:
        """As the flows take it."""
        whom = NEXT_FREE if self.next_free else self.named()
        return To(self.starts_at.timestamp(), self.ends_at.timestamp(), whom)


class Shown(BaseModel):
    """What a calling system reads."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class GuestOut(Shown):
    """Somebody who is to come. `link` is theirs alone: it leads to the pages before the meeting."""

    id: str
    name: str
    link: str | None


class CompanionOut(GuestOut):
    """Somebody who comes with the citizen."""

    kind: CompanionKind


class Row(Shown):
    """An appointment in a list: no names."""

    id: str
    external_id: str | None
    """Yours; None when another system booked it."""
    unit: str
    policy: str
    starts_at: str
    ends_at: str
    state: str
    """`booked`, `cancelled`, `attended` or `absent`."""
    staff: str | None
    """Person id; None: the next free."""
    version: int


class AppointmentOut(Row):
    """An appointment with its people."""

    language: str
    case_ref: str
    met_in_person: bool
    asked_for_video: bool
    citizen: GuestOut
    companions: list[CompanionOut]


class Page(Shown):
    """One page of a list."""

    appointments: list[Row]
    next: str | None
    """Give it as `after` for the next page; None: there is none."""


class LetterOut(Shown):
    """One message, and what became of it."""

    id: str
    person: str
    about: str
    channel: str
    state: str
    failure: str | None
    changed_at: str


class UnitOut(Shown):
    """A unit."""

    id: str
    name: str
    neutral_name: str
    phone: str
    timezone: str
    closed: bool


class PolicyOut(Shown):
    """A policy: what an appointment of its kind asks for. Spans are seconds."""

    id: str
    level: str
    lobby: bool
    recording_allowed: bool
    early: float
    late: float
    ladder: list[str]
    reminders: list[float]
    needs_met_in_person: bool
    needs_asked_for_video: bool


@lru_cache(maxsize=4096)
def moment(seconds: float) -> str:
    """A time as RFC 3339 in UTC. A day's appointments share few times."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
