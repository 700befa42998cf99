"""The vectors that docs/wire-format.md points to: what other verifiers can be tested with.

They change only when the format does. To write them anew, from the root of the repository:

    pytest tests/verifier/test_vectors.py --rewrite-vectors
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from amanat.verifier import Invalid, verify
from tests.verifier.rehearsal import (
    BUNDLES,
    CHAIN,
    GENESIS,
    HEADERS,
    HOLDING,
    QUORUM,
    TREE,
    balance_of,
    certificate,
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
}


def content() -> dict[str, Any]:
    """What the vectors must be, as the node encodes it today."""
    return {
        "about": "Proof bundles of docs/wire-format.md. Bytes are in hexadecimal.",
        "genesis": GENESIS.hex(),
        "chain": CHAIN.hex(),
        "state_root": TREE.root.hex(),
        "valid": [
            {"name": name, "bundle": bundle.hex(), "finding": asdict(verify(GENESIS, bundle))}
            for name, bundle in BUNDLES.items()
        ],
        "refused": [{"name": name, "bundle": bundle.hex()} for name, bundle in REFUSED.items()],
    }


def plain(value: object) -> Any:
    return json.loads(json.dumps(value))


def test_the_node_encodes_the_vectors_as_they_are_published(
    request: pytest.FixtureRequest,
) -> None:
    if request.config.getoption("--rewrite-vectors", default=False):
        VECTORS.write_text(json.dumps(content(), indent=1) + "\n")
    assert json.loads(VECTORS.read_text()) == plain(content())


def test_the_published_bundles_prove_what_they_are_said_to_prove() -> None:
    vectors = json.loads(VECTORS.read_text())
    genesis = bytes.fromhex(vectors["genesis"])
    for vector in vectors["valid"]:
        finding = verify(genesis, bytes.fromhex(vector["bundle"]))
        assert plain(asdict(finding)) == vector["finding"], vector["name"]


def test_the_published_false_bundles_are_refused() -> None:
    vectors = json.loads(VECTORS.read_text())
    genuine = {vector["bundle"] for vector in vectors["valid"]}
    for vector in vectors["refused"]:
        assert vector["bundle"] not in genuine, vector["name"]
        with pytest.raises(Invalid):
            verify(bytes.fromhex(vectors["genesis"]), bytes.fromhex(vector["bundle"]))
