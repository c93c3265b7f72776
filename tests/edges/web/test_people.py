"""Erasing a citizen over HTTP, on a real agent: by units, in words, and gone from what the agent has at hand."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.an_office import StoppedClock
from tests.edges.store.samples import raw
from tests.edges.web.lone_agent import ALL, acts_on_record, lone_agent, problem_of, visitor
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.edges.store.bookings import Booked, Wish, book, register_of
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.flows.house import HAPPENED
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import NO_NAME, Pass, PassRecord, Role
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.wiring import Agent

WARD = frozenset({"Psykiatri"})


@asynccontextmanager
async def asked(folder: Path, units: frozenset[str] = ALL) -> AsyncIterator[tuple[Agent, httpx.AsyncClient]]:
    """A lone agent and a supervisor of these units."""
    async with lone_agent(folder, {os.getuid(): units}) as agent, visitor(folder / "agent.sock") as http:
        yield agent, http


async def a_past_visit(folder: Path) -> tuple[Booked, Pass]:
    """An appointment of the jobcentre that is over, and the pass its citizen came with."""
    wish = Wish("Jobcenter", "Mette", "Anna Hansen", "0f" * 32, "samtale", 1.0, 2.0, case_ref="sag 17")
    ring = read_keys(folder / "keys")
    async with open_database(
        folder / "portner.sqlite3", ring.columns, ring.identity.own_mark, "tests", "normal"
    ) as base:
        register = register_of(base, ring.identity, StoppedClock(0.0))
        line = register.line("policy-load", "test")
        await register.records.keep(line, Unit("Jobcenter", "Jobcenter", "Kommunen", "00 00 00 00"))
        booked = await book(register, wish)
    pass_ = Pass(
        id="k3vq",
        role=Role.CITIZEN,
        person=booked.citizen,
        seat=seat_of(booked.citizen, booked.appointment),
        room=booked.room,
        issued_at=1.0,
        not_before=1.0,
        expires_at=9e9,
        appointment=booked.appointment,
    )
    return booked, pass_


async def at_hand(agent: Agent, pass_: Pass) -> Known:
    """What the agent knows of the holder."""
    known = await agent.house.store.known(pass_)
    assert known is not None
    await agent.house.remember(known, 1.0)
    return known


async def test_the_agent_erases_and_forgets(tmp_path: Path) -> None:
    """204; the name is gone from the database and from what the agent has at hand, and it is on record."""
    async with asked(tmp_path) as (agent, http):
        booked, pass_ = await a_past_visit(tmp_path)
        assert (await at_hand(agent, pass_)).person.name == "Anna Hansen"
        await agent.house.write("authenticate", HAPPENED, room="", used=PassRecord(pass_, 1.0))

        answer = await http.post(f"/v1/people/{booked.citizen}/erase", json={})

        assert (answer.status_code, answer.content) == (204, b"")
        known = await agent.house.holder(pass_.id)
        assert known is not None
        assert (known.person.name, known.revoked) == (NO_NAME, True)
        [(name,)] = raw(tmp_path / "portner.sqlite3", "SELECT name FROM people WHERE id = ?", booked.citizen)
        assert name == ""
        assert acts_on_record(tmp_path)[-1] == "person-erase"


@pytest.mark.parametrize(
    ("units", "whom", "status", "reason"),
    [
        (WARD, "citizen", 403, "not_your_unit"),
        (ALL, "staff", 409, "staff_are_kept"),
        (ALL, "room", 404, "unknown_person"),
    ],
)
async def test_a_refusal_is_a_problem_in_words(
    tmp_path: Path, units: frozenset[str], whom: str, status: int, reason: str
) -> None:
    """By another unit's supervisor, of staff, of nobody; nothing is gone."""
    async with asked(tmp_path, units) as (_, http):
        booked, _ = await a_past_visit(tmp_path)
        answer = await http.post(f"/v1/people/{getattr(booked, whom)}/erase", json={})
        assert (answer.status_code, problem_of(answer).reason) == (status, reason)
        assert raw(tmp_path / "portner.sqlite3", "SELECT count(*) FROM people WHERE name <> ''") == [(2,)]


@pytest.mark.parametrize(
    ("whom", "units", "status"), [("staff", ALL, 204), ("", ALL, 204), ("", WARD, 403), ("citizen", ALL, 404)]
)
async def test_staff_are_signed_out_by_the_agent(tmp_path: Path, whom: str, units: frozenset[str], status: int) -> None:
    """One, or everybody for who supervises all; the session is over."""
    async with asked(tmp_path, units) as (_, http):
        booked, _ = await a_past_visit(tmp_path)
        ring = read_keys(tmp_path / "keys")
        path = tmp_path / "portner.sqlite3"
        async with open_database(path, ring.columns, ring.identity.own_mark, "tests", "normal") as base:
            register = register_of(base, ring.identity, StoppedClock(0.0))
            await register.records.keep(
                register.line("test", "test"), Session("mark", SessionKind.STAFF, booked.staff, 1.0, 9e9)
            )
        of = f"/{getattr(booked, whom)}" if whom else ""
        answer = await http.post(f"/v1/staff{of}/sign-out", json={})
        assert answer.status_code == status
        over = raw(path, "SELECT count(*) FROM sessions WHERE expires_at < 9e9")
        assert over == [(1 if status == 204 else 0,)]


async def test_only_post_erases(tmp_path: Path) -> None:
    """Looking changes nothing."""
    async with asked(tmp_path) as (_, http):
        booked, _ = await a_past_visit(tmp_path)
        assert (await http.get(f"/v1/people/{booked.citizen}/erase")).status_code == 405
        assert raw(tmp_path / "portner.sqlite3", "SELECT count(*) FROM people WHERE name <> ''") == [(2,)]
