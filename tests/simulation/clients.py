"""Clients: they set up a small market, then trade in it, and send the same again when unsure."""

from random import Random

from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import ChangeAuthorities, DeliverVersusPayment, Transfer
from amanat.ledger.transactions import open_transaction
from tests.ledger import world

TRANSACTIONS_MAX = 40
"""New transactions in one run."""


class Clients:
    """Everybody who submits transactions to one simulated cluster."""

    def __init__(self, chain: Digest, random: Random) -> None:
        self._writer = world.Writer(chain)
        self._setup = world.market(self._writer)
        self._sent: list[bytes] = []
        self._random = random
        self.submitted: set[Digest] = set()
        """Ids of everything submitted so far, which must all become final in the end."""

    def next(self, *, only_repeat: bool) -> bytes:
        """Return what to submit next: the market's set-up, then new trades and repetitions."""
        random = self._random
        if only_repeat:
            self._sent.append(self._sent.pop(0))
            return self._sent[-1]
        if self._setup:
            return self._new(self._setup.pop(0))
        if random.random() < 0.4 or len(self._sent) >= TRANSACTIONS_MAX:
            return random.choice(self._sent)
        return self._new(self._trade(random))

    def decide(self, operation: ChangeAuthorities) -> bytes:
        """Return a decision of the Ministry of Finance and the State Bank."""
        return self._new(self._writer.sign(["mof", "sbp"], operation))

    def _new(self, envelope: bytes) -> bytes:
        self._sent.append(envelope)
        self.submitted.add(open_transaction(envelope, bytes_max=len(envelope)).id)
        return envelope

    def _trade(self, random: Random) -> bytes:
        one, other = random.sample(["alpha", "beta", "gamma"], 2)
        if random.random() < 0.3:
            deal = DeliverVersusPayment(
                "mof-house", one, world.BILL, 500_000 * random.randint(1, 5), world.RUPEE, 490_000
            )
            return self._writer.sign(["mof", one], deal)
        # Sometimes more than anybody has: a rejection is final too.
        amount = random.choice([1, 1_000, 999_999_999_999])
        return self._writer.sign([one], Transfer(one, other, world.RUPEE, amount))
