"""Evidence that authorities broke the protocol, for anyone to check."""

from aiohttp import web

from amanat.consensus.evidence import (
    DeniedAck,
    DoubleAck,
    DoubleProposal,
    DoubleVote,
    Evidence,
    InvalidBlock,
    UnelectedLeader,
    evidence_id,
)
from amanat.consensus.statements import BlockId
from amanat.ledger.encoding import encode
from amanat.node.api.contracts import Contract, described
from amanat.node.api.messages import EvidenceView, base64_text
from amanat.node.api.requests import NODE, answer


@described(
    Contract(
        "listEvidence",
        list[EvidenceView],
        command="amanat evidence check http://127.0.0.1:8101 --genesis genesis.json",
    )
)
async def evidence(request: web.Request) -> web.Response:
    """List all evidence that this node has."""
    node = request.app[NODE]
    views: list[object] = [evidence_view(each) for each in node.evidence]
    return answer(node, views)


def evidence_view(evidence: Evidence) -> EvidenceView:
    """Return evidence as JSON shows it."""
    return EvidenceView(
        id=evidence_id(evidence).hex(),
        kind=str(type(evidence).__struct_config__.tag),
        authority=evidence.authority,
        text=told(evidence),
        proof=base64_text(encode(evidence)),
    )


def told(evidence: Evidence) -> str:
    """Return in a sentence what the authority did."""
    name = evidence.authority
    match evidence:
        case DoubleVote(_, first, second):
            one, two = first.vote, second.vote
            return (
                f"{name} voted twice in term {one.term}: for {one.candidate} with a log up to "
                f"{_block(one.last)}, and for {two.candidate} with a log up to {_block(two.last)}"
            )
        case DoubleAck(_, first_, second_):
            return f"{name} acked both {_block(first_.block)} and {_block(second_.block)}"
        case DoubleProposal(_, first_, second_):
            return f"{name} proposed both {_block(first_.block)} and {_block(second_.block)}"
        case InvalidBlock(_, offered):
            block, parent = offered.offer.block, offered.offer.parent
            return (
                f"{name} offered {_block(block)}, which does not execute on {_block(parent)} to "
                "what it says"
            )
        case UnelectedLeader(_, offered):
            block = offered.offer.block
            return f"{name} offered {_block(block)} as leader, and no sovereign quorum elected it"
        case DeniedAck(_, ack, vote):
            return (
                f"{name} acked {_block(ack.block)}, and then voted in term {vote.vote.term} for "
                f"{vote.vote.candidate}, whose log ended with {_block(vote.vote.last)}"
            )


def _block(block: BlockId) -> str:
    return f"block {block.height} of term {block.term} ({block.digest.hex()[:12]})"
