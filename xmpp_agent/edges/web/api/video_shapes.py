"""The JSON of the VideoAPI subset: MedCom's names and limits, and how their meetings read as our appointments.

Source: the public description of VideoAPI v2 (facts only; its text has no licence).
"""

import base64
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from xmpp_agent.edges.web.api.shapes import Account, ExternalId, Moment
from xmpp_agent.flows.booking import NEXT_FREE, Whom, Wish
from xmpp_agent.flows.rebooking import Change, To
from xmpp_agent.rules.guests import Typed

NOT_UNIQUE = 21
"""Their code for an external id that was used before."""
UNNAMED = "Borger"
"""Who comes when nobody is named."""

Text = Annotated[str, StringConstraints(max_length=500)]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Info(BaseModel):
    """One of `additionalInformation`. Ours begin with `portner.` and carry what the VideoAPI has no field for."""

    key: Annotated[str, StringConstraints(max_length=100)]
    value: Text


class _Asked(BaseModel):
    """Fields of theirs that Portner has no use for (pins, microphones, labels) are taken and not kept."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)

    description: Text | None = None
    organized_by_email: Account | None = None
    additional_information: Annotated[list[Info], Field(max_length=50)] = Field(default_factory=list)

    def info(self, key: str) -> str | None:
        """What is said under one of our keys."""
        return next((info.value for info in self.additional_information if info.key == f"portner.{key}"), None)

    def whom(self) -> Whom | None:
        """The member of staff; None: nobody is named."""
        account = self.info("staffId") or self.organized_by_email
        return Whom(account, self.info("staffName") or "") if account else None

    def told(self) -> Change:
        """What is said of citizen and case, under our keys."""
        return Change(
            policy=self.info("policy"),
            name=self.info("name"),
            phone=self.info("phone"),
            email=self.info("email"),
            cpr=self.info("cpr"),
            case_ref=self.info("caseRef"),
            met=_yes(self.info("metInPerson")),
            asked=_yes(self.info("askedForVideo")),
        )


class MeetingUpdate(_Asked):
    """PUT: everything required is given, and a description that is not is none."""

    subject: Subject
    start_time: Moment
    end_time: Moment

    def change(self) -> Change:
        """What is to be otherwise, besides time and staff."""
        return replace(self.told(), subject=self.subject, description=self.description or "")

    def to(self) -> To:
        """When and with whom it is to be."""
        return To(self.start_time.timestamp(), self.end_time.timestamp(), self.whom())


class MeetingPatch(_Asked):
    """PATCH: what is left out stays. A description that is null is none any more."""

    subject: Subject | None = None
    start_time: Moment | None = None
    end_time: Moment | None = None

    def change(self) -> Change:
        """What is to be otherwise, besides time and staff."""
        cleared = "description" in self.model_fields_set
        description = self.description or "" if cleared else None
        return replace(self.told(), subject=self.subject, description=description)

    def to(self) -> To:
        """When and with whom it is to be."""
        starts_at, ends_at = (time.timestamp() if time else None for time in (self.start_time, self.end_time))
        return To(starts_at, ends_at, self.whom())


class MeetingCreate(MeetingUpdate):
    """POST."""

    uuid: UUID | None = None
    external_id: ExternalId | None = None

    def wish(self, unit: str, policy: str) -> Wish:
        """As the flows take it."""
        said = self.told()
        return Wish(
            unit=unit,
            policy=said.policy or policy,
            starts_at=self.start_time.timestamp(),
            ends_at=self.end_time.timestamp(),
            citizen=Typed(said.name or UNNAMED, said.phone or "", said.email or "", said.cpr or ""),
            staff=self.whom() or NEXT_FREE,
            case_ref=said.case_ref or "",
            met=bool(said.met),
            asked=bool(said.asked),
            subject=self.subject,
            description=self.description or "",
            external_id=self.external_id or "",
            id=id_of(self.uuid) if self.uuid is not None else "",
        )


class _Shown(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Meeting(_Shown):
    """A meeting. `subject`: as it was sent, or what the unit calls its meetings when it was booked elsewhere."""

    uuid: UUID
    subject: str
    description: str | None
    start_time: str
    end_time: str
    meeting_type: str = "NORMAL"
    external_id: str | None
    short_id: str
    short_link: str | None
    additional_information: list[Info]


class SchedulingInfo(_Shown):
    """Where people go: `customPortalGuest` for the citizen, `customPortalHost` for staff."""

    uuid: UUID
    portal_link: str | None
    custom_portal_guest: str | None
    custom_portal_host: str
    return_url: str | None = None
    provision_status: str


class VideoError(BaseModel):
    """Their error: nothing is repeated but the path."""

    timestamp: str
    status: int
    error: str
    path: str
    detailed_error: str
    detailed_error_code: int


def error_of(now: datetime, status: int, path: str, code: str, words: str) -> VideoError:
    """An error; `code` is our reason, `words` are for people."""
    return VideoError(
        timestamp=now.isoformat(timespec="milliseconds"),
        status=status,
        error=HTTPStatus(status).phrase,
        path=path[:200],
        detailed_error=f"{code}: {words}" if code else words,
        detailed_error_code=NOT_UNIQUE if code == "booked_otherwise" else 0,
    )


def id_of(uuid: UUID) -> str:
    """The appointment id that a UUID stands for: the same 128 bits in base32."""
    return base64.b32encode(uuid.bytes).decode().rstrip("=").lower()


def uuid_of(ident: str) -> UUID | None:
    """The UUID of an appointment id; None for ids that hold more than 128 bits."""
    try:
        raw = base64.b32decode(ident.upper() + "=" * (-len(ident) % 8))
        uuid = UUID(bytes=raw[:16])
    except ValueError:
        return None
    return uuid if id_of(uuid) == ident else None


def _yes(text: str | None) -> bool | None:
    return None if text is None else text.strip().lower() == "true"
