"""Units and appointment types as an authority writes them down: a YAML file, read whole or refused in sentences.

Times are written as people do: `30 min`, `2 h`, `90 d`; a bare number is seconds. An example is `demo/policies.yaml`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from xmpp_agent.model.appointments import DAY, Plan, Policy, Rung
from xmpp_agent.model.figures import Limit, Measure, Targets
from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import Level
from xmpp_agent.model.recordings import Terms
from xmpp_agent.model.units import Hours, Unit
from xmpp_agent.rules.gsm7 import may_be_sender
from xmpp_agent.rules.opening_hours import read_hours
from xmpp_agent.texts import check_overrides

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)?")
_SECONDS = {None: 1.0, "s": 1.0, "min": 60.0, "h": 3600.0, "d": DAY}
_LONGEST_FILE = 1_000_000


class PolicyFault(Exception):
    """A file nothing is loaded from; `faults` are whole sentences."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


def _span(written: object) -> object:
    if not isinstance(written, str):
        return written
    match = _SPAN.fullmatch(written.strip())
    if match is None:
        raise ValueError("is no span of time such as 30 min, 2 h or 90 d")
    return float(match[1]) * _SECONDS[match[2]]


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone such as Europe/Copenhagen")
    return name


def _sender(name: str) -> str:
    if not may_be_sender(name):
        raise ValueError("must be at most 11 letters and digits")
    return name


Span = Annotated[float, BeforeValidator(_span), Field(ge=0, le=20_000 * DAY)]
Ident = Annotated[str, Field(pattern=r"\A[a-z0-9æøå][a-z0-9æøå._-]{0,63}\z")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Phrase = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    """Defaults here only say that something may be left out: what is left out is as the noun has it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def given(self) -> dict[str, Any]:
        """What the file says, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class LimitTable(_Part):
    """From where a number is red, and amber if not at 70 % of the way."""

    red: Span
    amber: Span | None = None


class TargetsTable(_Part):
    """What a unit promises."""

    answer_within: Span = 300.0
    short_abandon: Span = 5.0
    window: Annotated[float, BeforeValidator(_span), Field(ge=300, le=DAY)] = 3600.0
    limits: Mapping[Measure, LimitTable] = Field(default_factory=dict)

    def targets(self) -> Targets:
        """The noun."""
        limits = {measure: Limit(**table.given()) for measure, table in self.limits.items()}
        return Targets(**self.given() | {"limits": limits})


class UnitTable(_Part):
    """One unit of the file."""

    name: Name
    neutral_name: Name
    phone: Annotated[str, Field(min_length=1, max_length=40)]
    shows_name: bool = False
    meeting_title: Name = ""
    sms_sender: Annotated[str, AfterValidator(_sender)] = ""
    email_sender: Annotated[str, Field(max_length=200)] = ""
    post_sender: Annotated[str, Field(max_length=64)] = ""
    timezone: Annotated[str, AfterValidator(_timezone)] = ""
    hours: Mapping[Literal[DAYS], str] = Field(default_factory=dict)  # type: ignore[valid-type]  # a tuple of literals
    closed_text: tuple[str, str] = ("", "")
    tells_place: bool = True
    texts: Mapping[str, str] = Field(default_factory=dict)
    targets: TargetsTable = Field(default_factory=TargetsTable)

    def unit(self, ident: str, closed: bool) -> Unit:
        """The noun. Raises ValueError with sentences."""
        given = self.given()
        given["hours"] = tuple(chain.from_iterable(_hours(day, typed) for day, typed in self.hours.items()))
        given["targets"] = self.targets.targets()
        faults = check_overrides(self.texts)
        if faults:
            raise ValueError(" ".join(faults))
        return Unit(id=ident, closed=closed, **given)


class RungTable(_Part):
    """One step of a ladder."""

    channel: Literal[Channel.DIGITAL_POST, Channel.SMS, Channel.EMAIL]
    wait: Span = 1800.0


class TermsTable(_Part):
    """How recordings of one appointment type are asked for, filed and forgotten."""

    purpose: tuple[Phrase, Phrase]
    seen_by: tuple[Phrase, Phrase]
    on_tape: bool = False
    as_reference: bool = False
    keep_after_receipt: Span = DAY
    file_within: Span = 3 * DAY
    receipt_within: Span = DAY


class PolicyTable(_Part):
    """One appointment type of the file."""

    level: Literal["none", "low", "substantial", "high"]
    lobby: bool = True
    recording_allowed: bool = False
    early: Span = 1800.0
    late: Span = 1800.0
    grace: Span = 120.0
    tells_place: bool = True
    retention: Annotated[str, Field(min_length=1, max_length=32)] = "standard"
    ladder: Annotated[tuple[RungTable, ...], Field(max_length=6)] = ()
    reminders: Annotated[tuple[Span, ...], Field(max_length=4)] = ()
    needs_met: bool = False
    needs_asked: bool = False
    no_show: tuple[Span, Span, Span] = (0.0, 0.0, 0.0)
    keep_reach: Span = DAY
    keep: Span = 90 * DAY
    recording: TermsTable | None = None

    @model_validator(mode="after")
    def _recordings_have_a_purpose(self) -> Self:
        if self.recording_allowed != (self.recording is not None):
            raise ValueError("recording_allowed goes with a table `recording` that says what for and who sees it")
        return self

    def policy(self, ident: str) -> Policy:
        """The noun."""
        given = self.given() | {"level": Level[self.level.upper()]}
        plan = {name: given.pop(name) for name in Plan.__dataclass_fields__ if name in given}
        if "ladder" in plan:
            plan["ladder"] = tuple(Rung(rung.channel, rung.wait) for rung in self.ladder)
        plan.pop("recording", None)
        if self.recording is not None:
            plan["recording"] = Terms(**self.recording.given())
        return Policy(id=ident, plan=Plan(**plan), **given)


class _File(_Part):
    units: Mapping[Ident, UnitTable] = Field(default_factory=dict)
    policies: Mapping[Ident, PolicyTable] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What a file says."""

    units: tuple[Unit, ...]
    policies: tuple[Policy, ...]


def read_policies(path: Path, closed: frozenset[str] = frozenset()) -> PolicyFile:
    """The units and policies of a file; `closed` are units that stay closed for now, whatever their hours.

    Raises PolicyFault with one sentence per fault.
    """
    try:
        found = TypeAdapter(_File).validate_python(_yaml(path))
    except ValidationError as error:
        raise PolicyFault(tuple(_sentence(dict(fault)) for fault in error.errors())) from None
    units, faults = [], []
    for ident, table in found.units.items():
        try:
            units.append(table.unit(ident, ident in closed))
        except ValueError as fault:
            faults.append(f"units.{ident}: {fault}")
    if faults:
        raise PolicyFault(tuple(faults))
    return PolicyFile(tuple(units), tuple(table.policy(ident) for ident, table in found.policies.items()))


class _OnceLoader(yaml.SafeLoader):
    """A name that stands twice is a fault: the later one would silently win."""


def _mapping(loader: _OnceLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    found = dict(pairs)
    if len(found) != len(pairs):
        raise yaml.constructor.ConstructorError(None, None, "a name stands twice", node.start_mark)
    return found


_OnceLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _yaml(path: Path) -> object:
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise PolicyFault((f"File {path} is larger than a policy file can be.",))
        return yaml.load(path.read_text("utf-8"), _OnceLoader)  # noqa: S506  # it is a SafeLoader
    except OSError as error:
        raise PolicyFault((f"File {path} cannot be read: {error.strerror}.",)) from None
    except UnicodeDecodeError:
        raise PolicyFault((f"File {path} is not UTF-8.",)) from None
    except (yaml.YAMLError, TypeError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" near line {where.line + 1}" if where is not None else ""
        raise PolicyFault((f"File {path} is not YAML{line}, or a name stands twice.",)) from None


def _hours(day: str, typed: str) -> tuple[Hours, ...]:
    read = read_hours(DAYS.index(day), typed)
    if read is None:
        raise ValueError(f"hours.{day}: must be such as 8-12, 13-15.30.")
    return read


def _sentence(fault: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    why = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        why = "there is no such setting"
    if fault["type"] == "missing":
        why = "is needed and was not given"
    return f"{place or 'The file'}: {why[:1].lower()}{why[1:]}."
