"""What an installation says of one OpenID provider: where it is, who we are there, and how it speaks."""

import base64
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from string import Template
from typing import Annotated, Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

ASYMMETRIC = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures that whoever can check them cannot make. `none` and HMAC are never on the list."""
_LONGEST_REFERENCE = 130
_OURS = {
    *("client_id", "code_challenge", "code_challenge_method", "max_age", "nonce", "prompt", "redirect_uri"),
    *("request", "request_uri", "response_mode", "response_type", "scope", "state"),
}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ConfigFault(Exception):
    """A provider nobody can be logged in at as configured. The text is sentences for the operator, without values."""


class ClientAuth(StrEnum):
    """How we prove at the token endpoint who we are."""

    NONE = "none"
    SECRET_BASIC = "client_secret_basic"
    SECRET_POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"


def safe_url(url: str, *, loopback: bool) -> bool:
    """Whether the address may be asked: https, or plain http to this machine where `loopback` allows it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or not url.isascii() or not url.isprintable():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback and host in _LOOPBACK)


def encoded(reference: str) -> str:
    """A reference text as the brokers take it."""
    return base64.b64encode(reference.encode()).decode()


def _is_rsa_key(pem: str) -> bool:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, RSAPrivateKey) and key.key_size >= 2048


def _url(text: str) -> str:
    if not safe_url(text, loopback=True):
        raise ValueError("must be an https address (http only on this machine)")
    return text


def _algorithm(text: str) -> str:
    if text not in ASYMMETRIC:
        raise ValueError("must be an asymmetric signature algorithm such as RS256")
    return text


def _fillable(template: "Param") -> bool:
    if isinstance(template, str):
        text = Template(template)
        return text.is_valid() and set(text.get_identifiers()) <= {"level", "language", "reference"}
    return all(_fillable(inner) for group in template.values() for inner in group.values())


Text = Annotated[str, Field(min_length=1, max_length=500)]
Url = Annotated[Text, AfterValidator(_url)]
Names = tuple[Text, ...]
"""Claim names; the first that is there counts."""
Param = Text | Mapping[Text, Mapping[Text, Text]]
"""`$level`, `$language` and `$reference` are filled in, a table becomes JSON; without a reference its texts go."""


@dataclass(frozen=True, slots=True, repr=False, config=ConfigDict(extra="forbid", hide_input_in_errors=True))
class OpenIdConfig:
    """One provider. Everything from `scopes` on is what presets.toml holds for the known ones. Times are seconds."""

    name: Annotated[str, Field(pattern=r"\A[a-z0-9-]{1,32}\z")]
    issuer: Url
    """Compared letter by letter with what discovery and every token say."""
    client_id: Text
    auth: ClientAuth = ClientAuth.SECRET_BASIC
    secret: Annotated[str, Field(max_length=10_000)] = ""
    """The client secret, or the private RSA key in PEM for `private_key_jwt`."""
    key_id: Annotated[str, Field(max_length=200)] = ""
    """`kid` of that private key, as registered at the provider."""
    discovery_url: Annotated[str, Field(max_length=500)] = ""
    """Where it is not the issuer with `/.well-known/openid-configuration` behind it."""
    reference: Annotated[str, Field(max_length=_LONGEST_REFERENCE)] = ""
    """What the person reads while logging in ("Videomøde med Lilleby Kommune"); 130 characters in base64 at most."""
    attempt_life: Annotated[float, Field(gt=0, le=3600)] = 900
    """How long somebody may take at the provider."""
    patience: Annotated[float, Field(gt=0, le=60)] = 10
    """How long one request to the provider may take; a whole login takes at most twice that."""

    scopes: Names = ("openid",)
    extra_scopes: Names = ()
    """What the installation may have beyond the preset: `ssn`."""
    params: Mapping[Text, Param] = Field(default_factory=dict)
    level_words: tuple[Text, Text, Text] = ("low", "substantial", "high")
    """How `$level` is spelt here."""
    id_token_algs: tuple[Annotated[str, AfterValidator(_algorithm)], ...] = ("RS256", "PS256", "ES256")
    userinfo: bool = False
    """Whether claims are also fetched from the userinfo endpoint; those of the signed token win."""
    prompt_login: bool = False
    """Ask for a fresh login, whatever session the provider has."""
    max_age: Annotated[int, Field(ge=0, le=86_400)] | None = None
    """Oldest login accepted; the provider must then say when it was."""
    abort_words: Names = ()
    """`access_denied` is the person's cancel only with one of these as description; empty: always."""
    must_be: Mapping[Text, Text] = Field(default_factory=dict)
    """Claim → the only value a private person's login has."""
    professional: Names = ()
    """Claims that only a professional identity has."""
    subject: Text = "sub"
    person: Names = ("name",)
    uuid: Names = ()
    cpr: Names = ()
    cpr_when: Mapping[Text, Text] = Field(default_factory=dict)
    """Claim → value without which the number is some other number."""
    birthdate: Names = ()
    email: Names = ()
    account: Names = ()
    """What the employer calls a member of staff, as booking names them."""
    level: Names = ()
    """Empty: this provider vouches for no level."""
    level_parts: Names = ()
    """Parts of the level (ial, aal): where they are said, the lowest counts."""
    roles: Names = ()

    def __post_init__(self) -> None:
        if self.discovery_url and not safe_url(self.discovery_url, loopback=True):
            raise ValueError("discovery_url must be an https address (http only on this machine)")
        if (self.auth is ClientAuth.NONE) == bool(self.secret):
            raise ValueError("secret is needed, unless auth is none")
        if self.auth is ClientAuth.PRIVATE_KEY_JWT and not _is_rsa_key(self.secret):
            raise ValueError("secret must be a private RSA key in PEM form, of 2048 bits or more")
        if len(encoded(self.reference)) > _LONGEST_REFERENCE:
            raise ValueError("reference is longer than 130 characters in base64")
        if not self.id_token_algs:
            raise ValueError("id_token_algs must name at least one")
        if _OURS & self.params.keys():
            raise ValueError("params must not set what the protocol sets itself")
        if not all(_fillable(template) for template in self.params.values()):
            raise ValueError("params may use $level, $language and $reference, and $$ for a dollar sign")

    @property
    def loopback(self) -> bool:
        """Whether plain http is spoken with this provider: only when the provider itself is on this machine."""
        return self.issuer.startswith("http:")


def discovery_of(config: OpenIdConfig) -> str:
    """Where the provider says of itself where everything is."""
    return config.discovery_url or f"{config.issuer.rstrip('/')}/.well-known/openid-configuration"


def presets() -> Mapping[str, Mapping[str, Any]]:
    """How the known providers speak, by name."""
    return tomllib.loads(files("xmpp_agent.edges.oidc").joinpath("presets.toml").read_text("utf-8"))


def read_config(name: str, given: Mapping[str, Any]) -> OpenIdConfig:
    """A table of settings, over the preset it names under `preset`, as configuration.

    Raises ConfigFault with one sentence per fault; values are never repeated.
    """
    table = dict(given)
    preset = table.pop("preset", None)
    known = presets()
    if preset is not None and preset not in known:
        raise ConfigFault(f"Login {name}: preset must be one of {', '.join(sorted(known))}.")
    try:
        return TypeAdapter(OpenIdConfig).validate_python({**known.get(preset or "", {}), **table, "name": name})
    except ValidationError as error:
        raise ConfigFault(" ".join(_sentence(name, dict(fault)) for fault in error.errors())) from None


def _sentence(name: str, fault: Mapping[str, Any]) -> str:
    why = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "unexpected_keyword_argument":
        why = "there is no such setting"
    place = ".".join(str(part) for part in fault["loc"] if part != "[key]")
    return f"Login {name}: {place}{': ' if place else ''}{why[:1].lower()}{why[1:]}."
