"""`portner doctor` on a real Prosody and a real agent: nothing wrong when all is well, and each fault by its name."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from tests.clinic import Clinic, open_clinic
from tests.prosody import DOMAIN, Prosody
from xmpp_agent.doctor import run
from xmpp_agent.doctor.finding import State
from xmpp_agent.doctor.prosody import PROSODY_CONFIG, Answer, Host, ask, judge
from xmpp_agent.settings import Settings

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
MUC, LOBBY = f"conference.{DOMAIN}", f"lobby.{DOMAIN}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """Prosody with its admin socket (whose path must be short), the shims and the agent."""
    async with open_clinic(tmp_path_factory.mktemp("c")) as opened:
        opened.prosody.stock = replace(opened.prosody.stock, admin=True)
        await opened.prosody.restart()
        await opened.agent.live(10)
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def answer(whole: Clinic) -> Answer:
    """What a Prosody that is as it must be answers."""
    told = await asyncio.to_thread(ask, whole.prosody.config_path)
    assert isinstance(told, Answer)
    return told


async def examined(
    clinic: Clinic, patch: pytest.MonkeyPatch, settings: Settings | None = None
) -> tuple[int, list[str]]:
    """Exit code and lines; asked from a thread, because the agent answers from this one."""
    lines: list[str] = []
    patch.setenv(PROSODY_CONFIG, str(clinic.prosody.config_path))
    return await asyncio.to_thread(run, settings or clinic.settings, lines.append), lines


async def test_nothing_is_wrong_where_nothing_is_wrong(whole: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line is fine, but for the clock when this machine has no time service; the exit code says which."""
    code, lines = await examined(whole, monkeypatch)
    others = [line for line in lines if not line.startswith("fine")]
    assert all(line.startswith("unknown  clock:") for line in others), "\n".join(others)
    assert code == (3 if others else 0)
    for thing in ("key files", "component secret", "database", "agent", "nagle", "muc_room_cache_size", "connected"):
        assert any(thing in line for line in lines), thing


def _host(name: str, **changed: object) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        host = answer.hosts[name].model_copy(update=changed)
        return answer.model_copy(update={"hosts": {**answer.hosts, name: host}})

    return change


def _without(name: str, *modules: str) -> Callable[[Answer], Answer]:
    return lambda answer: _host(name, modules=answer.hosts[name].modules - set(modules))(answer)


def _with(name: str, *modules: str) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        host = answer.hosts.get(name, Host())
        host = host.model_copy(update={"modules": host.modules | set(modules)})
        return answer.model_copy(update={"hosts": {**answer.hosts, name: host}})

    return change


def _gone(name: str) -> Callable[[Answer], Answer]:
    return lambda answer: answer.model_copy(update={"hosts": {k: v for k, v in answer.hosts.items() if k != name}})


FAULTS = {
    "nagle": (lambda answer: answer.model_copy(update={"nagle": True}), "nagle"),
    "no users' host": (_gone(DOMAIN), "users' host"),
    "no rooms' host": (_gone(MUC), "rooms' host"),
    "no lobby": (_gone(LOBBY), "cannot connect"),
    "no sign-on": (_without(DOMAIN, "auth_portner"), "mod_auth_portner"),
    "no door": (_without(DOMAIN, "portner_door"), "mod_portner_door"),
    "no gate": (_without(MUC, "portner_rooms"), "mod_portner_rooms"),
    "no gate for breakout rooms": (_without(f"breakout.{DOMAIN}", "portner_rooms"), f"breakout.{DOMAIN}"),
    "another agent": (_host(DOMAIN, agent="lobby.other.dk"), "lobby.other.dk"),
    "another focus": (_host(DOMAIN, focus="focus@other.dk"), "focus@other.dk"),
    "rooms that are not stamped": (_host(DOMAIN, muc=("other.dk",)), "portner_muc"),
    "too few rooms": (_host(MUC, cache=100), "muc_room_cache_size"),
    "no agent connected": (_host(LOBBY, connected=False), "no agent is connected"),
    "Jitsi's own lobby": (_with(LOBBY, "muc"), "Jitsi's own lobby"),
    "agents that throw each other out": (_host(LOBBY, resolve="kick_old"), "kick_new"),
    "Jitsi's lobby module": (_with(DOMAIN, "muc_lobby_rooms"), "mod_muc_lobby_rooms"),
    "owners for everybody": (_with(MUC, "muc_allowners"), "mod_muc_allowners"),
    "a room host without a door": (_with("side.door.dk", "muc"), "side.door.dk"),
}


@pytest.mark.parametrize(("change", "named"), FAULTS.values(), ids=FAULTS.keys())
async def test_each_fault_is_named(
    whole: Clinic, answer: Answer, change: Callable[[Answer], Answer], named: str
) -> None:
    """A Prosody that is as it must be but for one thing is told that thing."""
    assert [str(finding) for finding in judge(whole.settings, answer) if finding.state is not State.FINE] == []
    wrong = [str(finding) for finding in judge(whole.settings, change(answer)) if finding.state is State.WRONG]
    assert wrong
    assert any(named in line for line in wrong), wrong


async def test_jitsis_own_rooms_for_its_services_need_no_door(whole: Clinic, answer: Answer) -> None:
    """The brewery MUC, where Jicofo and the bridges meet, is not called a way past the door."""
    changed = _with(f"internal.auth.{DOMAIN}", "muc")(answer)
    assert all(finding.state is State.FINE for finding in judge(whole.settings, changed))


@pytest.mark.parametrize("name", ["component.secret", "portner.sqlite3", "keys", "."])
async def test_files_open_to_others_are_named(whole: Clinic, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Secret, database, keys and data folder must be their owner's alone."""
    path = whole.settings.data_dir / name
    mode = path.stat().st_mode
    path.chmod(0o777 if path.is_dir() else 0o644)
    try:
        code, lines = await examined(whole, monkeypatch)
    finally:
        path.chmod(mode)
    assert code == 1
    assert any(line.startswith("wrong") and "others" in line and str(path) in line for line in lines), lines


async def test_an_agent_that_does_not_run_is_wrong(
    whole: Clinic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing listens at the socket: nobody is let in, and the doctor says so."""
    code, lines = await examined(whole, monkeypatch, whole.settings.model_copy(update={"socket": tmp_path / "none"}))
    assert code == 1
    assert any(line.startswith("wrong    agent: none listens") for line in lines)


async def test_a_prosody_that_cannot_be_asked_is_unknown_not_fine(tmp_path: Path) -> None:
    """Without a running server, or without its admin socket, nothing is said about modules and options."""
    prosody = Prosody(tmp_path / "p")
    await prosody.start()
    try:
        told = await asyncio.to_thread(ask, prosody.config_path)
    finally:
        await prosody.stop()
    assert not isinstance(told, Answer)
