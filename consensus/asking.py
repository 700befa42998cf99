"""How a node that lags behind asks for what is final and lacks here."""

from amanat.consensus.messages import AskFinal
from amanat.consensus.raft import Raft


def ask(raft: Raft, peer: str) -> None:
    """Ask `peer`; once for each height and heartbeat period."""
    height = raft.final.height + 1
    if raft.asked_final != height:
        raft.asked_final = height
        raft.out.send(peer, AskFinal(raft.term, height))


def ask_everybody(raft: Raft) -> None:
    """Ask all others who take part, as far as this node knows them."""
    names = {each.name for each in raft.configuration.everybody()}
    names |= {each.name for each in raft.final_configuration.everybody()}
    for peer in sorted(names - {raft.me.name}):
        raft.out.send(peer, AskFinal(raft.term, raft.final.height + 1))
