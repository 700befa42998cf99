"""The manifest beside a statement's file: what the file is, signed by the node that made it.

    ["amanat/statement-manifest/v1", eras, [header, …], certificate, statement, signature]

Headers and certificate prove to anybody that the block is final, and which state it led to; that
the file says what stood in that state is the word of the authority that signs. Any other node makes
the same file, and can be asked for its word too.
"""

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.crypto import Domain, domain_message
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.identifiers import Digest, Height, LedgerTime, Name, Signature
from amanat.node.eras import Era
from amanat.node.provable import certified, eras
from amanat.node.side_signatures import SideSignatures
from amanat.node.statements.rows import Total
from amanat.node.store import Store


class FileFacts(Structure, frozen=True):
    """A statement's file."""

    format: str
    sha256: Digest
    size: int
    """In bytes."""
    rows: int


class StatementMade(Structure, frozen=True):
    """An authority says: this is what there was, as far as was asked."""

    chain: Digest
    authority: Name
    time: LedgerTime
    """By the authority's clock."""
    height: Height
    block: Digest
    state_root: Digest
    asked: tuple[tuple[str, str], ...]
    file: FileFacts
    totals: tuple[Total, ...]

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.STATEMENT, encode(self))


class Manifest(Structure, frozen=True, tag="amanat/statement-manifest/v1"):
    """The statement, the authority's signature under it, and what proves its block."""

    eras: tuple[Era, ...]
    headers: tuple[BlockHeader, ...]
    certificate: CommitCertificate
    statement: StatementMade
    signature: Signature


class StatementSigner:
    """Signs for the statements that one node makes."""

    def __init__(self, chain: Digest, name: str, signatures: SideSignatures, store: Store) -> None:
        """`name` is the authority's; `signatures` are by its key."""
        self._chain = chain
        self._name = name
        self._signatures = signatures
        self._store = store

    async def manifest(
        self,
        height: Height,
        time: LedgerTime,
        asked: tuple[tuple[str, str], ...],
        file: FileFacts,
        totals: tuple[Total, ...],
    ) -> bytes:
        """Return the manifest of a file about the final block at `height`, signed at `time`.

        Raises:
            SigningFailed: the key's module gave no signature.
        """
        headers, certificate = certified(self._store, height)
        made = StatementMade(
            chain=self._chain,
            authority=self._name,
            time=time,
            height=height,
            block=headers[0].digest(),
            state_root=headers[0].state_root,
            asked=asked,
            file=file,
            totals=totals,
        )
        shown = tuple(eras(self._store, headers[-1].height))
        signature = await self._signatures.sign(made.message())
        return encode(Manifest(shown, tuple(headers), certificate, made, signature))
