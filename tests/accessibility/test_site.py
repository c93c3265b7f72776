"""Every page of the public site, Danish and English, narrow and wide: WCAG 2.1 AA, and nobody asked but the site."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from tests.accessibility.checks import Scene, check
from tests.an_office import UNIT
from tests.edges.web.site.on_site import ANNA
from tests.edges.web.site.served import ServedSite
from tests.edges.web.site.test_asked import RECORDED
from tests.end_to_end.browser import Page
from tests.rules.scenes import HOTLINE, ROOM, appointment, visit
from xmpp_agent.edges.web.site import rendering
from xmpp_agent.edges.web.site.rendering import Pages
from xmpp_agent.edges.web.site.stops import Stop
from xmpp_agent.flows import citizen
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.model.rooms import RoomState

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]


_FAULTY = """<!doctype html><html lang="de"><title></title><body style="width: 2000px">
<p style="color: #ccc; background: #fff">pale</p><input><img src="http://other.test/spy.png"><button>x</button>"""


async def _landing(served: ServedSite, name: str) -> Scene:
    await served.site.here.appointment(name)
    return Scene(name, f"/m/{await served.site.here.link(name)}")


async def _interpreter(served: ServedSite, name: str) -> Scene:
    await served.site.here.appointment(name, companion=CompanionKind.INTERPRETER)
    return Scene(name, f"/m/{await served.site.here.link(name, f'{name}s-helper')}")


async def _early(served: ServedSite, name: str) -> Scene:
    await served.site.here.appointment(name, starts_in=5400)
    return Scene(name, f"/m/{await served.site.here.link(name)}")


async def _device(served: ServedSite, name: str) -> Scene:
    scene = await _landing(served, name)
    return replace(scene, path=f"{scene.path}/test")


async def _login(served: ServedSite, name: str) -> Scene:
    scene = await _landing(served, name)
    _, cookie = await citizen.begin(served.site.here.office, scene.path.removeprefix("/m/"))
    return replace(scene, cookies={"portner": cookie})


async def _help(served: ServedSite, name: str) -> Scene:
    scene = await _landing(served, name)
    return replace(scene, path=f"{scene.path}/help")


async def _line(served: ServedSite, name: str) -> Scene:
    await served.site.here.appointment(name, policy=HOTLINE, staff="")
    code = await served.site.here.link(name)
    _, cookie = await citizen.begin(served.site.here.office, code)
    return Scene(name, f"/m/{code}", {"portner": cookie})


async def _ready(served: ServedSite, name: str) -> Scene:
    scene = await _landing(served, name)
    session, _ = await citizen.begin(served.site.here.office, scene.path.removeprefix("/m/"))
    _, cookie = await citizen.logged_in(served.site.here.office, session, ANNA)
    return replace(scene, cookies={"portner": cookie})


async def _call(served: ServedSite, name: str) -> Scene:
    return Scene(name, f"/h/{await served.site.call(name)}")


async def _after(served: ServedSite, name: str) -> Scene:
    return replace(await _ready(served, name), path="/after")


async def _asked(served: ServedSite, name: str) -> Scene:
    office = served.site.here.office
    await served.site.here.appointment(name, policy=RECORDED)
    session, _ = await citizen.begin(office, await served.site.here.link(name))
    _, cookie = await citizen.logged_in(office, session, ANNA)
    return Scene(name, "/optagelse", {"portner": cookie})


async def _recorded(served: ServedSite, name: str) -> Scene:
    scene = await _asked(served, name)
    state = RoomState(room=ROOM, exists=True, visit=visit(name), recording=True)
    served.site.here.office.house.settle(state)
    return scene


STEPS: Mapping[str, Callable[[ServedSite, str], Awaitable[Scene]]] = {
    "landing": _landing,
    "interpreter": _interpreter,
    "early": _early,
    "device": _device,
    "login": _login,
    "help": _help,
    "line": _line,
    "ready": _ready,
    "call": _call,
    "after": _after,
    "asked": _asked,
    "recorded": _recorded,
}


@pytest.mark.parametrize("name", STEPS)
async def test_pages_people_walk_through(page: Page, served: ServedSite, name: str) -> None:
    """No fault in any of them."""
    scene = await STEPS[name](served, name)
    assert await check(page, served.origin, scene) == []


@pytest.fixture(scope="module")
def shown(served: ServedSite) -> ServedSite:
    """The site with addresses for pages that only come in answer to a form, or pass at once."""
    pages, app = Pages(served.site.conf), served.site.app
    made = appointment()

    @app.get("/shown/stop/{stop}")
    async def stop(stop: Stop, request: Request) -> Response:
        return pages.stop(request, stop, UNIT, made, here=request.url.path)

    @app.get("/shown/bare/{stop}")
    async def bare(stop: Stop, request: Request) -> Response:
        return pages.stop(request, stop)

    @app.get("/shown/hop")
    async def hop(request: Request) -> Response:
        return pages.page(request, "hop.html.j2", address="#on", unit=UNIT.shown_name, phone=UNIT.phone)

    @app.get("/shown/missing")
    async def missing(request: Request) -> Response:
        facts: dict[str, Any] = {
            "kind": CompanionKind.INTERPRETER,
            "needs_login": False,
            "asks_age": True,
            "missing": True,
        }
        around: dict[str, Any] = {
            "appointment": made,
            "timezone": UNIT.timezone,
            "unit": UNIT.shown_name,
            "phone": UNIT.phone,
        }
        return pages.page(request, "landing.html.j2", **facts, **around)

    @app.get("/shown/faulty")
    async def faulty() -> Response:
        return HTMLResponse(_FAULTY, headers={"content-security-policy": "default-src * 'unsafe-inline'"})

    @app.get("/shown/{page}")
    async def entering(page: str, request: Request) -> Response:
        facts: dict[str, Any] = {"called": True, "asked": True, "unit": UNIT.shown_name, "phone": UNIT.phone}
        answer = pages.page(request, f"{page}.html.j2", **facts)
        answer.headers["content-security-policy"] = "script-src 'none'"  # the page would go on by itself
        return answer

    return served


async def test_the_check_finds_what_it_is_for(page: Page, shown: ServedSite) -> None:
    """A page with one fault of each kind is found out, so that an empty list means something."""
    found = await check(page, shown.origin, Scene("faulty", "/shown/faulty"))
    for fault in (
        "color-contrast",
        "label",
        "image-alt",
        "asked http://other.test/",
        "scrolls sideways",
        "small target",
    ):
        assert any(fault in line for line in found), fault
    for fault in ("lang is de", "0 main headings", "trouble: asked for other.test"):
        assert any(fault in line for line in found), fault


@pytest.mark.parametrize("stop", Stop)
async def test_pages_that_say_no(page: Page, shown: ServedSite, stop: Stop) -> None:
    """No fault in any of them, with an appointment to speak of."""
    assert await check(page, shown.origin, Scene(f"stop {stop}", f"/shown/stop/{stop}")) == []


@pytest.mark.parametrize("path", ["hop", "missing", "ready", "rejoin", "bare/dead_link"])
async def test_pages_that_only_answer_or_pass(page: Page, shown: ServedSite, path: str) -> None:
    """No fault in any of them."""
    scene = Scene(f"shown {path}", f"/shown/{path}")
    faults = await check(page, shown.origin, scene)
    assert [fault for fault in faults if "script-src 'none'" not in fault] == []


async def test_what_is_looked_at_is_what_there_is() -> None:
    """A template that no scene shows fails here."""
    shown_by = {
        "asked",
        "call",
        "after",
        "help",
        "hop",
        "landing",
        "login",
        "needs",
        "ready",
        "rejoin",
        "stop",
        "test",
        "wait",
    }
    folder = Path(rendering.__file__).parent / "templates"
    assert {path.name.partition(".")[0] for path in folder.glob("*.j2")} - {"base", "macros"} == shown_by
