"""Which rules are switched off, one at a time, and what the simulator then finds."""

from amanat.consensus import (
    acks,
    core,
    elections,
    entry_checks,
    finality,
    following,
    leading,
    reads,
    sharing,
    snapshots,
)
from amanat.consensus.interface import Persist
from amanat.consensus.log import Log
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Raft
from amanat.consensus.statements import CommitCertificate
from amanat.ledger import execution
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.checks import availability
from amanat.ledger.configurations import Configuration
from amanat.ledger.holdings import balances
from amanat.node import block_duties
from amanat.node.patience import Patience
from tests.simulation.mutation import Edit, Mutant, getter
from tests.simulation.node import SimulatedNode


def _mutant(rule: str, found_as: str, seeds: int, *edits: Edit, first: int = 0) -> Mutant:
    return Mutant(rule, edits, found_as, seeds, first)


MUTANTS = (
    _mutant(
        "a node votes once a term",
        "Violation: 6",
        50,
        Edit(elections.on_request_vote, "raft.promise.vote in (None, vote)", "True"),
    ),
    _mutant(
        "a candidate's log is as complete as its voters' logs",
        "Violation: 4",
        5,
        Edit(elections.on_request_vote, "message.last.position >= raft.least_position", "True"),
        Edit(elections.on_pre_vote, "message.last.position >= raft.least_position", "True"),
        first=6,
    ),
    _mutant(
        "nothing is signed before it is on disk",
        "Violation: [46]:",
        5,
        Edit(Raft.when_synced, "self.out.when_synced(in_same_term)", "action()"),
        first=60,
    ),
    _mutant(
        "a promise outlives a crash",
        "PromiseBroken: a second vote|Violation: 6",
        20,
        Edit(
            core.Restored.known_promise,
            "return self.promise",
            "return Promise(self.last.term, None, self.last)",
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
        "Violation: 3: .* the log entry at height .* is missing|AssertionError: no entry",
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
            "self.store.contains(checked.id) or self.chain.find(checked.id) is not None",
            "False",
        ),
    ),
    _mutant(
        "what one account gains another loses",
        "Violation: 9",
        50,
        Edit(
            balances._change, "before.amount + amount", "max(before.amount, before.amount + amount)"
        ),
    ),
    _mutant(
        "an account holds what it was given",
        "Violation: 9",
        50,
        Edit(
            balances._change,
            "before.amount + amount",
            "max(amount, before.amount + amount, 0) if amount < 0 else amount",
        ),
    ),
    _mutant(
        "no account gives more than it has",
        "Violation: 9",
        20,
        Edit(availability._refusals, "movement.amount > have", "False"),
        Edit(balances._put, "not 0 <= after.reserved <= after.amount <= AMOUNT_MAX", "False"),
        Edit(
            balances._put, "after if after.amount else None", "after if after.amount > 0 else None"
        ),
    ),
    _mutant(
        "a vote leaves once it is on disk",
        "Violation: 6",
        0,
        Edit(elections.on_request_vote, "raft.when_synced(reply)", "reply()"),
    ),
    _mutant(
        "a candidacy is announced once it is on disk",
        "Violation: 6",
        8,
        Edit(elections.begin_election, "raft.when_synced(ask)", "ask()"),
        first=90,
    ),
    _mutant(
        "a follower acks once the block is on disk",
        "Violation: 4",
        0,
        Edit(
            following.on_append,
            "raft.when_synced(lambda: _reply(raft, sender, match, acks))",
            "_reply(raft, sender, match, acks)",
        ),
    ),
    _mutant(
        "a leader reads once a quorum has confirmed it",
        "Violation: 12",
        5,
        Edit(
            reads._answer, "not raft.configuration.is_quorum([raft.me.name, *confirming])", "False"
        ),
        first=188,
    ),
    _mutant(
        "a new leader reads once its opening block is final",
        "Violation: 12",
        5,
        Edit(
            reads._begin,
            "raft.final.term != raft.term",
            "raft.final.height == 0",
        ),
        first=179,
    ),
    _mutant(
        "an answer to an earlier round confirms nothing later",
        "Violation: 12",
        5,
        Edit(reads._answer, "if it.round >= first.round", ""),
        first=188,
    ),
    _mutant(
        "both sets decide while one takes over from the other",
        "Violation: [247]",
        50,
        Edit(
            Configuration.is_quorum,
            "all(each.is_quorum(names) for each in self.sets)",
            "self.sets[-1].is_quorum(names)",
        ),
    ),
    _mutant(
        "a change is completed once it is final",
        "Violation: (2|3|4|14):",
        20,
        Edit(
            block_duties.completes_change,
            "status.commit_height >= configuration.since",
            "status.commit_height > 0",
        ),
        Edit(
            entry_checks._change_fault,
            "configuration.since <= final.height <= previous.height",
            "final.height <= previous.height",
        ),
        Edit(
            entry_checks._change_fault, "not certificate.is_proof(raft.me.chain, before)", "False"
        ),
    ),
    _mutant(
        "by two thirds a candidate offers what is certified, and no less than its voters know of",
        "Violation: [1234]:|ValueError",
        20,
        Edit(elections.on_request_vote, "message.last.position >= raft.least_position", "True"),
        Edit(elections.on_pre_vote, "message.last.position >= raft.least_position", "True"),
        Edit(
            elections._is_backed,
            "certificate is None or certificate.block != message.last",
            "False",
        ),
    ),
    _mutant(
        "by two thirds a block is final once its child is certified",
        "Violation: [234]|ValueError",
        0,
        Edit(
            CommitCertificate.final,
            "self.parent if self.parent.term == self.block.term else None",
            "self.parent",
        ),
    ),
    _mutant(
        "followers learn what is final",
        "Violation: 14",
        20,
        Edit(leading._send, "entries, certificate, offers)", "entries, None, offers)"),
        Edit(sharing._ask_for_proof, "ask_everybody(raft)", "pass"),
    ),
    _mutant(
        "what is replaced in the log is undone in the ledger",
        "Violation: (6|14):",
        20,
        Edit(Raft.truncate, "self.application.truncate(height)", "pass"),
    ),
    _mutant(
        "a bounded number of messages is under way",
        "Violation: 14",
        50,
        Edit(Progress.matched, "self.in_flight.popleft()", "break"),
    ),
    _mutant(
        "the log is linked by hashes",
        "Violation: (6|14):",
        20,
        Edit(following._holds, "raft.log.block_id(previous.height) != previous", "False"),
    ),
    _mutant(
        "a block is on disk before the promise to ack it",
        "Violation: 14",
        20,
        Edit(
            getter(Persist, "halves"),
            "(log, promise) if binds else (promise, log)",
            "(promise, log)",
        ),
    ),
    _mutant(
        "a promise is let go before the block is dropped",
        "Violation: 14",
        0,
        Edit(
            getter(Persist, "halves"),
            "(log, promise) if binds else (promise, log)",
            "(log, promise)",
        ),
    ),
    _mutant(
        "whoever a change takes out defends nothing that is decided without it",
        "Violation: 14",
        0,
        Edit(getter(Raft, "_defended"), "not self._certifies(block.height)", "False"),
    ),
    _mutant(
        "followers show one another their acks",
        "Violation: 14",
        0,
        Edit(
            sharing.on_tick,
            "raft.uncertified_ticks % (SHARE_TIMEOUTS * raft.timing.election)",
            "True",
        ),
    ),
    _mutant(
        "an ack is signed by its sender",
        "Violation: [1237]:",
        20,
        Edit(
            acks.ack_fault,
            "not verify(member.key, ack.message(raft.me.chain), ack.signature)",
            "False",
        ),
    ),
    _mutant(
        "a commit certificate is checked by whoever receives it",
        "Violation: 7",
        5,
        Edit(finality.learn, "not is_certified(raft, certificate)", "False"),
        first=380,
    ),
    _mutant(
        "a leader is followed for a sovereign quorum of votes alone",
        "Violation: (1|6|7|14):",
        0,
        Edit(following._follow, "not is_elected(raft, certificate)", "False"),
    ),
    _mutant(
        "a vote is signed by its voter",
        "Violation: [167]:",
        5,
        Edit(
            elections.on_vote_reply,
            "not verify(voter.key, vote.message(), message.signature)",
            "False",
        ),
        first=331,
    ),
    _mutant(
        "a leader whose block is refused is not heard",
        "Violation: 14",
        20,
        Edit(following.on_append, "raft.distrusts, raft.answers = True, False", "pass"),
    ),
    _mutant(
        "a leader that completes no change is given up",
        "Violation: 14",
        1,
        Edit(Patience._open_change, "ticks >= PATIENCE_TICKS", "False"),
        first=281,
    ),
    _mutant(
        "what replaced a promise releases it",
        "Violation: 14",
        5,
        Edit(
            elections.release_promise,
            "acked.term < election.term and election.last.position < acked.position",
            "False",
        ),
        first=78,
    ),
    _mutant(
        "a node behind its promise abstains",
        "Violation: [2346]|PromiseBroken",
        0,
        Edit(getter(Raft, "abstains"), "acked is None or acked == self.log.last", "True"),
    ),
    _mutant(
        "a node on a new disk elects nobody before it has what it may have acked",
        "Violation: [34]",
        0,
        Edit(getter(Raft, "is_unsure"), "self.promise.acked is None", "False"),
    ),
    _mutant(
        "a snapshot is of what a quorum made final",
        "Violation",
        0,
        Edit(
            snapshots._offer_fault,
            "not snapshot.certificate.is_proof(raft.me.chain, _certifier(snapshot, known))",
            "False",
        ),
    ),
    _mutant(
        "a certificate shows signatures of those alone who decide",
        "Violation",
        0,
        Edit(
            snapshots._offer_fault,
            "not snapshot.certificate.is_signed_by(raft.me.chain, known[-1])",
            "False",
        ),
    ),
    _mutant(
        "a wrong piece is not taken",
        "Violation|StoreError|EncodingError",
        0,
        Edit(snapshots.on_piece, "if fault:", "if False:"),
    ),
    _mutant(
        "whoever lacks a piece asks the next",
        "Violation: 14",
        20,
        Edit(snapshots.on_tick, "_ask(raft, fetch, _next_peer(raft, fetch))", "pass"),
    ),
    _mutant(
        "a read waits for what followers have made final among themselves",
        "Violation: 12",
        1,
        Edit(reads._answer, "min(shared, raft.log.last.height)", "0"),
        first=11_675,
    ),
)
