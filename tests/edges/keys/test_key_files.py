"""Key files: made once, opened together, refused by name when anything about them is odd."""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.edges.keys.columns import ColumnCipher, SealBroken
from xmpp_agent.edges.keys.files import KeyFault, read_secret, write_secret
from xmpp_agent.edges.keys.identity import IdentityFault, IdentityHash
from xmpp_agent.edges.keys.ring import key_files, make_keys, read_keys, rotate_keys

AT = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The key folder of a new installation."""
    make_keys(tmp_path / "keys", tmp_path / "portner.sqlite3", AT)
    return tmp_path / "keys"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_new_keys_are_for_their_owner_only(folder: Path) -> None:
    """Every key file is 0600 in a folder that is 0700, and all of them open."""
    assert 3 == len(key_files(folder)) == len(list(folder.iterdir()))
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    read_keys(folder)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_file_open_to_others_is_refused(folder: Path, which: int, mode: int) -> None:
    """Any right of group or others on any key file keeps the agent from starting, and the file is named."""
    path = key_files(folder)[which]
    path.chmod(mode)

    with pytest.raises(KeyFault, match=f"{path.name}.*{mode:04o}.*0600"):
        read_keys(folder)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_missing_file_is_refused_by_name(folder: Path, which: int) -> None:
    """Nothing is made anew in place of a lost key."""
    path = key_files(folder)[which]
    path.unlink()

    with pytest.raises(KeyFault, match="missing"):
        read_keys(folder)
    assert not path.exists()


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.95])
def test_a_file_cut_short_is_refused(folder: Path, which: int, keep: float) -> None:
    """A truncated file is refused by name, whichever it is, wherever it ends."""
    path = key_files(folder)[which]
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])

    with pytest.raises(KeyFault, match=path.name):
        read_keys(folder)


@pytest.mark.parametrize(("which", "other"), [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)])
def test_files_mixed_up_are_refused(folder: Path, which: int, other: int) -> None:
    """One key file in the place of another is refused by name."""
    path = key_files(folder)[which]
    path.write_bytes(key_files(folder)[other].read_bytes())

    with pytest.raises(KeyFault, match=path.name):
        read_keys(folder)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: pem(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
        (lambda: pem(rsa.generate_private_key(65537, 1024)), "1024 bits"),  # noqa: S505  # the point of it
    ],
    ids=["elliptic curve", "too short"],
)
def test_a_signing_key_of_the_wrong_kind_is_refused(folder: Path, make: Callable[[], bytes], why: str) -> None:
    """Only RSA keys of at least 2048 bits sign passes."""
    key_files(folder)[0].write_bytes(make())

    with pytest.raises(KeyFault, match=why):
        read_keys(folder)


def test_a_public_key_in_place_of_a_signing_key_is_refused(folder: Path) -> None:
    """A PEM file that holds no private key is refused."""
    public = read_keys(folder).signing.private.popitem()[1].public_key()
    key_files(folder)[0].write_bytes(
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )

    with pytest.raises(KeyFault, match="no private key"):
        read_keys(folder)


def test_odd_places_are_refused(folder: Path) -> None:
    """A link, a folder and a name that is no key id are refused; so is a folder others may write to."""
    identity = folder / "identity.key"
    identity.rename(folder / "elsewhere")
    identity.symlink_to(folder / "elsewhere")
    with pytest.raises(KeyFault, match="not a regular file"):
        read_keys(folder)
    identity.unlink()
    identity.mkdir()
    with pytest.raises(KeyFault, match="not a regular file"):
        read_keys(folder)

    (folder / "pass-mine.pem").touch(0o600)
    with pytest.raises(KeyFault, match="no key id"):
        read_keys(folder)

    folder.chmod(0o770)
    with pytest.raises(KeyFault, match="written by others"):
        read_keys(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of somebody else")
def test_a_file_of_somebody_else_is_refused(folder: Path) -> None:
    """A key file that another user could change is refused."""
    os.chown(folder / "identity.key", 65534, -1)

    with pytest.raises(KeyFault, match="belongs to uid 65534"):
        read_keys(folder)


def test_keys_are_never_made_over_others(folder: Path, tmp_path: Path) -> None:
    """Making keys twice, or beside a database whose keys are lost, is refused and changes nothing."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(KeyFault, match="never replaced"):
        make_keys(folder, tmp_path / "portner.sqlite3", AT)
    assert before == {path: path.read_bytes() for path in folder.iterdir()}

    (tmp_path / "portner.sqlite3").touch()
    with pytest.raises(KeyFault, match="backup"):
        make_keys(tmp_path / "other", tmp_path / "portner.sqlite3", AT)
    assert not (tmp_path / "other").exists()


def test_rotation_keeps_what_was_there(folder: Path) -> None:
    """After rotation the new keys are used, and what was sealed, hashed and signed before still counts."""
    before = read_keys(folder)
    sealed = before.columns.seal("Anna", "people.name:1")

    kid = rotate_keys(folder, AT + timedelta(days=1))

    after = read_keys(folder)
    assert kid == after.signing.newest
    assert set(before.signing.private) < set(after.signing.private)
    assert after.columns.open(sealed, "people.name:1") == "Anna"
    assert before.identity.cpr("0101011234") == after.identity.cpr("0101011234")
    with pytest.raises(SealBroken):
        before.columns.open(after.columns.seal("Anna", "p"), "p")
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """A secret that cannot be put in place leaves no draft behind."""
    (tmp_path / "key").mkdir()

    with pytest.raises(OSError, match="key"):
        write_secret(tmp_path / "key", b"secret")

    assert [tmp_path / "key"] == list(tmp_path.iterdir())


def test_any_secret_file_is_held_to_the_same(tmp_path: Path) -> None:
    """The component's secret can be read through the same check; the fault says what the file is."""
    write_secret(tmp_path / "component.secret", b"s3cret\n")
    assert read_secret(tmp_path / "component.secret", "Component secret") == b"s3cret\n"

    (tmp_path / "component.secret").chmod(0o644)
    with pytest.raises(KeyFault, match=r"Component secret .*component\.secret .*0600") as caught:
        read_secret(tmp_path / "component.secret", "Component secret")
    assert "s3cret" not in str(caught.value)


CIPHER = ColumnCipher((b"n" * 32, b"o" * 32))


@given(st.text(), st.text())
@settings(deadline=None)
def test_what_is_sealed_opens_in_its_place(text: str, place: str) -> None:
    """Any text opens again where it was sealed, and nowhere else."""
    sealed = CIPHER.seal(text, place)

    assert text == CIPHER.open(sealed, place)
    with pytest.raises(SealBroken):
        CIPHER.open(sealed, place + "2")


def test_a_changed_seal_does_not_open() -> None:
    """A sealed text with any one character changed does not open, and the fault does not say what it holds."""
    sealed = CIPHER.seal("Anna", "p")
    changed = {sealed[:at] + other + sealed[at + 1 :] for at in range(len(sealed)) for other in "ABCxyz019-_=."}

    for one in changed - {sealed}:
        with pytest.raises(SealBroken) as caught:
            CIPHER.open(one, "p")
        assert "Anna" not in str(caught.value)


@given(st.text())
@settings(deadline=None)
def test_noise_does_not_open(noise: str) -> None:
    """Whatever stands in a column that was not sealed by us raises SealBroken and nothing else."""
    with pytest.raises(SealBroken):
        CIPHER.open(noise, "p")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    """Equal names do not show as equal."""
    assert len({CIPHER.seal("Anna", "p") for _ in range(100)}) == 100


def test_cpr_numbers_are_compared_by_their_digits() -> None:
    """Hyphen and blanks do not matter, digits and key do."""
    mine, other = IdentityHash(b"a" * 32), IdentityHash(b"b" * 32)

    assert len({mine.cpr(text) for text in ("010101-1234", "0101011234", " 010101 1234 ")}) == 1
    assert len(mine.cpr("0101011234")) == 64
    assert mine.cpr("0101011234") != mine.cpr("0101011235")
    assert mine.cpr("0101011234") != other.cpr("0101011234")
    assert mine.own_mark != other.own_mark


@pytest.mark.parametrize("text", ["", "010101", "01010112345", "010101--1234", "０１０１０１１２３４", "010101123x"])
def test_what_is_no_cpr_number_is_not_hashed(text: str) -> None:
    """Anything but ten digits is refused, and not repeated."""
    with pytest.raises(IdentityFault) as caught:
        IdentityHash(b"a" * 32).cpr(text)

    assert not text or text not in str(caught.value)
