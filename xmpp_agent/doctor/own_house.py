"""The agent's side: its files, its database, its clock, and whether it runs and sees Prosody."""

import ctypes
import os
import socket
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx

from xmpp_agent.doctor.finding import Finding, State, judged
from xmpp_agent.edges.keys.files import KeyFault, read_secret
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.settings import Settings

_SECONDS = 5.0
_MAY_BE_RECORDED = """
SELECT count(*) FROM policies WHERE recording_allowed AND id IN (SELECT policy FROM appointments)
"""
_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`, adjtimex(2); with `modes` 0 nothing is changed."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def own_house(settings: Settings) -> Iterator[Finding]:
    """Findings about this machine and the agent on it."""
    yield _closed(settings.data_dir, "data folder")
    yield _keys(settings.key_dir)
    yield _secret(settings.component_secret_file)
    yield _database(settings.database)
    yield from recorders(settings)
    yield _clock()
    yield _agent(settings.socket)


def _closed(path: Path, thing: str) -> Finding:
    try:
        facts = path.stat()
    except OSError as error:
        return Finding(State.WRONG, thing, f"{path} cannot be looked at: {error.strerror}.")
    mode = stat.S_IMODE(facts.st_mode)
    if facts.st_uid not in {os.geteuid(), 0}:
        return Finding(State.WRONG, thing, f"{path} belongs to uid {facts.st_uid}, not to the one asking.")
    wrong = f"{path} is open to others (mode {mode:04o})."
    return judged(not mode & 0o077, thing, f"{path} is closed to others.", wrong)


def _keys(folder: Path) -> Finding:
    try:
        ring = read_keys(folder)
    except KeyFault as fault:
        return Finding(State.WRONG, "key files", str(fault))
    return Finding(State.FINE, "key files", f"all there and closed to others; {len(ring.signing.private)} for signing.")


def _secret(path: Path) -> Finding:
    try:
        read_secret(path, "Component secret")
    except KeyFault as fault:
        return Finding(State.WRONG, "component secret", str(fault))
    return Finding(State.FINE, "component secret", f"{path} is there and closed to others.")


def _database(path: Path) -> Finding:
    closed = _closed(path, "database")
    if closed.state is not State.FINE:
        return closed
    try:
        db = sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True, timeout=_SECONDS)
        try:
            said = str(db.execute("PRAGMA quick_check").fetchone()[0])
        finally:
            db.close()
    except sqlite3.OperationalError as error:
        return Finding(State.UNKNOWN, "database", f"{path} cannot be read now: {error}.")
    except sqlite3.DatabaseError as error:
        return Finding(State.WRONG, "database", f"{path} is damaged: {error}. Restore it from a backup.")
    wrong = f"{path} is damaged: {said}. Restore it from a backup."
    return judged(said == "ok", "database", f"{path} is whole and closed to others.", wrong)


def recorders(settings: Settings) -> Iterator[Finding]:
    """Whether what may be recorded of booked meetings can be taken in; nothing where that cannot be asked."""
    if settings.site is None or settings.site.recordings is not None:
        return
    try:
        with closing(sqlite3.connect(f"file:{settings.database.absolute()}?mode=ro", uri=True, timeout=_SECONDS)) as db:
            allowed = db.execute(_MAY_BE_RECORDED).fetchone()[0]
    except sqlite3.Error:  # said of the database itself already
        return
    if allowed:
        words = "booked meetings may be recorded, but [site] recordings names no folder: is there no recorder?"
        yield Finding(State.UNKNOWN, "recordings", words)


def _clock() -> Finding:
    """Whether the kernel knows of a time service: passes, appointments and audit go by this clock."""
    state = _Timex()
    if ctypes.CDLL(None).adjtimex(ctypes.byref(state)) < 0:
        return Finding(State.UNKNOWN, "clock", "the kernel does not say whether a time service sets it.")
    if state.status & _UNSYNCHRONISED:
        return Finding(State.UNKNOWN, "clock", "no time service sets it, as far as the kernel knows; is it right?")
    return Finding(State.FINE, "clock", "set by a time service.")


def _agent(path: Path) -> Finding:
    with socket.socket(socket.AF_UNIX) as probe:  # httpx would leave its socket open when this fails
        probe.settimeout(_SECONDS)
        try:
            probe.connect(str(path))
        except OSError as error:
            return Finding(
                State.WRONG, "agent", f"none listens at {path} ({error.strerror or error}): nobody is let in."
            )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=_SECONDS, trust_env=False) as client:
            answer = client.get("http://agent/healthz")
    except httpx.HTTPError as error:
        return Finding(State.WRONG, "agent", f"does not answer at {path} ({type(error).__name__}).")
    wrong = "it runs and does not see Prosody (or stands by for another agent): see its log."
    return judged(answer.is_success, "agent", "it runs and sees Prosody.", wrong)
