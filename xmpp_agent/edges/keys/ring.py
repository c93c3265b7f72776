"""All keys of one installation, opened together or not at all."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xmpp_agent.edges.keys.columns import ColumnCipher, drop_older_column_keys, make_column_key, read_column_keys
from xmpp_agent.edges.keys.files import KeyFault
from xmpp_agent.edges.keys.identity import IdentityHash, make_identity_key, read_identity_key
from xmpp_agent.edges.keys.signing import SigningKeys, make_signing_key, read_signing_keys, signing_key_files


@dataclass(frozen=True, slots=True)
class KeyRing:
    """What signs passes, hashes identities and seals personal columns."""

    signing: SigningKeys
    identity: IdentityHash
    columns: ColumnCipher


def make_keys(folder: Path, database: Path, at: datetime) -> None:
    """Make every key of a new installation. `at` is UTC.

    Raises KeyFault when there are keys already, or a database that keys lost since were made for.
    """
    if database.exists():
        raise KeyFault(f"Database {database} exists already; its keys must come from the backup, not be made anew.")
    if folder.exists() and any(folder.iterdir()):
        raise KeyFault(f"Key folder {folder} is not empty; existing keys are never replaced.")
    make_identity_key(_identity(folder))
    make_column_key(_columns(folder))
    make_signing_key(folder, at)


def rotate_keys(folder: Path, at: datetime) -> str:
    """Add a new signing key and a new column key in front of the old ones; returns the new key id.

    The identity key stays: hashes made with it could not be compared any more. Raises KeyFault.
    """
    read_keys(folder)
    make_column_key(_columns(folder))
    return make_signing_key(folder, at)


def retire_column_keys(folder: Path) -> int:
    """Drop every column key but the newest, for good; how many there were. Nothing may be sealed with them any more.

    Raises KeyFault.
    """
    read_keys(folder)
    return drop_older_column_keys(_columns(folder))


def read_keys(folder: Path) -> KeyRing:
    """All keys. Raises KeyFault saying which file is missing or wrong and why."""
    if folder.exists() and folder.stat().st_mode & 0o022:
        raise KeyFault(f"Key folder {folder} can be written by others; its mode must be 0700.")
    return KeyRing(read_signing_keys(folder), read_identity_key(_identity(folder)), read_column_keys(_columns(folder)))


def key_files(folder: Path) -> tuple[Path, ...]:
    """Every key file there should be, present or not."""
    return (*signing_key_files(folder), _identity(folder), _columns(folder))


def _identity(folder: Path) -> Path:
    return folder / "identity.key"


def _columns(folder: Path) -> Path:
    return folder / "columns.key"
