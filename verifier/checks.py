"""The steps of a verification, in order. Each either passes or ends it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from amanat.verifier.authorities import certifier
from amanat.verifier.certified_headers import (
    Header,
    check_certificate,
    check_configurations,
    read_headers,
    read_network,
)
from amanat.verifier.contents import (
    Balance,
    ClosingBalance,
    Outcome,
    check_balance,
    check_closing,
    check_receipt,
)
from amanat.verifier.decoding import Invalid, expect, unpack
from amanat.verifier.eras import read_eras

BALANCE: Final = "amanat/balance-proof/v1"
RECEIPT: Final = "amanat/receipt-proof/v1"
CERTIFICATE: Final = "amanat/balance-certificate/v1"
FIELDS: Final = {BALANCE: 5, RECEIPT: 6, CERTIFICATE: 7}
"""The kinds of bundle, and how many fields each has, its kind among them."""


@dataclass(frozen=True)
class Finding:
    """What a valid bundle proves, as of the block at `height` in ledger time `time`.

    `time` is in milliseconds since 1970-01-01T00:00:00Z; digests are in hexadecimal.
    """

    network: str
    chain: str
    height: int
    time: int
    block: str
    certified_height: int
    signers: tuple[str, ...]
    proved: Balance | Outcome


def _ignore(_step: str, _seen: str) -> None:
    pass


def verify(genesis: bytes, bundle: bytes, report: Callable[[str, str], None] = _ignore) -> Finding:
    """Check `bundle` against the genesis document alone.

    Args:
        genesis: the canonical genesis document.
        bundle: a balance proof, a receipt proof or a balance certificate.
        report: is told of each step that passed: its name, and what was seen.

    Raises:
        Invalid: the bundle proves nothing. Nothing else is raised, whatever the bytes.
    """
    network = read_network(genesis)
    report("genesis", f"network {network.name}, chain {network.chain.hex()}")

    fields = expect("bundle", list, unpack("bundle", bundle), "the bundle")
    kind = expect("bundle", str, fields[0] if fields else None, "the kind of proof")
    if kind not in FIELDS:
        raise Invalid("bundle", f"{kind!r} is no known kind of proof")
    expect("bundle", list, fields, "the bundle", length=FIELDS[kind])
    report("bundle", f"{kind}, {len(bundle)} bytes")

    known = read_eras(network, fields[1])
    report("eras", f"{len(known)} of the authorities, the last since block {known[-1].since}")

    headers = read_headers("headers", network, fields[2])
    check_configurations("headers", known, headers)
    first, last = headers[0], headers[-1]
    report("headers", f"{len(headers)} linked, heights {first.height} to {last.height}")

    decided = certifier(known, last.height)
    signers = check_certificate("certificate", network, decided, last, fields[3], later=False)
    report("certificate", f"block {last.height} is made final by {', '.join(signers)}")

    proved = _proved(kind, first, fields[4:], report)
    return Finding(
        network=network.name,
        chain=network.chain.hex(),
        height=first.height,
        time=first.time,
        block=first.digest.hex(),
        certified_height=last.height,
        signers=tuple(signers),
        proved=proved,
    )


def _proved(
    kind: str, header: Header, parts: list[Any], report: Callable[[str, str], None]
) -> Balance | Outcome:
    """Return what the parts of a bundle after its certificate prove of the header's block."""
    if kind == RECEIPT:
        outcome = check_receipt(header, *parts)
        report("receipt", f"leads to transactions root {header.transactions_root.hex()}")
        return outcome
    balance = check_balance(header, parts[0])
    report("state proof", f"leads to state root {header.state_root.hex()}")
    if kind == BALANCE:
        return balance
    day = check_closing(header, *parts[1:])
    report("closing", f"block {header.height} closed {day}, and nothing followed in it")
    return ClosingBalance(**vars(balance), day=day)
