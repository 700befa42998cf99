"""A short run of the fuzzer: nothing that is asked gets an answer that is not described."""

from pathlib import Path

import pytest

from tests.node.api.access.confidential import confidential
from tests.node.api.fuzz import fuzz

SECONDS = 10
"""How long it may generate requests; a case under way is ended."""


@pytest.mark.asyncio
async def test_nothing_that_is_asked_breaks_the_description(tmp_path: Path) -> None:
    async with confidential(tmp_path) as node:
        outcome = await fuzz(node, examples=3, seed=1, seconds=SECONDS)
    assert outcome.code == 0, outcome.report
    assert outcome.cases > 100, outcome.report
