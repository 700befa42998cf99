"""Who the authorities of a network are, and what a quorum of them certified."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from amanat.verifier.decoding import Invalid, digest, expect, natural, pack, unpack


@dataclass(frozen=True)
class Network:
    """What the genesis document fixes: the chain and who speaks for it."""

    name: str
    chain: bytes
    keys: dict[str, bytes]
    sovereign: frozenset[str]
    quorum: int
    sovereign_min: int
    authorities_digest: bytes


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
    authorities: bytes


def read_network(document: bytes) -> Network:
    """Read the genesis document and refuse a set of authorities that cannot decide safely."""
    step = "genesis"
    fields = expect(step, list, unpack(step, document), "the document")
    if len(fields) < 4:
        raise Invalid(step, "the document has too few fields")
    version, name, _created, authorities = fields[:4]
    if natural(step, version, "version") != 1:
        raise Invalid(step, f"version {version} is not known")
    members, quorum, sovereign_min = expect(step, list, authorities, "the set", length=3)
    keys: dict[str, bytes] = {}
    sovereign = set()
    for member in expect(step, list, members, "the list of authorities"):
        who, key, kind = expect(step, list, member, "an authority", length=3)
        keys[expect(step, str, who, "a name")] = expect(step, bytes, key, "a key", length=32)
        if kind not in ("sovereign", "custodian"):
            raise Invalid(step, f"{who} is neither sovereign nor custodian")
        if kind == "sovereign":
            sovereign.add(who)
    network = Network(
        name=expect(step, str, name, "the network's name"),
        chain=digest("amanat/genesis/v1", document),
        keys=keys,
        sovereign=frozenset(sovereign),
        quorum=natural(step, quorum, "quorum"),
        sovereign_min=natural(step, sovereign_min, "sovereign_min"),
        authorities_digest=digest("amanat/authorities/v1", pack(authorities)),
    )
    if len(keys) != len(members) or len(set(keys.values())) != len(members):
        raise Invalid(step, "a name or a key stands twice")
    if not len(members) < 2 * network.quorum <= 2 * len(members):
        raise Invalid(step, f"a quorum of {quorum} of {len(members)} decides nothing safely")
    return network


def read_headers(network: Network, values: Any) -> list[Header]:
    """Read a line of blocks, each the parent of the next, all of this network."""
    step = "headers"
    headers = [_header(step, value) for value in expect(step, list, values, "the list")]
    if not headers:
        raise Invalid(step, "there is none")
    for header in headers:
        if header.chain != network.chain:
            raise Invalid(step, f"block {header.height} belongs to chain {header.chain.hex()}")
        if header.authorities != network.authorities_digest:
            raise Invalid(step, f"block {header.height} names authorities that genesis does not")
    for parent, child in pairwise(headers):
        if child.parent != parent.digest or child.height != parent.height + 1:
            raise Invalid(step, f"block {child.height} does not follow block {parent.height}")
        if child.time <= parent.time or child.term < parent.term:
            raise Invalid(step, f"block {child.height} goes back in time or in term")
    return headers


def _header(step: str, value: Any) -> Header:
    fields = expect(step, list, value, "a header", length=11)
    version, chain, height, term, parent, time, transactions, state, authorities, _, _ = fields
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
        authorities=expect(step, bytes, authorities, "authorities", length=32),
    )


def check_certificate(network: Network, header: Header, value: Any) -> list[str]:
    """Return who certified `header`: a sovereign quorum, every signature of which holds."""
    step = "certificate"
    block, acks = expect(step, list, value, "the certificate", length=2)
    if block != [header.term, header.height, header.digest]:
        raise Invalid(step, f"it is not for block {header.height}, the last of the headers")
    message = b"amanat/ack/v1\x00" + pack([network.chain, block])
    signers: list[str] = []
    for ack in expect(step, list, acks, "the list of signatures"):
        who, signature = expect(step, list, ack, "a signature", length=2)
        name = expect(step, str, who, "a signer")
        if name not in network.keys:
            raise Invalid(step, f"{name!r} is no authority of this network")
        if signers and name <= signers[-1]:
            raise Invalid(step, f"{name} signs twice or out of order")
        expect(step, bytes, signature, f"the signature of {name}", length=64)
        try:
            VerifyKey(network.keys[name]).verify(message, signature)
        except (CryptoError, ValueError) as error:
            raise Invalid(step, f"the signature of {name} does not hold") from error
        signers.append(name)
    sovereign = len(network.sovereign.intersection(signers))
    if len(signers) < network.quorum or sovereign < network.sovereign_min:
        raise Invalid(
            step,
            f"{len(signers)} signed, {sovereign} of them sovereign; it takes {network.quorum}"
            f" and {network.sovereign_min}",
        )
    return signers
