"""Configurations as installations write them: a fault is a sentence at start, never a surprise at a login."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.edges.oidc.attempts import NOW, REDIRECT, SECRET, configured
from xmpp_agent.edges.oidc.config import ConfigFault, presets, read_config
from xmpp_agent.edges.oidc.discovery import Metadata
from xmpp_agent.edges.oidc.requests import authorization_url, new_attempt
from xmpp_agent.model.people import Level

ISSUER = "https://broker.example"
METADATA = Metadata(f"{ISSUER}/authorize?tenant=lilleby", f"{ISSUER}/token", f"{ISSUER}/keys", "", names_itself=True)


def params(preset: str, *, level: Level = Level.SUBSTANTIAL, silent: bool = False, **over: object) -> dict[str, str]:
    """What the browser carries to a provider of this preset."""
    config = configured(ISSUER, preset=preset, **over)
    attempt = new_attempt(config, NOW, level, silent=silent)
    url = authorization_url(config, METADATA, REDIRECT, attempt, "da")
    assert url.startswith(f"{ISSUER}/authorize?tenant=lilleby&")
    query = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert {len(values) for values in query.values()} == {1}
    assert query["state"] == [attempt.state]
    assert query["nonce"] == [attempt.nonce]
    assert attempt.verifier not in url
    return {name: values[0] for name, values in query.items()}


@pytest.mark.parametrize("preset", sorted(presets()))
def test_every_preset_sends_what_the_protocol_needs(preset: str) -> None:
    """Code flow with PKCE S256, to our own address, for `openid`; never our secret."""
    sent = params(preset)
    assert (sent["response_type"], sent["code_challenge_method"]) == ("code", "S256")
    assert (sent["client_id"], sent["redirect_uri"]) == ("portner", REDIRECT)
    assert "openid" in sent["scope"].split()
    assert len(sent["code_challenge"]) == 43
    assert SECRET not in json.dumps(sent)


def test_each_broker_is_asked_for_the_level_in_its_own_words() -> None:
    """The level is asked for where and how each broker reads it."""
    assert params("idura")["acr_values"] == "urn:grn:authn:dk:mitid:substantial"
    assert params("signicat", level=Level.HIGH)["acr_values"] == "idp:mitid loa:high"
    assert params("nemlogin-bridge")["acr_values"] == "https://data.gov.dk/concept/core/nsis/Substantial"
    neb = params("neb", level=Level.LOW)
    assert (neb["idp_values"], neb["language"]) == ("mitid", "da")
    assert json.loads(neb["idp_params"]) == {"mitid": {"loa_value": "low"}}


def test_no_level_needed_is_the_lowest_asked_for() -> None:
    """A broker always logs in at some level; the lowest is asked for when none is needed."""
    assert params("idura", level=Level.NONE)["acr_values"] == "urn:grn:authn:dk:mitid:low"


def test_the_person_reads_what_it_is_for() -> None:
    """The reference text is sent in base64 where the broker takes one, and left out where there is none."""
    text = "Videomøde med Lilleby"
    encoded = "VmlkZW9tw7hkZSBtZWQgTGlsbGVieQ=="
    assert params("idura", reference=text)["login_hint"] == f"message:{encoded}"
    assert json.loads(params("neb", reference=text)["idp_params"])["mitid"]["reference_text"] == encoded
    assert "login_hint" not in params("idura")


def test_fresh_or_silent_is_asked_for() -> None:
    """Citizens log in anew; staff are asked nothing when the attempt is silent."""
    assert (params("neb")["prompt"], params("neb")["max_age"]) == ("login", "300")
    assert "prompt" not in params("staff")
    assert params("staff", silent=True)["prompt"] == "none"
    assert params("idura", silent=True)["prompt"] == "none"


def test_more_scopes_are_an_installations_own() -> None:
    """`ssn` is asked for only where the installation says so: not everybody may have it."""
    assert params("neb")["scope"] == "openid mitid"
    assert params("neb", extra_scopes=["ssn"])["scope"] == "openid mitid ssn"


def pem(key: RSAKey | ECKey) -> str:
    """A private key as a file holds it."""
    return key.as_pem(private=True).decode()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"issuer": "http://broker.example"}, "issuer: must be an https address"),
        ({"issuer": "broker.example"}, "issuer: must be an https address"),
        ({"issuer": "https://user:pass@broker.example"}, "issuer: must be an https address"),
        ({"issuer": "https://broker.example#x"}, "issuer: must be an https address"),
        ({"issuer": "https://broker.example:x"}, "issuer: must be an https address"),
        ({"discovery_url": "http://broker.example"}, "discovery_url must be an https address"),
        ({"client_id": ""}, "client_id"),
        ({"secret": ""}, "secret is needed"),
        ({"auth": "none"}, "secret is needed, unless auth is none"),
        ({"auth": "private_key_jwt"}, "private RSA key"),
        ({"auth": "private_key_jwt", "secret": pem(ECKey.generate_key("P-256"))}, "private RSA key"),
        ({"auth": "client_secret_jwt"}, "auth"),
        ({"id_token_algs": ["RS256", "HS256"]}, "asymmetric"),
        ({"id_token_algs": ["none"]}, "asymmetric"),
        ({"id_token_algs": []}, "at least one"),
        ({"params": {"state": "mine"}}, "what the protocol sets itself"),
        ({"params": {"request_uri": "https://x.example"}}, "what the protocol sets itself"),
        ({"params": {"x": "$cpr"}}, "$level, $language and $reference"),
        ({"params": {"x": "100 $"}}, "$level, $language and $reference"),
        ({"params": {"x": {"y": {"z": "$cpr"}}}}, "$level, $language and $reference"),
        ({"reference": "ø" * 50}, "reference is longer"),
        ({"scoops": ["openid"]}, "scoops: there is no such setting"),
        ({"max_age": -1}, "max_age"),
        ({"preset": "mitid"}, "preset must be one of idura, neb"),
    ],
)
def test_a_faulty_configuration_is_refused_in_words(table: dict[str, object], words: str) -> None:
    """The sentence names the login and the setting, and never repeats a value."""
    with pytest.raises(ConfigFault) as fault:
        read_config("mitid", {"issuer": ISSUER, "client_id": "x", "preset": "idura", "secret": "s3cret-value", **table})
    assert words in str(fault.value)
    assert str(fault.value).startswith("Login mitid: ")
    assert "s3cret-value" not in str(fault.value)
    assert "PRIVATE" not in str(fault.value)


def test_nothing_given_is_a_fault() -> None:
    """A table without issuer and client is no provider."""
    with pytest.raises(ConfigFault, match=r"issuer.*client_id"):
        read_config("staff", {})


def test_a_secret_is_not_printed() -> None:
    """Nothing prints a configuration with the secret in it."""
    config = configured(ISSUER, preset="idura")
    assert SECRET not in repr(config) + str(config)


def test_an_installation_may_differ_from_its_preset() -> None:
    """What a table says itself lies over what the preset says."""
    config = configured(ISSUER, preset="nemlogin-bridge", cpr=["cpr"], params={"acr_values": "nsis-$level"})
    assert (config.cpr, config.prompt_login) == (("cpr",), True)
    assert params("nemlogin-bridge", params={"acr_values": "nsis-$level"})["acr_values"] == "nsis-Substantial"
