"""From claims to a person: every preset's spelling, and nothing half-believed."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edges.oidc.attempts import NOW, configured
from xmpp_agent.edges.oidc.faults import Refused
from xmpp_agent.edges.oidc.identity import (
    Said,
    account_of,
    birthdate_of,
    cpr_of,
    email_of,
    name_of,
    read_identity,
    roles_of,
    uuid_of,
)
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Attempt, Identity, LoginReason

UUID = "3f8e1a5c-7b2d-4e6f-9a1b-0c2d3e4f5a6b"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
IDURA = {
    "sub": "{5d8f}",
    "identityscheme": "dkmitid",
    "authenticationtype": "urn:grn:authn:dk:mitid:substantial",
    "uuid": UUID,
    "cprNumberIdentifier": "0101801234",
    "name": "Anna Test",
    "birthdate": "1980-01-01",
    "loA": "SUBSTANTIAL",
    "ial": "SUBSTANTIAL",
    "aal": "HIGH",
    "iat": NOW,
}
NEB_TOKEN = {
    "sub": "5d8f",
    "idp": "mitid",
    "identity_type": "private",
    "loa": "https://data.gov.dk/concept/core/nsis/Substantial",
    "auth_time": NOW,
}
NEB_USERINFO = {"mitid.identity_name": "Anna Test", "mitid.uuid": UUID, "dk.cpr": "0101801234"}
SIGNICAT = {"sub": "x", "idp": "mitid", "mitid_loa": "HIGH", "nin": "0101801234", "iat": NOW}


def read(
    claims: Mapping[str, object],
    preset: str,
    userinfo: Mapping[str, object] | None = None,
    *,
    needed: Level = Level.SUBSTANTIAL,
    **config: object,
) -> Identity:
    """The identity in these claims."""
    attempt = Attempt("mitid", "state", "nonce", "verifier", NOW, int(needed))
    configuration = configured("https://broker.example", preset=preset, **config)
    return read_identity(configuration, attempt, Said(claims, userinfo or {}))


def refused(
    claims: Mapping[str, object],
    preset: str,
    userinfo: Mapping[str, object] | None = None,
    *,
    needed: Level = Level.SUBSTANTIAL,
) -> LoginReason:
    """Why these claims log nobody in."""
    with pytest.raises(Refused) as fault:
        read(claims, preset, userinfo, needed=needed)
    return fault.value.reason


@pytest.mark.parametrize(
    "lie",
    [
        {"loA": "LOW"},
        {"loA": "SUBSTANTIAL", "ial": "LOW"},
        {"loA": "SUBSTANTIAL", "aal": "LOW"},
        {"loA": "whatever"},
        {"loA": 3},
        {"loA": None, "authenticationtype": None},
        {"loA": None, "authenticationtype": "urn:grn:authn:dk:mitid"},
        {"ial": "unreadable"},
    ],
)
def test_a_level_that_did_not_come_back_is_not_there(lie: dict[str, object]) -> None:
    """What was asked for proves nothing: the level returned, in all its parts, has to be read and be enough."""
    assert refused({**IDURA, **lie}, "idura") is LoginReason.LEVEL_TOO_LOW


def test_a_level_must_be_readable_even_where_none_is_needed() -> None:
    """A broker that vouches for levels and says none is not believed."""
    assert refused({**IDURA, "loA": "x"}, "idura", needed=Level.NONE) is LoginReason.LEVEL_TOO_LOW
    assert read({**IDURA, "loA": "LOW"}, "idura", needed=Level.NONE).level is Level.LOW


def test_a_higher_level_is_enough_and_is_told() -> None:
    """Who logs in more surely than needed is let in, and staff may read how surely."""
    high = {**IDURA, "loA": "HIGH", "ial": "HIGH"}
    assert read(high, "idura").level is Level.HIGH


def test_the_signed_word_wins() -> None:
    """What the id_token says is not changed by unsigned userinfo."""
    low = {**NEB_TOKEN, "loa": "https://data.gov.dk/concept/core/nsis/Low"}
    better = {**NEB_USERINFO, "loa": "https://data.gov.dk/concept/core/nsis/High"}
    assert refused(low, "neb", better) is LoginReason.LEVEL_TOO_LOW


@pytest.mark.parametrize(
    ("preset", "claims"),
    [
        ("idura", {**IDURA, "cvrNumberIdentifier": "12345678"}),
        ("idura", {**IDURA, "cvrNumberIdentifier": ""}),
        ("idura", {**IDURA, "identityscheme": "sebankid"}),
        ("idura", {**IDURA, "identityscheme": None}),
        ("neb", {**NEB_TOKEN, "identity_type": "professional"}),
        ("neb", {**NEB_TOKEN, "identity_type": None}),
        ("neb", {**NEB_TOKEN, "idp": "mitid_erhverv"}),
        ("signicat", {**SIGNICAT, "idp": "nbid"}),
        (
            "nemlogin-bridge",
            {
                "sub": "x",
                "https://data.gov.dk/concept/core/nsis/loa": "Substantial",
                "https://data.gov.dk/model/core/eid/professional/cvr": "12345678",
            },
        ),
    ],
)
def test_a_professional_is_not_a_citizen(preset: str, claims: dict[str, object]) -> None:
    """Whoever logs in for a company, or with another country's eID, is not the private person invited."""
    assert refused(claims, preset) is LoginReason.WRONG_KIND


def test_userinfo_cannot_make_a_citizen_of_a_professional() -> None:
    """The kind of identity in the signed token is the one that counts."""
    professional = {**NEB_TOKEN, "identity_type": "professional"}
    assert refused(professional, "neb", {"identity_type": "private"}) is LoginReason.WRONG_KIND


@pytest.mark.parametrize(
    ("kind", "cpr"),
    [
        ({"nin_type": "PERSON", "nin_issuing_country": "DK"}, "0101801234"),
        ({"nin_type": "PERSON", "nin_issuing_country": "SE"}, ""),
        ({"nin_type": "COMPANY", "nin_issuing_country": "DK"}, ""),
        ({"nin_type": "PERSON"}, ""),
        ({}, ""),
    ],
)
def test_a_number_counts_only_as_a_danish_persons(kind: dict[str, object], cpr: str) -> None:
    """Signicat's `nin` is a CPR number only when it says so."""
    assert read({**SIGNICAT, **kind}, "signicat").cpr == cpr


@pytest.mark.parametrize("name", ["dk.cpr", "mitid.uuid"])
def test_claims_that_contradict_each_other_are_believed_neither(name: str) -> None:
    """One number in the token and another in userinfo is nobody's."""
    other = {"dk.cpr": "0202802345", "mitid.uuid": UUID.replace("3", "4")}[name]
    assert refused({**NEB_TOKEN, name: other}, "neb", NEB_USERINFO) is LoginReason.FORGED
    same = {"dk.cpr": "010180-1234", "mitid.uuid": UUID.upper()}[name]
    assert read({**NEB_TOKEN, name: same}, "neb", NEB_USERINFO).cpr == "0101801234"


@pytest.mark.parametrize("oid", [None, "", 7, ["x"], "x" * 256, "ø", "a\nb"])
def test_nobody_is_nobody(oid: object) -> None:
    """Without the claim a person is known by there is no person."""
    claims = {"sub": "x", "oid": oid, "iat": NOW}
    with pytest.raises(Refused) as fault:
        read(claims, "staff-entra", needed=Level.NONE)
    assert fault.value.reason is LoginReason.FORGED


@pytest.mark.parametrize(
    ("said", "roles"),
    [
        (["Portner.Staff", "Portner.Leader"], {"Portner.Staff", "Portner.Leader"}),
        ("Portner.Staff", {"Portner.Staff"}),
        ([], set()),
        (None, set()),
        ([["Portner.Staff"], 7, None, ""], set()),
        ({"Portner.Staff": True}, set()),
    ],
)
def test_roles_are_the_values_of_their_claim(said: object, roles: set[str]) -> None:
    """Values are handed on as they are written; one alone may come without a list, as AD FS sends it."""
    claims = {"sub": "x", "oid": "o", "roles": said, "iat": NOW}
    assert read(claims, "staff-entra", needed=Level.NONE).roles == roles


def test_the_names_of_claims_are_the_installations_own() -> None:
    """With AD FS the customer's rules name the claims."""
    claims = {"sub": "x", "unit-role": ["staff"], "sam": "LILLEBY\\Mette", "iat": NOW}
    who = read(claims, "staff-adfs", needed=Level.NONE, roles=["unit-role"], account=["sam"])
    assert (who.roles, who.account) == (frozenset({"staff"}), "lilleby\\mette")


def test_an_account_is_the_same_however_it_is_written() -> None:
    """Capitals do not make another account, and what is no account is none."""
    claims = {"sub": "x", "oid": "o", "preferred_username": "Mette@Lilleby.example", "iat": NOW}
    assert read(claims, "staff-entra", needed=Level.NONE).account == "mette@lilleby.example"
    assert [account_of(said) for said in ("a b", "a\n", "", None, 7, "x" * 255, ["a"])] == [""] * 7


@pytest.mark.parametrize(
    "overage",
    [
        {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.example"}}},
        {"hasgroups": True},
    ],
)
def test_too_many_groups_are_no_roles_and_are_told(
    capsys: pytest.CaptureFixture[str], overage: dict[str, object]
) -> None:
    """Entra leaves out more than 200 groups: no role comes of it, nobody follows the pointer, the log says why."""
    claims = {"sub": "x", "oid": "o-anna", "name": "Anna Test", "iat": NOW, **overage}
    assert read(claims, "staff-entra", needed=Level.NONE, roles=["groups"]).roles == frozenset()
    said = capsys.readouterr().out
    assert "openid_roles_left_out" in said
    assert not re.search("anna|graph", said, re.IGNORECASE)


@given(JSON)
def test_no_reader_breaks_and_none_makes_anything_up(said: object) -> None:
    """Whatever a provider puts into a claim, what is read has the one shape it must have, or is empty."""
    assert re.fullmatch(r"(?:\d{10})?", cpr_of(said), re.ASCII)
    assert re.fullmatch(r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?", uuid_of(said))
    assert re.fullmatch(r"(?:\d{4}-\d\d-\d\d)?", birthdate_of(said), re.ASCII)
    name, email, account = name_of(said), email_of(said), account_of(said)
    assert account == "" or (account.isprintable() and len(account.split()) == 1)
    assert len(name) <= 100
    assert name.isprintable()
    assert name == " ".join(name.split())
    assert email == "" or ("@" in email and email.isprintable() and len(email) <= 254)
    assert all(isinstance(role, str) and role.isprintable() for role in roles_of(said))


@given(st.integers(0, 999_999), st.sampled_from(["", " ", "-"]), st.integers(0, 9999))
def test_a_cpr_number_is_ten_digits(day: int, between: str, rest: int) -> None:
    """With a hyphen, a blank or nothing between, the digits are the same."""
    assert cpr_of(f"{day:06}{between}{rest:04}") == f"{day:06}{rest:04}"


@pytest.mark.parametrize(
    "said", ["010180123", "01018012345", "0101801234\n", " 0101801234", "010180--1234", "٠١٠١٨٠١٢٣٤", 101801234, "x"]
)
def test_what_is_nearly_a_cpr_number_is_none(said: object) -> None:
    """Never half-believed."""
    assert cpr_of(said) == ""


@given(st.uuids(), st.sampled_from(["{}", "{{{}}}", "urn:uuid:{}"]))
def test_a_uuid_is_the_same_however_it_is_dressed(uuid: object, dress: str) -> None:
    """Braces, prefix and capitals do not make another person."""
    assert uuid_of(dress.format(str(uuid).upper())) == str(uuid)


@given(st.dates())
def test_a_birthdate_is_a_date(date: object) -> None:
    """Dates that exist are read."""
    assert birthdate_of(str(date)) == str(date)


@pytest.mark.parametrize("said", ["1980-02-30", "1980-1-1", "19800101", "1980-01-01T00:00", "", None, "0000-01-01"])
def test_no_date_is_no_birthdate(said: object) -> None:
    """Dates that do not exist, or are written otherwise, are not read."""
    assert birthdate_of(said) == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("  Anna \t Test\n", "Anna Test"),
        ("Anna\u202eTset", "Anna Tset"),
        ("Anna\x00\x1b[31mTest", "Anna [31mTest"),
        ("A\u030ase", "Åse"),
        ("x" * 1000, "x" * 100),
        ("\ud800", ""),
    ],
)
def test_a_name_can_be_shown(said: str, name: str) -> None:
    """Signs that turn the line round, end it or are none are gone; the length is bounded."""
    assert name_of(said) == name


@pytest.mark.parametrize("said", ["x", "@", "a@", "@b", "a@b c", "a@b@c", "a@b>", "x" * 65 + "@b", "a@b\n", "", 7])
def test_what_does_not_look_like_a_mail_address_is_none(said: object) -> None:
    """One at-sign, no blanks, no brackets."""
    assert email_of(said) == ""


def test_somebody_elses_flood_of_roles_is_no_role() -> None:
    """More than 500 values are not gone through."""
    assert roles_of(["staff"] * 501) == frozenset()
    assert roles_of(["staff"] * 500) == {"staff"}
