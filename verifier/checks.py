"""The steps of a verification, in order. Each either passes or ends it."""

from collections.abc import Callable
from dataclasses import dataclass

from amanat.verifier.certified_headers import check_certificate, read_headers, read_network
from amanat.verifier.contents import Balance, Outcome, check_balance, check_receipt
from amanat.verifier.decoding import Invalid, expect, unpack

FIELDS = {"amanat/balance-proof/v1": 4, "amanat/receipt-proof/v1": 5}
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
        bundle: a balance proof or a receipt proof.
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

    headers = read_headers(network, fields[1])
    first, last = headers[0], headers[-1]
    report("headers", f"{len(headers)} linked, heights {first.height} to {last.height}")

    signers = check_certificate(network, last, fields[2])
    report("certificate", f"block {last.height} is signed by {', '.join(signers)}")

    proved: Balance | Outcome
    if kind == "amanat/balance-proof/v1":
        proved = check_balance(first, fields[3])
        report("state proof", f"leads to state root {first.state_root.hex()}")
    else:
        proved = check_receipt(first, fields[3], fields[4])
        report("receipt", f"leads to transactions root {first.transactions_root.hex()}")
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
