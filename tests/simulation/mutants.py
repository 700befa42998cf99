"""Programs with one safety rule switched off, to see whether the simulator sees it.

A mutant replaces a piece of a function's source text and swaps the compiled code in place, so every
reference to the function runs the mutated one until it is restored.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType

from amanat.consensus import core, elections, following, leading, reads
from amanat.consensus.log import Log
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Raft
from amanat.ledger import execution
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.balances import credit, debit
from tests.simulation.node import SimulatedNode


@dataclass(frozen=True)
class Edit:
    """In `function`, put `new` for `old`, which must stand there exactly once."""

    function: Callable[..., object]
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """One rule switched off, and the invariants (DESIGN) that may fall for it."""

    rule: str
    edits: tuple[Edit, ...]
    found_as: str
    """A pattern of what the simulator then says; a number is that of the invariant."""
    seeds: int
    """It is found within so many seeds."""


def code_of(function: Callable[..., object]) -> CodeType:
    """Return the code that a call of `function` runs now."""
    return _function(function).__code__


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """Run the program with `mutant`'s edits."""
    before = [(_function(edit.function), code_of(edit.function)) for edit in mutant.edits]
    try:
        for edit in mutant.edits:
            _function(edit.function).__code__ = _edited(edit)
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def _function(function: Callable[..., object]) -> FunctionType:
    assert isinstance(function, FunctionType)
    return function


def _edited(edit: Edit) -> CodeType:
    function = _function(edit.function)
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(edit.old) != 1:
        raise AssertionError(f"{function.__qualname__} has {edit.old!r} not exactly once")
    place = f"<mutant of {function.__qualname__}>"
    names: dict[str, FunctionType] = {}
    exec(compile(source.replace(edit.old, edit.new), place, "exec"), function.__globals__, names)  # noqa: S102 - its own source
    return names[function.__name__].__code__


def _mutant(rule: str, found_as: str, seeds: int, *edits: Edit) -> Mutant:
    return Mutant(rule, edits, found_as, seeds)


MUTANTS = (
    _mutant(
        "a node votes once a term",
        "Violation: 6",
        50,
        Edit(
            elections.on_request_vote,
            "raft.promise.vote in (None, vote)",
            "True",
        ),
    ),
    _mutant(
        "a candidate's log is as complete as its voters' logs",
        "Violation: 4",
        100,
        Edit(
            elections.on_request_vote,
            "message.last.position >= raft.least_position",
            "True",
        ),
        Edit(elections.on_pre_vote, "message.last.position >= raft.least_position", "True"),
    ),
    _mutant(
        "nothing is signed before it is on disk",
        "Violation: [46]",
        50,
        Edit(Raft.when_synced, "self.out.when_synced(in_same_term)", "action()"),
    ),
    _mutant(
        "a promise outlives a crash",
        "PromiseBroken: a second vote|Violation: 6",
        20,
        Edit(
            core.Restored.known_promise,
            "return self.promise",
            "return Promise(self.last.term, None, None)",
        ),
    ),
    _mutant(
        "a quorum is as large as the genesis document says",
        "Violation: 7",
        20,
        Edit(AuthoritySet.is_quorum, "count >= self.quorum", "count >= self.quorum - 1"),
    ),
    _mutant(
        "a quorum holds enough sovereign authorities",
        "Violation: 7",
        20,
        Edit(AuthoritySet.is_quorum, "sovereign >= self.sovereign_min", "sovereign >= 0"),
    ),
    _mutant(
        "a late completion of a write does not vouch for later entries",
        "AssertionError: no entry",
        20,
        Edit(Log.persisted, "self._memory[0][0] <= sequence", "True"),
    ),
    _mutant(
        "a higher term frees the vote",
        "Violation: 14",
        20,
        Edit(Raft.become_follower, "vote=None", "vote=self.promise.vote"),
    ),
    _mutant(
        "a transaction takes effect once",
        "Violation: 10",
        20,
        Edit(
            execution.BlockExecution.add,
            "transaction.id in self.ids or self._is_executed(transaction.id)",
            "False",
        ),
        Edit(
            SimulatedNode.submit,
            "self.disk.contains(checked.id) or self.chain.find(checked.id) is not None",
            "False",
        ),
    ),
    _mutant(
        "what one account gains another loses",
        "Violation: 9",
        50,
        Edit(debit, "Holding(have - amount) if have > amount else None", "Holding(have)"),
    ),
    _mutant(
        "an account holds what it was given",
        "Violation: 9",
        50,
        Edit(credit, "held(state, account, instrument) + amount", "amount"),
    ),
    _mutant(
        "no account gives more than it has",
        "Violation: 9",
        20,
        Edit(debit, "amount > have", "False"),
    ),
    _mutant(
        "a vote leaves once it is on disk",
        "Violation: 6",
        400,
        Edit(elections.on_request_vote, "raft.when_synced(reply)", "reply()"),
    ),
    _mutant(
        "a candidacy is announced once it is on disk",
        "Violation: 6",
        150,
        Edit(elections.begin_election, "raft.when_synced(ask)", "ask()"),
    ),
    _mutant(
        "a follower acks once the block is on disk",
        "Violation: 4",
        400,
        Edit(
            following.on_append,
            "raft.when_synced(lambda: _reply(raft, sender, match, blocks))",
            "_reply(raft, sender, match, blocks)",
        ),
    ),
    _mutant(
        "a leader reads once a quorum has confirmed it",
        "Violation: 12",
        300,
        Edit(
            reads._answer, "not raft.me.authorities.is_quorum([raft.me.name, *confirming])", "False"
        ),
    ),
    _mutant(
        "a new leader reads once its opening block is final",
        "Violation: 12",
        200,
        Edit(
            reads._begin,
            "raft.commit is None or raft.commit.block.term != raft.term",
            "raft.commit is None",
        ),
    ),
    _mutant(
        "an answer to an earlier round confirms nothing later",
        "Violation: 12",
        1000,
        Edit(reads._answer, "if round_ >= first.round", ""),
    ),
    _mutant(
        "followers learn what is final",
        "Violation: 14",
        20,
        Edit(leading._send, "entries, raft.commit)", "entries, None)"),
    ),
    _mutant(
        "what is replaced in the log is undone in the ledger",
        "Violation: 14",
        50,
        Edit(following._truncate, "raft.application.truncate(height)", "pass"),
    ),
    _mutant(
        "a bounded number of messages is under way",
        "Violation: 14",
        50,
        Edit(Progress.matched, "self.in_flight.popleft()", "break"),
    ),
    _mutant(
        "the log is linked by hashes",
        "Violation: 14",
        20,
        Edit(following.on_append, "raft.log.block_id(previous.height) != previous", "False"),
    ),
)
