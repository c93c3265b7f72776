"""Calling systems are told what became of their appointments: planned with what it tells, tried until they have it."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import structlog

from xmpp_agent.flows.office import Register, new_id
from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.callers import Event, Hook, HookState
from xmpp_agent.model.letters import About, Channel, Letter, LetterState
from xmpp_agent.ports.booking import Errand, Hooks, Teller, TellFault

PAUSES = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0, 43200.0)
"""Seconds after each attempt that failed; after the last one it is given up."""
MOST = 50
"""Told in one go."""
LONGEST_SLEEP, REST = 60.0, 5.0
"""Seconds between looks when nothing is known to come, and after one that failed."""
_BECAME = {
    LetterState.DELIVERED: Event.INVITATION_DELIVERED,
    LetterState.OPENED: Event.INVITATION_OPENED,
}
log = structlog.get_logger("hooks")


def tells(appointment: Appointment, event: Event, at: float) -> tuple[Hook, ...]:
    """What is to be kept with the act so that its calling system hears of it; nothing when no system booked it.

    Nothing is planned for a system that gave no address (the store sees to that).
    """
    if not appointment.caller:
        return ()
    return (Hook(new_id(), appointment.caller, appointment.id, event, at, appointment.version, due_at=at),)


def tells_of_letters(
    entry: Entry | None, before: Mapping[str, Letter], after: Collection[Letter], at: float
) -> tuple[Hook, ...]:
    """What is to be kept with letters that changed: the citizen's invitation got there or not."""
    said = [_becomes(before.get(letter.id), letter) for letter in after if entry and letter.person == entry.citizen.id]
    return tuple(hook for event in said if entry and event for hook in tells(entry.appointment, event, at))


def _becomes(before: Letter | None, after: Letter) -> Event | None:
    if after.about is not About.INVITATION or (before is not None and before.state is after.state):
        return None
    if after.channel is Channel.CALL:
        return Event.INVITATION_FAILED if before is None else None
    return _BECAME.get(after.state)


class HookRoom:
    """One per agent: tells what is due, woken by whatever changes an appointment, and by the clock.

    A caller's news goes out in order, one at a time; one that does not answer is left alone for a while and holds up
    nobody else. Told but not written down (the agent was killed between the two): told again, under the same id.
    """

    def __init__(
        self,
        register: Register,
        hooks: Hooks,
        teller: Teller,
        on_error: Callable[[BaseException], None],
        *,
        leads: Callable[[], bool],
    ) -> None:
        """`leads`: whether this agent is the one that works; two that tell would tell everything twice."""
        self._register, self._hooks, self._teller, self._on_error = register, hooks, teller, on_error
        self._leads = leads
        self._alone: dict[str, float] = {}
        """By caller that did not answer: until when nobody tries."""
        self._woken = asyncio.Event()
        register.on_appointment.append(self.wake)

    def wake(self, _appointment_id: str = "") -> None:
        """Look again soon."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._woken.clear()
            try:
                pause = await self.look()
            except Exception as error:  # noqa: BLE001  # the boundary that keeps telling going
                self._on_error(error)
                pause = REST
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()

    async def look(self) -> float:
        """Tell what is due now; answers the seconds that may pass until the next look. Raises Unavailable.

        A standby tells nothing, and looks again soon: nobody wakes it when the other one is gone.
        """
        if not self._leads():
            return REST
        now = self._register.clock.now()
        self._alone = {caller: until for caller, until in self._alone.items() if until > now}
        errands = await self._hooks.due(now, MOST, self._alone)
        by_caller: dict[str, list[Errand]] = {}
        for errand in errands:
            by_caller.setdefault(errand.hook.caller, []).append(errand)
        await asyncio.gather(*(self._tell_all(caller, theirs) for caller, theirs in by_caller.items()))
        if errands:
            return 0.0
        soonest = await self._hooks.next_due(now)
        times = [soonest, *self._alone.values()]
        return min((at - now for at in times if at is not None), default=LONGEST_SLEEP)

    async def _tell_all(self, caller: str, errands: list[Errand]) -> None:
        for errand in errands:
            if not await self._tell(errand):
                self._alone[caller] = self._register.clock.now() + PAUSES[0]
                return

    async def _tell(self, errand: Errand) -> bool:
        """Whether the caller has it."""
        hook, now, body = errand.hook, self._register.clock.now(), body_of(errand)
        try:
            await self._teller.tell(errand.url, body, signed(errand, body, now))
        except TellFault as fault:
            hook = _later(hook, self._register.clock.now(), fault)
        else:
            hook = replace(hook, attempts=hook.attempts + 1, state=HookState.TOLD)
        if hook.state is HookState.GIVEN_UP:
            log.warning("hook_given_up", appointment=hook.appointment, attempt=hook.attempts)
        await self._register.records.keep(self._register.line(f"hook-{hook.state}", hook.caller, hook.id), hook)
        return hook.state is HookState.TOLD


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
