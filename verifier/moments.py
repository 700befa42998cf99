"""How late it is on the ledger: the time of a final block, out of a node's record of its chain."""

from dataclasses import dataclass

from amanat.verifier.authorities import certifier
from amanat.verifier.certified_headers import (
    check_certificate,
    check_configurations,
    read_headers,
    read_network,
)
from amanat.verifier.decoding import Invalid, expect, unpack
from amanat.verifier.eras import read_eras


@dataclass(frozen=True)
class Moment:
    """The block at `height` is final, and `time` is its ledger time.

    `time` is in milliseconds since 1970-01-01T00:00:00Z.
    """

    network: str
    height: int
    time: int
    signers: tuple[str, ...]


def verify_moment(genesis: bytes, part: bytes) -> Moment:
    """Check a part of a record that reaches to its commit certificate; return its first block.

    Args:
        genesis: the canonical genesis document.
        part: what `GET /v1/record` gives, from a height that is at most 500 below the final one.

    Raises:
        Invalid: the part proves nothing. Nothing else is raised, whatever the bytes.
    """
    step = "record"
    network = read_network(genesis)
    blocks, eras, certificate = expect(step, list, unpack(step, part), "the part", length=3)
    known = read_eras(network, eras)
    values = []
    for block in expect(step, list, blocks, "the list of blocks"):
        header, *_ = expect(step, list, block, "a block", length=4)
        values.append(unpack("headers", expect(step, bytes, header, "a header")))
    headers = read_headers("headers", network, values)
    if headers[0].height < 1:
        raise Invalid("headers", "a record begins with block 1")
    check_configurations("headers", known, headers)
    decided = certifier(known, headers[-1].height)
    signers = check_certificate(
        "certificate", network, decided, headers[-1], certificate, later=False
    )
    return Moment(network.name, headers[0].height, headers[0].time, tuple(signers))
