"""The configuration texts Portner needs around it. Answers whole files as text; writes nothing but test accounts.

`stock_prosody` is a Prosody of its own, without any Jitsi module: what the demo and the tests run on.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0"}


def lua_string(value: str) -> str:
    """A Lua string literal that means exactly `value`."""
    return '"' + "".join(_ESCAPES.get(char, char) for char in value) + '"'


def _lua_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return lua_string(str(value))


templates = Environment(
    loader=PackageLoader("xmpp_agent.jitsi_config", "."),
    autoescape=False,  # noqa: S701 -- Lua, not HTML; every value goes through the `lua` filter
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
templates.filters["lua"] = _lua_value


@dataclass(frozen=True, slots=True, kw_only=True)
class StockProsody:
    """What a self-contained Prosody on loopback needs to know. Ports are TCP; `hold` is in seconds."""

    domain: str
    data_dir: Path
    plugin_path: Path
    component_secret: str
    c2s_port: int
    http_port: int
    component_port: int
    log_file: Path | None = None
    """None: the log goes to standard output."""
    log_level: str = "info"
    hold: float = 4
    interface: str = "127.0.0.1"
    admin: bool = False
    """Whether `prosodyctl shell`, and with it `portner doctor`, may ask it over a socket in `data_dir`."""

    @property
    def rooms(self) -> str:
        """Domain of the meeting rooms."""
        return f"conference.{self.domain}"

    @property
    def breakout(self) -> str:
        """Domain of the breakout rooms."""
        return f"breakout.{self.domain}"

    @property
    def lobby(self) -> str:
        """Domain of the agent's component."""
        return f"lobby.{self.domain}"

    @property
    def services(self) -> str:
        """Domain of the accounts of focus and recorder."""
        return f"auth.{self.domain}"

    @property
    def recorders(self) -> str:
        """Domain of the recorders' accounts."""
        return f"recorder.{self.domain}"


def stock_prosody(stock: StockProsody) -> str:
    """The complete prosody.cfg.lua for a stock Prosody 0.12 or later with Portner in it."""
    return templates.get_template("stock.cfg.lua.j2").render(p=stock, root=os.geteuid() == 0)


def _encoded(name: str) -> str:
    # mod_storage_internal names files so (util.datamanager encode): everything but letters and digits as %xx
    return "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"%{byte:02x}" for byte in name.encode()
    )


def write_account(stock: StockProsody, user: str, password: str, host: str = "") -> Path:
    """Makes an account (without `host`: on the services' domain) by writing the file Prosody's internal storage reads.

    Not `prosodyctl adduser`: as root that changes to the system's own Prosody user, who cannot write here.
    """
    path = stock.data_dir / _encoded(host or stock.services) / "accounts" / f"{_encoded(user)}.dat"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'return {{ ["password"] = {lua_string(password)}; }};\n', encoding="utf-8")
    path.chmod(0o600)
    return path


def command(domain: str, flavour: str) -> str:
    """The text of `portner jitsi-config`; `flavour` is debian, docker or stock. Raises SettingsFault."""
    from xmpp_agent.jitsi_config.instructions import instructions  # it needs what is above

    return instructions(domain, flavour)
