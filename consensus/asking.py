"""How a node that lags behind asks for what is final and lacks here."""

from amanat.consensus.messages import AskFinal
from amanat.consensus.raft import Raft


def peers(raft: Raft) -> list[str]:
    """Return the names of all others who take part, as far as this node knows them, in order."""
    names = {each.name for each in raft.configuration.everybody()}
    names |= {each.name for each in raft.final_configuration.everybody()}
    return sorted(names - {raft.me.name})


def ask(raft: Raft, peer: str) -> None:
    """Ask `peer`; once for each height and heartbeat period, and not while a snapshot comes."""
    height = raft.final.height + 1
    if raft.asked_final != height and not raft.fetching:
        raft.asked_final = height
        raft.out.send(peer, AskFinal(raft.term, height))


def ask_everybody(raft: Raft) -> None:
    """Ask all others; once in an election timeout: each of them may answer with what brought it."""
    if raft.asked_everybody:
        return
    raft.asked_everybody = raft.timing.election
    for peer in peers(raft):
        raft.out.send(peer, AskFinal(raft.term, raft.final.height + 1))
