"""What a visitor of the demo sees of its phone and mailbox, and how the stand-ins behave at the edges."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.demo.gateways.cpsms import Cpsms
from xmpp_agent.demo.gateways.gatewayapi import GatewayApi
from xmpp_agent.demo.gateways.memo_reading import Appointment, Memo
from xmpp_agent.demo.gateways.running import Tls, running
from xmpp_agent.demo.gateways.sf1601 import DigitalPost

LINK = "https://moede.lilleby.example/m/7Kq2Wp9xZ4m8Tq1r"


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A visitor."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as opened:
        yield opened


async def test_the_phone_shows_messages_newest_first(http: httpx.AsyncClient) -> None:
    """With the link to press; what looks like markup is text."""
    gateway = GatewayApi(token="t", secret="s")
    async with running(gateway.app) as host:
        assert "Ingen beskeder" in (await http.get(host)).text
        for text in (f"Videomøde {LINK}", "<b>nyest</b>"):
            message = {"sender": "Lilleby", "recipient": 4520123456, "message": text}
            answer = await http.post(f"{host}/mobile/single", json=message, headers={"Authorization": "Token t"})
            assert (answer.status_code, answer.json()["recipient"]) == (202, 4520123456)
        page = (await http.get(host)).text
        assert f'<a href="{LINK}" rel="noopener">{LINK}</a>' in page
        assert page.index("&lt;b&gt;nyest") < page.index(LINK)
        assert "Til +4520123456" in page


async def test_the_mailbox_shows_letters(http: httpx.AsyncClient) -> None:
    """Sender, appointment with its button, and the letter in a frame that can run nothing."""
    platform = DigitalPost(cvr="12345678")
    appointment = Appointment("Videomøde", "u", "2026-05-12T08:30:00Z", "2026-05-12T09:00:00Z", "På video", "L", LINK)
    platform.mailbox["u"] = Memo("u", "Indkaldelse", "1", "Lilleby", "2", '<p>Hej "du"</p>', (appointment,))
    async with running(platform.app) as host:
        page = (await http.get(host)).text
        assert "Fra Lilleby" in page
        assert f'<a href="{LINK}">' in page
        assert 'srcdoc="&lt;p&gt;Hej &#34;du&#34;&lt;/p&gt;"' in page
        assert "allow-scripts" not in page


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"recipient": "4520123456"}, 422),
        ({"recipient": 45}, 422),
        ({"sender": "Lilleby Kommune"}, 422),
        ({"message": ""}, 422),
        ({"recipients": []}, 422),
        ({}, 202),
    ],
)
async def test_gatewayapi_takes_what_is_published(
    http: httpx.AsyncClient, changed: dict[str, object], status: int
) -> None:
    """A number as a number, a sender that can be shown, no unknown fields; errors say where."""
    gateway = GatewayApi(token="t", secret="s")
    async with running(gateway.app) as host:
        message = {"sender": "Lilleby", "recipient": 4520123456, "message": "Hej", **changed}
        answer = await http.post(f"{host}/mobile/single", json=message, headers={"Authorization": "Token t"})
        assert answer.status_code == status
        if status == 422:
            assert answer.json()["detail"][0]["loc"] == ["body", next(iter(changed))]
        assert len(gateway.accepted) == (status == 202)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"to": "+4520123456"}, 400),
        ({"to": 4520123456}, 400),
        ({"from": "Lilleby Kommune"}, 400),
        ({"reference": "x" * 33}, 400),
        ({"message": "x" * 1531}, 400),
        ({"dlr": "x"}, 400),
        ({}, 200),
    ],
)
async def test_cpsms_takes_what_is_published(http: httpx.AsyncClient, changed: dict[str, object], status: int) -> None:
    """Digits, lengths as documented, no unknown fields."""
    gateway = Cpsms(user="u", key="k")
    async with running(gateway.app) as host:
        message = {"to": "4520123456", "message": "Hej", "from": "Lilleby", **changed}
        answer = await http.post(f"{host}/v2/send", json=message, auth=("u", "k"))
        assert answer.status_code == status
        assert ("error" in answer.json()) == (status == 400)
        assert (await http.post(f"{host}/v2/send", json=message)).status_code == 401
        assert len(gateway.accepted) == (status == 200)


async def test_without_a_certificate_nobody_is_let_in(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """Mutual TLS is the platform's, not only ours."""
    issuer = make_issuer(tmp_path)
    async with running(DigitalPost(cvr="12345678").app, Tls(issuer.sign("platform"), issuer.path)) as host:
        assert host.startswith("https://127.0.0.1:")
        with pytest.raises(httpx.TransportError):
            await http.get(host)
