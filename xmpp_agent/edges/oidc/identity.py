"""From a provider's claims to one of us: read by the configured names, bounded, and dropped where it does not fit."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date

import structlog

from xmpp_agent.edges.oidc.config import OpenIdConfig
from xmpp_agent.edges.oidc.faults import LONGEST_SUBJECT, Refused, hold, moment, plain
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Attempt, Identity, LoginReason
from xmpp_agent.rules.levels import lowest, reaches

log = structlog.get_logger("oidc")

_CPR = re.compile(r"(\d{6})[ -]?(\d{4})", re.ASCII)
_UUID = re.compile(r"(?:urn:uuid:)?\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE | re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,189}")
_LONGEST_NAME = 100
_LONGEST_ACCOUNT = 254
_MOST_ROLES = 500
_LONGEST_ROLE = 200


class Said:
    """What a provider said of somebody: the signed token first, userinfo after it."""

    def __init__(self, *sources: Mapping[str, object]) -> None:
        self._sources = sources

    def all(self, names: Iterable[str]) -> tuple[object, ...]:
        """Every value under these names; names in order, for each the sources in order."""
        found = (source.get(name) for name in names for source in self._sources)
        return tuple(value for value in found if value is not None)

    def first(self, names: Iterable[str]) -> object:
        """The first value there is; None when there is none."""
        return next(iter(self.all(names)), None)

    def one(self, names: Iterable[str], read: Callable[[object], str]) -> str:
        """What these names agree on, empty when none can be read. Raises Refused when two say different things."""
        values = {value for said in self.all(names) if (value := read(said))}
        hold(len(values) <= 1, LoginReason.FORGED, "claims_disagree")
        return values.pop() if values else ""


def read_identity(config: OpenIdConfig, attempt: Attempt, said: Said) -> Identity:
    """Who it is. Raises Refused: LEVEL_TOO_LOW, WRONG_KIND, or FORGED when claims contradict each other."""
    for name, value in config.must_be.items():
        hold(said.first((name,)) == value, LoginReason.WRONG_KIND, "must_be")
    hold(said.first(config.professional) is None, LoginReason.WRONG_KIND, "professional")
    subject = said.first((config.subject,))
    hold(plain(subject, LONGEST_SUBJECT), LoginReason.FORGED, "subject")
    is_cpr = all(said.first((name,)) == value for name, value in config.cpr_when.items())
    return Identity(
        issuer=config.issuer,
        subject=str(subject),
        level=_level(config, Level(attempt.level), said),
        name=name_of(said.first(config.person)),
        cpr=said.one(config.cpr, cpr_of) if is_cpr else "",
        uuid=said.one(config.uuid, uuid_of),
        birthdate=birthdate_of(said.first(config.birthdate)),
        email=email_of(said.first(config.email)),
        account=account_of(said.first(config.account)),
        roles=_roles(config, said),
        authenticated_at=_authenticated_at(said),
    )


def _level(config: OpenIdConfig, needed: Level, said: Said) -> Level:
    """What came back counts, not what was asked for. A provider that has levels must say one that can be read."""
    level: Level | None = Level.NONE
    if config.level:
        parts = (said.first((name,)) for name in config.level_parts)
        level = lowest((said.first(config.level), *(part for part in parts if part is not None)))
    if level is None or not reaches(level, needed):
        raise Refused(LoginReason.LEVEL_TOO_LOW, "level")
    return level


def _roles(config: OpenIdConfig, said: Said) -> frozenset[str]:
    """The values of the roles claim; what they give is rules/staff_roles.py.

    Entra leaves a claim with more than 200 values out and points elsewhere: nobody follows, no value, no role.
    """
    value = said.first(config.roles)
    if value is None and said.first(("_claim_names", "hasgroups")) is not None:
        log.warning("openid_roles_left_out", setting=config.name)
    return roles_of(value)


def _authenticated_at(said: Said) -> float:
    claims = {"at": said.first(("auth_time", "iat"))}
    return moment(claims, "at") or 0.0


def name_of(said: object) -> str:
    """A name for people to read: printable, single blanks, at most 100 characters; empty for anything else."""
    if not isinstance(said, str):
        return ""
    text = unicodedata.normalize("NFC", said[: 4 * _LONGEST_NAME])
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(kept.split())[:_LONGEST_NAME].rstrip()


def cpr_of(said: object) -> str:
    """The ten digits of a CPR number, written with or without a hyphen; empty for anything else."""
    match = _CPR.fullmatch(said) if isinstance(said, str) else None
    return match[1] + match[2] if match else ""


def uuid_of(said: object) -> str:
    """A UUID in lower case, without braces or prefix; empty for anything else."""
    match = _UUID.fullmatch(said) if isinstance(said, str) else None
    return match[1].lower() if match else ""


def birthdate_of(said: object) -> str:
    """A date that exists, as YYYY-MM-DD; empty for anything else."""
    if not isinstance(said, str) or _DATE.fullmatch(said) is None:
        return ""
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        return ""


def email_of(said: object) -> str:
    """A mail address by its looks; empty for anything else. Nobody is known by it."""
    return said if isinstance(said, str) and said.isprintable() and _EMAIL.fullmatch(said) else ""


def account_of(said: object) -> str:
    """An account's name in lower case: visible signs without blanks, at most 254; empty for anything else."""
    whole = isinstance(said, str) and said.isprintable() and " " not in said and len(said) <= _LONGEST_ACCOUNT
    return str(said).lower() if whole else ""


def roles_of(said: object) -> frozenset[str]:
    """The values of a roles claim: a list, or the one value alone as AD FS sends it. Empty when they are too many."""
    values = said if isinstance(said, list) else [said]
    if len(values) > _MOST_ROLES:
        return frozenset()
    return frozenset(
        value for value in values if isinstance(value, str) and 0 < len(value) <= _LONGEST_ROLE and value.isprintable()
    )
