"""Logins at an independent provider (npm `oidc-provider`) that speaks like each broker, through its pages and forms."""

import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from tests.edges.oidc.attempts import REDIRECT, SECRET, configured, refusal
from tests.edges.oidc.browser import Browser, Choice, browser
from xmpp_agent.demo.login_provider.running import Client, LoginProviders, Person
from xmpp_agent.edges.oidc.kept import PAUSE
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Identity, LoginProvider, LoginReason

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA = Person(
    "anna", "Anna Ægir", cpr="0101801234", uuid="3f8e1a5c-7b2d-4e6f-9a1b-0c2d3e4f5a6b", birthdate="1980-01-01"
)
BO = Person("bo", "Bo <b>Test</b>", cpr="0202802345", uuid="9d2c1b0a-1111-4222-8333-444455556666")
METTE = Person("anna", "Mette Medarbejder", email="mette@lilleby.example", roles=("Portner.Staff", "Andet"))
MITID = ["idura", "signicat", "neb", "nemlogin-bridge"]
SSN = {"idura": ["ssn"], "neb": ["ssn"]}
"""Where the CPR number is a scope of its own."""
CLIENT = Client("portner", REDIRECT, SECRET)
_NUMBERS = itertools.count(1)
KEY = RSAKey.generate_key(2048, {"kid": "ours-1", "use": "sig", "alg": "RS256"})


@dataclass
class Broker:
    """An open provider, and us as its client."""

    name: str
    party: LoginProvider
    browser: Browser
    providers: LoginProviders

    async def log_in(
        self, choice: Choice | None = None, *, level: Level = Level.SUBSTANTIAL, silent: bool = False, later: float = 0
    ) -> Identity:
        """A login from beginning to end; `later` is how far our clock is ahead."""
        now = time.time() + later
        url, attempt = await self.party.begin(now=now, level=level, silent=silent)
        answer = await self.browser.visit(url, None if silent else choice or Choice())
        return await self.party.finish(attempt, answer, now=now + 1)


class Brokers:
    """Opens brokers, each under a name of its own in the one process."""

    def __init__(self, providers: LoginProviders, http: httpx.AsyncClient, browser: Browser) -> None:
        self._providers, self._http, self._browser = providers, http, browser

    async def open(self, shape: str, client: Client = CLIENT, **config: object) -> Broker:
        """A broker of this shape that knows Anna and Bo, or a staff sign-on that knows Mette."""
        name = f"{shape}-{next(_NUMBERS)}"
        people = [METTE] if shape == "staff" else [ANNA, BO]
        issuer = await self._providers.open(name, shape, [client], people)
        given = {"preset": shape, "extra_scopes": SSN.get(shape, []), **config}
        party = OpenIdProvider(configured(issuer, **given), self._http, REDIRECT)
        return Broker(name, party, self._browser, self._providers)


@pytest_asyncio.fixture(loop_scope="module")
async def brokers(providers: LoginProviders, http: httpx.AsyncClient) -> AsyncIterator[Brokers]:
    """Brokers of this test, visited with a new browser."""
    async with browser() as new:
        yield Brokers(providers, http, new)


@pytest.mark.parametrize("shape", MITID)
async def test_the_same_person_comes_out_of_every_broker(brokers: Brokers, shape: str) -> None:
    """Whatever a broker calls them and wherever it says them, name, number, UUID, birthdate and level are read."""
    who = await (await brokers.open(shape)).log_in()
    assert (who.name, who.cpr, who.uuid, who.birthdate) == (ANNA.name, ANNA.cpr, ANNA.uuid, ANNA.birthdate)
    assert (who.level, who.roles, who.email) == (Level.SUBSTANTIAL, frozenset(), "")
    assert abs(who.authenticated_at - time.time()) < 60


@pytest.mark.parametrize("shape", ["idura", "neb"])
async def test_a_number_nobody_asked_for_does_not_come(brokers: Brokers, shape: str) -> None:
    """Without the scope for it, the CPR number stays at the broker; the person is known by the UUID."""
    who = await (await brokers.open(shape, extra_scopes=[])).log_in()
    assert (who.cpr, who.uuid) == ("", ANNA.uuid)


@pytest.mark.parametrize("shape", MITID)
@pytest.mark.parametrize("level", ["low", "substantial", "high"])
async def test_the_level_that_comes_back_is_the_one_that_counts(brokers: Brokers, shape: str, level: str) -> None:
    """Substantial was asked for: whoever logs in lower is refused, at or above it is let through as what it was."""
    broker = await brokers.open(shape)
    if level == "low":
        assert await refusal(broker.log_in(Choice(level=level))) == (LoginReason.LEVEL_TOO_LOW, "level")
    else:
        assert (await broker.log_in(Choice(level=level))).level.name.lower() == level


@pytest.mark.parametrize("shape", MITID)
async def test_a_professional_is_told_apart(brokers: Brokers, shape: str) -> None:
    """An employee's MitID Erhverv is not the citizen's own login."""
    broker = await brokers.open(shape)
    reason, _ = await refusal(broker.log_in(Choice(professional=True)))
    assert reason is LoginReason.WRONG_KIND


@pytest.mark.parametrize("shape", [*MITID, "staff"])
async def test_who_presses_cancel_has_cancelled(brokers: Brokers, shape: str) -> None:
    """Coming back without having logged in is no fault of anybody's."""
    broker = await brokers.open(shape)
    assert await refusal(broker.log_in(Choice(cancel=True), level=Level.NONE)) == (LoginReason.CANCELLED, "error")


@pytest.mark.parametrize("shape", MITID)
async def test_the_next_person_in_a_browser_is_asked_again(brokers: Brokers, shape: str) -> None:
    """A citizen's login is fresh each time: the session of the one before is nobody's ticket."""
    broker = await brokers.open(shape)
    first = await broker.log_in(Choice("anna"))
    second = await broker.log_in(Choice("bo"))
    assert (first.cpr, second.cpr) == (ANNA.cpr, BO.cpr)
    assert first.subject != second.subject


async def test_a_person_is_the_same_at_the_next_login(brokers: Brokers) -> None:
    """The subject is the person's at this provider, however they log in."""
    broker = await brokers.open("neb")
    assert (await broker.log_in()).subject == (await broker.log_in(Choice(level="high"))).subject


async def test_the_page_says_what_it_is_for_and_escapes(brokers: Brokers) -> None:
    """The person reads the purpose we sent, and a name is never markup."""
    broker = await brokers.open("idura", reference="Videomøde med Lilleby")
    await broker.log_in()
    page = broker.browser.pages[0]
    assert "Videomøde med Lilleby" in page
    assert "Bo &lt;b&gt;Test&lt;/b&gt;" in page
    assert "Dette er en test" in page


@pytest.mark.parametrize(
    ("client", "config"),
    [
        (replace(CLIENT, auth="client_secret_post"), {"auth": "client_secret_post"}),
        (
            replace(CLIENT, secret="", auth="private_key_jwt", keys=(KEY.as_dict(private=False),)),
            {"auth": "private_key_jwt", "secret": KEY.as_pem(private=True).decode(), "key_id": "ours-1"},
        ),
        (replace(CLIENT, secret="", auth="none"), {"auth": "none", "secret": ""}),
        (replace(CLIENT, client_id="portner & son:1"), {"client_id": "portner & son:1"}),
        (replace(CLIENT, id_token_alg="ES256"), {}),
        (replace(CLIENT, userinfo_alg="RS256"), {}),
        (replace(CLIENT, userinfo_alg="ES256"), {}),
    ],
    ids=["post", "private-key", "public", "odd-signs", "es256", "userinfo-rs256", "userinfo-es256"],
)
async def test_every_way_of_being_a_client(brokers: Brokers, client: Client, config: dict[str, object]) -> None:
    """Each kind of client proof, algorithm and userinfo is taken by a provider that is not ours; twice."""
    broker = await brokers.open("neb", client, **config)
    assert (await broker.log_in()).cpr == ANNA.cpr
    assert (await broker.log_in()).cpr == ANNA.cpr


@pytest.mark.parametrize("secret", ["wrong", SECRET + "x"])
async def test_a_client_that_is_not_known_gets_nothing(brokers: Brokers, secret: str) -> None:
    """With a wrong secret the provider refuses, and that is what is said."""
    broker = await brokers.open("neb", secret=secret)
    assert await refusal(broker.log_in()) == (LoginReason.PROVIDER_REFUSED, "token_endpoint")


async def test_new_keys_are_found_in_the_middle_of_the_day(brokers: Brokers) -> None:
    """The provider changes its keys; logins go on."""
    broker = await brokers.open("neb", replace(CLIENT, userinfo_alg="RS256"))
    assert (await broker.log_in()).cpr == ANNA.cpr
    await broker.providers.rotate(broker.name)
    assert (await broker.log_in(later=PAUSE + 1)).cpr == ANNA.cpr


async def test_an_answer_is_good_once(brokers: Brokers) -> None:
    """The same answer brought back again (back button, reload) is refused by the provider."""
    broker = await brokers.open("neb")
    now = time.time()
    url, attempt = await broker.party.begin(now=now, level=Level.LOW)
    answer = await broker.browser.visit(url, Choice())
    await broker.party.finish(attempt, answer, now=now)
    again = await refusal(broker.party.finish(attempt, answer, now=now))
    assert again == (LoginReason.PROVIDER_REFUSED, "token_endpoint")


async def test_a_code_from_another_browser_is_refused(brokers: Brokers) -> None:
    """Bo's code in Anna's answer: the provider itself sees that the verifier is not the one it was made for."""
    broker = await brokers.open("neb")
    now = time.time()
    url, _ = await broker.party.begin(now=now)
    stolen = (await broker.browser.visit(url, Choice("bo")))["code"]
    url, attempt = await broker.party.begin(now=now)
    answer = await broker.browser.visit(url, Choice("anna"))
    injected = await refusal(broker.party.finish(attempt, {**answer, "code": stolen}, now=now))
    assert injected == (LoginReason.PROVIDER_REFUSED, "token_endpoint")


async def test_the_answer_of_one_broker_is_not_the_others(brokers: Brokers) -> None:
    """An answer from the second broker, given the state of an attempt at the first, is refused for its issuer."""
    first, second = await brokers.open("idura"), await brokers.open("neb")
    now = time.time()
    _, attempt = await first.party.begin(now=now)
    url, _ = await second.party.begin(now=now)
    answer = await second.browser.visit(url, Choice())
    assert await refusal(first.party.finish(attempt, answer, now=now)) == (LoginReason.NOT_OURS, "state")
    mixed = {**answer, "state": attempt.state}
    assert await refusal(first.party.finish(attempt, mixed, now=now)) == (LoginReason.NOT_OURS, "answer_iss")


async def test_staff_come_with_name_address_and_roles(brokers: Brokers) -> None:
    """Who they are, what the employer calls them, and every role of the claim; no level, no number."""
    broker = await brokers.open("staff")
    who = await broker.log_in(level=Level.NONE)
    assert (who.name, who.email, who.account) == (METTE.name, METTE.email, METTE.email)
    assert who.roles == frozenset(METTE.roles)
    assert (who.level, who.cpr, who.uuid) == (Level.NONE, "", "")


async def test_entra_knows_people_by_another_claim(brokers: Brokers) -> None:
    """`oid` is the person; `sub` only the person in this application."""
    by_sub = await (await brokers.open("staff")).log_in(level=Level.NONE)
    by_oid = await (await brokers.open("staff", preset="staff-entra")).log_in(level=Level.NONE)
    assert by_sub.subject != by_oid.subject
    assert len(by_oid.subject) == 36


async def test_staff_who_are_signed_in_are_not_asked(brokers: Brokers) -> None:
    """Silent: nobody is signed in at first, and no page is shown; after a login the next one is silent."""
    broker = await brokers.open("staff")
    assert await refusal(broker.log_in(level=Level.NONE, silent=True)) == (LoginReason.NOT_SIGNED_IN, "error")
    await broker.log_in(level=Level.NONE)
    who = await broker.log_in(level=Level.NONE, silent=True)
    assert (who.name, len(broker.browser.pages)) == (METTE.name, 1)


async def test_a_session_that_is_too_old_is_not_silent(brokers: Brokers) -> None:
    """With a greatest age of nothing, the provider asks again, and says when it did."""
    broker = await brokers.open("staff", max_age=0)
    await broker.log_in(level=Level.NONE)
    await broker.log_in(level=Level.NONE)
    assert len(broker.browser.pages) == 2
