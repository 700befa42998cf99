"""Signs for every transaction that comes in through this node's door."""

from collections.abc import Callable

from amanat.consensus.raft import Identity
from amanat.consensus.submission import Submission, SubmissionReceipt
from amanat.ledger.chain import Chain
from amanat.ledger.encoding import encode
from amanat.ledger.identifiers import Digest, LedgerTime
from amanat.node.side_signatures import SideSignatures


class SubmissionReceipts:
    """Makes receipts of submission. Nothing of them is kept: whoever asks again gets a new one."""

    def __init__(
        self,
        me: Identity,
        *,
        signatures: SideSignatures,
        chain: Chain,
        now: Callable[[], LedgerTime],
    ) -> None:
        self._me = me
        self._signatures = signatures
        self._chain = chain
        self._now = now

    async def sign(self, transaction: Digest) -> bytes:
        """Return this node's receipt, as of now, for a transaction that waits at it.

        Raises:
            SigningFailed: the key is in a hardware module that gave no signature.
        """
        submission = Submission(
            chain=self._me.chain,
            transaction=transaction,
            authority=self._me.name,
            time=self._now(),
            height=self._chain.tip.height,
        )
        signature = await self._signatures.sign(submission.message())
        return encode(SubmissionReceipt(submission, signature))
