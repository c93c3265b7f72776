"""What an installation decides: environment variables `PORTNER_…`, over an optional TOML file, over defaults."""

import os
import pwd
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from typing_extensions import override

from xmpp_agent.settings_site import SiteSettings

PREFIX = "PORTNER_"
ALL_UNITS = "*"
"""In `supervisors`: every unit."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NOT_A_SETTING = {"PORTNER_CONFIG", "PORTNER_LANG", "PORTNER_SIGNS", "PORTNER_THEME"}
"""Where the settings are, and what a supervisor chooses for the console (tui/settings.py)."""


class SettingsFault(Exception):
    """Settings the agent does not start with; `faults` are whole sentences, one per fault."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


def _domain(text: str) -> str:
    if len(text) > 253 or _DOMAIN.fullmatch(text) is None:
        raise ValueError("must be a domain name in lower case, such as meet.example.dk")
    return text


def _jid(text: str) -> str:
    local, at, rest = text.partition("@")
    if not at or not local or _DOMAIN.fullmatch(rest.partition("/")[0]) is None or rest.endswith("/"):
        raise ValueError("must be a JID such as focus@auth.meet.example.dk/focus")
    return text


def _uid(name: object) -> object:
    """A Unix user, given by number or by name, as number."""
    if isinstance(name, str) and not name.isdecimal():
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            raise ValueError("names a user this machine does not have") from None
    return name


def _units(value: object) -> object:
    return [value] if value == ALL_UNITS else value


Domain = Annotated[str, AfterValidator(_domain)]
Jid = Annotated[str, AfterValidator(_jid)]
Uid = Annotated[int, BeforeValidator(_uid), Field(ge=0, lt=2**32)]
Unit = Annotated[str, Field(min_length=1, max_length=100)]
Units = Annotated[frozenset[Unit], BeforeValidator(_units), Field(min_length=1)]


class Settings(BaseSettings):
    """Everything an installation decides. Domains that are not given follow from `domain`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True)

    domain: Domain
    """Users' domain (D): the VirtualHost that Jitsi clients log in to."""
    data_dir: Path = Path("/var/lib/portner")
    """Where everything of ours lives: database, keys, socket."""
    muc: Domain = ""
    """Rooms' domain (M); default conference.D."""
    extra_mucs: frozenset[Domain] = frozenset()
    """More rooms' domains under the gate (breakout rooms); default breakout.D."""
    lobby: Domain = ""
    """Lobby domain (L), the component's own name; default lobby.D."""
    focus: Jid = ""
    """Real JID of Jicofo; default focus@auth.D/focus."""
    recorder_domain: Domain = ""
    """Domain the recorders (Jibri) log in to; default recorder.D."""
    component_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Where Prosody listens for components (XEP-0114)."""
    component_port: Annotated[int, Field(ge=1, le=65535)] = 5347
    component_secret_file: Path = Path()
    """File with the component's secret, mode 0600; default component.secret in `data_dir`."""
    shard: Annotated[str, Field(pattern=r"\A[a-z0-9-]{1,32}\z")] = "one"
    """Name of this Jitsi shard: begins every event id and names the audit chain."""
    socket: Path = Path()
    """Unix socket for the console and the command line; default agent.sock in `data_dir`."""
    supervisors: Mapping[Uid, Units] = Field(default_factory=lambda: {os.getuid(): frozenset({ALL_UNITS})})
    """Unix users (number or name) who may use the socket, and for which units ("*": all)."""
    audit_sync: Literal["full", "normal"] = "full"
    """`full`: an audit line survives a power loss; `normal`: only the agent's death (docs/decisions/0001-…)."""
    log_level: Literal["debug", "info", "warning"] = "info"
    """`debug` has libraries in the log as well, by name and level; in no level is there anything of a person."""
    audience: Annotated[str, Field(min_length=1, max_length=100)] = "jitsi"
    """`aud` of passes; `iss` is `domain`."""
    site: SiteSettings | None = None
    """The pages of citizens and staff, and booking; without it Portner is the door alone."""

    @model_validator(mode="before")
    @classmethod
    def _follow_from_domain(cls, given: dict[str, Any]) -> dict[str, Any]:
        # A domain that is no domain is one fault, not six.
        domain = given.get("domain", "")
        domain = domain if isinstance(domain, str) and _DOMAIN.fullmatch(domain) else "unknown.invalid"
        data_dir = given.get("data_dir")
        data_dir = Path(data_dir if isinstance(data_dir, str | Path) else cls.model_fields["data_dir"].default)
        return {
            "muc": f"conference.{domain}",
            "extra_mucs": [f"breakout.{domain}"],
            "lobby": f"lobby.{domain}",
            "focus": f"focus@auth.{domain}/focus",
            "recorder_domain": f"recorder.{domain}",
            "component_secret_file": data_dir / "component.secret",
            "socket": data_dir / "agent.sock",
            **given,
        }

    @field_validator("supervisors")
    @classmethod
    def _somebody(cls, given: Mapping[int, frozenset[str]]) -> Mapping[int, frozenset[str]]:
        if not given:
            raise ValueError("must name at least one user")
        return given

    @model_validator(mode="after")
    def _domains_differ(self) -> "Settings":
        used = [self.domain, self.muc, *self.extra_mucs, self.lobby, self.recorder_domain]
        if len(set(used)) != len(used):
            raise ValueError("domain, muc, extra_mucs, lobby and recorder_domain must all differ")
        return self

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "portner.sqlite3"

    @property
    def key_dir(self) -> Path:
        """Folder of the key files."""
        return self.data_dir / "keys"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which is handed in as keyword arguments."""
        return env_settings, init_settings


def load_settings(config: Path | None = None) -> Settings:
    """Settings of this process; `config` is a TOML file (default: the one `PORTNER_CONFIG` names, if any).

    Raises SettingsFault with one sentence per fault, naming the setting and why; values are never repeated.
    """
    named = os.environ.get("PORTNER_CONFIG")
    path = config or (Path(named) if named else None)
    unknown = _unknown_variables()
    try:
        settings = Settings(**(_file(path) if path else {}))
    except ValidationError as error:
        raise SettingsFault((*unknown, *(_sentence(dict(fault)) for fault in error.errors()))) from None
    except SettingsError as error:
        # "error parsing value for field "x" from source "EnvSettingsSource"": the field is what helps.
        field = str(error).split('"')[1]
        raise SettingsFault((*unknown, f"Setting {field} ({PREFIX}{field.upper()}): must be JSON.")) from None
    if unknown:
        raise SettingsFault(unknown)
    return settings


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsFault((f"Configuration file {path} cannot be read: {error.strerror}.",)) from None
    except UnicodeDecodeError:
        raise SettingsFault((f"Configuration file {path} is not UTF-8.",)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsFault((f"Configuration file {path} is not TOML: {error}.",)) from None


def _unknown_variables() -> tuple[str, ...]:
    """A misspelt variable would silently leave a default in force."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | _NOT_A_SETTING
    found = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    return tuple(f"Environment variable {name} is no setting." for name in found)


def _sentence(fault: Mapping[str, Any]) -> str:
    place = [str(part) for part in fault["loc"] if part != "[key]"]
    why = str(fault["msg"]).removeprefix("Value error, ")
    why = why[:1].lower() + why[1:]
    if not place:
        return f"Settings do not go together: {why}."
    name = ".".join(place)
    if fault["type"] == "extra_forbidden":
        return f"Setting {name}: there is no such setting."
    if fault["type"] == "missing":
        why = "is needed and was not given"
    return f"Setting {name} ({PREFIX}{place[0].upper()}): {why}."
