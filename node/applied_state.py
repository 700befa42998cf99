"""How far a node has applied the chain, as its database says."""

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.encoding import Structure
from amanat.ledger.identifiers import Digest, Height, LedgerTime
from amanat.ledger.tree.state_tree import NodeRef


class AppliedState(Structure, frozen=True):
    """The last block applied; it is final."""

    height: Height
    digest: Digest
    time: LedgerTime
    root: NodeRef | None
    certificate: CommitCertificate | None
    """Makes this block final; None for genesis."""
