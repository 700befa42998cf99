"""Elections: pre-vote, vote, leadership (Raft §5.2, §5.4.1; Ongaro's dissertation §4.2.3, §9.6)."""

from amanat.consensus import later_terms
from amanat.consensus.asking import ask, ask_everybody
from amanat.consensus.certainty import is_unsure, may_elect
from amanat.consensus.entry_checks import is_certified
from amanat.consensus.interface import Promise
from amanat.consensus.membership import update_followers
from amanat.consensus.messages import PreVote, PreVoteReply, RequestVote, VoteReply
from amanat.consensus.notes import Answered, Cause, Lost, Refusal, Stood, Won
from amanat.consensus.patience import ignores, shuns
from amanat.consensus.raft import Raft, Role
from amanat.consensus.statements import (
    AuthoritySignature,
    BlockId,
    Handover,
    LeaderCertificate,
    Vote,
)
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.crypto import verify
from amanat.ledger.identifiers import Signature


def begin_pre_vote(raft: Raft) -> None:
    """Ask whether an election would succeed; no term moves and nobody is bound.

    A node that was cut off thus cannot depose a leader that works (FAULTS: disruptive rejoin).
    """
    if raft.leader is not None:
        raft.out.note(Lost(raft.term, raft.leader.candidate, raft.silence))
    later_terms.enter(raft)
    if not raft.stands:
        return
    is_bound = raft.abstains or is_unsure(raft)
    if is_bound or raft.electorate.get(raft.me.name) is None:
        ask_everybody(raft)
        return
    raft.role = Role.PRE_CANDIDATE
    raft.supporters = {raft.me.name: b""}
    for peer in raft.electors:
        raft.out.send(peer, PreVote(term=raft.term + 1, last=raft.standing))
    if raft.electorate.is_quorum(raft.supporters):
        begin_election(raft)


def on_pre_vote(raft: Raft, sender: str, message: PreVote) -> None:
    """Grant if this node would vote so, and misses a leader itself."""
    granted = (
        message.term > raft.term
        and _ignored(raft, sender, message) is None
        and may_elect(raft, message.term, message.last)
        and message.last.position >= raft.least_position
    )
    if not granted:
        refusal = _ignored(raft, sender, message) or _incomplete(raft, message)
        raft.out.note(Answered(message.term, sender, refusal, pre=True, last=message.last))
    term = message.term if granted else raft.term
    raft.out.send(sender, PreVoteReply(term=term, granted=granted, final=raft.final.height))


def on_pre_vote_reply(raft: Raft, sender: str, message: PreVoteReply) -> None:
    """Count it; a quorum of pre-votes starts the election."""
    if message.final > raft.final.height:
        ask(raft, sender)
    if raft.role is not Role.PRE_CANDIDATE:
        return
    if not message.granted and message.term > raft.term:
        later_terms.on_claim(raft, sender, message.term)
    if not message.granted or message.term != raft.term + 1:
        return
    raft.supporters[sender] = b""
    if raft.electorate.is_quorum(raft.supporters):
        begin_election(raft)


def begin_election(raft: Raft, handover: Signature | None = None) -> None:
    """Enter a new term, vote for this node, and ask the others (Raft §5.2).

    The requests leave after the sync: were they to leave before, a node that crashed in between
    could ask again in the same term with a longer log, and its voters would sign two votes.
    """
    vote = Vote(raft.me.chain, raft.term + 1, raft.me.name, raft.standing)
    certificate = raft.certified if raft.rule is QuorumRule.TWO_THIRDS else None
    cause = Cause.GAVE_UP if ignores(raft, raft.term) else Cause.SILENCE
    cause = cause if handover is None else Cause.HANDOVER
    raft.out.note(Stood(vote.term, cause, vote.last))
    raft.set_promise(Promise(term=vote.term, vote=vote, acked=raft.promise.acked))
    raft.role = Role.CANDIDATE
    raft.leader = None
    raft.distrusts = False
    raft.supporters = {}
    raft.restart_timeout()

    def ask() -> None:
        if raft.role is not Role.CANDIDATE:
            return
        for peer in raft.electors:
            raft.out.send(peer, RequestVote(vote.term, vote.last, certificate, handover))
        raft.supporters[raft.me.name] = raft.me.sign(vote.message())
        _count_votes(raft, vote)

    raft.when_synced(ask)


def on_request_vote(raft: Raft, sender: str, message: RequestVote) -> None:
    """Vote at most once a term, for a log that is at least as complete as this node's."""
    ignored = _ignored(raft, sender, message)
    if ignored is not None:
        raft.out.note(Answered(message.term, sender, ignored, pre=False, last=message.last))
        return
    if message.term > raft.term:
        raft.become_follower(message.term)
    vote = Vote(raft.me.chain, message.term, sender, message.last)
    granted = (
        message.term == raft.term
        # Invariants 1 and 6: one vote a term, ever.
        and raft.promise.vote in (None, vote)
        # Invariant 4 (Leader Completeness, Raft §5.4.1): at least as complete a log.
        and message.last.position >= raft.least_position
        and may_elect(raft, message.term, message.last)
        and _is_backed(raft, message)
    )
    refusal = None if granted else _refusal(raft, vote, message)
    raft.out.note(Answered(vote.term, sender, refusal, pre=False, last=message.last))
    if not granted:
        raft.out.send(sender, VoteReply(term=raft.term, signature=None))
        return
    if raft.promise.vote is None:
        raft.set_promise(Promise(term=raft.term, vote=vote, acked=raft.promise.acked))
    raft.role = Role.FOLLOWER  # whoever was asking for pre-votes gives way to this candidate
    raft.restart_timeout()

    def reply() -> None:
        signature = raft.me.sign(vote.message())
        raft.out.send(sender, VoteReply(term=vote.term, signature=signature))

    raft.when_synced(reply)


def _ignored(raft: Raft, sender: str, message: PreVote | RequestVote) -> Refusal | None:
    """Return why this node does not consider a candidate at all, or None."""
    if message.term > raft.term:
        succeeds = isinstance(message, RequestVote) and _is_successor(raft, sender, message)
        # Invariant 14: a leader that works is not to be deposed (dissertation §4.2.3).
        if raft.hears_leader and not succeeds:
            return Refusal.HEARS_LEADER
        if shuns(raft, sender):
            return Refusal.GAVE_UP
    # Invariant 14: nobody without a vote moves a term, or takes a vote from who has one.
    return None if _may_stand(raft, sender, message.last) else Refusal.NO_VOTE


def _incomplete(raft: Raft, message: PreVote | RequestVote) -> Refusal | None:
    """Return what the candidate's term or log lacks, or None."""
    if message.term < raft.term or (isinstance(message, PreVote) and message.term == raft.term):
        return Refusal.PAST_TERM
    if message.last.position < raft.least_position:
        return Refusal.LOG_BEHIND
    return None if may_elect(raft, message.term, message.last) else Refusal.UNSURE


def _refusal(raft: Raft, vote: Vote, message: RequestVote) -> Refusal:
    """Return, for the log, why a vote was not granted."""
    if message.term == raft.term and raft.promise.vote not in (None, vote):
        return Refusal.VOTED
    return _incomplete(raft, message) or Refusal.NOT_CERTIFIED


def _may_stand(raft: Raft, name: str, last: BlockId) -> bool:
    """Return whether `name` has a vote where its log ends, as far as this node can tell.

    It can where it holds that block; who decides after another one, it may not know yet.
    """
    if raft.log.block_id(last.height) != last:
        return True
    electorate = raft.application.configuration(last.height)
    return electorate is None or electorate.get(name) is not None


def _is_backed(raft: Raft, message: RequestVote) -> bool:
    """By two thirds a candidate shows that its last block is certified (invariant 4)."""
    if raft.rule is QuorumRule.MAJORITY or message.last.height == 0:
        return message.certificate is None
    certificate = message.certificate
    if certificate is None or certificate.block != message.last:
        return False
    known = raft.final_configuration
    return is_certified(raft, certificate) or certificate.is_proof(raft.me.chain, known)


def _is_successor(raft: Raft, sender: str, message: RequestVote) -> bool:
    """Return whether the leader that this node hears has itself asked for the election."""
    if raft.leader is None or message.handover is None or message.term != raft.term + 1:
        return False
    name = raft.leader.candidate
    # One that has removed itself is known from where it was elected.
    electorate = raft.application.configuration(raft.leader.last.height)
    leader = raft.configuration.get(name) or (electorate.get(name) if electorate else None)
    statement = Handover(raft.me.chain, raft.term, sender).message()
    return leader is not None and verify(leader.key, statement, message.handover)


def on_vote_reply(raft: Raft, sender: str, message: VoteReply) -> None:
    """Count the vote if its signature is good; a sovereign quorum of votes makes a leader."""
    vote = raft.promise.vote
    if raft.role is not Role.CANDIDATE or vote is None:
        return
    if message.term > raft.term:
        later_terms.on_claim(raft, sender, message.term)
    if message.term != raft.term:
        return
    if message.signature is None:
        return
    voter = raft.electorate.get(sender)
    if voter is None:
        return
    if not verify(voter.key, vote.message(), message.signature):
        raft.out.fault(sender, f"its vote for term {message.term} is not signed by it")
        return
    raft.supporters[sender] = message.signature
    _count_votes(raft, vote)


def _count_votes(raft: Raft, vote: Vote) -> None:
    # Invariants 1 and 7: no leader without a sovereign quorum of signed votes.
    if not raft.electorate.is_quorum(raft.supporters):
        return
    certificate = LeaderCertificate(
        term=vote.term,
        candidate=vote.candidate,
        last=vote.last,
        votes=tuple(AuthoritySignature(n, s) for n, s in sorted(raft.supporters.items())),
    )
    raft.role = Role.LEADER
    raft.leader = certificate
    raft.restart_timeout()
    raft.leave_leadership()
    if raft.log.last != certificate.last:
        # By two thirds: what is not certified is given up, as the votes say (invariant 6).
        raft.truncate(certificate.last.height)
        release_promise(raft, certificate, held=True)
    update_followers(raft)
    raft.out.elected(certificate)
    raft.out.note(Won(vote.term, tuple(sorted(raft.supporters)), vote.last))


def is_elected(raft: Raft, certificate: LeaderCertificate) -> bool:
    """Return whether this node can tell that `certificate` is a sovereign quorum's.

    Who elects follows from the log's end that the certificate names. A node that does not hold it
    goes by what it knows to be final, which proves elections up to the next era: nothing that is
    final can be missing in the log of whoever won them. If it lags further behind changes of the
    authorities, it cannot tell yet.
    """
    last = certificate.last
    if raft.log.block_id(last.height) == last:
        configuration = raft.application.configuration(last.height)
        if configuration is not None:
            return certificate.is_valid(raft.me.chain, configuration)
    return certificate.is_proof(raft.me.chain, raft.final_configuration)


def release_promise(raft: Raft, election: LeaderCertificate | None, *, held: bool) -> None:
    """Let go of an acked block that was replaced, if `election` proves that it never was final.

    The proof is a valid leader certificate: had the block been final, no sovereign quorum could
    have elected, in a later term, a candidate whose log ends before it (invariant 4). Without
    release this node would abstain for the sake of a block that nobody needs.

    `held` tells whether the log held the acked block until it was replaced just now.
    """
    acked = raft.promise.acked
    if acked is None or election is None or not raft.abstains:
        return
    if acked.term < election.term and election.last.position < acked.position:
        # Where its disk has lost blocks, this node may have acked all that the elected log holds.
        bound = raft.log.last if held else election.last
        raft.set_promise(Promise(raft.term, raft.promise.vote, bound))
