"""Checks the signatures of blocks that a peer sent, before consensus takes them."""

import asyncio

from amanat.consensus.messages import Append
from amanat.ledger.chain import Chain
from amanat.node.submissions import SLICE


async def verify_ahead(chain: Chain, message: Append) -> None:
    """Check a block's signatures in slices, so that a large one does not hold up the loop."""
    for entry in message.entries:
        for number, _ in enumerate(chain.verify_ahead(entry.payload)):
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
