"""A leader and a follower on which tests try transactions, one block each.

Whatever a test does here is executed twice, from the same bytes, and must give the same roots; and
the conservation invariants are recounted after every block.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import pytest

from amanat.ledger.blocks import BlockHeader
from amanat.ledger.chain import Chain
from amanat.ledger.dates import DAY_MS, date_of
from amanat.ledger.dry_run import WORK_MAX
from amanat.ledger.encoding import decode
from amanat.ledger.executed_block import ExecutedBlock
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.invariants import violations
from amanat.ledger.operations import AnyAct, AnyOperation, CloseDay, Propose
from amanat.ledger.receipts import Applied, Event, Figures, Receipt, Rejected
from amanat.ledger.rejections import DoorCode, DoorRefusal
from amanat.ledger.state import HOLDINGS, SUPPLIES, State, business_day_of
from amanat.ledger.transactions import CheckedTransaction, open_transaction
from tests.ledger.world import PARAMETERS, START, Writer, chain, genesis, market

NEVER: Final = 2**62
"""A clock that is ahead of every block."""


def anything(header: BlockHeader) -> None:
    """Accept every header: what consensus would say when it has nothing against it."""
    del header


def opened(envelope: bytes) -> CheckedTransaction:
    """Decode a transaction without the door's other checks."""
    return open_transaction(envelope, bytes_max=PARAMETERS.transaction_bytes_max)


def limited(**parameters: int) -> GenesisDocument:
    """Return the test network's genesis document with other limits."""
    document = genesis()
    return msgspec.structs.replace(
        document, parameters=msgspec.structs.replace(document.parameters, **parameters)
    )


def build(
    on: Chain, envelopes: Sequence[bytes] = (), *, time: int = START, term: int = 1
) -> ExecutedBlock:
    """Return a block of what may be in it; the tip does not move."""
    return on.build(
        term=term,
        proposer="mof",
        time=time,
        leader_certificate=b"",
        candidates=[opened(envelope) for envelope in envelopes],
    ).block


class Desk:
    """Submits transactions at a ledger time that the test sets."""

    def __init__(self, document: GenesisDocument | None = None) -> None:
        document = document or genesis()
        self.leader: Chain = chain(document)
        self.follower: Chain = chain(document)
        self.writer = Writer(document.chain_id())
        self.time = START

    @property
    def state(self) -> State:
        """The state at the tip."""
        return State(self.leader.tip.tree.get)

    def held(self, account: str, instrument: str) -> int:
        """Return how much the account holds."""
        holding = self.state.get(HOLDINGS, account, instrument)
        return 0 if holding is None else holding.amount

    def supply(self, instrument: str) -> tuple[int, int]:
        """Return how much was issued and redeemed."""
        supply = self.state.get(SUPPLIES, instrument)
        return (0, 0) if supply is None else (supply.issued, supply.redeemed)

    def wait_until(self, time: int) -> None:
        """Let the ledger's clock come to `time`, on the business day that is then.

        Transactions are signed to be valid then.
        """
        self.time = time
        self.writer.valid_until = time + DAY_MS
        if date_of(time) > self.business_date:
            self.do("sbp", CloseDay(self.business_date))

    @property
    def business_date(self) -> int:
        """The date of the business day that is open."""
        return business_day_of(self.state).date

    def block(self, envelopes: Sequence[bytes], *, completes_change: bool = False) -> ExecutedBlock:
        """Put the transactions into one block, on both chains. None may be refused at the door."""
        built = self.leader.build(
            term=1,
            proposer="mof",
            time=self.time,
            leader_certificate=b"",
            candidates=[opened(envelope) for envelope in envelopes],
            completes_change=completes_change,
        )
        if built.refused:
            raise built.refused[0][1]
        self.leader.append(built.block)
        followed = self.follower.extend(
            built.block.payload, latest=NEVER, accept=anything, completes_change=completes_change
        )
        assert followed.digest == built.block.digest
        assert followed.receipts == built.block.receipts
        assert followed.changes == built.block.changes
        assert violations(self.leader.tip.tree.items(), date_of(self.leader.tip.time)) == []
        return built.block

    def submit(self, envelope: bytes) -> Receipt:
        """Execute one transaction in a block of its own, as a rehearsal foretold it."""
        foretold = self._rehearsed(envelope)
        (receipt,) = self.block([envelope]).receipts
        if foretold is not None:
            assert foretold == receipt.outcome
        return receipt

    def _rehearsed(self, envelope: bytes) -> Applied | Rejected | None:
        """Return what a dry run says will be the outcome; None for what is too long for one."""
        if sum(each.work(self.state) for each in opened(envelope).body.operations) > WORK_MAX:
            return None
        run = self.leader.rehearse(envelope, now=self.time)
        if not run.refusals:
            return Applied(run.events)
        operation, refused = run.refusals[0]
        return Rejected(refused.code.value, operation, refused.figures)

    def do(self, signers: str, *operations: AnyOperation) -> list[Event]:
        """Sign with the keys named in `signers`, execute, and return the events."""
        outcome = self.submit(self.writer.sign(signers.split(", "), *operations)).outcome
        assert isinstance(outcome, Applied), outcome
        return list(outcome.events)

    def propose(self, signers: str, acts: Sequence[AnyAct], expires: int) -> bytes:
        """Propose operations, and return the proposal's id."""
        event = self.do(signers, Propose(tuple(acts), expires))[0]
        return bytes.fromhex(str(event.fields["proposal"]))

    def refused(self, signers: str, *operations: AnyOperation) -> tuple[str, Figures]:
        """Sign and execute; return the code and figures of the rule that refuses.

        The state may show nothing of it but the count of rejections and the executed id, and the
        code must be among those that the operation says it may refuse with.
        """
        before = dict(self.leader.tip.tree.items())
        outcome = self.submit(self.writer.sign(signers.split(", "), *operations)).outcome
        assert isinstance(outcome, Rejected), outcome
        after = dict(self.leader.tip.tree.items())
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        kinds = {decode(key, tuple[str, Any])[0] for key in changed}
        assert kinds == {"executed", "rejections"}
        assert outcome.code in operations[outcome.operation].codes()
        return outcome.code, outcome.figures

    def door(self, envelope: bytes) -> DoorCode:
        """Return why the transaction may not be in a block: at submission and in one alike."""
        before = self.leader.tip
        with pytest.raises(DoorRefusal) as submitting:
            self.leader.admit(self.leader.open(envelope), now=self.time)
        with pytest.raises(DoorRefusal) as building:
            self.block([envelope])
        assert submitting.value.code == building.value.code
        assert self.leader.tip == before
        return submitting.value.code


def desk_with_market(document: GenesisDocument | None = None) -> Desk:
    """Return a desk on which `world.market` was set up."""
    desk = Desk(document)
    for envelope in market(desk.writer):
        outcome = desk.submit(envelope).outcome
        assert isinstance(outcome, Applied), outcome
    return desk
