"""Words to somebody who waits: their client answers none, so Prosody is asked whether it has them."""

from collections.abc import Awaitable, Callable

from xmpp_agent.flows.house import House
from xmpp_agent.flows.questions import undone
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.ports import Unavailable


async def heard(
    house: House, confirm: Callable[[], Awaitable[None]], act: str, verdict: Verdict, *, room: str, actor: str
) -> Verdict:
    """The verdict of an act that is on record and said; where Prosody does not confirm it, a no, on record too."""
    if not verdict.is_open:
        return verdict
    rule = act.replace("-", "_")
    try:
        await confirm()
    except Unavailable:
        return await house.write(act, undone(rule), room=room, actor=actor)
    return verdict
