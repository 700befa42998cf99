"""What a leader does as the configuration of the authorities changes (Raft §6).

The configuration itself is the ledger's; here is only who gets the log, and who must go.
"""

from amanat.consensus.messages import TimeoutNow
from amanat.consensus.progress import Progress
from amanat.consensus.raft import Raft
from amanat.consensus.statements import Handover


def update_followers(raft: Raft) -> None:
    """Send the log to all who take part: at once to newcomers, and to leavers until that is final.

    So whoever is removed learns of it, and does not go on asking for votes.
    """
    wanted = {each.name for each in raft.configuration.everybody()}
    wanted |= {each.name for each in raft.final_configuration.everybody()}
    for peer in sorted(wanted - raft.followers.keys() - {raft.me.name}):
        raft.followers[peer] = Progress(raft.log.last.height + 1)
    for peer in sorted(raft.followers.keys() - wanted):
        del raft.followers[peer]


def step_down_if_removed(raft: Raft) -> None:
    """Let another authority lead, once a certified block takes this one out of them.

    It led until then, for nobody else could complete the change as fast, and it did not count
    itself for it (dissertation, §4.2.2).
    """
    if raft.votes or raft.certified_height != raft.log.last.height:
        return
    heirs = [peer for peer in raft.followers if raft.configuration.get(peer) is not None]
    if heirs:
        heir = max(heirs, key=lambda peer: (raft.followers[peer].match_height, peer))
        signature = raft.me.sign(Handover(raft.me.chain, raft.term, heir).message())
        raft.out.send(heir, TimeoutNow(raft.term, signature))
    raft.become_follower(raft.term)
