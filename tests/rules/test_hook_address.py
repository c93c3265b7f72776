"""Where calling systems may ask to be told, and where a name may lead."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xmpp_agent.rules.hook_address import is_hook_address, may_connect


@pytest.mark.parametrize(
    "url",
    [
        "https://calendar.example/hook",
        "https://calendar.example:8443/a/b?tenant=1",
        "https://192.0.2.7/hook",
        "https://[2001:db8::1]/hook",
        "http://localhost:8080/hook",
        "http://127.0.0.1/hook",
        "http://[::1]:1/hook",
    ],
)
def test_tls_anywhere_and_plain_text_on_this_machine(url: str) -> None:
    """That is all there is."""
    assert is_hook_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "//calendar.example/hook",
        "http://calendar.example/hook",
        "http://127.0.0.1.calendar.example/",
        "http://127.0.0.2/",
        "ftp://calendar.example/",
        "file:///etc/passwd",
        "https:///hook",
        "https://user:word@calendar.example/",
        "https://calendar.example@evil.example/",
        "https://calendar.example/hook#part",
        "https://calendar.example/ho ok",
        "https://calendar.example/\r\nhost: evil",
        "https://kalender.eksempel/æ",
        "https://calendar.example:99999/",
        "https://calendar.example:0/",
        "https://[::1/",
        "https://calendar.example/" + "a" * 500,
    ],
)
def test_anything_else_is_none(url: str) -> None:
    """Plain text, users, fragments, line breaks, ports that are none."""
    assert not is_hook_address(url)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_the_rule_fall_over(text: str) -> None:
    """It is an address or it is not."""
    assert is_hook_address(text) in (True, False)
    assert is_hook_address(f"https://{text}") in (True, False)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "127.0.0.1"),  # noqa: S104  # nothing is bound
        *("224.0.0.1", "239.1.1.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"),
        *("::", "::1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2002:7f00:1::1"),
    ],
)
def test_a_name_may_not_lead_inside(address: str) -> None:
    """Private, link-local, shared, this machine, also wrapped in an IPv6 address: a webhook is not a way in."""
    assert not may_connect(ipaddress.ip_address(address), "calendar.example", ())


@pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:400f:80c::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_name_may_lead_out_into_the_world(address: str) -> None:
    """Global addresses are what webhooks are for."""
    assert may_connect(ipaddress.ip_address(address), "calendar.example", ())


def test_networks_of_the_authority_are_allowed_when_it_says_so() -> None:
    """That network and no other."""
    allowed = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/8"))
    assert may_connect(ipaddress.ip_address("10.1.2.3"), "calendar.lan", allowed)
    assert may_connect(ipaddress.ip_address("::ffff:10.1.2.3"), "calendar.lan", allowed)
    assert may_connect(ipaddress.ip_address("fd00::7"), "calendar.lan", allowed)
    assert not may_connect(ipaddress.ip_address("10.2.2.3"), "calendar.lan", allowed)


@pytest.mark.parametrize(("host", "may"), [("localhost", True), ("127.0.0.1", True), ("calendar.example", False)])
def test_this_machine_is_called_only_when_it_is_named(host: str, may: bool) -> None:
    """A name out of somebody's DNS that leads here is a trick."""
    assert may_connect(ipaddress.ip_address("127.0.0.1"), host, ()) is may
