"""What the browser may come back with: answers of other attempts, browsers and providers get nobody in."""

from dataclasses import replace

import httpx
import pytest

from tests.edges.oidc.attempts import NOW, REDIRECT, configured, refusal
from tests.edges.oidc.liar import GONE, House, Liar
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import LoginReason

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOT_OURS = LoginReason.NOT_OURS


def provider_of(liar: Liar, http: httpx.AsyncClient, **config: object) -> OpenIdProvider:
    """The relying party at this liar."""
    return OpenIdProvider(configured(liar.issuer, **config), http, REDIRECT)


@pytest.mark.parametrize(
    ("lie", "check"),
    [
        ({"state": "another"}, "state"),
        ({"state": ""}, "state"),
        ({"state": "ø\ud800"}, "state"),
        ({"code": ""}, "code"),
        ({"code": "x" * 4097}, "code"),
        ({"code": "ø"}, "code"),
        ({"iss": "https://other.example"}, "answer_iss"),
        ({"iss": ""}, "answer_iss"),
    ],
)
async def test_an_answer_that_does_not_fit_is_nobodys(
    liar: Liar, http: httpx.AsyncClient, lie: dict[str, str], check: str
) -> None:
    """An answer with another state, another issuer or no code is refused before the provider is asked anything."""
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    answer = {**liar.answer(url), **lie}
    assert await refusal(provider.finish(attempt, answer, now=NOW + 5)) == (NOT_OURS, check)
    assert liar.asked["/token"] == 0


@pytest.mark.parametrize("missing", ["state", "code", "iss"])
async def test_an_answer_that_lacks_something_is_nobodys(liar: Liar, http: httpx.AsyncClient, missing: str) -> None:
    """State and code must be there; the issuer, too, where discovery says that it always is (RFC 9207)."""
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    answer = {name: value for name, value in liar.answer(url).items() if name != missing}
    reason, check = await refusal(provider.finish(attempt, answer, now=NOW + 5))
    assert (reason, check) == (NOT_OURS, "answer_iss" if missing == "iss" else missing)
    assert liar.asked["/token"] == 0


async def test_a_provider_that_never_names_itself_need_not(liar: Liar, http: httpx.AsyncClient) -> None:
    """Without the promise in discovery an answer may come without the issuer."""
    liar.metadata = {"authorization_response_iss_parameter_supported": GONE}
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    answer = {name: value for name, value in liar.answer(url).items() if name != "iss"}
    assert (await provider.finish(attempt, answer, now=NOW + 5)).subject == "sub-anna"


async def test_an_attempt_without_a_state_belongs_to_nobody(liar: Liar, http: httpx.AsyncClient) -> None:
    """An empty state in the attempt is not met by an empty one in the answer."""
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    answer = liar.answer(url, state="")
    assert await refusal(provider.finish(replace(attempt, state=""), answer, now=NOW + 5)) == (NOT_OURS, "state")


@pytest.mark.parametrize(("seconds", "check"), [(901, "attempt_life"), (-61, "attempt_life")])
async def test_an_attempt_has_its_time(liar: Liar, http: httpx.AsyncClient, seconds: float, check: str) -> None:
    """A quarter of an hour is enough; an attempt from the future is none."""
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    answer = liar.answer(url)
    assert await refusal(provider.finish(attempt, answer, now=NOW + seconds)) == (LoginReason.TOO_SLOW, check)
    assert liar.asked["/token"] == 0


async def test_an_attempt_at_another_provider_is_not_finished_here(liar: Liar, http: httpx.AsyncClient) -> None:
    """What was begun as a citizen's login is not ended as a staff login."""
    citizens, staff = provider_of(liar, http), provider_of(liar, http, name="staff")
    url, attempt = await citizens.begin(now=NOW)
    assert await refusal(staff.finish(attempt, liar.answer(url), now=NOW + 5)) == (NOT_OURS, "provider")


@pytest.mark.parametrize("level", [-1, 4, 99])
async def test_a_level_that_does_not_exist_is_not_reached(liar: Liar, http: httpx.AsyncClient, level: int) -> None:
    """An attempt that needs an unknown level is no attempt of ours."""
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    answer = liar.answer(url)
    assert await refusal(provider.finish(replace(attempt, level=level), answer, now=NOW)) == (NOT_OURS, "attempt")


async def test_a_code_of_another_browser_is_refused_by_the_provider(liar: Liar, http: httpx.AsyncClient) -> None:
    """A stolen code put into one's own answer fails at PKCE: the verifier is the victim's browser's."""
    provider = provider_of(liar, http)
    stolen = liar.authorize((await provider.begin(now=NOW))[0])
    url, attempt = await provider.begin(now=NOW)
    answer = liar.answer(url, code=stolen)
    refused = await refusal(provider.finish(attempt, answer, now=NOW + 5))
    assert refused == (LoginReason.PROVIDER_REFUSED, "token_endpoint")


async def test_a_code_of_another_browser_is_seen_by_its_nonce(liar: Liar, http: httpx.AsyncClient) -> None:
    """A provider that does not care for PKCE is no help to whoever injects a code: the nonce is another's."""
    liar.checks_pkce = False
    provider = provider_of(liar, http)
    stolen = liar.authorize((await provider.begin(now=NOW))[0])
    url, attempt = await provider.begin(now=NOW)
    answer = liar.answer(url, code=stolen)
    assert await refusal(provider.finish(attempt, answer, now=NOW + 5)) == (LoginReason.FORGED, "nonce")


async def test_a_code_of_one_provider_is_not_carried_to_another(house: House, http: httpx.AsyncClient) -> None:
    """Mix-up: the attempt was begun at a hostile provider, which sent the browser on to an honest one with our state.

    The honest one's code must not reach the hostile one's token endpoint, where it would be stolen.
    """
    hostile = house.liar = Liar(house.issuer)
    provider = provider_of(hostile, http)
    url, attempt = await provider.begin(now=NOW)
    answer = hostile.answer(url, iss="https://honest.example", code="code-of-the-honest-one")
    assert await refusal(provider.finish(attempt, answer, now=NOW + 5)) == (NOT_OURS, "answer_iss")
    assert hostile.forms == []


@pytest.mark.parametrize(
    ("error", "config", "silent", "reason"),
    [
        ("access_denied", {}, False, LoginReason.CANCELLED),
        ("access_denied mitid_user_aborted", {"preset": "neb"}, False, LoginReason.CANCELLED),
        ("access_denied something_else", {"preset": "neb"}, False, LoginReason.PROVIDER_REFUSED),
        ("login_required", {}, True, LoginReason.NOT_SIGNED_IN),
        ("interaction_required", {}, True, LoginReason.NOT_SIGNED_IN),
        ("consent_required", {}, True, LoginReason.NOT_SIGNED_IN),
        ("account_selection_required", {}, True, LoginReason.NOT_SIGNED_IN),
        ("login_required", {}, False, LoginReason.PROVIDER_REFUSED),
        ("server_error", {}, False, LoginReason.PROVIDER_DOWN),
        ("temporarily_unavailable", {}, False, LoginReason.PROVIDER_DOWN),
        ("invalid_request", {}, False, LoginReason.PROVIDER_REFUSED),
        ("<script>0101801234</script>", {}, False, LoginReason.PROVIDER_REFUSED),
    ],
)
async def test_an_error_has_one_meaning(
    liar: Liar,
    http: httpx.AsyncClient,
    capsys: pytest.CaptureFixture[str],
    error: str,
    config: dict[str, object],
    silent: bool,
    reason: LoginReason,
) -> None:
    """Each error of the provider becomes one of our reasons, and none of its words is logged or said again."""
    provider = provider_of(liar, http, **config)
    url, attempt = await provider.begin(now=NOW, silent=silent)
    name, _, description = error.partition(" ")
    state = liar.answer(url)["state"]
    answer = {"error": name, "error_description": description or "0101801234", "state": state}
    assert await refusal(provider.finish(attempt, answer, now=NOW + 5)) == (reason, "error")
    said = "".join(capsys.readouterr())
    assert "0101801234" not in said
    assert "script" not in said


async def test_an_error_belongs_to_its_attempt_too(liar: Liar, http: httpx.AsyncClient) -> None:
    """An error with another state or another issuer is nobody's, whatever it says."""
    provider = provider_of(liar, http)
    url, attempt = await provider.begin(now=NOW)
    state = liar.answer(url)["state"]
    foreign = {"error": "access_denied", "state": "another"}
    assert await refusal(provider.finish(attempt, foreign, now=NOW)) == (NOT_OURS, "state")
    foreign = {"error": "access_denied", "state": state, "iss": "https://other.example"}
    assert await refusal(provider.finish(attempt, foreign, now=NOW)) == (NOT_OURS, "answer_iss")


async def test_chance_is_never_the_same_twice(liar: Liar, http: httpx.AsyncClient) -> None:
    """State, nonce and verifier have 256 bits each, differ from each other, and never come again."""
    provider = provider_of(liar, http)
    attempts = [(await provider.begin(now=NOW, level=Level.HIGH))[1] for _ in range(50)]
    chance = {value for attempt in attempts for value in (attempt.state, attempt.nonce, attempt.verifier)}
    assert len(chance) == 150
    assert {len(value) for value in chance} == {43}
