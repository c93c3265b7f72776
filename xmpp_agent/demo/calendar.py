"""The calendar system of the demo: books, moves and cancels over the booking API with a key of its own.

Knows of Portner what docs/booking-api.md tells, and no more.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from xmpp_agent.demo.townspeople import Citizen, Colleague, Follower

HALF_AN_HOUR = 30.0
"""Minutes."""
_SOON = 15.0
_THERE = ZoneInfo("Europe/Copenhagen")


class NotBookedError(Exception):
    """A calendar's wish was refused; `reason` is the API's code, the text its own sentence."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(text)
        self.status, self.reason = status, reason


CASE = "2026-1701"
"""Number of the case everybody of the demo has in the case system."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be booked. `colleague` None: the next free of the unit. `starts_in`: minutes from now."""

    citizen: Citizen
    unit: str
    policy: str
    colleague: Colleague | None = None
    followers: Sequence[Follower] = ()
    starts_in: float = 5.0
    met: bool = False
    asked: bool = False
    case: str = CASE


@dataclass(frozen=True, slots=True)
class Booking:
    """What was booked, as the calendar remembers it."""

    id: str
    wish: Wish
    starts_at: datetime
    version: str
    """The ETag."""
    cancelled: bool = False


@dataclass
class Calendar:
    """One calendar system. `site` is the origin of the API."""

    site: str
    key: str
    booked: dict[str, Booking] = field(default_factory=dict)
    """In the order of booking."""

    async def book(self, wish: Wish) -> Booking:
        """Book. Raises NotBookedError."""
        starts_at = begins(wish.starts_in, datetime.now(UTC))
        asked = {
            "unit": wish.unit,
            "policy": wish.policy,
            **_times(starts_at),
            "citizen": {
                "name": wish.citizen.name,
                "cpr": wish.citizen.person.cpr,
                "phone": wish.citizen.phone,
                "email": wish.citizen.email,
            },
            "companions": [{"kind": one.kind, "name": one.name, "phone": one.phone} for one in wish.followers],
            **_staff(wish.colleague),
            "metInPerson": wish.met,
            "askedForVideo": wish.asked,
            "caseRef": wish.case,
            "externalId": secrets.token_hex(8),
        }
        answer = await self._ask("", asked)
        return self._note(Booking(answer.json()["id"], wish, starts_at, answer.headers["etag"]))

    async def move(self, ident: str, minutes: float) -> Booking:
        """Have it begin so many minutes later. Raises NotBookedError, KeyError (nothing of that id was booked)."""
        standing = self.booked[ident]
        starts_at = standing.starts_at + timedelta(minutes=minutes)
        answer = await self._ask(f"/{ident}/move", _times(starts_at), standing.version)
        return self._note(replace(standing, starts_at=starts_at, version=answer.headers["etag"]))

    async def cancel(self, ident: str) -> Booking:
        """Call it off. Raises NotBookedError, KeyError (nothing of that id was booked)."""
        standing = self.booked[ident]
        answer = await self._ask(f"/{ident}/cancel", None, standing.version)
        return self._note(replace(standing, cancelled=True, version=answer.headers["etag"]))

    async def _ask(self, path: str, content: object, version: str = "") -> httpx.Response:
        headers = {"authorization": f"Bearer {self.key}", "accept-language": "da"}
        if version:
            headers["if-match"] = version
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            answer = await http.post(f"{self.site}/api/v1/appointments{path}", json=content, headers=headers)
        if not answer.is_success:
            problem = answer.json()
            raise NotBookedError(answer.status_code, problem.get("reason", ""), problem.get("title", ""))
        return answer

    def _note(self, booking: Booking) -> Booking:
        self.booked[booking.id] = booking
        return booking


def begins(minutes: float, now: datetime) -> datetime:
    """So many minutes after `now`. What is about to begin begins today: a page of staff shows the day it is there."""
    starts_at, local = now + timedelta(minutes=minutes), now.astimezone(_THERE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(starts_at, midnight - timedelta(minutes=1)) if minutes <= _SOON else starts_at


def _times(starts_at: datetime) -> dict[str, str]:
    ends_at = starts_at + timedelta(minutes=HALF_AN_HOUR)
    return {"startsAt": starts_at.isoformat(), "endsAt": ends_at.isoformat()}


def _staff(colleague: Colleague | None) -> dict[str, str]:
    return {"staffId": colleague.account, "staffName": colleague.name} if colleague is not None else {}
