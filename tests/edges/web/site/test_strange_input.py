"""Whatever is sent, people get words: no 5xx, and nothing that was sent comes back as markup."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edges.web.site.on_site import COOKIE, OpenSite
from tests.edges.web.site.test_forms import BUTTONS, OWN
from tests.rules.scenes import HOTLINE
from xmpp_agent.edges.web.site import cookies, limits

ODD = st.text(max_size=200).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)) | st.sampled_from(
    ["<script>alert(1)</script>", "' OR 1=1 --", "\x00", "%00", "{{7*7}}", "../" * 20, "ﷺ" * 100, "🙂" * 50, "a" * 9000]
)
LOOKED_AT = (
    *("/m/{}", "/m/{}/test", "/m/{}/where", "/m/{}/help", "/h/{}", "/join/{}", "/static/{}", "/{}", "/staff/{}"),
    *("/after?{}", "/login/back?{}", "/m/CODE?lang={}", "/m/CODE?why={}", "/login/back?state={}&code={}"),
)
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
async def code(site: OpenSite, monkeypatch: pytest.MonkeyPatch) -> str:
    """A link that needs no login, on a site whose limits a machine can try a lot under."""
    monkeypatch.setattr(limits.Limit, "spend", lambda _self, _asker: True)
    monkeypatch.setattr(limits.Limit, "is_spent", lambda _self, _asker: False)
    await site.here.appointment(policy=HOTLINE)
    return await site.here.link()


@MANY
@given(path=st.sampled_from(LOOKED_AT), odd=ODD)
async def test_odd_addresses_never_break_a_page(site: OpenSite, code: str, path: str, odd: str) -> None:
    """Paths and queries of any kind."""
    answer = await site.surfer().http.get(path.replace("CODE", code).replace("{}", quote(odd, safe="")))
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text


@MANY
@given(name=st.sampled_from((COOKIE, cookies.LANGUAGE, "__Host-portner-login", "__Host-portner-staff-login")), odd=ODD)
async def test_odd_cookies_never_break_a_page(site: OpenSite, code: str, name: str, odd: str) -> None:
    """Whatever a browser claims to have been given."""
    headers = {b"cookie": f"{name}=".encode() + odd.replace("\r", "").replace("\n", "").encode()}
    for path in (f"/m/{code}", "/login/back?state=x", f"/join/{'k3v' * 9}", "/after"):
        answer = await site.surfer().http.get(path, headers=headers)
        assert answer.status_code < 500
        assert "<script>alert" not in answer.text


@MANY
@given(button=st.sampled_from(sorted(BUTTONS)), fields=st.dictionaries(ODD, ODD, max_size=5), odd=ODD)
async def test_odd_forms_never_break_a_page(
    site: OpenSite, code: str, button: str, fields: dict[str, str], odd: str
) -> None:
    """Fields of any name and content, sent from a page of ours."""
    surfer = site.surfer()
    await surfer.look(f"/m/{code}")
    given = {**fields, "found": odd, "of_age": odd, "camera": odd, "token": cookies.form_token(surfer.cookie)}
    answer = await surfer.http.post(button.format(code=code), data=given, headers=OWN)
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text
