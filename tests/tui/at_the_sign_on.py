"""What a person does in a browser with the code they read in the console, at npm's provider."""

import re
import ssl
from html import unescape
from urllib.parse import urljoin

import httpx

_FORM = re.compile(r'<form[^>]* method="post" action="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def type_the_code(address: str, code: str, person: str, *, cancel: bool = False) -> str:
    """Open the address, type the code, log in as that person (or cancel), confirm; the last page."""
    async with httpx.AsyncClient(trust_env=False, timeout=30, verify=_NO_TLS) as browser:
        page = await browser.get(address)
        for _ in range(12):
            if page.is_redirect:
                page = await browser.get(urljoin(str(page.url), page.headers["location"]))
                continue
            form = _FORM.search(page.text)
            if form is None:
                return page.text
            filled = {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}
            if "op.deviceInputForm" in page.text:
                filled |= {"user_code": code}
            elif "op.deviceConfirmForm" in page.text:
                filled |= {"abort": "yes"} if cancel else {"confirm": "yes"}
            else:
                filled |= {"person": person, "act": "login"}
            page = await browser.post(urljoin(str(page.url), unescape(form[1])), data=filled)
            if "abort" in filled:
                return page.text
    raise AssertionError("the sign-on went round in circles")
