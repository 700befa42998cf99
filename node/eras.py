"""How the configuration of the authorities came about, proved from the genesis document onward.

For each configuration after the first: the block whose state first holds it, the headers from there
to a certified one, that certificate, and the proof of the configuration in that state. Whoever
knows one configuration can check the certificate (`CommitCertificate.is_proof`), and then knows the
next one.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Annotated

from msgspec import Meta

from amanat.consensus.statements import BlockId, CommitCertificate
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.blocks import BlockHeader
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.ledger.identifiers import Digest
from amanat.ledger.state import CONFIGURATION
from amanat.ledger.tree.state_proof import StateProof


class Era(Structure, frozen=True):
    """A configuration, and the proof that it came about."""

    headers: Annotated[tuple[BlockHeader, ...], Meta(min_length=1)]
    """Linked: from the block that brought it about to the last that `certificate` makes final."""
    certificate: CommitCertificate
    proof: StateProof
    """Of the configuration, in the state of the first of the headers."""


class BadEra(ValueError):  # noqa: N818 - what it is
    """An era is not proved."""


def follow(genesis: AuthoritySet, chain: Digest, eras: Iterable[Era]) -> list[Configuration]:
    """Return every configuration that `eras` prove, in order, that of genesis first.

    Raises:
        BadEra: one of them is not proved by those before it.
    """
    known = [Configuration.first(genesis)]
    for era in eras:
        known.append(_next(known[-1], chain, era))
    return known


def _next(known: Configuration, chain: Digest, era: Era) -> Configuration:
    first, last = era.headers[0], era.headers[-1]
    where = f"the configuration of block {first.height}"
    if not is_linked(era.headers) or any(header.chain != chain for header in era.headers):
        raise BadEra(f"{where}: its headers do not follow one another on this chain")
    final = era.certificate.final(known.current.rule)
    if final != BlockId(last.term, last.height, last.digest()):
        raise BadEra(f"{where}: its certificate is for another block")
    if not era.certificate.is_proof(chain, known):
        raise BadEra(f"{where}: its certificate is not valid")
    is_there = era.proof.key == CONFIGURATION.key() and era.proof.is_valid(first.state_root)
    if era.proof.value is None or not is_there:
        raise BadEra(f"{where}: the state of that block does not hold it")
    try:
        found = decode(era.proof.value, Configuration)
    except EncodingError as error:
        raise BadEra(f"{where}: it is {error}") from error
    if not known.since < found.since == first.height:
        raise BadEra(f"{where}: it came about elsewhere")
    return found


def write_lineage(eras: Iterable[Era]) -> bytes:
    """Return eras, from the first after genesis on, as one encoding."""
    return encode(tuple(eras))


def read_lineage(lineage: bytes) -> tuple[Era, ...]:
    """Return the eras that `write_lineage` wrote.

    Raises:
        EncodingError: they are not canonical.
    """
    return decode(lineage, tuple[Era, ...], bytes_max=len(lineage))


def is_linked(headers: Sequence[BlockHeader]) -> bool:
    """Return whether each header is the parent of the next."""
    pairs = pairwise(headers)
    return all((two.parent, two.height) == (one.digest(), one.height + 1) for one, two in pairs)


def certifier(known: Sequence[Configuration], height: int, digest: Digest) -> Configuration | None:
    """Return which of `known`, in order, certifies the block at `height` that names `digest`."""
    for configuration in known:
        if configuration.digest() == digest and configuration.since <= height:
            return configuration
    return None


def before(known: Sequence[Configuration], height: int) -> Configuration:
    """Return who decided just before the block at `height`."""
    return [each for each in known if each.since < height or each.since == 0][-1]
