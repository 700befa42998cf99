"""Directives for authorities that lie: what they send, signed with the keys that they really have.

A liar's own core knows nothing of its lies. A signature that is forged in somebody's name is made
with the liar's key.
"""

from hashlib import sha256

from msgspec.structs import replace

from amanat.consensus.messages import (
    Append,
    AppendReply,
    Confirmed,
    Index,
    PreVoteReply,
    RequestVote,
    TimeoutNow,
    VoteReply,
)
from amanat.consensus.statements import (
    Ack,
    AuthoritySignature,
    BlockId,
    CommitCertificate,
    Handover,
    LeaderCertificate,
    Vote,
)
from amanat.ledger.authorities import QuorumRule
from tests.consensus.signing import CHAIN, GENESIS, append, entry_after, parent_of, reply_of, signer
from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Vocabulary

WORDS = Vocabulary()

# --- in elections ---


@WORDS.event("lie NODE grants pre-vote for term NUMBER to NODE")
def grant(stage: Stage, liar: str, term: int, candidate: str) -> None:
    """Grant a pre-vote against the rules."""
    stage.forge(liar, candidate, PreVoteReply(term, granted=True))


@WORDS.event("lie NODE refuses pre-vote for term NUMBER to NODE")
def refuse(stage: Stage, liar: str, term: int, candidate: str) -> None:
    """Refuse a pre-vote, and claim to be in that term."""
    stage.forge(liar, candidate, PreVoteReply(term, granted=False))


@WORDS.event("lie NODE votes for NODE in term NUMBER [in the name of NODE]")
def vote(stage: Stage, liar: str, candidate: str, term: int, victim: str | None) -> None:
    """Vote against the rules; in a victim's name as if the victim had sent it."""
    statement = Vote(CHAIN, term, candidate, stage.node(candidate).last)
    reply = VoteReply(term, signer(liar)(statement.message()))
    stage.forge(victim or liar, candidate, reply)


@WORDS.event("lie NODE asks NODE for its vote in term NUMBER [with log BLOCK]")
def ask(stage: Stage, liar: str, voter: str, term: int, last: str | None) -> None:
    """Stand for election, with a log that the liar need not have."""
    ends = stage.node(liar).last if last is None else _made_up(stage, last)
    stage.forge(liar, voter, RequestVote(term, ends))


@WORDS.event("lie NODE asks NODE for its vote in term NUMBER with forged handover")
def ask_by_handover(stage: Stage, liar: str, voter: str, term: int) -> None:
    """Stand for election as if the leader had asked for it; but the liar has signed that."""
    handover = signer(liar)(Handover(CHAIN, term - 1, liar).message())
    stage.forge(liar, voter, RequestVote(term, stage.node(liar).last, handover=handover))


@WORDS.event("lie NODE hands term NUMBER over to NODE")
def hand_over(stage: Stage, liar: str, term: int, to: str) -> None:
    """Tell a node to stand for election, as only its leader may."""
    signature = signer(liar)(Handover(CHAIN, term, to).message())
    stage.forge(liar, to, TimeoutNow(term, signature))


# --- of leaders, and of who would be one ---


@WORDS.event("lie NODE leads term NUMBER elected by NODES [forging NODES] to NODE")
def lead(
    stage: Stage, liar: str, term: int, voters: list[str], forged: list[str] | None, to: str
) -> None:
    """Send as the leader of that term, with a certificate of these votes and forged ones."""
    last = stage.node(liar).last
    votes = signatures(Vote(CHAIN, term, liar, last).message(), voters, forged, liar)
    certificate = LeaderCertificate(term, liar, last, votes)
    stage.forge(liar, to, Append(term, certificate, last, (), None))


@WORDS.event("lie NODE sends as leader NODE to NODE")
def pose(stage: Stage, liar: str, leader: str, to: str) -> None:
    """Send with the leader's own certificate, as if the liar were the leader."""
    certificate = stage.leader_certificate(leader)
    last = stage.node(leader).last
    stage.forge(liar, to, Append(certificate.term, certificate, last, (), None))


@WORDS.event("lie NODE proposes TEXT after BLOCK to NODE")
def propose(stage: Stage, leader: str, text: str, parent: str, to: str) -> None:
    """Send a block that is not in the leader's own log."""
    certificate, previous = stage.leader_certificate(leader), stage.block(parent)
    entry = entry_after(previous, certificate, text.encode())
    if stage.network.authorities.rule is QuorumRule.TWO_THIRDS:
        entry = replace(entry, parent_certificate=stage.certificates[previous])
    stage.blocks.introduce(entry.block, text)
    authorities = stage.network.authorities
    stage.forge(leader, to, append(certificate, previous, [entry], None, authorities))


@WORDS.event("lie NODE proposes TEXT after BLOCK in the name of NODE to NODE")
def propose_as(stage: Stage, liar: str, text: str, parent: str, victim: str, to: str) -> None:
    """Send, as leader, a block of an earlier leader that this one never proposed."""
    previous = stage.block(parent)
    earlier = LeaderCertificate(previous.term, victim, previous, ())
    entry = entry_after(previous, earlier, text.encode(), signed_by=liar)
    stage.blocks.introduce(entry.block, text)
    certificate = stage.leader_certificate(liar)
    authorities = stage.network.authorities
    stage.forge(liar, to, append(certificate, previous, [entry], None, authorities))


@WORDS.event("lie NODE claims BLOCK final by NODES [forging NODES] to NODE")
def claim_final(
    stage: Stage, leader: str, name: str, ackers: list[str], forged: list[str] | None, to: str
) -> None:
    """Send, as leader, a commit certificate of these acks and forged ones."""
    block, certificate = stage.block(name), stage.leader_certificate(leader)
    parent = parent_of(block)
    acks = signatures(Ack(CHAIN, parent, block).message(), ackers, forged, leader)
    commit = CommitCertificate(parent, block, acks)
    message = Append(certificate.term, certificate, GENESIS, (), commit)
    stage.forge(leader, to, message)


# --- of followers ---


@WORDS.event("lie NODE acks BLOCK to NODE [in the name of NODE]")
def ack(stage: Stage, liar: str, name: str, to: str, victim: str | None) -> None:
    """Ack a block that the liar does not hold; in a victim's name as if the victim had sent it."""
    block = _made_up(stage, name)
    reply = reply_of(liar, stage.node(to).term, block)
    stage.forge(victim or liar, to, reply)


@WORDS.event("lie NODE claims to hold NUMBER to NODE")
def claim_held(stage: Stage, liar: str, height: int, to: str) -> None:
    """Claim to hold every block up to that height."""
    stage.forge(liar, to, AppendReply(stage.node(to).term, height, ()))


@WORDS.event("lie NODE confirms round NUMBER to NODE")
def confirm(stage: Stage, liar: str, round_: int, to: str) -> None:
    """Confirm what was not asked."""
    stage.forge(liar, to, Confirmed(stage.node(to).term, round_))


@WORDS.event("lie NODE answers read NUMBER of NODE with height NUMBER")
def answer(stage: Stage, liar: str, number: int, reader: str, height: int) -> None:
    """Answer a read, as only the leader may."""
    stage.forge(liar, reader, Index(stage.node(reader).term, number, height))


def signatures(
    message: bytes, names: list[str], forged: list[str] | None, liar: str
) -> tuple[AuthoritySignature, ...]:
    """Return the signatures of `names`, and forged ones in the names of `forged`, by name."""
    signers = {name: name for name in names} | dict.fromkeys(forged or (), liar)
    return tuple(
        AuthoritySignature(name, signer(signers[name])(message)) for name in sorted(signers)
    )


def _made_up(stage: Stage, name: str) -> BlockId:
    """Return the block of that name; one that nobody has seen is made up."""
    block = stage.blocks.named(name)
    if block is not None:
        return block
    height, term = name.rstrip("'").split("@")
    made_up = BlockId(int(term), int(height), sha256(name.encode()).digest())
    if stage.blocks.name(made_up) != name:
        raise ScriptError(f"a block made up now would be called {stage.blocks.name(made_up)}")
    return made_up
