"""The vectors that docs/proofs.md points to: what other verifiers can be tested with.

They change only when the format does. To write them anew, from the root of the repository:

    pytest tests/verifier/test_vectors.py --rewrite-vectors
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from amanat.consensus.submission import Submission, SubmissionReceipt
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import encode
from amanat.ledger.state import SUPPLIES
from amanat.node.proofs import balance_proof
from amanat.verifier import Finding, Invalid, verify, verify_submission
from amanat.verifier import Submission as Submitted
from amanat.verifier.submissions import is_submission_receipt
from tests.verifier import edges
from tests.verifier.changing import (
    AFTER,
    BEGINNING,
    COMPLETING,
    EVERYBODY,
    JOINT,
    LEARNING,
    NETWORKS,
    OF_NEW,
    OF_OLD,
    ChangingNetwork,
    sign,
)
from tests.verifier.rehearsal import (
    BILL,
    BUNDLES,
    GENESIS,
    HEADERS,
    HOLDING,
    NOT_CLOSED,
    QUORUM,
    START,
    TREE,
    UNSAFE,
    balance_of,
    certificate,
    certified_under,
    signed_by,
)

VECTORS = Path(__file__).with_name("vectors.json")

REFUSED = {
    "custodians alone signed": signed_by(["cdc", "custodian-a", "custodian-b"]),
    "too few signed": signed_by(["mof", "sbp"]),
    "one signed twice": signed_by(["cdc", "mof", "mof"]),
    "the signers are out of order": signed_by(["sbp", "mof", "cdc"]),
    "the certificate is for an earlier block": balance_of(
        "client-3", certificate(HEADERS[0], QUORUM)
    ),
    "the acks name another chain": balance_of(
        "client-3", certificate(HEADERS[-1], QUORUM, chain=bytes(32))
    ),
    "the amount is another": HOLDING.replace(b"\xcd\x3a\x98", b"\xcd\x3a\x99"),
    "the last byte is missing": HOLDING[:-1],
    "a byte follows": HOLDING + b"\xc0",
    "the kind has a long header": HOLDING.replace(b"\xb7amanat", b"\xd9\x17amanat"),
    "the state proof is of the supply": balance_proof(
        [], HEADERS, certificate(HEADERS[-1], QUORUM), TREE.prove(SUPPLIES.key(BILL))
    ),
    **NOT_CLOSED,
}


def word_of(network: ChangingNetwork, authority: str, signer: str | None = None) -> bytes:
    """A receipt of submission by an authority, signed by it or by another."""
    statement = Submission(network.chain_id, bytes(range(32)), authority, START, 41)
    return encode(SubmissionReceipt(statement, sign(signer or authority, statement.message())))


def word_of_the_new_one(network: ChangingNetwork) -> bytes:
    """A receipt of submission by the authority that joined with the change."""
    return word_of(network, "custodian-b")


def across_a_change(network: ChangingNetwork) -> dict[str, bytes]:
    """Bundles of a network that exchanges an authority: before, during and after that."""
    return {
        "before a change": network.balance(2),
        "the block that admits a learner": network.balance(LEARNING),
        "the block that begins a change": network.receipt(BEGINNING),
        "a block that the old set and the new one certified": network.balance(
            JOINT, names=EVERYBODY
        ),
        "the block that completes the change": network.balance(COMPLETING, names=OF_NEW),
        "after the change": network.receipt(AFTER),
        "a line of headers across the whole change": network.balance(2, AFTER, OF_NEW),
    }


def across_a_false_change(network: ChangingNetwork) -> dict[str, bytes]:
    """False bundles of that network. Where nothing else is said, everybody signed the eras."""
    eras = [network.era(since) for since in (LEARNING, BEGINNING, COMPLETING)]
    learning, beginning, completing = eras
    other = replace(beginning.proof, value=completing.proof.value)
    shown = {
        "no era is shown": [],
        "the first era is missing": [beginning, completing],
        "the second era is missing": [learning, completing],
        "the last era is missing": [learning, beginning],
        "the eras are out of order": [beginning, learning, completing],
        "an era stands twice": [*eras, completing],
        "too few certified an era": [
            learning,
            network.era(BEGINNING, names=("mof", "sbp")),
            completing,
        ],
        "the new members appoint themselves": [
            learning,
            network.era(BEGINNING, names=OF_NEW),
            completing,
        ],
        "the state holds another configuration": [
            learning,
            replace(beginning, proof=other),
            completing,
        ],
    }
    return {
        "a removed authority's signature is needed": network.balance(AFTER, names=OF_OLD),
        "a learner's signature is needed": network.balance(BEGINNING, names=OF_NEW),
        **{name: network.balance(AFTER, eras=each) for name, each in shown.items()},
    }


def vectors_of(
    about: str, genesis: bytes, valid: Mapping[str, bytes], refused: Mapping[str, bytes]
) -> dict[str, Any]:
    return {
        "about": about,
        "genesis": genesis.hex(),
        "valid": [
            {"name": name, "bundle": bundle.hex(), "finding": asdict(verify(genesis, bundle))}
            for name, bundle in valid.items()
        ],
        "refused": [{"name": name, "bundle": bundle.hex()} for name, bundle in refused.items()],
    }


def of_a_change(about: str, network: ChangingNetwork) -> dict[str, Any]:
    """The vectors of a network that exchanges an authority, receipts of submission among them."""
    valid, refused = edges.across_a_change(network)
    vectors = vectors_of(
        about,
        network.genesis,
        {**across_a_change(network), **valid},
        {**across_a_false_change(network), **refused},
    )
    eras = network.balance(AFTER)
    for name, receipt, proof in (
        ("the word of an authority", word_of(network, "mof"), None),
        ("the word of one that left", word_of(network, "custodian-a"), eras),
        ("the word of one that joined", word_of_the_new_one(network), eras),
    ):
        said = verify_submission(network.genesis, receipt, lambda *_: None, proof=proof)
        shown = {} if proof is None else {"eras": proof.hex()}
        finding = {"finding": asdict(said)}
        vectors["valid"].append({"name": name, "bundle": receipt.hex(), **shown, **finding})
    vectors["refused"] += [
        {"name": name, "bundle": receipt.hex()}
        for name, receipt in {
            "the word of one that is not known": word_of_the_new_one(network),
            "the word of one signed by another": word_of(network, "mof", signer="sbp"),
        }.items()
    ]
    return vectors


def content() -> dict[str, Any]:
    """What the vectors must be, as the node encodes it today."""
    changing = {
        QuorumRule.MAJORITY: "four authorities by majority, one of which is exchanged",
        QuorumRule.TWO_THIRDS: "four authorities by two thirds, one of which is exchanged",
    }
    return {
        "about": "Files of docs/proofs.md. Bytes are in hexadecimal.",
        "networks": [
            vectors_of(
                "five authorities by majority",
                GENESIS,
                {**BUNDLES, **edges.VALID},
                {**REFUSED, **edges.REFUSED},
            ),
            *(of_a_change(about, NETWORKS[rule]) for rule, about in changing.items()),
            *(
                vectors_of(f"a document that is refused: {why.strip()}", genesis, {}, {"all": file})
                for why, document in UNSAFE.items()
                for genesis, file in [certified_under(document)]
            ),
        ],
    }


def checked(network: dict[str, Any], vector: dict[str, Any]) -> Finding | Submitted:
    """What a vector proves, whatever it is."""
    genesis, file = bytes.fromhex(network["genesis"]), bytes.fromhex(vector["bundle"])
    if not is_submission_receipt(file):
        return verify(genesis, file)
    eras = bytes.fromhex(vector["eras"]) if "eras" in vector else None
    return verify_submission(genesis, file, lambda *_: None, proof=eras)


def plain(value: object) -> Any:
    return json.loads(json.dumps(value))


def published() -> list[dict[str, Any]]:
    networks: list[dict[str, Any]] = json.loads(VECTORS.read_text())["networks"]
    return networks


def test_the_node_encodes_the_vectors_as_they_are_published(
    request: pytest.FixtureRequest,
) -> None:
    if request.config.getoption("--rewrite-vectors", default=False):
        VECTORS.write_text(json.dumps(content(), indent=1) + "\n")
    assert json.loads(VECTORS.read_text()) == plain(content())


def test_the_published_bundles_prove_what_they_are_said_to_prove() -> None:
    for network in published():
        for vector in network["valid"]:
            assert plain(asdict(checked(network, vector))) == vector["finding"], vector["name"]


def test_the_published_false_bundles_are_refused() -> None:
    for network in published():
        for vector in network["refused"]:
            with pytest.raises(Invalid):
                checked(network, vector)
