"""Cookies: an opaque value per browser, and the language that was pressed.

The value is random and means nothing by itself; what it is good for is remembered behind the flows, under its hash.
Forms are bound to it: their token is a hash of it, which nobody can say who cannot read the cookie, and the cookie is
HttpOnly and (over https) cannot be set by a neighbouring domain (`__Host-`).
"""

import hashlib
import hmac
import re
import secrets

from starlette.responses import Response

LANGUAGE = "portner-lang"
ATTEMPT_LIFE = 1200
"""Seconds a browser keeps what a login needs when it comes back."""
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_STAFF = "/staff"
_YEAR = 365 * 86400


def cookie_name(path: str, *, secure: bool) -> str:
    """The cookie of the part of the site a path belongs to.

    Staff and citizens have one each, so that a demo (or a caseworker who is somebody's bisidder) can be both.
    """
    name = "portner-staff" if _is_staffs(path) else "portner"
    return f"__Host-{name}" if secure else name


def new_value() -> str:
    """A fresh value: 256 bits."""
    return secrets.token_urlsafe(32)


def readable(value: str | None) -> str:
    """The value, or empty when it cannot be one of ours."""
    return value if value is not None and _VALUE.fullmatch(value) else ""


def form_token(value: str) -> str:
    """What a form on a page for this browser carries."""
    return hashlib.sha256(b"portner form\0" + value.encode()).hexdigest()


def is_form_token(value: str, token: str) -> bool:
    """Whether a form was made for this browser; in constant time."""
    return hmac.compare_digest(form_token(value).encode(), token.encode())


def set_value(response: Response, path: str, value: str, *, secure: bool) -> None:
    """Have the browser keep it until it is closed. Lax: it comes along when a provider or Jitsi sends people back."""
    name = cookie_name(path, secure=secure)
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=secure)


def attempt_name(path: str, *, secure: bool) -> str:
    """The cookie that holds a login on its way, sealed; as with `cookie_name`, a citizen's login ends no staff's."""
    name = "portner-staff-login" if _is_staffs(path) else "portner-login"
    return f"__Host-{name}" if secure else name


def set_attempt(response: Response, path: str, sealed: str, *, secure: bool) -> None:
    """Have the browser bring it back from the provider; empty: it is done with."""
    name, life = attempt_name(path, secure=secure), ATTEMPT_LIFE if sealed else 0
    response.set_cookie(name, sealed, max_age=life, path="/", httponly=True, samesite="lax", secure=secure)


def set_language(response: Response, language: str, *, secure: bool) -> None:
    """Have the browser keep the language for a year."""
    response.set_cookie(LANGUAGE, language, max_age=_YEAR, path="/", httponly=True, samesite="lax", secure=secure)


def _is_staffs(path: str) -> bool:
    return path == _STAFF or path.startswith(_STAFF + "/")
