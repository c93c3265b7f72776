"""The keys that sign passes: one PEM file each, the newest signs, every listed one verifies."""

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key

from xmpp_agent.edges.keys.files import KeyFault, read_secret, write_secret

BITS = 2048
_NAME = re.compile(r"pass-(\d{8}T\d{6}-[0-9a-f]{8})\.pem", re.ASCII)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """Private keys by key id. Ids begin with the UTC time of making, so the greatest is the newest."""

    private: dict[str, RSAPrivateKey]

    @property
    def newest(self) -> str:
        """Key id that signs."""
        return max(self.private)

    def public(self) -> dict[str, RSAPublicKey]:
        """What verifies, by key id."""
        return {kid: key.public_key() for kid, key in self.private.items()}

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JSON Web Key Set (RFC 7517), for whoever has to check a pass."""
        return {"keys": [_jwk(kid, key) for kid, key in sorted(self.public().items(), reverse=True)]}


def make_signing_key(folder: Path, at: datetime) -> str:
    """Write a new RSA key and return its id. `at` is UTC and makes it the newest."""
    kid = f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_secret(folder / f"pass-{kid}.pem", pem)
    return kid


def signing_key_files(folder: Path) -> tuple[Path, ...]:
    """Files in the folder that claim to be signing keys, oldest first."""
    return tuple(sorted(folder.glob("pass-*")))


def read_signing_keys(folder: Path) -> SigningKeys:
    """All signing keys of the folder. Raises KeyFault when there is none or one is not as it must be."""
    keys = dict(_read(path) for path in signing_key_files(folder))
    if not keys:
        raise KeyFault(f"Signing key {folder}/pass-….pem is missing.")
    return SigningKeys(keys)


def _read(path: Path) -> tuple[str, RSAPrivateKey]:
    name = _NAME.fullmatch(path.name)
    if name is None:
        raise KeyFault(f"Signing key {path} has a name that is no key id.")
    try:
        key = serialization.load_pem_private_key(read_secret(path, "Signing key"), password=None)
    except (ValueError, TypeError):
        raise KeyFault(f"Signing key {path} is cut short or is no private key in PEM form.") from None
    if not isinstance(key, RSAPrivateKey):
        raise KeyFault(f"Signing key {path} is not an RSA key.")
    if key.key_size < BITS:
        raise KeyFault(f"Signing key {path} has {key.key_size} bits; at least {BITS} are needed.")
    return name[1], key


def _jwk(kid: str, key: RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": kid,
        "n": _b64(numbers.n),
        "e": _b64(numbers.e),
    }


def _b64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
