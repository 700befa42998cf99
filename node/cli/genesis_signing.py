"""`amanat genesis sign` and `gather`."""

from collections.abc import Sequence
from pathlib import Path

from amanat.config.genesis_file import GenesisFileError, fingerprint, load_genesis
from amanat.config.genesis_signatures import (
    GenesisSignatures,
    SignaturesError,
    beside,
    gathered,
    load,
)
from amanat.config.words import words_of
from amanat.ledger.genesis import GenesisDocument
from amanat.node.cli.consenting import confirm
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.cli.passphrases import Keyring


def sign(file: Path, keys: Keyring, into: Path | None, *, ask: bool, output: Format) -> None:
    """Sign a document with an authority's key, into the file of signatures beside it."""
    document = _document(file)
    place = into or beside(file)
    names = {each.key: each.name for each in document.authorities.members}
    for key, public in zip(keys.keys, keys.public_keys, strict=True):
        if public not in names:
            raise Failure(f"{key} is the key of no authority in {file}")
    chain = document.chain_id()
    note(f"{document.network}, fingerprint {fingerprint(chain)}: {' '.join(words_of(chain))}")
    if ask:
        confirm(f"Sign the genesis document {file}?")
    try:
        signatures = load(place, document) if place.exists() else GenesisSignatures(document, {})
        for signer in keys.opened():
            signatures = signatures.signed(names[signer.public_key], signer.sign)
    except SignaturesError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    _put(place, signatures, output)


def gather(file: Path, parts: Sequence[Path], into: Path | None, output: Format) -> None:
    """Put the signatures of several files into one."""
    document = _document(file)
    place = into or beside(file)
    sources = [*parts, *([place] if place.exists() else [])]
    try:
        signatures = gathered([load(each, document) for each in sources], document)
    except SignaturesError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    _put(place, signatures, output)


def _document(file: Path) -> GenesisDocument:
    try:
        return load_genesis(file)
    except GenesisFileError as error:
        raise Failure(str(error)) from error


def _put(place: Path, signatures: GenesisSignatures, output: Format) -> None:
    """Write the file as a whole, and show who has signed."""
    written = place.with_name(f"{place.name}.new")
    try:
        written.write_text(signatures.to_json(), encoding="utf-8")
        written.replace(place)
    except OSError as error:
        raise Failure(f"{place} cannot be written: {error.strerror}") from error
    signed = sorted(signatures.by)
    show({"file": str(place), "signed_by": signed, "lacks": list(signatures.lacking)}, output)
