"""Makes pages: a template, the facts it may show, the words of the language, the frame around it."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from xmpp_agent.edges.web.site import cookies, dates
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.stops import Stop, helps, status_of, way_out
from xmpp_agent.edges.web.site.texts import DEFAULT, LANGUAGES, text
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.units import Unit

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HASH = 12
CODE = r"[A-Za-z0-9_-]{8,64}"
"""What the code of a link looks like; anything else is not looked up and leads nowhere."""
OWN = "/optagelse"
"""The page on which whoever is signed in says whether they may be recorded."""
_OF_LINK = re.compile(rf"(/[mh]/{CODE}|{OWN})(?:/|\Z)")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file the pages load, as it is sent."""

    body: bytes
    media_type: str
    version: str


@dataclass(slots=True)
class Browser:
    """The browser a request came from; the frame puts it at `request.state.browser`."""

    cookie: str
    """Its opaque value, "" when it has none."""
    fresh: str
    """A value made for this request, for a browser that has none or shall get another."""
    language: str
    chosen: bool
    """Whether the language was asked for in this browser, now or before."""
    pressed: bool
    """Now: to be kept."""
    form: dict[str, str]
    """What was posted, once it is shown to come from a page of ours."""
    signed_in: bool = False
    """Whether whoever served it found a session behind the cookie."""


def page_of_link(path: str) -> str | None:
    """The page that an address of the site is about (mostly of a link), which may be opened again; None: about none."""
    found = _OF_LINK.match(path)
    return found[1] if found is not None else None


def browser_of(request: Request) -> Browser:
    """The browser a request came from."""
    browser: Browser = request.state.browser
    return browser


def load_static(folder: Path) -> dict[str, StaticFile]:
    """Every file of a folder, by name; read once, so that no path of a request ever meets the file system."""
    files = {}
    for path in sorted(folder.iterdir()):
        body = path.read_bytes()
        files[path.name] = StaticFile(body, _TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:_HASH])
    return files


@cache
def _compiled(*folders: Path) -> Environment:
    """The templates of these folders, compiled at once and once: no request waits for the disk."""
    templates = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in templates.list_templates():
        templates.get_template(name)
    return templates


class Pages:
    """Renders pages of the site. `more` are folders of templates beside the site's own, such as the staff pages'."""

    def __init__(self, conf: SiteConf, *more: Path) -> None:
        self.conf = conf
        self.static = load_static(_HERE / "static")
        self._templates = _compiled(_HERE / "templates", *more)

    def page(
        self, request: Request, template: str, *, status: int = 200, here: str | None = None, **shown: object
    ) -> HTMLResponse:
        """One page in the language of the browser. `here`: the address of it that may be asked for with GET."""
        browser = browser_of(request)
        value = browser.cookie or browser.fresh
        spoken = browser.language
        around = {
            "conf": self.conf,
            "here": here or request.url.path,
            "language": spoken,
            "other": next(language for language in LANGUAGES if language != spoken),
            "token": cookies.form_token(value),
            "t": partial(text, spoken),
            "when": lambda at, timezone: dates.when(at, timezone, spoken),
            "clock": lambda at, timezone: dates.clock(at, timezone, spoken),
            "machine": dates.machine,
            "static": self._static,
        }
        body = self._templates.get_template(template).render(**around, **shown)
        response = HTMLResponse(body, status)
        if not browser.cookie:
            cookies.set_value(response, request.url.path, value, secure=self.conf.secure)
        if browser.pressed:
            cookies.set_language(response, spoken, secure=self.conf.secure)
        return response

    def stop(
        self,
        request: Request,
        stop: Stop,
        unit: Unit | None = None,
        appointment: Appointment | None = None,
        *,
        here: str | None = None,
    ) -> HTMLResponse:
        """The page of a stop: the one function that says no to a person.

        Without unit and appointment nothing is said of either. `here`: the page that may be tried again.
        """
        spoken = browser_of(request).language
        at = dates.when(appointment.starts_at, unit.timezone, spoken) if unit and appointment else ""
        own = unit.closed_text[0 if spoken == DEFAULT else 1] if unit and stop is Stop.CLOSED else ""
        response = self.page(
            request,
            "stop.html.j2",
            status=status_of(stop),
            here=here or "/",
            stop=stop,
            said=own or text(spoken, f"stop.{stop}.text", when=at),
            out=way_out(stop) if here else "none",
            helps=helps(stop) and here is not None,
            unit=unit.shown_name if unit else self.conf.authority,
            phone=unit.phone if unit else self.conf.phone,
        )
        if stop in (Stop.AWAY, Stop.TOO_MANY):
            response.headers["retry-after"] = "30"
        return response

    def _static(self, name: str) -> str:
        return f"/static/{name}?v={self.static[name].version}"
