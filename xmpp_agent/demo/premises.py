"""A whole installation under one folder, on loopback: Prosody with the shims, keys, a database, the agent, a focus."""

import asyncio
import secrets
import shutil
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from xmpp_agent.demo.children import Child, ChildFault, without_settings
from xmpp_agent.demo.focus import Focus
from xmpp_agent.demo.recorder import Recorder
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.files import write_secret
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing, make_keys, read_keys
from xmpp_agent.edges.store.audit_trail import AuditReport, verify_audit
from xmpp_agent.edges.store.bookings import Booked, Wish, book, register_of
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.issuing import Issuer, Login
from xmpp_agent.jitsi_config import StockProsody, stock_prosody, write_account
from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.model.recordings import Recording
from xmpp_agent.model.units import Unit
from xmpp_agent.settings import Settings

DOMAIN = "klinik.localhost"
PROJECT = Path(__file__).resolve().parents[2]
LUA_SHIMS = PROJECT / "lua_shims"
_READY = tuple(f"Activated service '{name}' on [127.0.0.1]" for name in ("c2s", "component", "http"))
SiteFor = Callable[[StockProsody], AbstractAsyncContextManager[Mapping[str, object]]]
_HERE = ZoneInfo("Europe/Copenhagen")
_UNITS = ("Jobcenter", "Akuttelefon")
CLINIC_DAY, CLINIC_CALL = Policy("klinikdag", Level.SUBSTANTIAL), Policy("klinikopkald", Level.NONE, lobby=False)
"""What the clinic day's meetings follow: nobody is written to, people come by themselves."""
_LONGEST_SOCKET_NAME = 100
"""Bytes; the kernel takes 107."""
_FAULTS = ("Traceback", "Portner fault", "stack traceback")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One appointment of the demo, with the CPR number of whoever was invited (invented; "" for a hotline call)."""

    citizen: str
    staff: str
    unit: str
    cpr: str
    policy: str = CLINIC_DAY.id
    starts_in: float = 0.0
    companions: tuple[tuple[CompanionKind, str], ...] = ()


class Premises:
    """The running installation. Made by `open_premises`."""

    def __init__(
        self,
        stock: StockProsody,
        settings: Settings,
        ring: KeyRing,
        database: Database,
        agent: Child,
        recorder: Recorder,
    ) -> None:
        self.stock, self.settings, self.agent, self.recorder = stock, settings, agent, recorder
        self._ring, self._database = ring, database
        self._passes = SignedPasses(ring.signing, settings.domain, settings.audience)

    async def start_agent(self) -> None:
        """Start the agent; returns when it sees Prosody. Raises ChildFault."""
        await self.agent.start('"state": "live"')

    async def book(self, meeting: Meeting) -> Booked:
        """Book half an hour as the calendar system would."""
        starts_at = _today(SystemClock().now(), meeting.starts_in)
        wish = Wish(
            unit=meeting.unit,
            staff=meeting.staff,
            citizen=meeting.citizen,
            invited=self._hashed(meeting.cpr),
            policy=meeting.policy,
            starts_at=starts_at,
            ends_at=starts_at + 1800,
            companions=meeting.companions,
        )
        return await book(register_of(self._database, self._ring.identity, SystemClock()), wish)

    async def furnish(self) -> None:
        """The units and policies of the clinic day."""
        register = register_of(self._database, self._ring.identity, SystemClock())
        units = (Unit(unit, unit, "Lilleby Kommune", "70 00 00 00") for unit in _UNITS)
        await register.records.keep(register.line("policy-load", "demo"), *units, CLINIC_DAY, CLINIC_CALL)

    async def citizen_token(self, booked: Booked, cpr: str) -> str:
        """What the citizen's login gives: by MitID with this CPR number, or (cpr "") without a login."""
        level = Level.SUBSTANTIAL if cpr else Level.NONE
        return (await self._issuer().for_visitor(booked.appointment, None, Login(level, self._hashed(cpr))))[1]

    async def companion_token(self, booked: Booked, number: int) -> str:
        """What the companion's own link gives."""
        companion = booked.companions[number]
        return (await self._issuer().for_visitor(booked.appointment, companion, Login(Level.NONE, "")))[1]

    async def staff_token(self, booked: Booked) -> str:
        """What the employer's sign-on gives for the room of this appointment."""
        return (await self._issuer().for_staff(booked.staff, booked.room, None, Login(Level.SUBSTANTIAL, "")))[1]

    async def portner(self, *words: str) -> str:
        """What a command of `portner` prints, given beside the running agent. Raises ChildFault."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "xmpp_agent", *words),
            stdin=DEVNULL,
            stdout=PIPE,
            env=environment(self.settings),
        )
        printed, _ = await process.communicate()
        if process.returncode:
            raise ChildFault(f"`portner {' '.join(words)}` ended with {process.returncode}.")
        return printed.decode()

    @property
    def journal(self) -> Path:
        """The folder that stands for the case system."""
        return self.settings.data_dir / "journal"

    async def recordings_of(self, appointment: str) -> tuple[Recording, ...]:
        """Every recording of a meeting, as Portner has it."""
        return (await self._database.recordings.of([appointment])).get(appointment, ())

    async def notes_of(self, appointment: str) -> tuple[Note, ...]:
        """Every note of a meeting, as Portner has it."""
        return (await self._database.notes.of([appointment])).get(appointment, ())

    async def audit(self) -> AuditReport:
        """Walk the audit chain."""
        return await verify_audit(self._database.engine)

    def _issuer(self) -> Issuer:
        return Issuer(self._database, self._passes, SystemClock().now())

    def _hashed(self, cpr: str) -> str:
        return self._ring.identity.cpr(cpr) if cpr else ""


@asynccontextmanager
async def open_premises(
    folder: Path, site: SiteFor | None = None, more: Mapping[str, object] | None = None
) -> AsyncIterator[Premises]:
    """Everything started, in a folder that is emptied first; everything stopped at the end, however it ends.

    `site` opens what the agent's pages need around them, knowing where Prosody is, and gives the table `[site]`.
    `more`: other settings of the agent.
    Raises ChildFault when a part does not start, or has logged a fault of its own by the end.
    """
    if not LUA_SHIMS.is_dir():
        raise ChildFault("The demo runs from the project's own folder: lua_shims is not beside this package.")
    data = await asyncio.to_thread(_emptied, folder)
    async with AsyncExitStack() as held:
        stock = _stock(folder)
        prosody = await _start_prosody(held, stock, folder)
        table = await held.enter_async_context(site(stock)) if site is not None else None
        settings = _settings(stock, data, held, {**(more or {}), "site": table})
        make_keys(settings.key_dir, settings.database, datetime.now(UTC))
        write_secret(settings.component_secret_file, stock.component_secret.encode())
        ring = read_keys(settings.key_dir)
        database = await held.enter_async_context(
            open_database(settings.database, ring.columns, ring.identity.own_mark, "demo", "normal")
        )
        agent = _agent(settings, folder)
        held.push_async_callback(agent.stop)
        recorder = _recorder(stock, folder)
        premises = Premises(stock, settings, ring, database, agent, recorder)
        await premises.furnish()
        await premises.start_agent()
        await _start_focus(held, stock, folder, recorder)
        yield premises
        _no_faults(prosody, agent, folder)


def _emptied(folder: Path) -> Path:
    """The agent's own folder in an otherwise empty one."""
    if folder.exists():
        shutil.rmtree(folder)
    data = folder / "agent"
    data.mkdir(parents=True, mode=0o700)
    return data


def _stock(folder: Path) -> StockProsody:
    c2s, http, component = free_ports(3)
    return StockProsody(
        domain=DOMAIN,
        data_dir=folder / "prosody",
        plugin_path=LUA_SHIMS,
        component_secret=secrets.token_urlsafe(24),
        c2s_port=c2s,
        http_port=http,
        component_port=component,
    )


async def _start_prosody(held: AsyncExitStack, stock: StockProsody, folder: Path) -> Child:
    stock.data_dir.mkdir(mode=0o700)
    write_secret(folder / "prosody.cfg.lua", stock_prosody(stock).encode())
    prosody = Child("Prosody", ("prosody", "-F", "--config", str(folder / "prosody.cfg.lua")), folder / "prosody.log")
    held.push_async_callback(prosody.stop)
    await prosody.start(*_READY)
    return prosody


def recorders_folder(folder: Path) -> Path:
    """Where the recorder of the premises in that folder leaves its files."""
    return folder / "recordings"


def _recorder(stock: StockProsody, folder: Path) -> Recorder:
    password, leaves = secrets.token_urlsafe(24), recorders_folder(folder)
    write_account(stock, "recorder", password, stock.recorders)
    leaves.mkdir(mode=0o700)
    script = (sys.executable, "-m", "xmpp_agent", "recording-done")
    jid = f"recorder@{stock.recorders}"
    return Recorder(jid, password, stock.c2s_port, leaves, f"https://{stock.domain}", script)


async def _start_focus(held: AsyncExitStack, stock: StockProsody, folder: Path, recorder: Recorder) -> None:
    password = secrets.token_urlsafe(24)
    write_account(stock, "focus", password)
    focus = Focus(f"focus@{stock.services}/focus", password, stock.c2s_port, recorders=(recorder,))
    held.push_async_callback(focus.stop)
    try:
        await focus.start()
    except (ConnectionError, TimeoutError):
        raise ChildFault(f"The focus stand-in cannot log in; Prosody's log is {folder / 'prosody.log'}.") from None


def _settings(stock: StockProsody, data: Path, held: AsyncExitStack, more: Mapping[str, object]) -> Settings:
    socket_file = data / "agent.sock"
    if len(str(socket_file)) > _LONGEST_SOCKET_NAME:
        short = tempfile.TemporaryDirectory(prefix="portner-")
        socket_file = Path(held.enter_context(short)) / "agent.sock"
    given = {
        "domain": stock.domain,
        "data_dir": data,
        "component_port": stock.component_port,
        "socket": socket_file,
        **more,
    }
    return Settings.model_validate(given)


def environment(settings: Settings) -> dict[str, str]:
    """What a command of this installation finds in its environment."""
    return without_settings() | {
        "PORTNER_DOMAIN": settings.domain,
        "PORTNER_DATA_DIR": str(settings.data_dir),
        "PORTNER_COMPONENT_PORT": str(settings.component_port),
        "PORTNER_SOCKET": str(settings.socket),
        "PORTNER_LOG_LEVEL": settings.log_level,
        **({} if settings.site is None else {"PORTNER_SITE": settings.site.model_dump_json()}),
    }


def _agent(settings: Settings, folder: Path) -> Child:
    command = (sys.executable, "-m", "xmpp_agent", "agent")
    return Child("The agent", command, folder / "agent.log", environment(settings))


def _no_faults(prosody: Child, agent: Child, folder: Path) -> None:
    if prosody.lines_with(*_FAULTS):
        raise ChildFault(f"Prosody logged a fault; see {folder / 'prosody.log'}.")
    if agent.lines_with("Traceback", '"level": "error"'):
        raise ChildFault(f"The agent logged a fault; see {folder / 'agent.log'}.")


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def port_like(wanted: int) -> int:
    """The wanted port if it is free, else (or when none is wanted: 0) any."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", wanted))
        except OSError:
            return free_ports(1)[0]
        return int(one.getsockname()[1])


def _today(now: float, starts_in: float) -> float:
    """A start on the day of `now` in Denmark: a staff member's appointments of one day share one room."""
    today = datetime.fromtimestamp(now, _HERE).date()
    midnight, next_one = (datetime.combine(today + timedelta(days=n), time(), _HERE).timestamp() for n in (0, 1))
    return min(max(now + starts_in, midnight), next_one - 1)
