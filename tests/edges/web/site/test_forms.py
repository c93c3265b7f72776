"""Forms: every POST of the site, and what each must refuse before anything is done."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.an_office import SITE
from tests.edges.web.lone_agent import acts_on_record
from tests.edges.web.site.on_site import CONF, OpenSite, Surfer
from tests.rules.scenes import HOTLINE
from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.frame import Frame
from xmpp_agent.edges.web.site.rendering import Pages

BUTTONS: Mapping[str, Mapping[str, str]] = {
    "/m/{code}": {},
    "/m/{code}/test": {"found": "good"},
    "/m/{code}/line": {},
    "/m/{code}/login": {},
    "/m/{code}/go": {},
    "/h/{code}": {},
    "/optagelse": {"said": "no"},
}
"""Every POST of the site with a form that would do something."""
OWN = {"origin": SITE, "sec-fetch-site": "same-origin"}


def posts_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of everything that may change something."""
    for route in app.routes:
        assert isinstance(route, APIRoute), route
        yield from ((method, route.path) for method in route.methods or () if method not in ("GET", "HEAD"))


async def test_every_form_of_the_site_is_tested_here(site: OpenSite) -> None:
    """A new POST must come with a line in BUTTONS; nothing but GET, HEAD and POST exists."""
    assert sorted(posts_of(site.app)) == sorted(("POST", path) for path in BUTTONS)


async def _bound(site: OpenSite, path: str = "/m/") -> tuple[Surfer, str]:
    """A browser that could press every button of that link: bound to one without login, or in front of a call's."""
    anna = site.surfer()
    if path.startswith("/h/"):
        code = await site.call()
        await anna.look(f"/h/{code}")
        return anna, code
    await site.here.appointment(policy=replace(HOTLINE, recording_allowed=True))
    code = await site.here.link()
    await anna.begin(code)
    return anna, code


ATTACKS: Mapping[str, tuple[Mapping[str, str], str | None]] = {
    "no token": (OWN, None),
    "an empty token": (OWN, ""),
    "another browser's token": (OWN, cookies.form_token("A" * 43)),
    "a token of nothing": (OWN, cookies.form_token("")),
    "from another site": ({"origin": "https://evil.test", "sec-fetch-site": "cross-site"}, "own"),
    "from a neighbour": ({"origin": "null", "sec-fetch-site": "same-site"}, "own"),
    "from nowhere": ({"sec-fetch-site": "none"}, "own"),
    "origin alone": ({"origin": "https://evil.test"}, "own"),
    "origin of the same name by http": ({"origin": SITE.replace("https", "http")}, "own"),
    "origin with more behind it": ({"origin": SITE + ".evil.test"}, "own"),
}


@pytest.mark.parametrize("path", BUTTONS)
@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_forged_form_does_nothing(site: OpenSite, path: str, attack: str) -> None:
    """403 in words, nothing on record, no cookie, no way into the meeting."""
    anna, code = await _bound(site, path)
    headers, token = ATTACKS[attack]
    fields = dict(BUTTONS[path])
    if token is not None:
        fields["token"] = cookies.form_token(anna.cookie) if token == "own" else token
    before = acts_on_record(site.folder)
    answer = await anna.http.post(path.format(code=code), data=fields, headers=dict(headers))
    assert answer.status_code == 403, answer.text
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert acts_on_record(site.folder) == before


@pytest.mark.parametrize("path", BUTTONS)
async def test_the_same_form_pressed_by_the_person_is_taken(site: OpenSite, path: str) -> None:
    """So that the test above refuses for the right reason: old browsers that only say `Origin: null` too."""
    anna, code = await _bound(site, path)
    for headers in (OWN, {"origin": "null"}, {"origin": SITE}, {}):
        fields = {**BUTTONS[path], "token": cookies.form_token(anna.cookie)}
        answer = await anna.http.post(path.format(code=code), data=fields, headers=dict(headers))
        assert answer.status_code in (200, 303), (answer.status_code, headers)


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"token": "x"}},
        {"files": {"token": b"x"}},
        {"content": b"token=x", "headers": {"content-type": "text/plain"}},
        {"content": b"token=" + b"x" * 20_000, "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {
            "content": b"&".join(b"a%d=1" % n for n in range(41)),
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
        {"content": b"found=\xff\xfe", "headers": {"content-type": "application/x-www-form-urlencoded"}},
        {"content": b"found=%ff%fe", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ],
    ids=["JSON", "multipart", "plain text", "too long", "too many fields", "bytes", "no UTF-8"],
)
async def test_anything_but_a_small_form_is_unreadable(site: OpenSite, body: dict[str, object]) -> None:
    """400 in words; it is not parsed, and the connection ends."""
    anna, code = await _bound(site)
    given = {**body, "headers": {**OWN, **body.get("headers", {})}}  # type: ignore[dict-item]  # headers are a dict
    answer = await anna.http.post(f"/m/{code}/go", **given)  # type: ignore[arg-type]  # httpx' own arguments
    assert answer.status_code == 400
    assert answer.headers["connection"] == "close"


async def test_a_form_from_a_page_before_the_browser_was_bound_is_too_old(site: OpenSite) -> None:
    """The token belongs to the cookie: after the cookie changed, a form of before does nothing but say so."""
    await site.here.appointment(policy=HOTLINE)
    code, anna = await site.here.link(), site.surfer()
    await anna.look(f"/m/{code}")
    old = cookies.form_token(anna.cookie)
    await anna.press(f"/m/{code}")
    answer = await anna.http.post(f"/m/{code}/go", data={"token": old}, headers=OWN)
    assert answer.status_code == 403
    assert f'href="/m/{code}"' in answer.text


async def test_a_form_that_does_not_arrive_in_time_is_not_waited_for(site: OpenSite) -> None:
    """The body has a deadline of its own."""
    anna, code = await _bound(site)

    async def stalls() -> AsyncIterator[bytes]:
        yield b"token="
        await asyncio.Event().wait()

    impatient = Frame(site.app, Pages(CONF), site.clock, body_within=0.05)
    transport = httpx.ASGITransport(impatient)
    async with httpx.AsyncClient(transport=transport, base_url=SITE, cookies=anna.http.cookies) as http:
        headers = {**OWN, "content-type": "application/x-www-form-urlencoded"}
        answer = await http.post(f"/m/{code}/go", content=stalls(), headers=headers)
    assert answer.status_code == 400
