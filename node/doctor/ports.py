"""Whether the node's ports are free, or taken by the node itself."""

import errno
import socket
from collections.abc import AsyncIterator

from amanat.config.settings import split_address
from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok


def fault_of(address: str) -> OSError | UnicodeError | None:
    """Return why nobody could listen on a `host:port` now, or None."""
    host, port = split_address(address)
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except (OSError, UnicodeError) as error:
        return error
    return None


def judge(name: str, address: str, fault: OSError | UnicodeError | None, *, runs: bool) -> Row:
    """Judge an address on which the node listens, or is to listen."""
    port = split_address(address)[1]
    if fault is None and runs:
        found = f"the node runs, and does not listen on {address}: its settings have changed since"
        return fail(name, found, "restart the node")
    if fault is None:
        return ok(name, f"{address} is free")
    if isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE:
        if runs:
            return ok(name, f"{address} is taken by this node")
        found = f"{address} is taken by something else: the node would not start"
        return fail(name, found, f"ss -ltnp sport = :{port}")
    reason = getattr(fault, "strerror", None) or str(fault)
    found = f"nobody can listen on {address}: {reason}"
    return fail(
        name, found, f"name an address of this machine in [{name.split(maxsplit=1)[0]}] listen"
    )


async def check(case: Case) -> AsyncIterator[Row]:
    """Try each address."""
    listeners = {"peer port": case.settings.peer.listen, "api port": case.settings.api.listen}
    for name, address in listeners.items():
        yield judge(name, address, fault_of(address), runs=case.process is not None)
