"""The running Prosody: asked over its admin socket, because a configuration file says only what was meant.

One expression is evaluated inside Prosody (`prosodyctl shell`) and answers JSON: which modules run on which host, and
the options as the running server has them. It reads and changes nothing. Needs mod_admin_shell in Prosody's
modules_enabled (Debian's default) and the right to use the socket (root, or Prosody's user).
"""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from xmpp_agent.doctor.finding import Finding, State, judged
from xmpp_agent.settings import Settings

PROSODY_CONFIG = "PROSODY_CONFIG"
_SECONDS = 20.0
_FEWEST_ROOMS = 1000
"""Prosody's default, 100, is too few: live rooms above the number vanish from sight although people sit in them."""
_DRIFT = 2.0
"""Seconds two clocks may differ."""
_NEVER = ("muc_lobby_rooms", "persistent_lobby", "muc_allowners", "muc_wait_for_host", "token_affiliation")
"""Modules that make lobbies or owners of their own."""
_ASK = """
> (function()
  local get, hosts = require "core.configmanager".get, {};
  for name, host in pairs(prosody.hosts) do
    local modules = {};
    for module in pairs(host.modules or {}) do modules[#modules + 1] = module; end
    local component = host.modules and host.modules.component;
    local muc = get(name, "portner_muc");
    hosts[name] = { modules = modules, connected = component and component.connected and true or false,
      authentication = get(name, "authentication"), cache = get(name, "muc_room_cache_size"),
      agent = get(name, "portner_agent"), focus = get(name, "portner_focus"),
      hibernation = get(name, "smacks_hibernation_time"),
      resolve = get(name, "component_conflict_resolve"), muc = type(muc) == "table" and muc or nil };
  end
  local network = get("*", "network_settings");
  return "portner " .. require "util.json".encode({ now = require "util.time".now(), hosts = hosts,
    nagle = type(network) ~= "table" or network.nagle ~= false });
end)()
"""


class Host(BaseModel):
    """A host as the running Prosody has it."""

    model_config = ConfigDict(frozen=True)

    modules: frozenset[str] = frozenset()
    connected: bool = False
    """Components: whether somebody holds the place."""
    authentication: str | None = None
    cache: float | None = None
    agent: str | None = None
    focus: str | None = None
    hibernation: float | None = None
    resolve: str | None = None
    muc: tuple[str, ...] | None = None


class Answer(BaseModel):
    """What Prosody answered."""

    now: float
    nagle: bool
    hosts: Mapping[str, Host]


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Why Prosody could not be asked, in words."""

    why: str


def running_prosody(settings: Settings, config: Path | None) -> Iterator[Finding]:
    """Findings about the running Prosody; a single one when it cannot be asked."""
    asked_at = time.time()
    answer = ask(config)
    if isinstance(answer, NotAsked):
        words = f"cannot be asked: {answer.why} Its modules, options and clock are not known."
        yield Finding(State.UNKNOWN, "Prosody", words)
        return
    yield _clock(answer, asked_at, time.time())
    yield from judge(settings, answer)


def judge(settings: Settings, answer: Answer) -> Iterator[Finding]:
    """What the answer means for an agent with these settings."""
    wrong = "on: single answers come 40 ms late. Set network_settings = { nagle = false }."
    yield judged(not answer.nagle, "nagle", "off.", wrong)
    yield from _users(settings, answer.hosts.get(settings.domain))
    for domain in (settings.muc, *sorted(settings.extra_mucs)):
        yield from _rooms(domain, answer.hosts.get(domain), needed=domain == settings.muc)
    yield from _lobby(settings.lobby, answer.hosts.get(settings.lobby))
    yield from _others(settings, answer.hosts)


def ask(config: Path | None) -> Answer | NotAsked:
    """Ask the Prosody of this configuration file (None: the machine's own). Takes part of a second."""
    program = shutil.which("prosodyctl")
    if program is None:
        return NotAsked("there is no prosodyctl on this machine.")
    place = ("--config", str(config)) if config else ()
    try:
        told = subprocess.run(  # noqa: S603 -- nothing of it comes from outside
            [program, *place, "shell", " ".join(_ASK.split())],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return NotAsked(f"it did not answer within {_SECONDS:.0f} s.")
    _, mark, text = told.stdout.partition("portner {")
    if not mark:
        return NotAsked("it does not run, has no mod_admin_shell, or its socket is not for this user.")
    try:
        return Answer.model_validate(_tables(json.JSONDecoder().raw_decode("{" + text)[0]))
    except (ValueError, ValidationError):
        return NotAsked("its answer cannot be read.")


def _tables(answer: Any) -> Any:  # noqa: ANN401 -- JSON on its way into a model
    """util.json writes an empty Lua list as {}; and a set as what it is not."""
    for host in answer.get("hosts", {}).values():
        for name in ("modules", "muc"):
            if host.get(name) == {}:
                host[name] = []
    return answer


def _clock(answer: Answer, before: float, after: float) -> Finding:
    off = max(before - answer.now, answer.now - after, 0.0)
    return judged(off < _DRIFT, "Prosody's clock", "agrees with this one.", f"differs from this one by {off:.0f} s.")


def _users(settings: Settings, host: Host | None) -> Iterator[Finding]:
    thing = f"users' host {settings.domain}"
    if host is None:
        yield Finding(State.WRONG, thing, "Prosody does not have it.")
        return
    for module in ("auth_portner", "portner_door"):
        yield judged(
            module in host.modules, thing, f"mod_{module} runs.", f"mod_{module} does not run: the door is open."
        )
    agent = host.agent or f"lobby.{settings.domain}"
    yield judged(agent == settings.lobby, thing, f"asks {agent}.", f"asks {agent}, but the agent is {settings.lobby}.")
    focus, ours = host.focus or f"focus@auth.{settings.domain}", settings.focus.partition("/")[0]
    wrong = f"takes {focus} for the focus, the agent {ours}."
    yield judged(focus.partition("/")[0] == ours, thing, f"knows the focus as {ours}.", wrong)
    rooms = host.muc or (f"conference.{settings.domain}", f"breakout.{settings.domain}")
    wrong = f"portner_muc does not name {settings.muc}: names there are not stamped."
    yield judged(settings.muc in rooms, thing, f"stamps presence to {settings.muc}.", wrong)


def _rooms(domain: str, host: Host | None, *, needed: bool) -> Iterator[Finding]:
    thing = f"rooms' host {domain}"
    if host is None:
        state = State.WRONG if needed else State.FINE
        yield Finding(state, thing, "Prosody does not have it.")
        return
    wrong = "mod_portner_rooms does not run: anybody may open and enter rooms."
    yield judged("portner_rooms" in host.modules, thing, "mod_portner_rooms runs.", wrong)
    cache = int(host.cache or 100)
    wrong = f"muc_room_cache_size is {cache}: set it above the greatest number of rooms at one time (20000)."
    yield judged(cache >= _FEWEST_ROOMS, thing, f"muc_room_cache_size is {cache}.", wrong)


def _lobby(domain: str, host: Host | None) -> Iterator[Finding]:
    thing = f"component {domain}"
    if host is None:
        yield Finding(State.WRONG, thing, "Prosody does not have it: the agent cannot connect.")
        return
    if "component" not in host.modules or "muc" in host.modules:
        words = "is not an external component; is Jitsi's own lobby still there? The agent cannot connect."
        yield Finding(State.WRONG, thing, words)
        return
    yield judged(host.connected, thing, "an agent is connected.", "no agent is connected: nobody is let in.")
    wrong = 'component_conflict_resolve must be "kick_new", or two agents throw each other out.'
    yield judged(host.resolve in (None, "kick_new"), thing, "a second agent stands by.", wrong)


def _others(settings: Settings, hosts: Mapping[str, Host]) -> Iterator[Finding]:
    """What would lead past the door."""
    loaded = sorted(f"mod_{module} on {name}" for name, host in hosts.items() for module in host.modules & set(_NEVER))
    yield judged(
        not loaded, "modules beside ours", "none that would make lobbies or owners.", f"remove {', '.join(loaded)}."
    )
    guarded = {settings.muc, *settings.extra_mucs}
    # Jicofo and the bridges meet in rooms of their own, which no user may enter.
    brewery = ("internal.", "internal-muc.")
    open_ = sorted(
        name
        for name, host in hosts.items()
        if "muc" in host.modules and "portner_rooms" not in host.modules and name not in guarded
        if not name.startswith(brewery)
    )
    yield judged(
        not open_, "other room hosts", "none without the door.", f"no door at {', '.join(open_)}: add or remove."
    )
