"""Directives that set the stage: who there is, whose disk is slow, which lines are cut."""

from itertools import pairwise

from amanat.consensus.interface import Promise
from amanat.ledger.authorities import QuorumRule
from tests.consensus.signing import GENESIS, authority_set, log_of
from tests.scenarios.script import ScriptError
from tests.scenarios.stage import Stage
from tests.scenarios.vocabulary import Link, Vocabulary

WORDS = Vocabulary()


@WORDS.scenery("cluster NODES sovereign NODES quorum NUMBER by two thirds")
def cluster_by_two_thirds(
    stage: Stage, names: list[str], sovereign: list[str], quorum: int
) -> None:
    """Put up a cluster in which a block is final once its child is certified."""
    custodian = _others(names, sovereign)
    stage.build(authority_set(sovereign, custodian, quorum, rule=QuorumRule.TWO_THIRDS))


@WORDS.scenery("cluster NODES sovereign NODES quorum NUMBER [minimum NUMBER]")
def cluster(
    stage: Stage, names: list[str], sovereign: list[str], quorum: int, minimum: int | None
) -> None:
    """Put up the cluster; `minimum` is how many sovereign ones a quorum needs, 1 if not given."""
    custodian = _others(names, sovereign)
    stage.build(authority_set(sovereign, custodian, quorum, 1 if minimum is None else minimum))


def _others(names: list[str], sovereign: list[str]) -> list[str]:
    unknown = set(sovereign) - set(names)
    if unknown:
        raise ScriptError(f"sovereign, but not in the cluster: {' '.join(sorted(unknown))}")
    return [name for name in names if name not in sovereign]


@WORDS.event("given NODE log NUMBERS")
def given_log(stage: Stage, name: str, terms: list[int]) -> None:
    """Begin with blocks of these terms on the disk; logs that begin alike hold the same blocks."""
    if any(later < earlier for earlier, later in pairwise(terms)):
        raise ScriptError("the terms of a log never fall")
    disk = stage.any_node(name).disk
    disk.log = log_of(terms, stage.names[0], stage.names)
    disk.promise = Promise(term=terms[-1], vote=None, acked=GENESIS)
    stage.restart(name)


@WORDS.event("given NODE term NUMBER")
def given_term(stage: Stage, name: str, term: int) -> None:
    """Begin with a later term on the disk, in which the node has not voted."""
    disk = stage.any_node(name).disk
    disk.promise = Promise(term=term, vote=None, acked=disk.promise.acked)
    stage.restart(name)


@WORDS.scenery("disk NODE slow")
def slow(stage: Stage, name: str) -> None:
    """Let the node wait for its disk: a write ends when the script says `sync`."""
    stage.node(name)
    stage.slow.add(name)


@WORDS.event("disk NODE quick")
def quick(stage: Stage, name: str) -> None:
    """Let the disk end all its writes, and every later one at once."""
    stage.slow.discard(name)
    stage.settle_disk(name)


@WORDS.scenery("unopened NODE")
def unopened(stage: Stage, name: str) -> None:
    """Let the script propose the block with which this node opens a term that it leads."""
    stage.node(name)
    stage.unopened.add(name)


@WORDS.scenery("cut LINK")
def cut_line(stage: Stage, link: Link) -> None:
    """Let nothing pass from the one to the other."""
    stage.cut |= _lines(stage, link)


@WORDS.scenery("cut NODES")
def cut_off(stage: Stage, names: list[str]) -> None:
    """Let nothing pass between these nodes and the others, in either direction."""
    for name in names:
        stage.any_node(name)
    others = [name for name in stage.names if name not in names]
    stage.cut |= {(one, two) for one in names for two in others}
    stage.cut |= {(two, one) for one in names for two in others}


@WORDS.scenery("heal")
def heal(stage: Stage) -> None:
    """Let messages pass everywhere."""
    stage.cut.clear()


@WORDS.scenery("heal LINK")
def heal_line(stage: Stage, link: Link) -> None:
    """Let messages pass from the one to the other again."""
    stage.cut -= _lines(stage, link)


def _lines(stage: Stage, link: Link) -> set[tuple[str, str]]:
    for name in (link.sender, link.to):
        if name is not None:
            stage.any_node(name)
    return {
        (sender, to)
        for sender in ([link.sender] if link.sender else stage.names)
        for to in ([link.to] if link.to else stage.names)
        if sender != to
    }
