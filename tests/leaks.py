"""Says where secrets stand in logs, databases and answers, in whatever spelling: as typed, escaped, encoded or hashed.

`leaks((cpr("010101-1234"), phone("+4512345678"), token(jwt)), {"agent log": log, "database": path})` is empty when
nothing of them stands anywhere.
"""

import base64
import hashlib
import html
import json
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from urllib.parse import quote, quote_plus

_AROUND = 30
_CUT = 24
"""Characters of a long secret that give it away though the rest was cut off."""
_PLAIN = "as it is"
_SHORTEST = 6
"""Bytes an encoded spelling must have, lest it stand there by chance."""


@dataclass(frozen=True)
class Secret:
    """Something that must stand nowhere. `spellings`: how people and programs write it, before any encoding."""

    kind: str
    spellings: tuple[str, ...]
    any_case: bool = False
    whole: bool = False
    """Whether plain spellings count only where no letter or digit touches them: short numbers and words."""


@dataclass(frozen=True)
class Leak:
    """A secret that stands somewhere."""

    kind: str
    form: str
    place: str
    at: int
    around: str


def cpr(number: str) -> Secret:
    """A CPR number, with or without hyphen."""
    digits = re.sub(r"\D", "", number)
    assert len(digits) == 10
    return Secret("CPR number", (digits, f"{digits[:6]}-{digits[6:]}", f"{digits[:6]} {digits[6:]}"))


def phone(number: str) -> tuple[Secret, ...]:
    """A Danish telephone number in E.164, as people and gateways write it."""
    assert re.fullmatch(r"\+45\d{8}", number), number
    own = number[3:]
    pairs, fours = re.findall("..", own), re.findall("....", own)
    grouped = [sep.join(parts) for parts in (pairs, fours) for sep in (" ", "-", ".", "\u00a0")]
    abroad = [f"{code}{gap}{rest}" for code in ("+45", "0045") for gap in ("", " ") for rest in (own, *grouped)]
    return (
        Secret("telephone number", (*abroad, *grouped, f"45{own}")),
        Secret("telephone number", (own,), whole=True),
    )


def email(address: str) -> Secret:
    """A mail address, however its letters are written."""
    return Secret("mail address", (address,), any_case=True)


def name(full: str) -> tuple[Secret, ...]:
    """A person's name: whole, turned round, and each of its longer parts; with Danish letters written out, too."""
    first, _, last = full.rpartition(" ")
    whole = {full, f"{last}, {first}", f"{last} {first}", full.replace(" ", "."), full.replace(" ", "_")}
    parts = {part for part in full.split() if len(part) > 3}
    return (
        Secret("name", tuple(sorted(_written(whole))), any_case=True),
        Secret("part of a name", tuple(sorted(_written(parts))), any_case=True, whole=True),
    )


def token(text: str) -> Secret:
    """A token or cookie: whole, each signed part of it, and its beginning when the rest was cut off."""
    parts = [part for part in text.split(".") if len(part) >= 16]
    return Secret("token", (text, *parts, *(part[:_CUT] for part in (text, *parts) if len(part) > _CUT)))


def text(kind: str, value: str) -> Secret:
    """Anything else, as it is: the code of a link, a case reference, the words of a note."""
    return Secret(kind, (value, value[:_CUT]) if len(value) > _CUT else (value,))


Secrets = Iterable[Secret | tuple[Secret, ...]]
Places = Mapping[str, bytes | str | Path]


def leaks(secrets: Secrets, places: Places) -> list[Leak]:
    """Every secret in every place: one leak for each spelling that stands there (where it stands first)."""
    wanted = [secret for each in secrets for secret in ((each,) if isinstance(each, Secret) else each)]
    found: list[Leak] = []
    for place, content in places.items():
        raw = content.read_bytes() if isinstance(content, Path) else content
        stored = raw.encode() if isinstance(raw, str) else raw
        lowered = stored.lower()
        for secret in wanted:
            found += _in(stored, lowered, secret, place)
    return found


def _in(stored: bytes, lowered: bytes, secret: Secret, place: str) -> Iterator[Leak]:
    for spelling in dict.fromkeys(secret.spellings):
        for form, needle, any_case in _forms(spelling, any_case=secret.any_case):
            where, wanted = (lowered, needle.lower()) if any_case else (stored, needle)
            at = _whole(where, wanted) if secret.whole and form == _PLAIN else where.find(wanted)
            if at >= 0:
                around = stored[max(0, at - _AROUND) : at + len(needle) + _AROUND]
                yield Leak(secret.kind, form, place, at, repr(around))


def _whole(where: bytes, wanted: bytes) -> int:
    if wanted not in where:  # much quicker than the expression
        return -1
    match = re.search(rb"(?<![0-9A-Za-z\x80-\xff])" + re.escape(wanted) + rb"(?![0-9A-Za-z\x80-\xff])", where)
    return match.start() if match else -1


@cache
def _forms(spelling: str, *, any_case: bool) -> tuple[tuple[str, bytes, bool], ...]:
    """How a spelling may stand in a file: (what it is called, its bytes, whether case does not count)."""
    return tuple(_spelt(spelling, any_case=any_case))


def _spelt(spelling: str, *, any_case: bool) -> Iterator[tuple[str, bytes, bool]]:
    seen: set[bytes] = set()
    plain = [spelling, spelling.upper(), spelling.lower(), unicodedata.normalize("NFD", spelling)]
    for one in dict.fromkeys(plain if any_case else [spelling, plain[-1]]):
        for form, needle, ignores_case in _encoded(one):
            if needle not in seen and len(needle) >= min(_SHORTEST, len(spelling)):
                seen.add(needle)
                yield form, needle, any_case or ignores_case


def _encoded(one: str) -> Iterator[tuple[str, bytes, bool]]:
    raw = one.encode()
    yield _PLAIN, raw, False
    for charset in ("latin-1", "utf-16-le", "utf-16-be"):
        yield charset, one.encode(charset, "ignore"), False
    once = (quote(one, safe=""), quote(one, safe="@+"), quote_plus(one), "".join(f"%{byte:02x}" for byte in raw))
    yield from (("percent-encoded", form.encode(), True) for form in once)
    yield "percent-encoded twice", quote(once[0], safe="").encode(), True
    yield "in JSON", json.dumps(one)[1:-1].encode(), True
    yield "in HTML", html.escape(one).encode(), False
    yield "in HTML", "".join(c if c.isascii() else f"&#{ord(c)};" for c in one).encode(), False
    yield "in HTML", "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in one).encode(), True
    yield "as Python shows bytes", repr(raw)[2:-1].encode(), True
    yield "quoted-printable", quopri.encodestring(raw), True
    yield "hex", raw.hex().encode(), True
    yield from (("base64", form, False) for form in _base64(raw))
    for method in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(method, raw, usedforsecurity=False).digest()
        yield f"{method}, which anybody can try out", digest.hex().encode(), True
        yield f"{method}, which anybody can try out", digest, False
        yield from ((f"{method}, which anybody can try out", form, False) for form in _base64(digest))


def _base64(raw: bytes) -> Iterator[bytes]:
    """What stays the same of a text in base64, wherever in something longer it begins."""
    if len(raw) < _SHORTEST:
        return
    for before, encode in product(range(3), (base64.b64encode, base64.urlsafe_b64encode)):
        # Characters that also hold bits of the neighbours are left out: 0, 2 or 3 in front, those of a last odd group.
        whole = encode(bytes(before) + raw)
        yield whole[(0, 2, 3)[before] : (before + len(raw)) * 8 // 6]


def _written(spellings: Iterable[str]) -> Iterator[str]:
    """With Danish letters, and as gateways and mailboxes write them without."""
    for spelling in spellings:
        yield spelling
        for letters in (("ae", "oe", "aa"), ("a", "o", "a")):
            table = {ord(danish): plain for danish, plain in zip("æøå", letters, strict=True)}
            table |= {ord(danish): plain.title() for danish, plain in zip("ÆØÅ", letters, strict=True)}
            yield spelling.translate(table)
