"""From which address a request comes: the socket's, or what a trusted proxy says it is.

What a header says is believed of proxies that the settings name, and of nobody else: any client can
write such headers. A chain of proxies is read from its end, which the nearest wrote, back to the
first address that is not trusted; what stands before that, the client may have written.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import web

Address = IPv4Address | IPv6Address

HOST_BITS: Final = 64
"""Of an IPv6 address: a host has them all to itself, so they do not tell callers apart."""

_PORT: Final = re.compile(r"\A(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?\Z", re.ASCII)
_FOR: Final = re.compile(r"(?:\A|;)\s*for\s*=\s*(\"[^\"]*\"|[^;\s]+)\s*(?=;|\Z)", re.IGNORECASE)


class Callers:
    """Says from where requests come."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        """Each of `trusted_proxies` is a network, such as `10.0.0.0/8`."""
        self._trusted = [ip_network(each) for each in trusted_proxies]

    def of(self, request: web.Request) -> str:
        """Return what to count a request from this address as."""
        socket = _address(request.remote or "")
        if socket is None:
            return request.remote or ""
        return _counted(self._origin(socket, request) if self._is_trusted(socket) else socket)

    def _origin(self, proxy: Address, request: web.Request) -> Address:
        """Return whom a trusted `proxy` speaks for, as far back as is trusted.

        A proxy writes one of the two headers, and may pass on the other as the client wrote it. So
        of a request with both, neither is believed.
        """
        listed = request.headers.getall("X-Forwarded-For", [])
        described = request.headers.getall("Forwarded", [])
        if listed and described:
            return proxy
        hops = _listed(listed) if listed else _described(described)
        nearest = proxy
        for hop in reversed(hops):
            if hop is None:
                break
            nearest = hop
            if not self._is_trusted(hop):
                break
        return nearest

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _listed(headers: Sequence[str]) -> list[Address | None]:
    return [_address(each.strip()) for each in ",".join(headers).split(",")]


def _described(headers: Sequence[str]) -> list[Address | None]:
    """Return the `for` of each element of `Forwarded` (RFC 7239), None if it is no address."""
    found = (_FOR.search(each.strip()) for each in ",".join(headers).split(","))
    return [None if each is None else _address(each[1].strip('"')) for each in found]


def _address(text: str) -> Address | None:
    """Return an address that may have brackets and a port; None if it is none."""
    with_port = _PORT.match(text)
    if with_port is not None:
        text = with_port[1] or with_port[2]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _counted(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 128 - HOST_BITS), strict=False))
    return str(address)
