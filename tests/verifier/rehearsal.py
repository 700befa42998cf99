"""A small network with real headers, certificates, state and receipts, and bundles made of them."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgpack
import msgspec
import pytest
from nacl.signing import SigningKey

from amanat.consensus.statements import Ack, AuthoritySignature, BlockId, CommitCertificate
from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.crypto import Domain, digest
from amanat.ledger.custody.accounts import Holding
from amanat.ledger.days.calendar import Calendar
from amanat.ledger.encoding import decode, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role
from amanat.ledger.governance.policies import Parameters
from amanat.ledger.instruments.supply import Supply
from amanat.ledger.receipts import Applied, Event, Receipt, Rejected
from amanat.ledger.state import HOLDINGS, SUPPLIES
from amanat.ledger.tree import merkle
from amanat.ledger.tree.state_tree import MissingNode, StateTree
from amanat.node.proofs import (
    BalanceCertificate,
    ReceiptProof,
    balance_certificate,
    balance_proof,
    receipt_proof,
)
from amanat.verifier import Invalid, verify

SOVEREIGN, CUSTODIAN = AuthorityClass.SOVEREIGN, AuthorityClass.CUSTODIAN
CLASSES = {
    "cdc": CUSTODIAN,
    "custodian-a": CUSTODIAN,
    "custodian-b": CUSTODIAN,
    "mof": SOVEREIGN,
    "sbp": SOVEREIGN,
}
SIGNERS = {name: SigningKey(sha256(name.encode()).digest()) for name in CLASSES}
QUORUM = ["cdc", "mof", "sbp"]
BILL = "PK0000000017"
CASH = "PKR"
OWNER_KEY = bytes(SigningKey(sha256(b"the ministry's own key").digest()).verify_key)
START = 1_760_000_000_000


class NoRecords:
    """Where a tree that is whole in memory never has to look."""

    def load(self, key: bytes) -> bytes:
        raise MissingNode(key.hex())


def authority_set(quorum: int = 3, sovereign_min: int = 1) -> AuthoritySet:
    members = tuple(
        Authority(name, bytes(SIGNERS[name].verify_key), kind) for name, kind in CLASSES.items()
    )
    return AuthoritySet(members, quorum, sovereign_min, QuorumRule.MAJORITY)


def genesis_bytes(authorities: AuthoritySet, network: str = "rehearsal") -> bytes:
    return encode(
        GenesisDocument(
            version=2,
            network=network,
            created=START,
            authorities=authorities,
            participants=(
                Participant.simple("mof", "Ministry of Finance", (Role.ISSUER,), OWNER_KEY),
            ),
            policies=(),
            parameters=Parameters(86_400_000, 5_000, 65_536, 64, 1_000, 1_000_000, 100, 86_400_000),
            calendar=Calendar((5, 6), (), ()),
        )
    )


GENESIS = genesis_bytes(authority_set())
CHAIN = decode(GENESIS, GenesisDocument).chain_id()
TREE = (
    StateTree.empty(NoRecords())
    .update(
        {
            **{
                HOLDINGS.key(f"client-{n}", BILL): encode(Holding(n * 5_000, 300 if n == 39 else 0))
                for n in range(1, 40)
            },
            SUPPLIES.key(BILL): encode(Supply(3_900_000, 0)),
        },
        7,
    )
    .tree
)
RECEIPTS = [
    *(
        Receipt(
            bytes([n]) * 32, bytes([n + 100]) * 32, Applied((Event(0, "moved", {"amount": n}),))
        )
        for n in range(6)
    ),
    Receipt(
        b"\x77" * 32, b"\x78" * 32, Rejected("insufficient_holding", 0, {"have": 1, "need": 2})
    ),
]


def header(height: int, parent: bytes, **changes: Any) -> BlockHeader:
    """A header on `parent`; its roots are those of no other block."""
    plain = BlockHeader(
        version=1,
        chain=CHAIN,
        height=height,
        term=4,
        parent=parent,
        time=START + height,
        transactions_root=sha256(b"transactions of %d" % height).digest(),
        state_root=sha256(b"state of %d" % height).digest(),
        configuration=Configuration.first(authority_set()).digest(),
        leader_certificate=b"",
        proposer="mof",
    )
    return msgspec.structs.replace(plain, **changes)


def line(count: int = 3, **changes: Any) -> list[BlockHeader]:
    """Linked headers from height 7: the first has the state and the receipts, the last is new."""
    roots = {
        "transactions_root": merkle.root([encode(receipt) for receipt in RECEIPTS]),
        "state_root": TREE.root,
    }
    headers = [header(7, b"\x33" * 32, **(roots | changes))]
    while len(headers) < count:
        headers.append(header(headers[-1].height + 1, headers[-1].digest(), **changes))
    return headers


def block_id(of: BlockHeader) -> BlockId:
    return BlockId(of.term, of.height, of.digest())


def parent_id(of: BlockHeader) -> BlockId:
    return BlockId(of.term, of.height - 1, of.parent)


def certificate(of: BlockHeader, names: Sequence[str], chain: bytes = CHAIN) -> CommitCertificate:
    message = Ack(chain, parent_id(of), block_id(of)).message()
    acks = tuple(AuthoritySignature(name, SIGNERS[name].sign(message).signature) for name in names)
    return CommitCertificate(parent_id(of), block_id(of), acks)


HEADERS = line()
CERTIFICATE = certificate(HEADERS[-1], QUORUM)


def balance_of(account: str, certified: CommitCertificate = CERTIFICATE) -> bytes:
    return balance_proof([], HEADERS, certified, TREE.prove(HOLDINGS.key(account, BILL)))


def signed_by(names: Sequence[str]) -> bytes:
    return balance_of("client-3", certificate(HEADERS[-1], names))


def certified_under(document: list[Any], names: Sequence[str] = QUORUM) -> tuple[bytes, bytes]:
    """A genesis document with these fields, and a bundle in which all fits that document."""
    genesis = encode(document)
    chain = digest(Domain.GENESIS, genesis)
    configuration = digest(Domain.CONFIGURATION, encode([document[3], None, [], 0]))
    headers = line(1, chain=chain, configuration=configuration)
    proof = TREE.prove(HOLDINGS.key("client-3", BILL))
    return genesis, balance_proof([], headers, certificate(headers[-1], names, chain), proof)


def changed_genesis(field: int, value: Any) -> list[Any]:
    document: list[Any] = msgpack.unpackb(GENESIS)
    return [*document[:field], value, *document[field + 1 :]]


def changed_members(members: list[list[Any]]) -> list[Any]:
    return changed_genesis(3, [members, 3, 1, "majority"])


def members() -> list[list[Any]]:
    listed: list[list[Any]] = msgpack.unpackb(GENESIS)[3][0]
    return listed


UNSAFE = {
    "version 3 is not known": changed_genesis(0, 3),
    "a quorum of 2 of 5 decides nothing safely": changed_genesis(3, [members(), 2, 1, "majority"]),
    "a quorum of 6 of 5 decides nothing safely": changed_genesis(3, [members(), 6, 1, "majority"]),
    "its rule is neither majority nor two_thirds": changed_genesis(
        3, [members(), 3, 1, "unanimity"]
    ),
    "a quorum of 3 of 5 is not over two thirds": changed_genesis(
        3, [members(), 3, 1, "two_thirds"]
    ),
    "a quorum of 2 of 3 is not over two thirds": changed_genesis(
        3, [[members()[0], *members()[3:]], 2, 1, "two_thirds"]
    ),
    "cdc is neither sovereign nor custodian": changed_members(
        [[*members()[0][:2], "foreign", None], *members()[1:]]
    ),
    "a name or a key stands twice": changed_members([*members()[:4], members()[3]]),
    "a quorum of 2 of 4 decides nothing safely": changed_genesis(
        3, [members()[1:], 2, 1, "majority"]
    ),
    "a name or a key stands twice  ": changed_members(
        [*members()[:4], ["mof", members()[4][1], "sovereign", None]]
    ),
    "a name or a key stands twice ": changed_members(
        [*members()[:4], ["sbp", members()[3][1], "sovereign", None]]
    ),
}
"""Genesis documents under which nothing may be believed, by why not."""

# Accounts without a holding, by whether another leaf stands where theirs would.
ABSENT = {
    TREE.prove(HOLDINGS.key(name, BILL)).other is not None: name
    for name in (f"nobody-{n}" for n in range(60))
}
CLOSED = 20_369
"""2025-10-08."""
DAY_CLOSED: tuple[str, dict[str, int | str]] = (
    "day-closed",
    {"date": CLOSED, "next": CLOSED + 1},
)


def doing(*events: tuple[str, dict[str, int | str]]) -> Receipt:
    """The receipt of a transaction that did these things."""
    applied = Applied(tuple(Event(0, name, fields) for name, fields in events))
    return Receipt(b"\x55" * 32, b"\x56" * 32, applied)


CLOSE = doing(DAY_CLOSED)


def closing(
    receipts: Sequence[Receipt] = (*RECEIPTS, CLOSE),
    account: str = "client-3",
    *,
    shown: int | None = None,
) -> bytes:
    """The certificate of a balance in a block with these receipts; of the last, or the `shown`."""
    root = merkle.root([encode(receipt) for receipt in receipts])
    headers = line(1, transactions_root=root)
    proof = TREE.prove(HOLDINGS.key(account, BILL))
    balance = balance_proof([], headers, certificate(headers[-1], QUORUM), proof)
    if shown is None:
        return balance_certificate(balance, receipts)
    receipt = decode(receipt_proof([], headers, CERTIFICATE, receipts, shown), ReceiptProof)
    whole = decode(balance_certificate(balance, receipts), BalanceCertificate)
    return encode(msgspec.structs.replace(whole, receipt=receipt.receipt, path=receipt.path))


NOT_CLOSED = {
    "others follow the close": closing([CLOSE, RECEIPTS[0]], shown=0),
    "a rejected one follows the close": closing([*RECEIPTS[:4], CLOSE, RECEIPTS[6]], shown=4),
    "it closed nothing": closing(RECEIPTS[:1]),
    "the close was rejected": closing(RECEIPTS),
    "it did nothing": closing([doing()]),
    "it did something after the close": closing([doing(DAY_CLOSED, ("transferred", {}))]),
    "the proposal did something after the close": closing(
        [doing(DAY_CLOSED, ("transferred", {}), ("proposal-executed", {}))]
    ),
    "the close names no date": closing([doing(("day-closed", {}))]),
    "the date is negative": closing([doing(("day-closed", {"date": -1}))]),
    "the date is too late": closing([doing(("day-closed", {"date": 200_001}))]),
    "the date is no number": closing([doing(("day-closed", {"date": "2025-10-08"}))]),
    "the receipt is another one": closing([*RECEIPTS, CLOSE], shown=5),
}
"""Certificates of a close that was none, or not the last of its block. Each is certified."""
BY_PROPOSAL = closing([doing(("transferred", {}), DAY_CLOSED, ("proposal-executed", {}))])
BUNDLES = {
    "a holding": balance_of("client-3"),
    "a holding of which some is reserved": balance_of("client-39"),
    "nothing, in an empty place": balance_of(ABSENT[False]),
    "nothing, beside another leaf": balance_of(ABSENT[True]),
    "a receipt": receipt_proof([], HEADERS, CERTIFICATE, RECEIPTS, 2),
    "the last receipt": receipt_proof([], HEADERS, CERTIFICATE, RECEIPTS, 6),
    "a balance at the close of a day": closing(),
    "a day closed by a proposal": BY_PROPOSAL,
    "nothing at the close of a day, alone in its block": closing([CLOSE], ABSENT[True]),
}
HOLDING = BUNDLES["a holding"]


def refusal(bundle: bytes, genesis: bytes = GENESIS) -> Invalid:
    with pytest.raises(Invalid) as caught:
        verify(genesis, bundle)
    return caught.value


def is_refused(bundle: bytes, genesis: bytes = GENESIS) -> bool:
    try:
        verify(genesis, bundle)
    except Invalid:
        return True
    return False
