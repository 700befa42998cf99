"""Which blocks a leader owes the network, whether or not a transaction waits.

All others are made when there is something to put in them.
"""

from amanat.consensus.core import Status
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration


def completes_change(status: Status, chain: Chain) -> bool:
    """Return whether the next block is to complete a change of the authorities: it is final."""
    configuration = _configuration(chain)
    return configuration.is_joint and status.commit_height >= configuration.since


def may_build(status: Status, chain: Chain, in_flight_max: int) -> bool:
    """Return whether the rule allows another block now.

    By majority so many may be under way; by two thirds each builds on a certified one.
    """
    if _configuration(chain).current.rule is QuorumRule.TWO_THIRDS:
        return status.certified_height == status.last.height
    return status.last.height - status.commit_height < in_flight_max


def owes_child(chain: Chain) -> bool:
    """Return whether an empty block is due, so that what is certified becomes final.

    By two thirds a block is final once its child is certified too. Blocks that are empty
    themselves need no child, unless they open a term or complete a change.
    """
    if _configuration(chain).current.rule is QuorumRule.MAJORITY:
        return False
    return any(
        block.ids
        or block.block.header.leader_certificate
        or block.configuration.since == block.height
        for block in chain.executed(chain.tip.height)
    )


def _configuration(chain: Chain) -> Configuration:
    configuration = chain.configuration(chain.tip.height)
    if configuration is None:
        raise AssertionError("the tip is known")
    return configuration
