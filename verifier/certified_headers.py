"""What a quorum of a network's authorities certified: lines of headers, from era to era."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from amanat.verifier.authorities import Configuration, certifier, read_configuration
from amanat.verifier.decoding import Invalid, digest, expect, natural, pack, unpack

GENESIS_VERSION = 2
"""The version of genesis documents that is read here."""

SUCCESSOR_VERSION, SUCCESSOR_FIELDS = 3, 9
"""The version for a chain that succeeds another, and how many fields such a document has."""


@dataclass(frozen=True)
class Network:
    """What the genesis document fixes: the chain and who speaks for it at first."""

    name: str
    chain: bytes
    first: Configuration


@dataclass(frozen=True)
class Header:
    """A block's header; `digest` is what its child and its certificate name it by."""

    digest: bytes
    chain: bytes
    height: int
    term: int
    parent: bytes
    time: int
    transactions_root: bytes
    state_root: bytes
    configuration: bytes


def read_network(document: bytes) -> Network:
    """Read the genesis document and refuse a set of authorities that cannot decide safely."""
    step = "genesis"
    fields = expect(step, list, unpack(step, document), "the document")
    if len(fields) < 4:
        raise Invalid(step, "the document has too few fields")
    version, name, _created, authorities = fields[:4]
    succeeds = version == SUCCESSOR_VERSION and len(fields) == SUCCESSOR_FIELDS
    if natural(step, version, "version") != GENESIS_VERSION and not succeeds:
        raise Invalid(step, f"version {version} is not known")
    return Network(
        name=expect(step, str, name, "the network's name"),
        chain=digest("amanat/genesis/v1", document),
        first=read_configuration(step, [authorities, None, [], 0]),
    )


def read_headers(step: str, network: Network, values: Any) -> list[Header]:
    """Read a line of blocks, each the parent of the next, all of this network."""
    headers = [_header(step, value) for value in expect(step, list, values, "the list")]
    if not headers:
        raise Invalid(step, "there is none")
    for header in headers:
        if header.chain != network.chain:
            raise Invalid(step, f"block {header.height} belongs to chain {header.chain.hex()}")
    for parent, child in pairwise(headers):
        if child.parent != parent.digest or child.height != parent.height + 1:
            raise Invalid(step, f"block {child.height} does not follow block {parent.height}")
        if child.time <= parent.time or child.term < parent.term:
            raise Invalid(step, f"block {child.height} goes back in time or in term")
    return headers


def check_configurations(step: str, known: list[Configuration], headers: list[Header]) -> None:
    """Check that each header names the configuration that is proved to be in force there."""
    for header in headers:
        if header.configuration != certifier(known, header.height).digest:
            raise Invalid(step, f"block {header.height} names authorities that are not proved")


def _header(step: str, value: Any) -> Header:
    fields = expect(step, list, value, "a header", length=11)
    version, chain, height, term, parent, time, transactions, state, configuration, _, _ = fields
    if natural(step, version, "version") != 1:
        raise Invalid(step, f"version {version} is not known")
    return Header(
        digest=digest("amanat/block/v1", pack(value)),
        chain=expect(step, bytes, chain, "chain", length=32),
        height=natural(step, height, "height"),
        term=natural(step, term, "term"),
        parent=expect(step, bytes, parent, "parent", length=32),
        time=natural(step, time, "time"),
        transactions_root=expect(step, bytes, transactions, "transactions_root", length=32),
        state_root=expect(step, bytes, state, "state_root", length=32),
        configuration=expect(step, bytes, configuration, "configuration", length=32),
    )


def check_certificate(
    step: str, network: Network, known: Configuration, header: Header, value: Any, *, later: bool
) -> list[str]:
    """Return who made `header` final: a sovereign quorum, every signature of which holds.

    By majority the certificate is of the header's own block, by two thirds of its child's in the
    same term. With `later` the block that is signed may be of the next configuration, as a child
    may always be: then signers whom `known` does not have are not looked at, and a quorum of
    the set that decides next is enough (`Configuration.proves`).
    """
    parent, block, acks = expect(step, list, value, "the certificate", length=3)
    of_child = known.current.rule == "two_thirds"
    if (parent if of_child else block) != [header.term, header.height, header.digest]:
        raise Invalid(step, f"it does not make block {header.height} final")
    if of_child and expect(step, list, block, "its block", length=3)[0] != header.term:
        raise Invalid(step, f"it is of another term than block {header.height}")
    later = later or of_child
    message = b"amanat/ack/v1\x00" + pack([network.chain, parent, block])
    signers = _signers(step, known, message, acks, strangers=later)
    is_enough = known.proves if later else known.is_quorum
    if not is_enough(signers):
        raise Invalid(
            step,
            f"{len(signers)} signed, which is no sovereign quorum: it takes "
            + " and ".join(
                f"{each.quorum}, {each.sovereign_min} sovereign"
                for each in (known.sets[-1:] if later else known.sets)
            ),
        )
    return signers


def _signers(
    step: str, known: Configuration, message: bytes, acks: Any, *, strangers: bool
) -> list[str]:
    seen: list[str] = []
    signers: list[str] = []
    for ack in expect(step, list, acks, "the list of signatures"):
        who, signature = expect(step, list, ack, "a signature", length=2)
        name = expect(step, str, who, "a signer")
        if seen and name <= seen[-1]:
            raise Invalid(step, f"{name!r} signs twice or out of order")
        seen.append(name)
        key = known.key(name)
        if key is None:
            if strangers:
                continue
            raise Invalid(step, f"{name!r} is no authority of this network")
        expect(step, bytes, signature, f"the signature of {name}", length=64)
        try:
            VerifyKey(key).verify(message, signature)
        except (CryptoError, ValueError) as error:
            raise Invalid(step, f"the signature of {name} does not hold") from error
        signers.append(name)
    return signers
