"""The executed chain: the final state, and on top of it the blocks that are not final yet.

A block that is not final is a tree that shares almost everything with the final one; to forget it
is to drop it. The chain never branches on one node: consensus truncates before it extends.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from amanat.ledger import upgrading
from amanat.ledger.authentication import VerifiedTransactions
from amanat.ledger.blocks import Block, BlockHeader, Place
from amanat.ledger.configurations import Configuration
from amanat.ledger.dry_run import DryRun, dry_run
from amanat.ledger.encoding import EncodingError, decode, encode
from amanat.ledger.executed_block import ExecutedBlock, Outcome, Tip
from amanat.ledger.execution import BlockExecution, check_door
from amanat.ledger.governance.policies import Parameters
from amanat.ledger.identifiers import Digest, LedgerTime, PublicKey
from amanat.ledger.rejections import DoorRefusal
from amanat.ledger.state import CONFIGURATION, State, configuration_of, parameters_of
from amanat.ledger.transactions import CheckedTransaction

RESIDENT_MAX: Final = 1_000_000
"""Nodes of the state tree kept in memory before all are dropped, to be read again when needed."""


VALUES_MAX: Final = 200_000
"""Decoded entries of the state kept from one block to the next."""


class ExecutedIds(Protocol):
    """Knows the transactions of all final blocks."""

    def contains(self, transaction: Digest) -> bool:
        """Return whether `transaction` is in a final block."""
        ...


class BlockFault(ValueError):  # noqa: N818 - what is wrong with a block, not with this program
    """A proposed block is malformed, breaks a rule, or did not re-execute to its roots."""

    def __init__(self, reason: str, *, is_lasting: bool = True) -> None:
        """`is_lasting` is False where another clock, or a later time, would find otherwise."""
        super().__init__(reason)
        self.is_lasting = is_lasting


@dataclass(frozen=True, slots=True)
class Built:
    """A leader's new block, and the candidates that may not be in it."""

    block: ExecutedBlock
    refused: list[tuple[CheckedTransaction, DoorRefusal]]


class Chain:
    """One node's executed chain."""

    def __init__(
        self, chain: Digest, *, final: Tip, executed: ExecutedIds, verified: VerifiedTransactions
    ) -> None:
        """`chain` is the genesis digest; `final` the last final block, or genesis."""
        self._chain = chain
        self._final = final
        self._final_configuration = configuration_of(State(final.tree.get))
        self._executed = executed
        self._verified = verified
        self._pending: list[ExecutedBlock] = []
        self._pending_ids: dict[Digest, int] = {}
        # Decoded entries of the tip's state, for those who work on it; and the same after the last
        # block executed, for the moment when the tip moves to it.
        self._values: dict[bytes, Any] = {}
        self._built: tuple[Digest, dict[bytes, Any]] | None = None

    @property
    def tip(self) -> Tip:
        """The last executed block, or the final one."""
        return self._pending[-1].tip if self._pending else self._final

    @property
    def final(self) -> Tip:
        """The last final block, or genesis."""
        return self._final

    def configuration(self, height: int) -> Configuration | None:
        """Return who decides after the block at `height`, which is final or above.

        None for earlier ones and beyond the tip.
        """
        place = height - self._final.height
        if place == 0:
            return self._final_configuration
        return self._pending[place - 1].next_configuration if self._holds(place) else None

    def certifier(self, height: int) -> Configuration | None:
        """Return who certifies the block at `height`, if that is not final; else None."""
        place = height - self._final.height
        return self._pending[place - 1].configuration if self._holds(place) else None

    def _holds(self, place: int) -> bool:
        return 0 < place <= len(self._pending)

    @property
    def parameters(self) -> Parameters:
        """The limits that hold at the tip."""
        return parameters_of(State(self.tip.tree.get, self._values))

    def find(self, transaction: Digest) -> int | None:
        """Return the height of the block, not final yet, that holds `transaction`."""
        return self._pending_ids.get(transaction)

    def open(self, envelope: bytes) -> CheckedTransaction:
        """Decode a submitted transaction.

        Raises:
            DoorRefusal: it is too large or malformed.
        """
        return self._verified.open(envelope, bytes_max=self.parameters.transaction_bytes_max)

    def admit(self, transaction: CheckedTransaction, *, now: LedgerTime) -> None:
        """Check a submitted transaction at the door, against the tip and this node's clock.

        Raises:
            DoorRefusal: it may not be in a block.
        """
        tip = self.tip
        state = State(tip.tree.get, self._values)
        check_door(
            state,
            transaction,
            chain=self._chain,
            time=max(now, tip.time),
            parameters=parameters_of(state),
            verified=self._verified,
        )

    def rehearse(
        self,
        envelope: bytes,
        *,
        now: LedgerTime,
        assumed: Collection[PublicKey] | None = None,
    ) -> DryRun:
        """Say what would become of a transaction, signed or not, in the next block.

        Keys that it names count as if they had signed: those among `assumed`, all without it.

        Raises:
            DoorRefusal: it is too large or malformed, or has more operations than are tried.
        """
        tip = self.tip
        place = Place(self._chain, tip.height + 1, max(now, tip.time + 1))
        state = State(tip.tree.get)
        return dry_run(state, place, envelope, is_executed=self._is_executed, assumed=assumed)

    def build(
        self,
        *,
        term: int,
        proposer: str,
        time: LedgerTime,
        leader_certificate: bytes,
        candidates: Sequence[CheckedTransaction],
        completes_change: bool = False,
    ) -> Built:
        """Execute a new block on the tip, of as many candidates as fit. The tip does not move.

        Its time is `time`, or just after the tip's if that is later. With `completes_change` it
        ends the change of the authority set that is under way.
        """
        tip = self.tip
        state = self._working_state()
        configuration = _begin(state, tip.height + 1, completes_change=completes_change)
        execution = self._execution(state, max(time, tip.time + 1), parameters_of(state))
        taken, refused = execution.take(candidates)
        outcome = Outcome.of(execution, tip)
        header = BlockHeader(
            version=1,
            chain=self._chain,
            height=tip.height + 1,
            term=term,
            parent=tip.digest,
            time=execution.time,
            transactions_root=outcome.transactions_root,
            state_root=outcome.update.tree.root,
            configuration=configuration.digest(),
            leader_certificate=leader_certificate,
            proposer=proposer,
        )
        block = Block(header, tuple(taken))
        executed = outcome.block(block, encode(block), configuration)
        self._built = (executed.digest, state.values)
        return Built(executed, refused)

    def extend(
        self,
        payload: bytes,
        *,
        latest: LedgerTime,
        accept: Callable[[BlockHeader], str | None],
        completes_change: bool = False,
    ) -> ExecutedBlock:
        """Re-execute a proposed block on the tip, and move the tip to it if everything agrees.

        Args:
            payload: the encoded block.
            latest: the greatest time that this node accepts now.
            accept: looks at the header first; what it returns is a fault.
            completes_change: whether the block ends the change of the authority set under way.

        Raises:
            BlockFault: something does not agree; the tip has not moved.
        """
        try:
            block = decode(payload, Block)
        except EncodingError as error:
            raise BlockFault(f"the block is {error}") from error
        tip = self.tip
        state = self._working_state()
        parameters = parameters_of(state)
        header = block.header
        fault = accept(header) or self._header_fault(header, tip) or _size_fault(block, parameters)
        if fault:
            raise BlockFault(fault)
        if header.time > latest:
            ahead = f"its time {header.time} is ahead of this node's clock by more than it accepts"
            raise BlockFault(ahead, is_lasting=False)
        configuration = _begin(state, header.height, completes_change=completes_change)
        if header.configuration != configuration.digest():
            raise BlockFault("it names another configuration of the authorities")
        execution = self._execution(state, header.time, parameters)
        for index, envelope in enumerate(block.transactions):
            try:
                execution.add(
                    self._verified.open(envelope, bytes_max=parameters.transaction_bytes_max)
                )
            except DoorRefusal as refusal:
                raise BlockFault(f"transaction {index}: {refusal.detail}") from refusal
        outcome = Outcome.of(execution, tip)
        if outcome.transactions_root != header.transactions_root:
            raise BlockFault(
                f"its transactions re-execute to {outcome.transactions_root.hex()}, "
                f"not to {header.transactions_root.hex()}"
            )
        if outcome.update.tree.root != header.state_root:
            raise BlockFault(
                f"its state re-executes to {outcome.update.tree.root.hex()}, "
                f"not to {header.state_root.hex()}"
            )
        executed = outcome.block(block, payload, configuration)
        self._built = (executed.digest, state.values)
        self.append(executed)
        return executed

    def verify_ahead(self, payload: bytes) -> Iterator[None]:
        """Check the signatures of a block that `extend` will be given, one transaction a turn.

        Whoever iterates can do other work in between. It changes no answer: what it cannot read or
        does not verify is left for `extend` to refuse.
        """
        parameters = self.parameters
        try:
            block = decode(payload, Block)
            for envelope in block.transactions[: parameters.block_transactions_max]:
                bytes_max = parameters.transaction_bytes_max
                self._verified.verifies(self._verified.open(envelope, bytes_max=bytes_max))
                yield
        except (EncodingError, DoorRefusal):
            return

    def append(self, block: ExecutedBlock) -> None:
        """Move the tip to a block that was built on it.

        Raises:
            ValueError: it was built on another tip.
        """
        if block.block.header.parent != self.tip.digest:
            raise ValueError(f"block {block.height} was not built on the tip {self.tip.height}")
        # Entries decoded before the tip moved are of the old state: only the block's own will do.
        built, self._built = self._built, None
        self._values = built[1] if built is not None and built[0] == block.digest else {}
        self._pending.append(block)
        for transaction in block.ids:
            self._pending_ids[transaction] = block.height

    def truncate(self, height: int) -> list[ExecutedBlock]:
        """Forget every block above `height`, and return them.

        Raises:
            ValueError: a final block would be forgotten.
        """
        if height < self._final.height:
            raise ValueError(f"block {self._final.height} is final; cannot truncate to {height}")
        keep = height - self._final.height
        dropped, self._pending = self._pending[keep:], self._pending[:keep]
        self._built, self._values = None, {}
        for block in dropped:
            for transaction in block.ids:
                del self._pending_ids[transaction]
        return dropped

    def executed(self, height: int) -> list[ExecutedBlock]:
        """Return the blocks after the final one up to `height`, to be stored."""
        return self._pending[: height - self._final.height]

    def finalize(self, height: int) -> None:
        """The blocks up to `height` are final and stored; their trees can be read back.

        Raises:
            ValueError: `height` is below what is final already, or above the tip.
        """
        if not self._final.height <= height <= self.tip.height:
            raise ValueError(
                f"cannot finalize {height}: {self._final.height} is final, "
                f"the tip is {self.tip.height}"
            )
        count = height - self._final.height
        blocks, self._pending = self._pending[:count], self._pending[count:]
        for block in blocks:
            for transaction in block.ids:
                del self._pending_ids[transaction]
        if blocks:
            self._final = blocks[-1].tip
            self._final_configuration = blocks[-1].next_configuration
        if not self._pending and self._final.tree.resident > RESIDENT_MAX:
            final = self._final
            self._final = Tip(final.height, final.digest, final.time, final.tree.shed())

    def _working_state(self) -> State:
        """Return the tip's state to execute a block on; it takes the decoded entries with it."""
        values, self._values = self._values, {}
        return State(self.tip.tree.get, values if len(values) < VALUES_MAX else {})

    def _execution(self, state: State, time: LedgerTime, parameters: Parameters) -> BlockExecution:
        return BlockExecution(
            state,
            Place(self._chain, self.tip.height + 1, time),
            parameters=parameters,
            is_executed=self._is_executed,
            verified=self._verified,
        )

    def _is_executed(self, transaction: Digest) -> bool:
        return transaction in self._pending_ids or self._executed.contains(transaction)

    def _header_fault(self, header: BlockHeader, tip: Tip) -> str | None:
        if header.chain != self._chain:
            return f"it is for the chain {header.chain.hex()}"
        if (header.height, header.parent) != (tip.height + 1, tip.digest):
            return f"it does not follow the tip at height {tip.height}"
        if header.time <= tip.time:
            return f"its time {header.time} is not after its parent's {tip.time}"
        if len(header.leader_certificate) not in (0, 32):
            return "its leader certificate is not a digest"
        return None


def _size_fault(block: Block, parameters: Parameters) -> str | None:
    sizes = [len(envelope) for envelope in block.transactions]
    if len(sizes) > parameters.block_transactions_max:
        return f"it holds {len(sizes)} transactions"
    if len(sizes) > 1 and sum(sizes) > parameters.block_bytes_max:
        return f"it holds {sum(sizes)} bytes of transactions"
    return None


def _begin(state: State, height: int, *, completes_change: bool) -> Configuration:
    """Return who certifies the block at `height`; end a change before any of its transactions.

    Raises:
        BlockFault: no change is under way that could be completed.
        UnknownVersion: this program does not know the protocol version that the block takes.
    """
    upgrading.take_effect(state, height)
    configuration = configuration_of(state)
    if not completes_change:
        return configuration
    if not configuration.is_joint:
        raise BlockFault("no change of the authorities is under way")
    configuration = configuration.completed(height)
    state.put(configuration, CONFIGURATION)
    state.commit()
    return configuration
