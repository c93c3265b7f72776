"""Calling systems are told what became of their appointments: planned with what it tells, tried until they have it."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, replace

import structlog

from xmpp_agent.flows.office import Register, new_id
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.callers import Event, Hook, HookState
from xmpp_agent.ports.booking import Errand, Hooks, Teller, TellFault

PAUSES = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0, 43200.0)
"""Seconds after each attempt that failed; after the last one it is given up."""
AT_ONCE = 8
"""Requests on their way at the same time."""
log = structlog.get_logger("hooks")


def tells(appointment: Appointment, event: Event, at: float) -> tuple[Hook, ...]:
    """What is to be kept with the act so that its calling system hears of it; nothing when no system booked it.

    Nothing is planned for a system that gave no address (the store sees to that).
    """
    if not appointment.caller:
        return ()
    return (Hook(new_id(), appointment.caller, appointment.id, event, at, appointment.version, due_at=at),)


@dataclass(frozen=True, slots=True)
class HookOffice:
    """What telling works on."""

    register: Register
    hooks: Hooks
    teller: Teller


async def tell_due(office: HookOffice) -> int:
    """Tell what is due, each once; answers how many there were. Raises Unavailable when nothing can be read."""
    errands = await office.hooks.due(office.register.clock.now(), AT_ONCE * 4)
    together = asyncio.Semaphore(AT_ONCE)

    async def one(errand: Errand) -> None:
        async with together:
            await _tell(office, errand)

    await asyncio.gather(*(one(errand) for errand in errands))
    return len(errands)


async def _tell(office: HookOffice, errand: Errand) -> None:
    hook, now = errand.hook, office.register.clock.now()
    body = body_of(errand)
    try:
        await office.teller.tell(errand.url, body, signed(errand, body, now))
    except TellFault as fault:
        hook = _later(hook, now, fault)
    else:
        hook = replace(hook, attempts=hook.attempts + 1, state=HookState.TOLD)
    if hook.state is HookState.GIVEN_UP:
        log.warning("hook_given_up", appointment=hook.appointment, attempt=hook.attempts)
    # Committed before it may be read as due again: what was told is not told once more by this process.
    await office.register.records.keep(office.register.line(f"hook:{hook.state}", hook.caller, hook.id), hook)


def _later(hook: Hook, now: float, fault: TellFault) -> Hook:
    attempts = hook.attempts + 1
    if not fault.again or attempts > len(PAUSES):
        return replace(hook, attempts=attempts, state=HookState.GIVEN_UP)
    return replace(hook, attempts=attempts, due_at=now + PAUSES[attempts - 1])


def body_of(errand: Errand) -> bytes:
    """What is told: ids, the event, times. Nothing of a person; whoever wants to know more asks with the key."""
    hook = errand.hook
    told = {
        "id": hook.id,
        "event": hook.event.value,
        "appointment": hook.appointment,
        "externalId": errand.external_id or None,
        "version": hook.version,
        "at": round(hook.at, 3),
    }
    return json.dumps(told, separators=(",", ":")).encode()


def signed(errand: Errand, body: bytes, now: float) -> dict[str, str]:
    """The headers: HMAC-SHA256 (hex) with the caller's secret over `<seconds>.<body>`."""
    seconds = str(int(now))
    mark = hmac.new(errand.secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "portner-signature": f"t={seconds},v1={mark}"}
