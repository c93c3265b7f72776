"""The frame: hosts, headers, limits and the one boundary of errors."""

import pytest
from fastapi import FastAPI

from tests.an_office import MEET, SITE
from tests.edges.web.site.on_site import CONF, COOKIE, OpenSite, heading
from tests.rules.scenes import HOTLINE
from xmpp_agent.edges.web.site import frame, guesses, limits
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.limits import Limit, asker


async def test_every_answer_carries_the_headers(site: OpenSite) -> None:
    """Pages, errors, redirects, JSON, static files, refusals of the frame itself."""
    await site.here.appointment(policy=HOTLINE)
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    answers = [
        await anna.look(f"/m/{code}"),
        await anna.look(f"/m/{code}/where"),
        await anna.press(f"/m/{code}"),
        await anna.look("/nowhere"),
        await anna.look("/static/site.css"),
        await anna.http.post("/m/x"),
        await anna.http.get("/", headers={"host": "evil.test"}),
    ]
    assert sorted({answer.status_code for answer in answers}) == [200, 303, 403, 404, 421]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert f"form-action 'self' {MEET};" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000")
        assert "camera=(self), microphone=(self)" in answer.headers["permissions-policy"]
        assert "server" not in answer.headers
    assert {a.headers["cache-control"] for a in answers} == {"no-store", "public, max-age=31536000, immutable"}


@pytest.mark.parametrize("host", ["evil.test", "moede.test.evil.test", "moede.test:81", "evil.test@moede.test", ""])
async def test_another_host_is_nobody_here(site: OpenSite, host: str) -> None:
    """421 without a page, a cookie or the name that was asked for."""
    answer = await site.surfer().http.get("/", headers={"host": host, "x-forwarded-host": "moede.test"})
    assert (answer.status_code, answer.text) == (421, "421 Misdirected Request\n")
    assert "set-cookie" not in answer.headers


async def test_addresses_in_pages_never_come_from_the_request(site: OpenSite) -> None:
    """Forwarding headers change nothing of a page."""
    await site.here.appointment()
    code = await site.here.link()
    forged = {"x-forwarded-host": "evil.test", "forwarded": "host=evil.test", "x-original-url": "/evil"}
    answer = await site.surfer().http.get(f"/m/{code}", headers=forged)
    assert answer.status_code == 200
    assert "evil" not in answer.text


async def test_what_broke_is_a_page_in_words(site: OpenSite, capsys: pytest.CaptureFixture[str]) -> None:
    """500 with a number to call; nothing of the request or the error on it."""

    @site.app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret of the inside")

    answer = await site.surfer().look("/broken?secret=of-the-request")
    assert (answer.status_code, heading(answer)) == (500, "Noget gik galt hos os")
    assert CONF.phone in answer.text
    assert "secret" not in answer.text
    capsys.readouterr()


async def test_one_address_that_asks_too_much_waits_and_costs_nobody_else_anything(site: OpenSite) -> None:
    """429 in words until time has passed."""
    busy, other = site.surfer("192.0.2.7"), site.surfer("192.0.2.8")
    for _ in range(int(limits.AT_ONCE)):
        assert (await busy.http.get("/static/icon.svg")).status_code == 200
    page = await busy.look("/after")
    assert (page.status_code, heading(page)) == (429, "Vent et øjeblik")
    assert (await other.look("/after")).status_code == 200
    site.clock.at += 1.0
    assert (await busy.look("/after")).status_code == 200


async def test_whoever_is_signed_in_is_counted_by_themselves(site: OpenSite) -> None:
    """A flood of strangers behind the same address stops nobody who is signed in, nor does one of them the others."""
    await site.here.appointment()
    code, bo, busy = await site.here.link(), site.surfer(), site.surfer()
    for browser in (bo, busy):
        await browser.begin(code)
    stranger = site.surfer()
    while (await stranger.http.get("/static/icon.svg")).status_code == 200:
        pass
    stranger.http.cookies.set(COOKIE, "a" * 43)
    assert (await stranger.look("/after")).status_code == 429, "what a browser brings proves nothing"
    for _ in range(int(limits.SESSION_AT_ONCE)):
        await busy.http.get("/static/icon.svg")
    assert (await busy.look("/after")).status_code == 429
    assert (await bo.look("/after")).status_code == 200


def test_a_crowd_behind_one_address_has_an_end() -> None:
    """However many sessions one address has; and a session that was not seen for long counts as a stranger again."""
    at = 0.0
    turnstile = limits.Turnstile(lambda: at)
    cookies = [f"c{number}" for number in range(int(limits.CROWD_AT_ONCE))]
    for cookie in cookies:
        turnstile.known(cookie)
    assert all(turnstile.passes("a", cookie) for cookie in cookies)
    assert not turnstile.passes("a", cookies[0])
    assert turnstile.passes("b", cookies[0])
    at = limits.KNOWN_FOR + 1
    passed = sum(turnstile.passes("a", cookies[0]) for _ in range(1000))
    assert passed == limits.AT_ONCE


async def test_guessing_links_ends_soon(site: OpenSite) -> None:
    """After a few dead links an address is not looked up any more, also not for a living one; others are."""
    await site.here.appointment()
    code = await site.here.link()
    guesser = site.surfer("2001:db8:1:2::1")
    for number in range(int(guesses.MISSES)):
        assert (await guesser.look(f"/m/guess{number:012}")).status_code == 404
    assert (await guesser.look(f"/m/{code}")).status_code == 429
    assert (await site.surfer("2001:db8:1:2:ffff::9").look(f"/m/{code}")).status_code == 429
    assert (await site.surfer("2001:db8:1:3::1").look(f"/m/{code}")).status_code == 200
    site.clock.at += 20.0
    assert (await guesser.look(f"/m/{code}")).status_code == 200


async def test_one_link_is_not_pressed_without_end(site: OpenSite) -> None:
    """Buttons of one link are counted wherever they are pressed from; waiting in line is not."""
    await site.here.appointment(policy=HOTLINE)
    code, anna = await site.here.link(), site.surfer()
    await anna.begin(code)
    pressed = 0
    while (await anna.look(f"/m/{code}")) and (await anna.press(f"/m/{code}/go")).status_code == 303:
        pressed += 1
        assert pressed < guesses.ACTS
    assert pressed == guesses.ACTS - 2  # begin and test were two
    await anna.look(f"/m/{code}")
    assert (await anna.press(f"/m/{code}/line")).status_code == 303


def test_limits_forget_the_oldest_and_never_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask, only so many are remembered."""
    monkeypatch.setattr(limits, "REMEMBERED", 10)
    limit = Limit(2.0, 0.0, lambda: 0.0)
    for number in range(100):
        assert limit.spend(str(number))
    assert len(limit._buckets) == 10
    assert limit.spend("99")
    assert not limit.spend("99")


@pytest.mark.parametrize(
    ("client", "counts_as"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3::4", 1), "2001:db8:1:2::/64"),
        (("evil\n", 1), "unknown"),
        (None, "unknown"),
    ],
)
def test_who_counts_as_one(client: tuple[str, int] | None, counts_as: str) -> None:
    """An address, or what one subscriber of IPv6 has."""
    assert asker(client) == counts_as


@pytest.mark.parametrize("origin", ["moede.test", "https://moede.test/", "ftp://moede.test", "https://Moede.test", ""])
def test_an_origin_is_scheme_and_host(origin: str) -> None:
    """Anything else is refused at start."""
    with pytest.raises(ValueError, match="origin"):
        SiteConf(origin=origin, meetings=MEET, authority="A", phone="1")


def test_loopback_without_https_has_plain_cookies() -> None:
    """The demo's browser would not keep a `Secure` cookie otherwise."""
    plain = SiteConf(origin="http://127.0.0.1:8080", meetings="http://127.0.0.1:8081", authority="A", phone="1")
    assert (plain.host, plain.secure) == ("127.0.0.1:8080", False)
    assert "strict-transport-security" not in frame.security_headers(plain)
    assert SiteConf(origin=SITE, meetings=MEET, authority="A", phone="1").secure


def test_the_console_of_the_framework_is_off(site: OpenSite) -> None:
    """No OpenAPI, no documentation pages."""
    app: FastAPI = site.app
    assert (app.openapi_url, app.docs_url, app.redoc_url) == (None, None, None)
