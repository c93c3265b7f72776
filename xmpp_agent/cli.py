"""`portner`: one command line for the agent, the console, bookings, passes, keys and the audit chain.

Exit codes: 0 done, 1 not done (why stands on stderr), 2 the command, settings, keys or database are wrong.
Names and CPR numbers are read, never printed.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from sqlalchemy.exc import SQLAlchemyError

from xmpp_agent import (
    cli_audit,
    cli_booking,
    cli_person,
    cli_policy,
    cli_recording,
    cli_recordings,
    cli_reseal,
    cli_staff,
    cli_tui,
    withdrawing,
)
from xmpp_agent.cli_common import PLAIN, AsJson, actor, database_of, from_stdin, opened, settings_of, show
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.columns import SealBroken
from xmpp_agent.edges.keys.files import KeyFault
from xmpp_agent.edges.keys.identity import IdentityFault
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing, make_keys, read_keys, rotate_keys
from xmpp_agent.edges.store.bookings import BookingFault, Wish, book, listed, register_of
from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.sqlite.file import DatabaseFault
from xmpp_agent.issuing import IssueFault, Issuer, Login
from xmpp_agent.model.people import CompanionKind, Level, Pass
from xmpp_agent.policy_file import PolicyFault
from xmpp_agent.ports import Unavailable
from xmpp_agent.settings import Settings, SettingsFault

app = typer.Typer(help="Who may open a room, who waits, who comes in.", **PLAIN)
appointments = typer.Typer(help="Appointments.", **PLAIN)
keys = typer.Typer(help="Key files.", **PLAIN)
app.add_typer(appointments, name="appointment")
app.add_typer(keys, name="keys")
cli_audit.mount(app)
cli_person.mount(app)
cli_booking.mount(app)
cli_policy.mount(app)
cli_recordings.mount(app)
cli_staff.mount(app)
cli_reseal.mount(keys)


class Flavour(StrEnum):
    """Which Jitsi the configuration is for."""

    DEBIAN = "debian"
    DOCKER = "docker"
    STOCK = "stock"


class Visitor(StrEnum):
    """Who a pass is for, when it is not staff."""

    CITIZEN = "citizen"
    COMPANION = "companion"


def main() -> None:
    """Run the command line; faults become one sentence each on stderr and an exit code, never a traceback."""
    try:
        app()
    except (SettingsFault, PolicyFault) as fault:
        _leave(2, *fault.faults)
    except (KeyFault, DatabaseFault) as fault:
        _leave(2, str(fault))
    except (BookingFault, IssueFault, IdentityFault, SealBroken, Unavailable, withdrawing.NotDone) as fault:
        _leave(1, str(fault))
    except SQLAlchemyError as fault:
        _leave(1, f"The database cannot do it: {type(fault).__name__}.")


@app.callback()
def _start(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="TOML file with settings.")] = None,
) -> None:
    context.obj = config


@app.command()
def agent(context: typer.Context) -> None:
    """Run the agent beside Prosody."""
    _end(_part("xmpp_agent.wiring").run_agent(settings_of(context)))


@app.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Play the day, no console.")] = False,
) -> None:
    """Play a clinic day on this machine."""
    _end(_part("xmpp_agent.demo").run(headless=headless))


@app.command("jitsi-config")
def jitsi_config(
    domain: Annotated[str, typer.Option(help="Users' domain of the Jitsi.")],
    debian: Annotated[bool, typer.Option("--debian")] = False,
    docker: Annotated[bool, typer.Option("--docker")] = False,
    stock: Annotated[bool, typer.Option("--stock")] = False,
) -> None:
    """Print what goes where in a Jitsi (default: Debian packages)."""
    asked = {Flavour.DEBIAN: debian, Flavour.DOCKER: docker, Flavour.STOCK: stock}
    chosen = [flavour for flavour, given in asked.items() if given] or [Flavour.DEBIAN]
    if len(chosen) > 1:
        raise typer.BadParameter("give one of --debian, --docker and --stock")
    print(_part("xmpp_agent.jitsi_config").command(domain, chosen[0].value))


@app.command()
def doctor(context: typer.Context) -> None:
    """Look whether everything stands as it must; one line each."""
    _end(_part("xmpp_agent.doctor").run(settings_of(context)))


@app.command(cli_recording.COMMAND, help=cli_recording.HELP)
def recording_done(
    directory: Annotated[str, typer.Argument(help="The recorder's directory.")] = "",
    script: Annotated[bool, typer.Option("--script", help="Print the same as a shell script.")] = False,
) -> None:
    """Listed here for its help: `__main__.py` runs it without loading all this."""
    _end(cli_recording.quickly(["--script"] if script else [directory]))


@app.command(cli_tui.COMMAND, help=cli_tui.HELP, add_help_option=False)
def tui() -> None:
    """Listed here for its help: `__main__.py` runs it without loading all this."""
    _end(cli_tui.quickly(sys.argv[1:]))


@appointments.command("add")
def appointment_add(
    context: typer.Context,
    staff: Annotated[str, typer.Option(help="Name of the member of staff; made when new in the unit.")],
    unit: Annotated[str, typer.Option()],
    citizen: Annotated[str, typer.Option(help="Name.")],
    at: Annotated[datetime, typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])],
    minutes: Annotated[int, typer.Option(min=1, max=1440)] = 30,
    policy: Annotated[str, typer.Option()] = "samtale",
    cpr: Annotated[str, typer.Option(help="CPR number of the citizen; '-' reads it from stdin.")] = "",
    phone: Annotated[str, typer.Option(help="Telephone number of the citizen.")] = "",
    email: Annotated[str, typer.Option(help="Mail address of the citizen.")] = "",
    companion: Annotated[list[str] | None, typer.Option(help="kind:Name; may be repeated.")] = None,
    case_ref: Annotated[str, typer.Option()] = "",
    as_json: AsJson = False,
) -> None:
    """Book an appointment; prints ids. A time without zone is this machine's."""
    settings, ring = opened(context)
    starts_at = at.timestamp()
    wish = Wish(
        unit=unit,
        staff=staff,
        citizen=citizen,
        invited="",
        policy=policy,
        starts_at=starts_at,
        ends_at=starts_at + minutes * 60,
        companions=tuple(_companion(text) for text in companion or ()),
        case_ref=case_ref,
        cpr=from_stdin(cpr) or cpr,
        phone=phone,
        email=email,
    )

    async def work() -> dict[str, object]:
        async with database_of(settings, ring) as db:
            booked = await book(register_of(db, ring.identity, SystemClock()), wish, actor())
        return {name: getattr(booked, name) for name in booked.__slots__}

    show(asyncio.run(work()), as_json)


@appointments.command("list")
def appointment_list(
    context: typer.Context,
    past: Annotated[bool, typer.Option("--past", help="Also those that are over.")] = False,
    as_json: AsJson = False,
) -> None:
    """List appointments: ids, times, policy. No names."""
    settings, ring = opened(context)

    async def work() -> tuple[dict[str, object], ...]:
        async with database_of(settings, ring) as db:
            return tuple(dict(row) for row in await listed(db.engine, 0 if past else SystemClock().now()))

    for row in asyncio.run(work()):
        if as_json:
            print(json.dumps(row))
        else:
            start = datetime.fromtimestamp(float(str(row["starts_at"])), UTC)
            state = "booked" if row["cancelled_at"] is None else "cancelled"
            print(f"{row['id']}  {start:%Y-%m-%dT%H:%MZ}  {row['policy']}  {row['unit']}  {row['room']}  {state}")


@appointments.command("cancel")
def appointment_cancel(context: typer.Context, appointment: str) -> None:
    """Cancel an appointment: through the agent when it runs, else in the database."""
    settings = settings_of(context)
    if not withdrawing.asked(settings.socket, "appointments", appointment, "cancel"):
        _directly(settings, lambda db: withdrawing.cancel(db, appointment, SystemClock().now()))


@app.command()
def revoke(context: typer.Context, pass_id: str) -> None:
    """Revoke a pass: through the agent when it runs, else in the database."""
    settings = settings_of(context)
    if not withdrawing.asked(settings.socket, "passes", pass_id, "revoke"):
        _directly(settings, lambda db: withdrawing.revoke(db, pass_id, SystemClock().now()))


@app.command("pass")
def mint_pass(
    context: typer.Context,
    appointment: Annotated[str | None, typer.Option(help="Appointment id.")] = None,
    visitor: Annotated[Visitor, typer.Option("--as")] = Visitor.CITIZEN,
    companion: Annotated[str | None, typer.Option(help="Person id of the companion.")] = None,
    staff: Annotated[str | None, typer.Option(help="Name or person id of staff.")] = None,
    room: Annotated[str | None, typer.Option(help="Node of the room, for staff.")] = None,
    verified_cpr: Annotated[str, typer.Option(help="What the login returned; '-' reads stdin.")] = "",
    level: Annotated[str, typer.Option(help="none, low, substantial or high.")] = "none",
    as_json: AsJson = False,
) -> None:
    """Mint a pass for tests and the demo, and print its token."""
    settings, ring = opened(context)
    login = Login(_level(level), _hashed(ring, verified_cpr))
    if visitor is Visitor.COMPANION and companion is None:
        raise typer.BadParameter("--as companion needs --companion")

    async def work() -> tuple[Pass, str]:
        async with database_of(settings, ring) as db:
            issuer = Issuer(db, SignedPasses(ring.signing, settings.domain, settings.audience), SystemClock().now())
            if staff is not None:
                return await issuer.for_staff(staff, room, appointment, login)
            if appointment is None:
                raise typer.BadParameter("--appointment or --staff is needed")
            return await issuer.for_visitor(appointment, companion, login)

    pass_, token = asyncio.run(work())
    if as_json:
        about = {"pass": pass_.id, "room": pass_.room, "seat": pass_.seat, "person": pass_.person}
        print(json.dumps({"token": token, **about, "appointment": pass_.appointment, "role": pass_.role.value}))
    else:
        print(token)


@keys.command("init")
def keys_init(context: typer.Context) -> None:
    """Make all key files of a new installation."""
    settings = settings_of(context)
    make_keys(settings.key_dir, settings.database, datetime.now(UTC))


@keys.command("rotate")
def keys_rotate(context: typer.Context) -> None:
    """Add a new signing key and column key; old ones still verify and open. Restart the agent afterwards."""
    print(rotate_keys(settings_of(context).key_dir, datetime.now(UTC)))


@keys.command("list")
def keys_list(
    context: typer.Context,
    jwks: Annotated[bool, typer.Option("--jwks", help="Print the public keys as JWK Set.")] = False,
) -> None:
    """List signing keys, newest first; the first one signs."""
    signing = read_keys(settings_of(context).key_dir).signing
    print(json.dumps(signing.jwks()) if jwks else "\n".join(sorted(signing.private, reverse=True)))


def _directly(settings: Settings, act: Callable[[Database], Awaitable[None]]) -> None:
    """Write to the database of an agent that does not run."""

    async def work() -> None:
        async with database_of(settings, read_keys(settings.key_dir)) as database:
            await act(database)

    asyncio.run(work())


def _hashed(ring: KeyRing, cpr: str) -> str:
    """The keyed hash of a CPR number given on the command line or stdin; "" for none."""
    given = from_stdin(cpr)
    return ring.identity.cpr(given) if given or cpr else ""


def _companion(text: str) -> tuple[CompanionKind, str]:
    kind, _, name = text.partition(":")
    if kind not in set(CompanionKind):
        raise typer.BadParameter(f"--companion is kind:Name; kinds are {', '.join(CompanionKind)}")
    return CompanionKind(kind), name


def _level(text: str) -> Level:
    try:
        return Level[text.upper()]
    except KeyError:
        raise typer.BadParameter(f"--level is one of {', '.join(level.name.lower() for level in Level)}") from None


def _part(name: str) -> Any:  # noqa: ANN401  # a module: only what is called is loaded
    return importlib.import_module(name)


def _end(code: int | None) -> None:
    raise typer.Exit(code or 0)


def _leave(code: int, *sentences: str) -> NoReturn:
    for sentence in sentences:
        print(f"portner: {sentence}", file=sys.stderr)
    sys.exit(code)
