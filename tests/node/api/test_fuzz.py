"""A short run of the fuzzer: nothing that is asked gets an answer that is not described."""

from pathlib import Path

import pytest

from tests.node.api.access.confidential import confidential
from tests.node.api.fuzz import fuzz

SECONDS = 120
"""After so long it gives up; it ends by its number of cases long before."""


@pytest.mark.asyncio
async def test_nothing_that_is_asked_breaks_the_description(tmp_path: Path) -> None:
    async with confidential(tmp_path) as node:
        outcome = await fuzz(node, examples=0, seed=1, seconds=SECONDS)
    assert outcome.code == 0, outcome.report
    assert outcome.cases > 100, outcome.report
