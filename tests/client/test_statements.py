"""Statements by the client: the file, and what a node signed for it, checked."""

import csv
import io
import json

import pytest

from amanat.client.errors import Refused
from amanat.client.exchange import Answer
from amanat.client.face import Face
from amanat.client.proofs import NotProved, Proofs
from amanat.client.statements import _checked
from tests.client.faces import FACES, speaker
from tests.ledger.world import BILL, RUPEE
from tests.node.network import LocalNetwork

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__),
]


async def test_a_statement_comes_with_a_manifest_that_holds(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market) as client:
        held = await client("statement", "holdings", instrument=BILL)
        (row,) = csv.DictReader(io.StringIO(held.content.decode()))
        assert (row["account"], row["amount"]) == ("mof-house", "5000000000")
        assert (held.found.rows, held.found.file_checked) == (1, True)
        moved = await client(
            "statement",
            "movements",
            kind="json",
            account="alpha",
            from_height=1,
            to_height=held.found.height,
        )
        assert len(json.loads(moved.content)) == moved.found.rows > 0
        supply = await client("statement", "supply", instrument=RUPEE, at_height=3)
        assert dict(supply.found.asked)["to_height"] == "3"


async def test_what_nodes_refuse_is_refused(market: LocalNetwork, face: type[Face]) -> None:
    async with speaker(face, market) as client:
        with pytest.raises(Refused, match="malformed_request"):
            await client("statement", "holdings")
        with pytest.raises(Refused, match="not_found"):
            await client("statement", "holdings", account="nobody")


async def test_a_file_that_was_changed_is_not_the_one_that_was_signed_for(
    market: LocalNetwork, face: type[Face]
) -> None:
    async with speaker(face, market) as client:
        held = await client("statement", "holdings", account="alpha")
    proofs = Proofs.of(market.document)
    assert _checked(proofs, held.content, Answer(200, {}, held.manifest)) == held
    for content, manifest in (
        (held.content.replace(b"alpha", b"gamma"), held.manifest),
        (held.content, held.manifest[:-1] + bytes([held.manifest[-1] ^ 1])),
        (held.content, b""),
    ):
        with pytest.raises(NotProved, match="the manifest is not valid"):
            _checked(proofs, content, Answer(200, {}, manifest))
