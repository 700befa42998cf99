"""Directives by which the authorities change: who may join, what is decided, and lies about it."""

from msgspec.structs import replace

from amanat.consensus.messages import Append
from amanat.ledger.authorities import AuthorityClass, QuorumRule
from tests.consensus.deciding import COMPLETES, change_to
from tests.consensus.signing import authority, authority_set, entry_after
from tests.scenarios.narration import voting
from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Vocabulary

WORDS = Vocabulary()


@WORDS.scenery("newcomers NODES")
def newcomers(stage: Stage, names: list[str]) -> None:
    """Let these nodes run as well when the cluster is put up; they take no part yet."""
    stage.newcomers += names


@WORDS.event("propose NODE change to NODES sovereign NODES quorum NUMBER [learning NODES]")
def propose_change(
    stage: Stage,
    name: str,
    members: list[str],
    sovereign: list[str],
    quorum: int,
    learning: list[str] | None,
) -> None:
    """Let a node propose a block that decides who is to vote and to learn from now on."""
    authorities = authority_set(
        [each for each in members if each in sovereign],
        [each for each in members if each not in sovereign],
        quorum,
        rule=stage.network.authorities.rule,
    )
    classes = dict.fromkeys(sovereign, AuthorityClass.SOVEREIGN)
    learners = [
        authority(each, classes.get(each, AuthorityClass.CUSTODIAN))
        for each in sorted(learning or ())
    ]
    learn = f", {' '.join(sorted(learning))} learning" if learning else ""
    text = f"change to {voting(authorities)}{learn}"
    stage.propose(name, text, change_to(authorities, learners))


@WORDS.event("propose NODE completes change")
def propose_completion(stage: Stage, name: str) -> None:
    """Let a node propose the block that completes a change, whether or not it is time."""
    stage.propose(name, "complete", COMPLETES)


@WORDS.event("lie NODE completes change after BLOCK certified BLOCK to NODE")
def complete(stage: Stage, leader: str, parent: str, certified: str, to: str) -> None:
    """Send, as leader, a block that completes a change, with that block's certificate as proof."""
    certificate, previous = stage.leader_certificate(leader), stage.block(parent)
    proof = stage.certificates.get(stage.block(certified))
    if proof is None:
        raise ScriptError(f"nobody has shown a certificate of {certified}")
    entry = replace(entry_after(previous, certificate, COMPLETES), change_certificate=proof)
    if stage.network.authorities.rule is QuorumRule.TWO_THIRDS:
        entry = replace(entry, parent_certificate=stage.certificates[previous])
    stage.blocks.introduce(entry.block, "complete")
    stage.forge(leader, to, Append(certificate.term, certificate, previous, (entry,), None))
