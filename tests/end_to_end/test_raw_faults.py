"""Faults nobody foresaw, inside the agent: they are logged and cost neither the link nor the clockwork."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

import pytest

from tests.clients.base import error_of
from tests.clinic import Clinic, open_clinic
from xmpp_agent.flows import passing_time

pytestmark = pytest.mark.prosody
P = ParamSpec("P")
T = TypeVar("T")


class Once(Generic[P, T]):
    """Fails the first time it is called, then does what it stands before; `served` is set when it has."""

    def __init__(self, real: Callable[P, T]) -> None:
        self._real, self._failed, self.served = real, False, asyncio.Event()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._failed:
            self._failed = True
            raise KeyError("unforeseen")
        self.served.set()
        return self._real(*args, **kwargs)


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A clinic of its own: parts of its agent are broken on purpose."""
    async with open_clinic(tmp_path) as opened:
        yield opened


async def test_the_picture_is_taken_again(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent does not stay blind: it tries again, and the door opens as before."""
    booked = await clinic.book()
    monkeypatch.setattr(clinic.agent.house.store, "memories", Once(clinic.agent.house.store.memories))
    clinic.agent.component.up(after_standby=False)
    await clinic.agent.live(10)
    await clinic.open_room(booked)


async def test_one_stanza_costs_nothing_but_itself(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link stays, and the same stanza is answered the next time."""
    staff = await clinic.staff(await clinic.book())
    monkeypatch.setattr(clinic.agent.component._lobby, "iq", Once(clinic.agent.component._lobby.iq))
    lost = "<iq type='get' id='lost' to='{}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>"
    await staff.client.send(lost.format(clinic.settings.lobby))
    found = await staff.client.request(clinic.settings.lobby, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
    assert error_of(found) is None
    assert clinic.agent.link().state == "live"


async def test_the_clockwork_goes_on(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """What time alone brings about is looked at again a second later."""
    due = Once(passing_time.due)
    monkeypatch.setattr("xmpp_agent.wiring.due", due)
    async with asyncio.timeout(30):
        await due.served.wait()
