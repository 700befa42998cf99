"""`amanat recovery`."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from amanat.config.genesis_file import (
    GenesisFileError,
    fingerprint,
    from_json,
    load_genesis,
    state_beside,
    to_json,
    with_state_beside,
)
from amanat.config.words import words_of
from amanat.ledger.authorities import AuthoritySet, QuorumRule
from amanat.ledger.encoding import encode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.successor import (
    Inherited,
    Lost,
    Recovery,
    SuccessorDocument,
    contradiction,
)
from amanat.node import seam, surveying
from amanat.node.backup.manifest import BackupError, NotValid
from amanat.node.cli.consenting import confirm
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.genesis_documents import QuorumChoice, authority
from amanat.node.cli.output import Format, note, show
from amanat.node.cli.passphrases import Keyring
from amanat.node.clock import now
from amanat.verifier import verify as verify_proof
from amanat.verifier.contents import Outcome
from amanat.verifier.decoding import Invalid


@dataclass(frozen=True, slots=True)
class Wish:
    """What the successor is to be; `quorum` None is the smallest that the rule allows."""

    network: str
    authorities: tuple[str, ...]
    reason: str
    quorum: int | None
    sovereign_min: int
    receipts: tuple[Path, ...] = ()
    """Proofs of the lost chain; those above the kept block are recorded as lost."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a document is held against, besides the lost chain's genesis document."""

    copies: tuple[Path, ...]
    other: Path | None


def survey_copies(copies: Sequence[Path], genesis: Path, output: Format) -> None:
    """List what the copies hold; the one to keep is marked."""
    old = _old(genesis)
    with _failures():
        found = surveying.survey(copies, old)
        best = surveying.greatest(found)
    shown = [
        {
            "copy": each.seen.copy,
            "path": str(each.path),
            "height": each.seen.height,
            "block": each.seen.block.hex(),
            "log_height": each.seen.log_height,
            "greatest": each.seen.height == best.seen.height,
        }
        for each in found
    ]
    show(shown, output)


def draft(file: Path, genesis: Path, copies: Sequence[Path], wish: Wish, output: Format) -> None:
    """Write the document and the state. Never overwrites."""
    old = _old(genesis)
    with _failures():
        taken = surveying.take(surveying.survey(copies, old), old, wish.reason)
    header = taken.recovery.header
    lost = {each for file in wish.receipts for each in _lost(file, old, header.height)}
    in_order = tuple(sorted(lost, key=lambda each: (each.height, each.transaction)))
    recovery: Recovery = msgspec.structs.replace(taken.recovery, lost=in_order)
    _, participants, policies, parameters, calendar = Inherited(taken.state).fields()
    rule = taken.recovery.previous.current.rule
    document = SuccessorDocument(
        version=3,
        network=wish.network,
        created=max(now(), header.time + 1),
        authorities=_authorities(wish, rule),
        participants=participants,
        policies=policies,
        parameters=parameters,
        calendar=calendar,
        recovery=recovery,
        signatures=(),
    )
    text = to_json(document)
    _draft(file, text)
    _create(state_beside(file), encode(tuple(sorted(taken.state.items()))))
    _create(file, text.encode())
    _show(file, document, output)


def sign(file: Path, keys: Keyring, *, ask: bool, output: Format) -> None:
    """Sign a document with a sovereign participant's keys, in its file."""
    document = _load(file)
    owners = {each.key: one.name for one in document.signers for each in one.keys}
    for key, public in zip(keys.keys, keys.public_keys, strict=True):
        if public not in owners:
            may = ", ".join(each.name for each in document.signers)
            raise Failure(
                f"{key} is of no sovereign participant of the lost chain: those are {may}"
            )
    chain, header = document.chain_id(), document.recovery.header
    note(f"{document.network}, fingerprint {fingerprint(chain)}: {' '.join(words_of(chain))}")
    note(
        f"It gives up the chain {header.chain.hex()[:16]} after block {header.height}; every later "
        "block of it is lost"
    )
    if ask:
        confirm(f"Sign {file}?")
    for signer in keys.opened():
        document = document.signed(signer.public_key, signer.sign)
    _replace(file, document)
    _show(file, document, output)


def gather(file: Path, parts: Sequence[Path], output: Format) -> None:
    """Put the signatures under copies of one document into its file."""
    document = _load(file)
    for part in parts:
        other = _load(part)
        if other.chain_id() != document.chain_id():
            raise Failure(f"{part} is another document than {file}", ExitCode.NOT_VALID)
        document = document.with_signatures(other.signatures)
    _replace(file, document)
    _show(file, document, output)


def verify(file: Path, genesis: Path, beside: Beside, output: Format) -> None:
    """Check a document, the state beside it, its seam, and what it is held against."""
    document = _load(file)
    old = _old(genesis)
    with _failures():
        seam.check_seam(document, old)
        if not state_beside(file).exists():
            raise NotValid(f"{state_beside(file)} is missing: the state was not checked")
        with_state_beside(file, document)
        seam.check_greatest(document, surveying.survey(beside.copies, old))
    if document.lacking:
        lacking = ", ".join(document.lacking)
        raise Failure(f"{file} lacks the signature of {lacking}", ExitCode.NOT_VALID)
    if beside.other is not None:
        other = _load(beside.other)
        both = contradiction(document, other)
        if both:
            names = {each.key: one.name for one in document.signers for each in one.keys}
            told = ", ".join(f"{names.get(key, 'unknown')} ({key.hex()[:16]})" for key in both)
            raise Failure(
                f"{file} and {beside.other} are two successors of one chain, both signed by {told}",
                ExitCode.NOT_VALID,
            )
    _show(file, document, output)


def _lost(file: Path, old: GenesisDocument, kept: int) -> Iterator[Lost]:
    """Yield the transaction that a receipt proof shows, if it was final above the kept height."""
    try:
        found = verify_proof(old.canonical(), file.read_bytes())
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error
    except Invalid as invalid:
        raise Failure(f"{file}: NOT VALID: {invalid}", ExitCode.NOT_VALID) from invalid
    if not isinstance(found.proved, Outcome):
        raise Failure(f"{file} is no receipt proof")
    if found.height <= kept:
        note(f"{file}: block {found.height} is kept")
        return
    yield Lost(found.height, bytes.fromhex(found.proved.transaction), bytes.fromhex(found.block))


def _authorities(wish: Wish, rule: QuorumRule) -> AuthoritySet:
    members = sorted((authority(text) for text in wish.authorities), key=lambda each: each.name)
    two_thirds = rule is QuorumRule.TWO_THIRDS
    return QuorumChoice(wish.quorum, wish.sovereign_min, two_thirds).of(tuple(members))


def _old(file: Path) -> GenesisDocument:
    """Return the document of the lost chain."""
    try:
        return load_genesis(file)
    except GenesisFileError as error:
        raise Failure(str(error)) from error


def _load(file: Path) -> SuccessorDocument:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}") from error
    return _draft(file, text)


def _draft(file: Path, text: str) -> SuccessorDocument:
    """Return the document, which not all need have signed yet."""
    try:
        document = from_json(text)
    except GenesisFileError as error:
        raise Failure(f"{file}: {error}") from error
    if not isinstance(document, SuccessorDocument):
        raise Failure(f"{file} succeeds no other chain: make one with `amanat recovery draft`")
    problems = document.draft_problems()
    if problems:
        raise Failure(f"{file}: {'; '.join(problems)}", ExitCode.NOT_VALID)
    return document


def _create(file: Path, content: bytes) -> None:
    """Write a new file that nobody else may read: a state has everybody's holdings."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
    except FileExistsError as error:
        raise Failure(f"{file} exists: it is never overwritten") from error
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error


def _replace(file: Path, document: SuccessorDocument) -> None:
    written = file.with_name(f"{file.name}.new")
    try:
        written.write_text(to_json(document), encoding="utf-8")
        written.replace(file)
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error


def _show(file: Path, document: SuccessorDocument, output: Format) -> None:
    chain, recovery = document.chain_id(), document.recovery
    lacking = set(document.lacking)
    shown = {
        "file": str(file),
        "network": document.network,
        "fingerprint": fingerprint(chain),
        "words": " ".join(words_of(chain)),
        "chain": chain.hex(),
        "succeeds": recovery.header.chain.hex(),
        "kept_height": recovery.header.height,
        "kept_block": recovery.header.digest().hex(),
        "state_root": recovery.header.state_root.hex(),
        "reason": recovery.reason,
        "copies": [f"{each.copy}: block {each.height}" for each in recovery.survey],
        "lost": [f"block {each.height}: {each.transaction.hex()}" for each in recovery.lost],
        "authorities": [
            f"{each.name} ({each.authority_class.value})" for each in document.authorities.members
        ],
        "signed_by": [each.name for each in document.signers if each.name not in lacking],
        "lacks": list(document.lacking),
    }
    show(shown, output)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (NotValid, seam.BrokenSeam) as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    except GenesisFileError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    except BackupError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Failure(f"{where}{error.strerror or error}") from error
