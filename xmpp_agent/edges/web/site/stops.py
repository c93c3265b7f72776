"""Every page that says "not this way": what happened, what to do, whom to call. One code, one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.ports.login import LoginReason
from xmpp_agent.rules.arrival import Step


class Stop(StrEnum):
    """Why somebody does not get further. Words: `stop.<code>.*` in texts/."""

    # the link and its appointment
    DEAD_LINK = "dead_link"
    CANCELLED = "cancelled"
    MOVED = "moved"
    OVER = "over"
    CLOSED = "closed"
    CALL_ENDED = "call_ended"
    """A hotline link after its call."""
    # login
    WRONG_PERSON = "wrong_person"
    LEVEL_TOO_LOW = "level_too_low"
    LOGIN_CANCELLED = "login_cancelled"
    LOGIN_DOWN = "login_down"
    LOGIN_SLOW = "login_slow"
    LOGIN_FAILED = "login_failed"
    PROFESSIONAL = "professional"
    OTHER_BROWSER = "other_browser"
    # the browser
    NO_COOKIES = "no_cookies"
    UNSUPPORTED = "unsupported"
    STALE_FORM = "stale_form"
    NOT_SIGNED_IN = "not_signed_in"
    """Back from Jitsi in a browser that is not (or no longer) known."""
    ELSEWHERE = "elsewhere"
    """Somebody is in from another browser by the same link."""
    # the machinery
    AWAY = "away"
    TOO_MANY = "too_many"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    BROKEN = "broken"


class WayOut(StrEnum):
    """What the page offers to press."""

    NONE = "none"
    LOOK = "look"
    """Open the same page again."""
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class _Page:
    status: int
    out: WayOut = WayOut.NONE
    helps: bool = False
    """Whether it offers a way without the provider."""


_PAGES: Mapping[Stop, _Page] = {
    Stop.DEAD_LINK: _Page(404),
    Stop.CANCELLED: _Page(410),
    Stop.MOVED: _Page(200, WayOut.LOOK),
    Stop.OVER: _Page(410),
    Stop.CLOSED: _Page(403, WayOut.LOOK),
    Stop.CALL_ENDED: _Page(410),
    Stop.WRONG_PERSON: _Page(403, WayOut.LOGIN, helps=True),
    Stop.LEVEL_TOO_LOW: _Page(403, WayOut.LOGIN, helps=True),
    Stop.LOGIN_CANCELLED: _Page(403, WayOut.LOGIN, helps=True),
    Stop.LOGIN_DOWN: _Page(503, WayOut.LOGIN, helps=True),
    Stop.LOGIN_SLOW: _Page(403, WayOut.LOGIN, helps=True),
    Stop.LOGIN_FAILED: _Page(403, WayOut.LOGIN, helps=True),
    Stop.PROFESSIONAL: _Page(403, WayOut.LOGIN, helps=True),
    Stop.OTHER_BROWSER: _Page(403),
    Stop.NO_COOKIES: _Page(400, WayOut.LOOK),
    Stop.UNSUPPORTED: _Page(200, WayOut.LOOK),
    Stop.STALE_FORM: _Page(403, WayOut.LOOK),
    Stop.NOT_SIGNED_IN: _Page(403),
    Stop.ELSEWHERE: _Page(409, WayOut.LOOK),
    Stop.AWAY: _Page(503, WayOut.LOOK),
    Stop.TOO_MANY: _Page(429, WayOut.LOOK),
    Stop.NOT_FOUND: _Page(404),
    Stop.UNREADABLE: _Page(400),
    Stop.BROKEN: _Page(500, WayOut.LOOK),
}

LOGIN_STOPS: Mapping[LoginReason, Stop] = {
    LoginReason.CANCELLED: Stop.LOGIN_CANCELLED,
    LoginReason.NOT_SIGNED_IN: Stop.LOGIN_CANCELLED,
    LoginReason.PROVIDER_DOWN: Stop.LOGIN_DOWN,
    LoginReason.PROVIDER_REFUSED: Stop.LOGIN_DOWN,
    LoginReason.TOO_SLOW: Stop.LOGIN_SLOW,
    LoginReason.NOT_OURS: Stop.OTHER_BROWSER,
    LoginReason.FORGED: Stop.LOGIN_FAILED,
    LoginReason.LEVEL_TOO_LOW: Stop.LEVEL_TOO_LOW,
    LoginReason.WRONG_KIND: Stop.PROFESSIONAL,
}
"""The page for each way a login comes to nothing."""

STEP_STOPS: Mapping[Step, Stop] = {
    Step.DEAD_LINK: Stop.DEAD_LINK,
    Step.CANCELLED: Stop.CANCELLED,
    Step.OVER: Stop.OVER,
    Step.CLOSED: Stop.CLOSED,
    Step.WRONG_PERSON: Stop.WRONG_PERSON,
    Step.LEVEL_TOO_LOW: Stop.LEVEL_TOO_LOW,
    Step.USED_ELSEWHERE: Stop.ELSEWHERE,
}
"""The page for each step that is none."""

AFTER_LOGIN = frozenset(stop for stop, page in _PAGES.items() if page.out is WayOut.LOGIN)
"""Stops that a browser is sent back to `/m/<code>?why=` with."""


class Stopped(Exception):  # reads as the fact it states
    """The way ends here, with a page."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.value)
        self.stop = stop


def status_of(stop: Stop) -> int:
    """The HTTP status of its page."""
    return _PAGES[stop].status


def way_out(stop: Stop) -> WayOut:
    """What its page offers to press."""
    return _PAGES[stop].out


def helps(stop: Stop) -> bool:
    """Whether its page offers `Hjælp mig`."""
    return _PAGES[stop].helps
