"""Clients: they set up a small market, then trade in it, and send the same again when unsure."""

from dataclasses import dataclass, replace
from random import Random

from amanat.ledger.identifiers import Digest
from amanat.ledger.operations import ChangeAuthorities, DeliverVersusPayment, Transfer
from amanat.ledger.transactions import open_transaction
from tests.ledger import world

TRANSACTIONS_MAX = 40
"""Transactions in one run, with those that set up the market."""


DECISIONS = 1_000_000
"""From here on the numbers are those of decisions on who takes part."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A client sends a transaction, to one node or to several."""

    at: int
    """When, in milliseconds since the run began."""
    transaction: int
    """Its number."""
    to: tuple[str, ...]

    def without(self, name: str) -> "Submission | None":
        """Return it for a network without the node `name`; None if nothing of it is left."""
        to = tuple(each for each in self.to if each != name)
        return replace(self, to=to) if to else None


@dataclass(frozen=True, slots=True)
class Reading:
    """A client reads at a node, and must see all that was final then."""

    at: int
    """When, in milliseconds since the run began."""
    name: str

    def without(self, name: str) -> "Reading | None":
        """Return it for a network without the node `name`; None if nothing of it is left."""
        return None if self.name == name else self


Act = Submission | Reading


class Transactions:
    """All transactions that clients may submit in one run; each depends on its number alone."""

    def __init__(self, chain: Digest, seed: int) -> None:
        writer = world.Writer(chain)
        self._chain = chain
        self._seed = seed
        self._envelopes: dict[int, bytes] = dict(enumerate(world.market(writer)))
        self._unsent = set(self._envelopes)
        """What sets up the market and has not been sent yet."""
        self.submitted: dict[Digest, int] = {}
        """Those submitted so far, which must all become final in the end: number by id."""

    def can_submit(self, number: int) -> bool:
        """Return whether there is such a transaction yet: nobody trades without a market."""
        return number in self._envelopes or not self._unsent

    def submit(self, number: int) -> bytes:
        """Return a transaction as it is sent, whether for the first time or again."""
        self._unsent.discard(number)
        envelope = self._envelopes.get(number)
        if envelope is None:
            envelope = self._envelopes[number] = self._trade(number)
        self.submitted[open_transaction(envelope, bytes_max=len(envelope)).id] = number
        return envelope

    def decide(self, operation: ChangeAuthorities) -> int:
        """Return the number of a new decision of the Ministry of Finance and the State Bank."""
        number = DECISIONS + len(self._envelopes)
        writer = world.Writer(self._chain, first=number)
        self._envelopes[number] = writer.sign(["mof", "sbp"], operation)
        return number

    def _trade(self, number: int) -> bytes:
        random = Random(f"{self._seed} trade {number}")
        writer = world.Writer(self._chain, first=number)
        one, other = random.sample(["alpha", "beta", "gamma"], 2)
        if random.random() < 0.3:
            bills, price = 500_000 * random.randint(1, 5), random.randint(490_000, 500_000)
            deal = DeliverVersusPayment("mof-house", one, world.BILL, bills, world.RUPEE, price)
            return writer.sign(["mof", one], deal)
        # Sometimes more than anybody has: a rejection is final too.
        # Hardly any two amounts are equal, so that a balance tells what it is made of.
        amount = random.choice([1, 10, 0]) * random.randint(1, 100_000) or 999_999_999_999
        return writer.sign([one], Transfer(one, other, world.RUPEE, amount))


def draw_acts(random: Random, names: list[str], until: int) -> list[Act]:
    """Draw what clients do up to a time: submit something new or once more, and read."""
    acts: list[Act] = []
    at, begun = 1, 0
    while at < until:
        for _ in range(random.choice([1, 1, 1, 3])):
            again = begun > 0 and (random.random() < 0.4 or begun >= TRANSACTIONS_MAX)
            number = random.randrange(begun) if again else begun
            begun = max(begun, number + 1)
            to = random.sample(names, random.choice([1, 1, 2]))
            acts.append(Submission(at, number, tuple(to)))
        acts.append(Reading(at, random.choice(names)))
        at += random.randint(10, 300)
    return acts
