"""The signatures of the authorities under a genesis document, in a file beside it.

The chain's identity is the digest of the document alone, so signatures change nothing of it. They
say that each authority agreed to this very document, with the key that the document gives it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amanat.ledger.crypto import Domain, Sign, domain_message, verify
from amanat.ledger.encoding import Structure, encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest, Name, Signature

KIND: Final = "amanat-genesis-signatures-v1"


class SignaturesError(Exception):
    """The signatures do not hold. The message says which and why."""


class Consent(Structure, frozen=True):
    """An authority agrees to the genesis document of a chain."""

    chain: Digest
    name: Name

    def message(self) -> bytes:
        """Return the bytes that are signed."""
        return domain_message(Domain.GENESIS_CONSENT, encode(self))


@dataclass(frozen=True, slots=True)
class GenesisSignatures:
    """Who has signed a document; each signature was checked."""

    document: GenesisDocument
    by: Mapping[str, Signature]

    @property
    def lacking(self) -> tuple[str, ...]:
        """The authorities that have not signed."""
        return tuple(
            each.name for each in self.document.authorities.members if each.name not in self.by
        )

    def signed(self, name: str, sign: Sign) -> "GenesisSignatures":
        """Return these and the signature of one more.

        Raises:
            SignaturesError: it is not the signature of that authority's key.
        """
        consent = Consent(self.document.chain_id(), name)
        return checked(self.document, {**self.by, name: sign(consent.message())})

    def with_those(self, others: "GenesisSignatures") -> "GenesisSignatures":
        """Return these and those that others have."""
        return GenesisSignatures(self.document, {**self.by, **others.by})

    def to_json(self) -> str:
        """Return the file's content."""
        members = self.document.authorities.members
        content = {
            "kind": KIND,
            "chain": self.document.chain_id().hex(),
            "signatures": [
                {"name": each.name, "key": each.key.hex(), "signature": self.by[each.name].hex()}
                for each in members
                if each.name in self.by
            ],
        }
        return json.dumps(content, indent=2) + "\n"


def beside(genesis: Path) -> Path:
    """Return where the signatures of a genesis file lie."""
    return genesis.with_name(f"{genesis.name}.signatures")


def checked(document: GenesisDocument, by: Mapping[str, Signature]) -> GenesisSignatures:
    """Return these signatures, each of which is checked.

    Raises:
        SignaturesError: one is not of an authority's key over this document.
    """
    chain = document.chain_id()
    for name, signature in by.items():
        member = document.authorities.get(name)
        if member is None:
            raise SignaturesError(f"{name} is no authority in the document")
        if not verify(member.key, Consent(chain, name).message(), signature):
            raise SignaturesError(f"the signature of {name} is not valid for this document")
    return GenesisSignatures(document, dict(by))


def load(path: Path, document: GenesisDocument) -> GenesisSignatures:
    """Read and check a file of signatures.

    Raises:
        SignaturesError: it is missing, malformed, of another document, or one does not hold.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["kind"] != KIND:
            raise SignaturesError(f"{path} is of the kind {str(found['kind'])[:40]}, not {KIND}")
        chain = str(found["chain"])
        names = [str(each["name"]) for each in found["signatures"]]
        signatures = [bytes.fromhex(each["signature"]) for each in found["signatures"]]
    except OSError as error:
        raise SignaturesError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SignaturesError(f"{path} is no file of genesis signatures") from error
    if chain != document.chain_id().hex():
        raise SignaturesError(f"{path} is of another genesis document, that of {chain[:16]}")
    if len(set(names)) != len(names):
        raise SignaturesError(f"{path} has two signatures of one authority")
    try:
        return checked(document, dict(zip(names, signatures, strict=True)))
    except SignaturesError as error:
        raise SignaturesError(f"{path}: {error}") from error


def check_at_start(genesis: Path, wanted: Path | None, document: GenesisDocument) -> None:
    """Check the signatures of a document before a node relies on it.

    Args:
        genesis: the document's file; signatures that lie beside it must hold.
        wanted: where the settings say that they lie; then every authority must have signed.
        document: what the file holds.

    Raises:
        SignaturesError: one does not hold, or one that is wanted lacks.
    """
    place = wanted or beside(genesis)
    if wanted is None and not place.exists():
        return
    found = load(place, document)
    if wanted is not None and found.lacking:
        raise SignaturesError(f"{place} lacks the signature of {', '.join(found.lacking)}")


def gathered(parts: Iterable[GenesisSignatures], document: GenesisDocument) -> GenesisSignatures:
    """Return all signatures that several files have."""
    whole = GenesisSignatures(document, {})
    for part in parts:
        whole = whole.with_those(part)
    return whole
