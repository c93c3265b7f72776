"""What supervisors are called: people by the register, users of this machine by the system. On record are ids only."""

import asyncio
import pwd
from collections.abc import Iterable

from xmpp_agent.ports.diary import Diary

LONGEST = 60
"""Letters of a name."""
_USER = "uid:"


class Names:
    """Looks each up once; asked again what it does not know yet."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary
        self._known: dict[str, str] = {"": ""}

    async def learn(self, actors: Iterable[str]) -> None:
        """Know these from here on. Raises Unavailable."""
        for actor in {*actors} - self._known.keys():
            if actor.startswith(_USER):
                name = await asyncio.to_thread(_user, int(actor.removeprefix(_USER)))
            else:
                person = await self._diary.person(actor)
                name = person.name if person is not None else ""
            self._known[actor] = name[:LONGEST] or actor[:LONGEST]

    def of(self, actor: str) -> str:
        """The name; of somebody not looked up yet, who they are on record."""
        return self._known.get(actor, actor[:LONGEST])

    def forget(self) -> None:
        """Somebody may be called otherwise now."""
        self._known = {"": ""}


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return ""
