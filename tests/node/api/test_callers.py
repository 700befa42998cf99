"""From which address a request comes, and whose word on that counts."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from amanat.node.api.callers import Callers

TRUSTED = ("10.0.0.0/8", "fd00::/8")


def caller(address: str, *headers: tuple[str, str], trusted: tuple[str, ...] = TRUSTED) -> str:
    """Return what a request over a socket from `address` is counted as."""
    request = make_mocked_request("GET", "/", headers=CIMultiDict(headers))
    return Callers(trusted).of(request.clone(remote=address))


SPOOFED = [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]


@pytest.mark.parametrize("header", SPOOFED)
def test_what_a_stranger_says_of_itself_is_not_believed(header: tuple[str, str]) -> None:
    assert caller("198.51.100.1", header) == "198.51.100.1"
    assert caller("10.0.0.1", header, trusted=()) == "10.0.0.1"


@pytest.mark.parametrize("header", SPOOFED)
def test_a_trusted_proxy_is_believed(header: tuple[str, str]) -> None:
    assert caller("10.0.0.1", header) == "203.0.113.9"
    assert caller("fd00::1", header) == "203.0.113.9"
    assert caller("::ffff:10.0.0.1", header) == "203.0.113.9"


@pytest.mark.parametrize(
    ("listed", "counted"),
    [
        ("203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the client wrote the first
        ("203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),  # over two proxies
        ("203.0.113.9:8080", "203.0.113.9"),
        ("[2001:db8::1]:8080", "2001:db8::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("nonsense", "10.0.0.1"),
        ("203.0.113.9, nonsense", "10.0.0.1"),
        ("203.0.113.9, nonsense, 10.0.0.2", "10.0.0.2"),
        ("", "10.0.0.1"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ],
)
def test_a_chain_is_read_back_to_the_first_who_is_not_trusted(listed: str, counted: str) -> None:
    assert caller("10.0.0.1", ("X-Forwarded-For", listed)) == counted


def test_lines_of_one_header_are_one_list() -> None:
    lines = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "198.51.100.1")]
    assert caller("10.0.0.1", *lines) == "198.51.100.1"


@pytest.mark.parametrize(
    ("described", "counted"),
    [
        ("for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
        ("proto=https; For=203.0.113.9", "203.0.113.9"),
        ('for="[2001:db8::1]:4711"', "2001:db8::/64"),
        ("for=203.0.113.9, for=198.51.100.1;proto=http", "198.51.100.1"),
        ("for=203.0.113.9, for=unknown", "10.0.0.1"),
        ("for=_hidden", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ],
)
def test_forwarded_is_read_as_rfc_7239_writes_it(described: str, counted: str) -> None:
    assert caller("10.0.0.1", ("Forwarded", described)) == counted


def test_with_both_headers_neither_is_believed() -> None:
    """A proxy writes one, and may pass on the other as the client wrote it."""
    assert caller("10.0.0.1", *SPOOFED) == "10.0.0.1"


def test_a_host_s_many_ipv6_addresses_are_one_caller() -> None:
    assert caller("2001:db8::1") == caller("2001:db8::ffff:1") == "2001:db8::/64"
    assert caller("2001:db8:0:1::1") == "2001:db8:0:1::/64"
    assert caller("fe80::1%eth0") == "fe80::/64"
