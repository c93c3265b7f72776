"""`portner policy`: units and appointment types from a file, and what the door would say in a scene. For `cli.py`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from textwrap import indent
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer

from xmpp_agent.cli_common import PLAIN, actor, on_database
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.office import ALLOWED
from xmpp_agent.flows.parcels import pack
from xmpp_agent.model.appointments import Appointment, Entry, Known, Policy, Room
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.letters import About, Letter
from xmpp_agent.model.people import Level, Pass, Person, Reach, Role
from xmpp_agent.model.rooms import Occupant, RoomState
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Link, Session, SessionKind
from xmpp_agent.model.words import WORDS
from xmpp_agent.policy_file import PolicyFile, read_policies
from xmpp_agent.rules.admission.facts import Asks, Facts
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.rules.arrival import Facts as PageFacts
from xmpp_agent.rules.arrival import next_step
from xmpp_agent.rules.opening_hours import is_open
from xmpp_agent.settings import Settings
from xmpp_agent.texts.render import LANGUAGES

policy = typer.Typer(help="Units and appointment types.", **PLAIN)
Noun = TypeVar("Noun", Unit, Policy)
NO_UNIT = Unit("unit", "Unit", "Unit", "00 00 00 00")
"""One that is always open, for whoever names none."""
_EVERYWHERE = Reach("+4500000000", "citizen@borger.example", "0101010101")
_FILE = Annotated[Path, typer.Argument(help="YAML file (docs/booking-api.md).")]


def mount(app: typer.Typer) -> None:
    """Add these commands to `portner`."""
    app.add_typer(policy, name="policy")


@policy.command("load")
def policy_load(
    context: typer.Context,
    file: _FILE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
) -> None:
    """Make units and appointment types what the file says; those it does not name stay. All of it or nothing."""

    async def act(database: Database, _: Settings) -> tuple[str, ...]:
        standing = await database.diary.units()
        found = read_policies(file, frozenset(unit.id for unit in standing if unit.closed))
        changed = _changed(found, standing, await database.diary.policies())
        if changed and not dry_run:
            note = " ".join(f"{type(noun).__name__.lower()}:{noun.id}" for noun in changed)
            line = AuditLine(SystemClock().now(), "policy-load", "", "", actor(), ALLOWED, note)
            await database.records.keep(line, *changed)
        return tuple(f"{'would be ' if dry_run else ''}written: {_what(noun)}" for noun in changed)

    for sentence in on_database(context, act) or ("nothing changes",):
        print(sentence)


@policy.command("try")
def policy_try(
    file: _FILE,
    named: Annotated[str, typer.Option("--policy", help="Which appointment type of the file.")],
    at: Annotated[float, typer.Option(help="Minutes from the start of the meeting; negative: before.")] = 0.0,
    level: Annotated[str, typer.Option(help="What the login returned: none, low, substantial or high.")] = "none",
    staff_inside: Annotated[bool, typer.Option(help="Whether staff is in the meeting.")] = True,
    right_person: Annotated[bool, typer.Option(help="Whether the login is the invited person's.")] = True,
    unit: Annotated[str, typer.Option(help="Which unit of the file: its hours and its words.")] = "",
    starts: Annotated[str, typer.Option(help="With --unit: when it begins there, such as 2026-11-23T10:00.")] = "",
    next_free: Annotated[bool, typer.Option(help="With --unit: it is with whoever is free.")] = False,
) -> None:
    """Say what the page before the meeting and which rule of the door would decide for the citizen of an appointment.

    With --unit also what they would be invited with. A unit's hours shut its shared queue and nothing else: they decide
    with --next-free alone. Changes nothing.
    """
    loaded = read_policies(file)
    found = _named(loaded.policies, named, "policy")
    if level.upper() not in Level.__members__:
        raise typer.BadParameter(f"--level is one of {', '.join(one.name.lower() for one in Level)}")
    where = _named(loaded.units, unit, "unit") if unit else NO_UNIT
    if bool(unit) != bool(starts) or (next_free and not unit):
        raise typer.BadParameter("--unit goes with --starts, and --next-free with both")
    begins = _moment(starts, where) if unit else 0.0
    who = "invited" if right_person else "somebody else"
    scene = _scene(found, begins, begins + at * 60.0, Level[level.upper()], who, next_free=next_free)
    print(f"page: {next_step(_page(scene, where)).value}")
    for line in _invited(scene, where) if unit else ():
        print(line)
    state = scene.state if staff_inside or scene.state is None else replace(scene.state, inside=())
    for asks in (Asks.KNOCK, Asks.JOIN):
        verdict = decide(replace(scene, asks=asks, state=state))
        print(f"{asks.value}: {verdict.decision.value} ({verdict.reason.value}) {WORDS[verdict.reason][1]}")
        for said in verdict.said:
            print(f"  {said.rule}: {said.decision.value} ({said.reason.value})")


def _changed(found: PolicyFile, units: tuple[Unit, ...], policies: tuple[Policy, ...]) -> tuple[Unit | Policy, ...]:
    nouns: tuple[Unit | Policy, ...] = (*found.units, *found.policies)
    return tuple(noun for noun in nouns if noun not in units and noun not in policies)


def _what(noun: Unit | Policy) -> str:
    return f"{'unit' if isinstance(noun, Unit) else 'policy'} {noun.id}"


def _named(nouns: tuple[Noun, ...], ident: str, kind: str) -> Noun:
    found = next((one for one in nouns if one.id == ident), None)
    if found is None:
        raise typer.BadParameter(f"the file has no {kind} {ident}")
    return found


def _moment(typed: str, unit: Unit) -> float:
    """Seconds since 1970 of a time as the clocks at the unit's place show it."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(unit.timezone)).timestamp()
    except (ValueError, OverflowError):
        raise typer.BadParameter("--starts is a time such as 2026-11-23T10:00") from None


def _page(scene: Facts, unit: Unit) -> PageFacts:
    """The same citizen at the page behind their link, logged in and with nothing left to press but the last button."""
    if scene.known is None or scene.known.appointment is None:
        raise TypeError("a scene has a citizen")
    pass_, booked = scene.known.pass_, scene.known.appointment
    link = Link("link", booked.id, booked.citizen, pass_.issued_at)
    browser = Session("browser", SessionKind.CITIZEN, booked.citizen, scene.now, scene.now + 3600.0, link="link")
    proved = pass_.proved if pass_.level else ""  # without a login nothing is proved
    session = replace(browser, level=pass_.level, proved=proved)
    return PageFacts(scene.now, link, booked, unit, session=session, is_open=is_open(unit, scene.now))


def _invited(scene: Facts, unit: Unit) -> Iterator[str]:
    """What each step of the ladder would say, in both languages, in the unit's own words where it has some."""
    page = _page(scene, unit)
    if page.appointment is None:
        return
    for rung in page.appointment.policy.plan.ladder:
        for language in LANGUAGES:
            letter = Letter("l", "a", "citizen", About.INVITATION, rung.channel, scene.now)
            entry = Entry(replace(page.appointment, language=language), Person("citizen", unit.id, "Citizen"))
            parcel = pack(letter, letter.about, entry, unit, _EVERYWHERE, f"https://moede.example/m/{'x' * 17}")
            yield f"{rung.channel.value}, {language}:"
            yield indent(f"{parcel.subject}\n{parcel.text}".strip(), "  ")


def _scene(policy: Policy, starts_at: float, now: float, level: Level, proved: str, *, next_free: bool) -> Facts:
    """The citizen of an appointment of half an hour stands before the open, empty room."""
    begun = now - 60.0
    room = Room("room", "unit", "staff", "1970-01-01")
    with_whom = "" if next_free else "staff"
    ends_at = starts_at + 1800.0
    appointment = Appointment("a", "unit", "citizen", "invited", "room", policy, starts_at, ends_at, staff=with_whom)
    pass_ = Pass("p", Role.CITIZEN, "citizen", "seat", "room", begun, begun, now + 3600.0, "a", level, proved)
    staff = Occupant("staff@here/1", "staff", "s", "staff", Role.STAFF, None, begun)
    known = Known(pass_, Person("citizen", "unit", "Citizen"), room, appointment)
    state = RoomState(room, exists=True, inside=(staff,))
    return Facts(Asks.JOIN, now, known, first_used_at=begun, nick="citizen", state=state)
