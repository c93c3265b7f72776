"""The device grant with providers that answer oddly: Entra's words, delays, refusals, lies, and nonsense."""

import json
from urllib.parse import parse_qs

import httpx
import pytest

from tui.agent.faults import NotSignedIn, Unanswered
from tui.agent.sign_in import BadOrigin, SignIn, origin_of
from tui.board.heard import Asked
from tui.settings import Settings
from tui.text.sign_in import explained
from tui.text.words import Words
from xmpp_agent import wire

ISSUER = "https://sso.example"
HOW = wire.SignIn(
    issuer=ISSUER, discovery=f"{ISSUER}/.well-known/openid-configuration", client_id="console", scopes=("openid",)
)
FOUND = {"issuer": ISSUER, "device_authorization_endpoint": f"{ISSUER}/device", "token_endpoint": f"{ISSUER}/token"}
ENTRA = {
    "device_code": "GAQ-secret",
    "user_code": "FJZX-7K",
    "verification_url": "https://sso.example/devicelogin",
    "expires_in": "900",
    "interval": "5",
    "message": "To sign in, open \x1b[2J\u202ethe page",
}
DONE = {"token_type": "Bearer", "id_token": "an.id.token", "refresh_token": "again"}
Answer = tuple[int, object] | Exception


class Sso:
    """A provider that says what it is told to: by path, one answer after the other, the last again and again."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.answers: dict[str, list[Answer]] = {
            "configuration": [(200, FOUND)],
            "device": [(200, ENTRA)],
            "token": [(200, DONE)],
            **answers,
        }
        self.forms: list[dict[str, list[str]]] = []
        self.hosts: set[str] = set()
        self.pauses: list[float] = []
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.hosts.add(request.url.host)
        name = request.url.path.rpartition("/")[2].removeprefix("openid-")
        if name == "sign-in":
            return httpx.Response(200, text=HOW.json())
        self.forms.append(parse_qs(request.content.decode()))
        left = self.answers[name]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return httpx.Response(status, text=body if isinstance(body, str) else json.dumps(body))

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.pauses.append(seconds)
        self.now += seconds

    def sign_in(self) -> SignIn:
        """A console that meets it."""
        who = SignIn("https://portner.example", clock=lambda: self.now, sleep=self.sleep)
        who.http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return who


def waiting(error: str) -> Answer:
    """An answer of the token endpoint that is no token."""
    return 400, {"error": error}


async def asked_by(who: SignIn) -> list[Asked]:
    """What a person is asked until somebody is signed in."""
    return [asked async for asked in who.ensure()]


async def test_entras_words_are_understood_and_drawn_clean() -> None:
    """`verification_url`, numbers as texts, a message; nothing in it commands the terminal."""
    sso = Sso()
    [asked] = await asked_by(sso.sign_in())
    assert (asked.code, asked.address, asked.seconds) == ("FJZX-7K", "https://sso.example/devicelogin", 900)
    lines = ["".join(cell.text for cell in line) for line in explained(asked, Words(Settings()))]
    assert "  FJZX-7K" in lines
    assert any("open [2Jthe page" in line for line in lines)
    assert all(line.isprintable() for line in lines)
    assert sso.forms[-1]["grant_type"] == ["urn:ietf:params:oauth:grant-type:device_code"]
    assert sso.forms[-1]["device_code"] == ["GAQ-secret"]


async def test_asked_as_often_as_the_provider_says() -> None:
    """Pending: on as before; slow_down: five seconds more for good; no answer: twice as long; busy: slower."""
    pending, slow = waiting("authorization_pending"), waiting("slow_down")
    sso = Sso(token=[pending, slow, pending, httpx.ConnectError(""), (503, ""), (200, DONE)])
    await asked_by(sso.sign_in())
    assert sso.pauses == [5, 5, 10, 10, 20, 25]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("access_denied", "sign_in_denied"),
        ("authorization_declined", "sign_in_denied"),
        ("expired_token", "sign_in_expired"),
        ("bad_verification_code", "sign_in_expired"),
        ("invalid_client", "sign_in_refused"),
        ("[@click=app.harm]", "sign_in_refused"),
    ],
)
async def test_a_no_of_the_provider_is_told_in_our_words(error: str, why: str) -> None:
    """Either vocabulary; what it says beyond that is not repeated."""
    with pytest.raises(NotSignedIn) as no:
        await asked_by(Sso(token=[waiting("authorization_pending"), waiting(error)]).sign_in())
    assert (no.value.why, str(no.value)) == (why, why)


async def test_a_provider_that_never_answers_is_not_asked_for_ever() -> None:
    """When the code's time is over, it is."""
    sso = Sso(token=[waiting("authorization_pending")])
    with pytest.raises(NotSignedIn, match="sign_in_expired"):
        await asked_by(sso.sign_in())
    assert sso.now == 900


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"configuration": [(200, {**FOUND, "issuer": "https://evil.example"})]}, "sign_in_unreadable"),
        ({"configuration": [(200, {**FOUND, "token_endpoint": "http://sso.example/token"})]}, "sign_in_unreadable"),
        ({"configuration": [(200, {"issuer": ISSUER, "token_endpoint": ISSUER})]}, "sign_in_no_device"),
        ({"configuration": [(200, "<html>")]}, "sign_in_unreadable"),
        ({"configuration": [(200, "[" * 300_000)]}, "sign_in_unreadable"),
        ({"configuration": [(302, "")]}, "sign_in_unreadable"),
        ({"configuration": [(503, "")]}, "sign_in_down"),
        ({"device": [(400, {"error": "unauthorized_client"})]}, "sign_in_refused"),
        ({"device": [(200, {**ENTRA, "verification_url": "http://sso.example/d"})]}, "sign_in_unreadable"),
        ({"device": [(200, {**ENTRA, "verification_url": "javascript:alert(1)"})]}, "sign_in_unreadable"),
        ({"device": [(200, {**ENTRA, "user_code": "A\nB"})]}, "sign_in_unreadable"),
        ({"token": [(200, {**DONE, "id_token": "a\r\nb"})]}, "sign_in_unreadable"),
        ({"token": [(200, {"access_token": "only"})]}, "sign_in_unreadable"),
    ],
    ids=range(13),
)
async def test_a_lie_or_nonsense_signs_nobody_in(answers: dict[str, list[Answer]], why: str) -> None:
    """Another issuer, an address without TLS, a page instead of words, no token, too much."""
    sso = Sso(**answers)
    with pytest.raises(NotSignedIn) as no:
        await asked_by(sso.sign_in())
    assert no.value.why == why
    assert sso.hosts <= {"sso.example", "portner.example"}


@pytest.mark.parametrize(
    ("answer", "later", "asked"),
    [
        ((200, {**DONE, "id_token": "another.id.token"}), 10, 0),
        ((400, {"error": "invalid_grant"}), 10, 1),
        ((200, DONE), 36_000, 1),
    ],
    ids=["renewed", "no longer good", "the day is over"],
)
async def test_renewed_silently_within_a_working_day(answer: Answer, later: float, asked: int) -> None:
    """By the refresh token, which is kept when no new one comes; else a person is asked."""
    sso = Sso(token=[(200, DONE), answer, (200, DONE)])
    who = sso.sign_in()
    await asked_by(who)
    _taken(who)
    sso.now += later
    who.rejected(renewable=True)
    assert len(await asked_by(who)) == asked
    assert (sso.forms[-1].get("refresh_token") == ["again"]) is (asked == 0)


@pytest.mark.parametrize("broken", [httpx.ConnectError(""), OSError(), httpx.DecodingError("")])
@pytest.mark.parametrize("where", ["configuration", "device"])
async def test_a_provider_out_of_reach_is_no_answer(where: str, broken: Exception) -> None:
    """Whatever broke: it is asked again later, as an agent that does not answer."""
    answers: dict[str, list[Answer]] = {where: [broken]}
    with pytest.raises(Unanswered):
        await asked_by(Sso(**answers).sign_in())


@pytest.mark.parametrize("broken", [httpx.ConnectError(""), OSError(), httpx.DecodingError("")])
async def test_a_break_while_the_code_is_typed_ends_no_attempt(broken: Exception) -> None:
    """The person goes on typing; it is asked less often, and then there is a token."""
    sso = Sso(token=[broken, (200, DONE)])
    assert len(await asked_by(sso.sign_in())) == 1
    assert len(sso.pauses) == 2


@pytest.mark.parametrize("broken", [httpx.ConnectError(""), OSError(), httpx.DecodingError("")])
async def test_a_break_while_a_token_is_renewed_keeps_what_renews_it(broken: Exception) -> None:
    """Once the provider can be reached again, nobody has to sign in."""
    sso = Sso(token=[(200, DONE), broken, (200, DONE)])
    who = sso.sign_in()
    await asked_by(who)
    _taken(who)
    who.rejected(renewable=True)
    with pytest.raises(Unanswered):
        await asked_by(who)
    assert await asked_by(who) == []


async def test_what_the_agent_never_took_is_not_renewed() -> None:
    """Else console, sign-on and agent would go round without anybody seeing why."""
    who = Sso().sign_in()
    await asked_by(who)
    who.rejected(renewable=True)
    assert len(await asked_by(who)) == 1


def _taken(who: SignIn) -> None:
    """The agent answers with what was asked for."""
    request = httpx.Request("GET", "https://portner.example/console/v1/board")
    flow = who.auth_flow(request)
    assert next(flow).headers["Authorization"] == "Bearer an.id.token"
    with pytest.raises(StopIteration):
        flow.send(httpx.Response(200))


@pytest.mark.parametrize(
    "text",
    [
        "http://portner.example",
        "https://",
        "portner.example",
        "https://u@portner.example",
        "https://p.example/x",
        "",
        "ftp://p",
    ],
)
def test_only_an_https_origin_is_gone_to(text: str) -> None:
    """Plain http leads nowhere but to this machine, and no path or name is taken along."""
    with pytest.raises(BadOrigin):
        origin_of(text)
    assert origin_of("https://portner.example/") == "https://portner.example"
    assert origin_of("http://127.0.0.1:8480") == "http://127.0.0.1:8480"
