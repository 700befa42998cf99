"""Whether a chain succeeds another as it says: checked against the other's genesis document.

What the successor's document shows by itself, `SuccessorDocument.problems` checks. Here follows
what takes the old chain's genesis document: that the authorities which that chain had, by its own
rules, made the last block that is kept final.
"""

from collections.abc import Sequence

from amanat.consensus.statements import CommitCertificate
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.successor import SuccessorDocument
from amanat.node.eras import BadEra, before, follow, read_lineage
from amanat.node.surveying import Found


class BrokenSeam(Exception):  # noqa: N818 - what it is
    """A chain does not succeed the other one. The message says why."""


def check_seam(document: SuccessorDocument, old: GenesisDocument) -> None:
    """Check that the last block kept is a final one of the chain of `old`.

    Raises:
        BrokenSeam: it is not, or an authority's key was used on the old chain.
    """
    recovery, chain = document.recovery, old.chain_id()
    header = recovery.header
    if header.chain != chain:
        raise BrokenSeam(
            f"it succeeds the chain {header.chain.hex()[:16]}; the genesis document given is of "
            f"{chain.hex()[:16]}"
        )
    content = recovery.certificate
    try:
        known = follow(old.authorities, chain, read_lineage(recovery.lineage))
        certificate = decode(content, CommitCertificate, bytes_max=len(content))
    except (EncodingError, BadEra) as error:
        raise BrokenSeam(f"its proof of the old chain does not hold: {error}") from error
    decided = before(known, header.height)
    final = certificate.final(decided.current.rule)
    if final is None or (final.height, final.digest) != (header.height, header.digest()):
        raise BrokenSeam(f"its certificate is not of block {header.height}")
    if not certificate.is_proof(chain, decided):
        raise BrokenSeam(f"too few of those who decided have certified block {header.height}")
    old_keys = {each.key: each.name for one in known for each in one.everybody()}
    for member in document.authorities.members:
        if member.key in old_keys:
            raise BrokenSeam(
                f"{member.name} would use the key that {old_keys[member.key]} had on the old chain"
            )


def check_greatest(document: SuccessorDocument, found: Sequence[Found]) -> None:
    """Check that no copy that is at hand holds a certified block above the one that is kept.

    Raises:
        BrokenSeam: one does, or holds another certified block at that height.
    """
    header = document.recovery.header
    for each in found:
        if each.seen.height > header.height:
            raise BrokenSeam(
                f"{each.path} holds the certified block {each.seen.height}; the document keeps "
                f"only {header.height}: draft it anew from all copies"
            )
        if each.seen.height == header.height and each.seen.block != header.digest():
            raise BrokenSeam(f"{each.path} holds another certified block {header.height}")
