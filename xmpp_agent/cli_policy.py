"""`portner policy`: units and appointment types from a file, and what the door would say in a scene. For `cli.py`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xmpp_agent.cli_common import PLAIN, actor, on_database
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.office import ALLOWED
from xmpp_agent.model.appointments import Appointment, Known, Policy, Room
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Level, Pass, Person, Role
from xmpp_agent.model.rooms import Occupant, RoomState
from xmpp_agent.model.units import Unit
from xmpp_agent.model.words import WORDS
from xmpp_agent.policy_file import PolicyFile, read_policies
from xmpp_agent.rules.admission.facts import Asks, Facts
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.settings import Settings

policy = typer.Typer(help="Units and appointment types.", **PLAIN)
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
) -> None:
    """Say which rule of the door would decide what for the citizen of such an appointment. Changes nothing."""
    found = next((one for one in read_policies(file).policies if one.id == named), None)
    if found is None:
        raise typer.BadParameter(f"the file has no policy {named}")
    if level.upper() not in Level.__members__:
        raise typer.BadParameter(f"--level is one of {', '.join(one.name.lower() for one in Level)}")
    scene = _scene(found, at * 60.0, Level[level.upper()], "invited" if right_person else "somebody else")
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


def _scene(policy: Policy, now: float, level: Level, proved: str) -> Facts:
    """The citizen of an appointment that starts at 0 and lasts half an hour stands before the open, empty room."""
    begun = now - 60.0
    room = Room("room", "unit", "staff", "1970-01-01")
    appointment = Appointment("a", "unit", "citizen", "invited", "room", policy, 0.0, 1800.0, staff="staff")
    pass_ = Pass("p", Role.CITIZEN, "citizen", "seat", "room", begun, begun, now + 3600.0, "a", level, proved)
    staff = Occupant("staff@here/1", "staff", "s", "staff", Role.STAFF, None, begun)
    known = Known(pass_, Person("citizen", "unit", "Citizen"), room, appointment)
    state = RoomState(room, exists=True, inside=(staff,))
    return Facts(Asks.JOIN, now, known, first_used_at=begun, nick="citizen", state=state)
