"""Withdrawing, erasing, signing out: through the agent when it runs, else in the database.

A running agent has to hear of it, because it keeps what it knows of people who are connected.
"""

import errno
import os
import re
import socket
from pathlib import Path
from typing import Literal

import httpx

from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.office import new_id
from xmpp_agent.flows.rebooking import called_off
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.callers import Event
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.rules.ladder import on_cancel

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SECONDS = 10.0
"""An agent that acts also closes streams; it answers when that is done."""


class NotDone(Exception):
    """The act was not carried out; the text says why."""


What = Literal["appointments", "passes", "people", "staff"]
Act = Literal["cancel", "revoke", "erase", "sign-out"]


def asked(path: Path, what: What, ident: str, act: Act) -> bool:
    """Ask the agent behind the Unix socket; True: it did it, False: no agent runs here. `ident` "": all of them.

    Raises NotDone for anything else, also when it cannot be known whether an agent runs.
    """
    if ident and _ID.fullmatch(ident) is None:
        raise NotDone(f"That is no id of {what}.")
    if not listens(path):
        return False
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=_SECONDS) as client:
            of = f"{what}/{ident}" if ident else what
            answer = client.post(f"http://agent/v1/{of}/{act}", json={"command": new_id()})
    except httpx.HTTPError as error:
        raise NotDone(f"The agent did not answer: {type(error).__name__}.") from None
    if not answer.is_success:
        raise NotDone(f"The agent refused ({answer.status_code}): {_title(answer)}")
    return True


async def cancel(database: Database, appointment_id: str, at: float) -> None:
    """Cancel in the database, with an audit line; the agent sends the letters. Raises NotDone when there is none."""
    entry = await database.diary.entry(appointment_id)
    if entry is None:
        raise NotDone("There is no such appointment.")
    line = _line(at, "cancel", entry.appointment.room, appointment_id)
    if entry.appointment.cancelled:
        await database.records.keep(line)
        return
    after = called_off(entry, at)
    letters = on_cancel(after, await database.mailroom.letters_of(appointment_id), at)
    hooks = tells(after.appointment, Event.CANCELLED, at)
    await database.records.keep(line, after.appointment, *letters, *hooks)


async def revoke(database: Database, pass_id: str, at: float) -> None:
    """Revoke in the database, with an audit line, whether the pass was used or not."""
    await database.ledger.revoke_pass(pass_id, _line(at, "revoke", "", pass_id))


def listens(path: Path) -> bool:
    """Whether an agent runs behind this socket. Raises NotDone when that cannot be known."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_SECONDS)
        try:
            probe.connect(str(path))
        except OSError as error:
            if error.errno in {errno.ENOENT, errno.ECONNREFUSED}:
                return False
            raise NotDone(f"The agent's socket {path} cannot be used: {error.strerror or error}.") from None
    return True


def _title(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return "no words given."
    return str(problem.get("title", "no words given.")) if isinstance(problem, dict) else "no words given."


def _line(at: float, act: str, room: str, subject: str) -> AuditLine:
    return AuditLine(at, act, room, subject, f"uid:{os.getuid()}", Verdict(Decision.OPEN, Reason.ALLOWED))
