"""How far an audit has come, as it is kept so that it can go on."""

from amanat.consensus.statements import BlockId, CommitCertificate, genesis_id
from amanat.ledger.encoding import EncodingError, Structure, decode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest, Height, LedgerTime
from amanat.ledger.tree.tree_nodes import NodeRef
from amanat.node.audit.sources import Source, Unusable
from amanat.node.audit.tally import Tally
from amanat.node.version import VERSION


class Standing(Structure, frozen=True):
    """All that the audit knows after a block, but the state, which lies beside it."""

    program: str
    chain: Digest
    source: tuple[str, str]
    """Of what kind it is, and its name."""
    block: BlockId
    """The last block that is in order."""
    time: LedgerTime
    root: NodeRef | None
    """Of the state after it."""
    leader: str
    """Who proposed it."""
    final: Height
    """Up to which height certificates were found."""
    waiting: CommitCertificate | None
    """One that cannot be looked at before the next block is there."""
    tally: Tally
    seconds: int
    """How long the audit has taken so far."""


def beginning(document: GenesisDocument, source: Source, root: NodeRef | None) -> Standing:
    """Return where an audit of `source` begins."""
    chain = document.chain_id()
    return Standing(
        program=VERSION,
        chain=chain,
        source=(source.kind, source.name),
        block=genesis_id(chain),
        time=document.created,
        root=root,
        leader="",
        final=0,
        waiting=None,
        tally=Tally(),
        seconds=0,
    )


def read(raw: bytes, place: str, source: Source) -> Standing:
    """Return what was kept at `place`, if it is of an audit of `source` by this program.

    Raises:
        Unusable: it is of another one.
    """
    advice = f"name another directory, or remove {place} to begin anew"
    try:
        found = decode(raw, Standing)
    except EncodingError as error:
        raise Unusable(f"{place} was not written by this version: {advice}") from error
    if found.program != VERSION:
        raise Unusable(f"{place} was written by version {found.program}: {advice}")
    if found.chain != source.chain:
        raise Unusable(
            f"{place} is of an audit of another chain, {found.chain.hex()[:16]}: {advice}"
        )
    if found.source != (source.kind, source.name):
        kind, name = found.source
        raise Unusable(f"{place} is of an audit of the {kind} {name}: {advice}")
    return found
