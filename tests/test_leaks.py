"""The tool that looks for secrets finds what is planted, in every spelling, and nothing where there is nothing."""

import base64
import hashlib
import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edges.store.samples import CIPHER
from tests.leaks import cpr, email, leaks, name, phone, text, token

CPR, PHONE, EMAIL, NAME = "010101-1234", "+4520304050", "a.hoej@example.dk", "Anna Højgård Sørensen"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIiwibmFtZSI6IkFubmEifQ.c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4"
CODE = "kT7mWq2xZpR4nVbYc"
SECRETS = (cpr(CPR), phone(PHONE), email(EMAIL), name(NAME), token(TOKEN), text("code", CODE))


def kinds(content: bytes | str) -> set[str]:
    """What is found in it."""
    return {leak.kind for leak in leaks(SECRETS, {"here": content})}


def sha(value: str) -> str:
    """What anybody can compute."""
    return hashlib.sha256(value.encode()).hexdigest()


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        *((f"x={spelled};", "CPR number") for spelled in (CPR, "0101011234", "010101 1234", "010101%201234")),
        (f'{{"cpr":"{sha("0101011234")}"}}', "CPR number"),
        (hashlib.md5(CPR.encode(), usedforsecurity=False).digest(), "CPR number"),
        ("prefix0101011234suffix", "CPR number"),
        *(
            (f"to {spelled} now", "telephone number")
            for spelled in (
                *("+4520304050", "4520304050", "004520304050", "20304050", "20 30 40 50", "+45 20 30 40 50"),
                *("2030 4050", "20-30-40-50", "%2B4520304050", "+45%2020304050", "tel:+45-20304050"),
            )
        ),
        ('{"msisdn":4520304050}', "telephone number"),
        (f"mail to {EMAIL.upper()}", "mail address"),
        ("GET /?to=a.hoej%40example.dk", "mail address"),
        ("GET /?to=a.hoej%2540example.dk", "mail address"),
        *((f"<{spelled}>", "name") for spelled in (NAME, NAME.lower(), NAME.upper(), "Sørensen, Anna Højgård")),
        (json.dumps({"name": NAME}), "name"),
        (urlencode({"name": NAME}), "name"),
        (quote(NAME).lower(), "name"),
        (NAME.encode("latin-1"), "name"),
        (NAME.encode("utf-16-le"), "name"),
        (repr(NAME.encode()), "name"),
        ("Anna H&#248;jg&#229;rd S&#248;rensen", "name"),
        ("Anna H&#xf8;jg&#xe5;rd S&#xf8;rensen", "name"),
        ("Anna H=C3=B8jg=C3=A5rd S=C3=B8rensen", "name"),
        ("Anna Ho\u0308".replace("o\u0308", "ø") + "jga\u030ard Sørensen".replace("a\u030a", "å"), "name"),
        ("Anna Hoejgaard Soerensen", "name"),
        ("ANNA HOJGARD SORENSEN", "name"),
        ("user Højgård left", "part of a name"),
        ("user sorensen left", "part of a name"),
        (f"jwt={TOKEN}", "token"),
        (TOKEN.split(".")[1], "token"),
        (TOKEN[:40], "token"),
        (f"/m/{CODE}", "code"),
        (CODE.encode().hex().upper(), "code"),
    ],
)
def test_what_is_planted_is_found(planted: bytes | str, kind: str) -> None:
    """Plain, escaped, encoded or hashed without a key: each is a leak of its kind."""
    assert kind in kinds(planted)


@given(st.sampled_from([(CPR, "CPR number"), (EMAIL, "mail address"), (NAME, "name"), (CODE, "code")]), st.data())
def test_base64_is_seen_through_wherever_it_begins(planted: tuple[str, str], data: st.DataObject) -> None:
    """Within something longer, at any offset, in both alphabets, as in the parts of a token."""
    secret, kind = planted
    encode: Callable[[bytes], bytes] = data.draw(st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
    around = data.draw(st.binary(max_size=7)), data.draw(st.binary(max_size=7))
    assert kind in kinds(encode(around[0] + secret.encode() + around[1]).rstrip(b"="))


def test_it_says_where(tmp_path: Path) -> None:
    """Place, form, position and what stands around it; each place is looked at, files too."""
    file = tmp_path / "prosody.log"
    file.write_text(f"info: joined as {EMAIL} from somewhere")
    found = leaks(SECRETS, {"agent": "nothing here", "prosody": file, "metrics": b"x " + CODE.encode()})
    assert {(leak.place, leak.kind, leak.form, leak.at) for leak in found} == {
        ("prosody", "mail address", "as it is", 16),
        ("metrics", "code", "as it is", 2),
    }
    assert "joined as" in found[0].around


def test_nothing_is_found_where_there_is_nothing() -> None:
    """Noise, times, other numbers, keyed hashes, words that only hold a name's letters."""
    noise = random.Random(7)  # noqa: S311  # the same noise every time
    times = " ".join(f"{1795381467 + noise.random() * 1e6:.6f}" for _ in range(5_000))
    assert kinds(noise.randbytes(300_000)) == set()
    assert kinds(times) == set()
    assert kinds(noise.randbytes(50_000).hex()) == set()
    assert kinds(base64.b64encode(noise.randbytes(50_000))) == set()
    assert kinds("120304050 203040501 Annabel Susanna annals example.dk") == set()


def test_a_database_that_seals_shows_nothing_and_one_that_does_not_shows_it(tmp_path: Path) -> None:
    """The bytes of the file are looked at, not what a query answers."""
    for sealed in (True, False):
        path = tmp_path / f"{sealed}.sqlite3"
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE TABLE people (name TEXT)")
            db.execute("INSERT INTO people VALUES (?)", (CIPHER.seal(NAME, "people.name:a") if sealed else NAME,))
        assert bool(leaks(SECRETS, {"database": path})) is not sealed
