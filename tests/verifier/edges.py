"""Bundles at the edge of what is valid: all else in them fits, so that one rule alone decides.

Each is signed by a quorum, under whatever root its parts lead to. No node would make most of them.
"""

from hashlib import sha256
from typing import Any, Final

from msgspec.structs import replace

from amanat.consensus.statements import Ack, AuthoritySignature, BlockId, CommitCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import encode
from amanat.ledger.state import CONFIGURATION, HOLDINGS
from amanat.ledger.tree import merkle
from amanat.ledger.tree.state_tree import StateProof, StateTree
from amanat.node.eras import Era
from amanat.node.proofs import balance_proof, receipt_proof
from tests.verifier.changing import BEGINNING, EVERYBODY, JOINT, OF_NEW, OF_OLD, ChangingNetwork
from tests.verifier.changing import sign as sign_changing
from tests.verifier.rehearsal import (
    BILL,
    CHAIN,
    HEADERS,
    HOLDING,
    QUORUM,
    SIGNERS,
    TREE,
    NoRecords,
    authority_set,
    balance_of,
    block_id,
    certificate,
    header,
    line,
    parent_id,
)

KEY: Final = HOLDINGS.key("client-3", BILL)


# Encoding.


def receipt_of(receipt: Any) -> bytes:
    """A bundle of a receipt of any form, alone in its block."""
    headers = line(1, transactions_root=merkle.root([encode(receipt)]))
    return receipt_proof([], headers, certificate(headers[-1], QUORUM), [receipt], 0)


def nested(depth: int) -> bytes:
    """A receipt with arrays that stand so deep in one another, the bundle's own four included."""
    value: list[Any] = []
    for _ in range(depth - 4):
        value = [value]
    return receipt_of([bytes(32), bytes(32), ["applied", value]])


FIGURES = {"least": -33, "low": -(2**63), "high": 2**64 - 1, "text": "é" * 40, "long": "x" * 300}
"""What stands in a receipt is not looked at, but it is encoded canonically."""
BELOW: Final = receipt_of([bytes(32), bytes(32), ["rejected", "code", 0, FIGURES]])


# State.


def holding_of(value: Any, key: bytes = KEY) -> bytes:
    """A bundle of a state that holds this value alone."""
    tree = StateTree.empty(NoRecords()).update({key: encode(value)}, 7).tree
    headers = line(1, state_root=tree.root)
    return balance_proof([], headers, certificate(headers[-1], QUORUM), tree.prove(key))


def under_its_own_root(proof: StateProof) -> bytes:
    """A bundle of a state to whose root the proof leads, if nothing but the root is looked at."""
    path = int.from_bytes(sha256(proof.key).digest(), "big")
    if proof.value is not None:
        leaf = (sha256(proof.key).digest(), sha256(proof.value).digest())
        found = sha256(b"\x00" + leaf[0] + leaf[1]).digest()
    elif proof.other is not None:
        found = sha256(b"\x00" + proof.other[0] + proof.other[1]).digest()
    else:
        found = bytes(32)
    for place, sibling in zip(range(len(proof.siblings) - 1, -1, -1), proof.siblings, strict=True):
        right = place < 256 and path >> (255 - place) & 1
        pair = sibling + found if right else found + sibling
        found = sha256(b"\x01" + pair).digest()
    headers = line(1, state_root=found)
    return balance_proof([], headers, certificate(headers[-1], QUORUM), proof)


def beside(shared: int) -> StateProof:
    """A proof that the key is absent, because a leaf stands there that shares so many bits."""
    path = int.from_bytes(sha256(KEY).digest(), "big")
    other = path if shared == 256 else path ^ 1 << (255 - shared)
    siblings = tuple(bytes([n]) * 32 for n in range(1, 10))
    return StateProof(KEY, None, siblings, (other.to_bytes(32, "big"), bytes(32)))


# Certificates and eras.


def certified_as(term: int, height: int) -> bytes:
    """A balance whose certificate names its block's digest at another place."""
    last = HEADERS[-1]
    block = BlockId(term, height, last.digest())
    message = Ack(CHAIN, parent_id(last), block).message()
    acks = tuple(AuthoritySignature(name, SIGNERS[name].sign(message).signature) for name in QUORUM)
    return balance_of("client-3", CommitCertificate(parent_id(last), block, acks))


def linked(**changes: Any) -> bytes:
    """A balance in the first of two blocks, the second of which is like this, and certified."""
    second = replace(header(8, HEADERS[0].digest()), **changes)
    return balance_proof([], [HEADERS[0], second], certificate(second, QUORUM), TREE.prove(KEY))


def in_an_era(
    since: int = 7,
    *,
    key: bytes = CONFIGURATION.key(),
    rule: QuorumRule = QuorumRule.MAJORITY,
    names: Configuration | None = None,
) -> bytes:
    """A balance in block 8, which a configuration certifies that block 7 shows.

    Args:
        since: what that configuration says of itself.
        key: where the state has it.
        rule: by which its authorities decide.
        names: the configuration that block 8 names instead.
    """
    found = Configuration(replace(authority_set(4), rule=rule), None, (), since)
    tree = StateTree.empty(NoRecords()).update({key: encode(found)}, 7).tree
    first = header(7, bytes(32), state_root=tree.root)
    era = Era((first,), certificate(first, QUORUM), tree.prove(key))
    digest = (names or found).digest()
    then = header(8, first.digest(), state_root=TREE.root, configuration=digest)
    certified = certificate(then, ["cdc", "custodian-a", "mof", "sbp"])
    return balance_proof([era], [then], certified, TREE.prove(KEY))


FIRST: Final = Configuration.first(authority_set())

VALID: Final = {
    "nested 64 deep": nested(64),
    "a receipt with numbers and strings of every length": BELOW,
    "the largest amount": holding_of([2**63 - 1, 0]),
    "another leaf that shares as many bits as there are siblings": under_its_own_root(beside(9)),
    "one unit, reserved": holding_of([1, 1]),
    "two blocks": linked(),
    "another quorum since the block before": in_an_era(),
}
REFUSED: Final = {
    "nested 65 deep": nested(65),
    "a height has a long form": HOLDING.replace(b"\x07\x04\xc4\x20", b"\xcc\x07\x04\xc4\x20", 1),
    "a negative number has a long form": BELOW.replace(b"\xd0\xdf", b"\xd1\xff\xdf", 1),
    "a string has a long form": BELOW.replace(b"\xd9\x50", b"\xda\x00\x50", 1),
    "a string is not UTF-8": BELOW.replace("é".encode(), b"\xc3\x28", 1),
    "the keys of a map are out of order": BELOW.replace(b"\xa5least", b"\xa5xeast", 1),
    "a key of a map stands twice": BELOW.replace(b"\xa4high", b"\xa4text", 1),
    "a number is a fraction": BELOW.replace(b"\xd0\xdf", b"\xcb" + bytes(8), 1),
    "the amount is too large": holding_of([2**63, 0]),
    "the amount is negative": holding_of([-1, 0]),
    "the reserved amount is missing": holding_of([1]),
    "the key is of something else that an account has": holding_of(
        [5, 0], encode(["pledged", "client-3", BILL])
    ),
    "the account's name is a line of text": balance_of("x\nVALID: client-3 holds 7"),
    "the account has no name": balance_of(""),
    "the account's name is too long": balance_of("a" * 65),
    "more siblings than bits": under_its_own_root(
        replace(TREE.prove(KEY), siblings=(bytes(32),) * 257)
    ),
    "another leaf that shares fewer bits than there are siblings": under_its_own_root(beside(8)),
    "the other leaf is the key's own": under_its_own_root(beside(256)),
    "a value and another leaf": under_its_own_root(
        replace(TREE.prove(KEY), other=(bytes(32), bytes(32)))
    ),
    "the certificate names another term": certified_as(5, 9),
    "the certificate names another height": certified_as(4, 10),
    "the second block is no later": linked(time=HEADERS[0].time),
    "the second block is of a lower term": linked(term=HEADERS[0].term - 1),
    "the second block is two heights up": linked(height=9),
    "the second block has another parent": linked(parent=bytes(32)),
    "the second block is of another chain": linked(chain=bytes(32)),
    "the second block has another version": linked(version=2),
    "the state has the configuration under another key": in_an_era(key=encode(["configurations"])),
    "the configuration came about before": in_an_era(6),
    "the configuration came about later": in_an_era(8, names=FIRST),
    "the rule changes": in_an_era(rule=QuorumRule.TWO_THIRDS),
    "the block names the configuration before": in_an_era(names=FIRST),
}


def across_a_change(network: ChangingNetwork) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What one rule takes and the other does not; and what neither takes."""
    by_more = {
        "authorities signed who are only to come": network.balance(BEGINNING, names=EVERYBODY)
    }
    by_one = {
        "the new set alone certified a block of both": network.balance(JOINT, names=OF_NEW),
    }
    refused = {
        "the old set alone certified a block of both": network.balance(JOINT, names=OF_OLD),
        "the child is of another term": _of_another_term(network),
    }
    if network.rule is QuorumRule.TWO_THIRDS:
        return {**by_more, **by_one}, refused
    return {}, {**by_more, **by_one, **refused}


def _of_another_term(network: ChangingNetwork) -> bytes:
    (last,) = network.headers(2, 2)
    parent, block = block_id(last), BlockId(last.term + 1, 3, network.block(3).digest)
    certified = CommitCertificate(parent, block, _acks(network, parent, block))
    proof = network.block(2).tree.prove(HOLDINGS.key("mof-house", BILL))
    return balance_proof([], [last], certified, proof)


def _acks(
    network: ChangingNetwork, parent: BlockId, block: BlockId
) -> tuple[AuthoritySignature, ...]:
    message = Ack(network.chain_id, parent, block).message()
    return tuple(AuthoritySignature(name, sign_changing(name, message)) for name in OF_OLD)
