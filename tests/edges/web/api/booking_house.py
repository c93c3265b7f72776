"""The booking API on a real database, with two calling systems that have keys, as tests ask it."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from fastapi import FastAPI

from tests.an_office import CPR, UNIT
from tests.flows.calendar import WARD, Desk, open_desk
from tests.rules.scenes import NOW, POLICY
from xmpp_agent.edges.web.api.app import booking_app
from xmpp_agent.model.callers import Caller
from xmpp_agent.ports.diary import NewKey

PLENTY = 10_000_000
"""Requests a minute that no test reaches."""
NAME, PHONE, MAIL = "Anna Hansen", "20 12 34 56", "anna@borger.example"
PERSONAL = (NAME, "Anna", CPR, f"{CPR[:6]}-{CPR[6:]}", PHONE, "20123456", MAIL)
"""What no refusal may repeat."""


@dataclass
class BookingHouse:
    """The application, what is behind it, and the keys: of the unit, of another unit."""

    desk: Desk
    app: FastAPI
    key: str
    wards_key: str

    def asking(self, key: str | None = "") -> httpx.AsyncClient:
        """A client with the unit's key, another one, or (None) none."""
        headers = {} if key is None else {"authorization": f"Bearer {key or self.key}"}
        # What breaks the application is to be answered with a 500, as a server does, and not raised here.
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="https://moede.test", headers=headers)

    async def another_key(self, ident: str, units: frozenset[str], per_minute: int = PLENTY) -> str:
        """A key of one more calling system."""
        key = f"portner_{secrets.token_urlsafe(32)}"
        office = self.desk.office
        caller = Caller(ident, ident, units, per_minute, NOW)
        await office.records.keep(office.line("key", "test"), NewKey(caller, office.marks.mark("api-key", key), ""))
        return key


@asynccontextmanager
async def open_booking_house(folder: Path) -> AsyncIterator[BookingHouse]:
    """A new house in that folder."""
    async with open_desk(folder) as desk:
        house = BookingHouse(desk, booking_app(desk.office, desk.database.callers), "", "")
        house.key = await house.another_key("the-units", frozenset({UNIT.id}))
        house.wards_key = await house.another_key("the-wards", frozenset({WARD.id}))
        yield house


def at(seconds: float) -> str:
    """A time so long from now, as RFC 3339."""
    return datetime.fromtimestamp(NOW + seconds, UTC).isoformat()


def a_wish(**otherwise: object) -> dict[str, object]:
    """What is sent to book."""
    citizen = {"name": NAME, "phone": PHONE, "email": MAIL, "cpr": CPR}
    times = {"startsAt": at(3600), "endsAt": at(5400)}
    return {"unit": UNIT.id, "policy": POLICY.id, **times, "citizen": citizen, **otherwise}


def a_meeting(info: Mapping[str, str] | None = None, **otherwise: object) -> dict[str, object]:
    """What is sent to book through the VideoAPI."""
    said = {"portner.name": NAME, "portner.cpr": CPR, "portner.phone": PHONE, **(info or {})}
    rows = [{"key": key, "value": value} for key, value in said.items()]
    times = {"startTime": at(3600), "endTime": at(5400)}
    return {"subject": "Samtale med Anna", **times, "additionalInformation": rows, **otherwise}
