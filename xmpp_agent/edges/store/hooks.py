"""What calling systems are to be told, read from the database and written to it."""

from collections.abc import Collection

from sqlalchemy import RowMapping, and_, bindparam, delete, exists, func, insert, literal_column, select, update

from xmpp_agent.edges.store.changes import Change
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.tables import api_keys, appointments, hooks
from xmpp_agent.model.callers import Event, Hook, HookState
from xmpp_agent.ports.booking import Errand

_LISTENS = exists().where(
    and_(
        api_keys.c.id == bindparam("n_caller"),
        api_keys.c.hook_url != literal_column("''"),
        api_keys.c.revoked_at.is_(None),
    )
)
_row = select(*(bindparam(f"n_{c.name}", type_=c.type) for c in hooks.c))
_planned = (
    insert(hooks).from_select(
        [c.name for c in hooks.c], _row.where(and_(_LISTENS, ~exists().where(hooks.c.id == bindparam("n_id"))))
    ),
)
"""Only for callers who want to be told; planned once."""
_tried = (
    update(hooks)
    .where(hooks.c.id == bindparam("p_id"))
    .values({name: bindparam(f"n_{name}") for name in ("state", "due_at", "attempts")}),
)
_told = (delete(hooks).where(hooks.c.id == bindparam("p_id")),)


class SqlHooks(Reader):
    """The `Hooks` of ports."""

    async def due(self, now: float, most: int, without: Collection[str] = ()) -> tuple[Errand, ...]:
        """See `xmpp_agent.ports.booking.Hooks.due`."""
        wanted = (
            select(hooks, api_keys.c.hook_url, api_keys.c.hook_secret, appointments.c.external_id)
            .join(api_keys, api_keys.c.id == hooks.c.caller)
            .join(appointments, appointments.c.id == hooks.c.appointment)
            .where(
                hooks.c.state == HookState.WAITING.value,
                hooks.c.due_at <= now,
                api_keys.c.revoked_at.is_(None),
                api_keys.c.hook_url != "",
                hooks.c.caller.not_in(sorted(without)),
            )
            .order_by(hooks.c.due_at, hooks.c.at, hooks.c.version, hooks.c.id)
            .limit(most)
        )
        async with self.reading() as db:
            return tuple(
                Errand(
                    _hook(row),
                    row[api_keys.c.hook_url],
                    self.cipher.open(row[api_keys.c.hook_secret], f"api_keys.hook_secret:{row[hooks.c.caller]}"),
                    row[appointments.c.external_id],
                )
                for row in (await db.execute(wanted)).mappings()
            )

    async def next_due(self, now: float) -> float | None:
        """See `xmpp_agent.ports.booking.Hooks.next_due`."""
        wanted = select(func.min(hooks.c.due_at)).where(hooks.c.state == HookState.WAITING.value, hooks.c.due_at > now)
        async with self.reading() as db:
            at: float | None = await db.scalar(wanted)
            return at


def hook_change(hook: Hook) -> Change:
    """Planned, tried once more, or told (and gone)."""
    if hook.state is HookState.TOLD:
        return Change(_told, {"p_id": hook.id})
    if hook.attempts:
        now: Values = {"n_state": hook.state.value, "n_due_at": hook.due_at, "n_attempts": hook.attempts}
        return Change(_tried, {"p_id": hook.id, **now})
    return Change(_planned, {f"n_{name}": value for name, value in _values(hook).items()})


def _hook(row: RowMapping) -> Hook:
    return Hook(
        id=row[hooks.c.id],
        caller=row[hooks.c.caller],
        appointment=row[hooks.c.appointment],
        event=Event(row[hooks.c.event]),
        at=row[hooks.c.at],
        version=row[hooks.c.version],
        due_at=row[hooks.c.due_at],
        attempts=row[hooks.c.attempts],
        state=HookState(row[hooks.c.state]),
    )


def _values(hook: Hook) -> Values:
    return {
        "id": hook.id,
        "caller": hook.caller,
        "appointment": hook.appointment,
        "event": hook.event.value,
        "state": hook.state.value,
        "due_at": hook.due_at,
        "attempts": hook.attempts,
        "at": hook.at,
        "version": hook.version,
    }
