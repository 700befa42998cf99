"""`amanat genesis`."""

from dataclasses import dataclass
from pathlib import Path

from amanat.config import words
from amanat.config.genesis_file import (
    GenesisFileError,
    fingerprint,
    from_json,
    load_genesis,
    to_json,
)
from amanat.config.genesis_signatures import (
    GenesisSignatures,
    SignaturesError,
    beside,
    load,
)
from amanat.config.standard_rules import standard_calendar, standard_parameters, standard_policies
from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.governance.participants import Participant, Role
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show
from amanat.node.clock import now


@dataclass(frozen=True, slots=True)
class QuorumChoice:
    """What the founders choose; `quorum` None is the smallest that the rule allows."""

    quorum: int | None
    sovereign_min: int
    two_thirds: bool
    """Whether the chain is to be safe against authorities that lie."""

    def of(self, members: tuple[Authority, ...]) -> AuthoritySet:
        """Return the set of these members."""
        n = len(members)
        rule = QuorumRule.TWO_THIRDS if self.two_thirds else QuorumRule.MAJORITY
        least = 2 * n // 3 + 1 if self.two_thirds else n // 2 + 1
        quorum = least if self.quorum is None else self.quorum
        return AuthoritySet(members, quorum, self.sovereign_min, rule)


def create(
    file: Path,
    network: str,
    authorities: list[str],
    participants: list[str],
    *,
    choice: QuorumChoice,
    output: Format,
) -> None:
    """Write a genesis document founded now."""
    members = sorted((authority(text) for text in authorities), key=lambda member: member.name)
    everybody = sorted((_participant(text) for text in participants), key=lambda each: each.name)
    document = GenesisDocument(
        version=2,
        network=network,
        created=now(),
        authorities=choice.of(tuple(members)),
        participants=tuple(everybody),
        policies=standard_policies(),
        parameters=standard_parameters(),
        calendar=standard_calendar(),
    )
    problems = document.problems()
    if problems:
        raise Failure("; ".join(problems))
    text = to_json(document)
    try:
        from_json(text)
    except GenesisFileError as error:
        raise Failure(str(error)) from error
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError as error:
        raise Failure(f"{file} exists: a genesis document is never overwritten") from error
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error
    _show(file, document, output)


def describe(file: Path, output: Format) -> None:
    """Show what a document founds."""
    _show(file, _load(file), output)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a document must be besides sound."""

    fingerprint: str | None = None
    """As it was told: in groups of digits, or in words."""
    signatures: Path | None = None
    """Where signatures lie; beside the document if None."""
    signed: bool = False
    """Whether every authority must have signed."""


def check(file: Path, expected: Expected, output: Format) -> None:
    """Check soundness, the fingerprint if one is told, and the signatures that there are."""
    document = _load(file)
    if expected.fingerprint is not None:
        check_told(file, document, expected.fingerprint)
    signatures = _signatures(file, document, expected)
    if expected.signed and signatures.lacking:
        lacking = ", ".join(signatures.lacking)
        raise Failure(f"{file} lacks the signature of {lacking}", ExitCode.NOT_VALID)
    _show(file, document, output, signatures)


def check_told(file: Path, document: GenesisDocument, told: str) -> None:
    """Check that the document, which is or will be in `file`, has the fingerprint that was told.

    Raises:
        Failure: it has another one (3).
    """
    chain = document.chain_id()
    found = fingerprint(chain)
    if told.lower() == found:
        return
    if len(told.split()) > 1:
        try:
            if words.told(told) == words.words_of(chain):
                return
        except words.WordsError as error:
            raise Failure(f"--fingerprint: {error}", ExitCode.NOT_VALID) from error
        found = " ".join(words.words_of(chain))
    raise Failure(
        f"{file} has the fingerprint {found}, not {told}: it is another network's document",
        ExitCode.NOT_VALID,
    )


def _signatures(file: Path, document: GenesisDocument, expected: Expected) -> GenesisSignatures:
    place = expected.signatures or beside(file)
    if expected.signatures is None and not place.exists():
        return GenesisSignatures(document, {})
    try:
        return load(place, document)
    except SignaturesError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error


def _load(file: Path) -> GenesisDocument:
    try:
        return load_genesis(file)
    except GenesisFileError as error:
        raise Failure(str(error)) from error


def _show(
    file: Path,
    document: GenesisDocument,
    output: Format,
    signatures: GenesisSignatures | None = None,
) -> None:
    authorities = document.authorities
    chain = document.chain_id()
    shown: dict[str, object] = {
        "file": str(file),
        "network": document.network,
        "fingerprint": fingerprint(chain),
        "words": " ".join(words.words_of(chain)),
        "chain": chain.hex(),
        "quorum": f"{authorities.quorum} of {len(authorities.members)}, "
        f"{authorities.sovereign_min} of them sovereign",
        "rule": authorities.rule.value,
        "authorities": [
            f"{member.name} ({member.authority_class.value})" for member in authorities.members
        ],
        "participants": [f"{each.name} ({'/'.join(each.roles)})" for each in document.participants],
    }
    if signatures is not None:
        shown["signed_by"] = sorted(signatures.by)
        shown["not_signed_by"] = list(signatures.lacking)
    show(shown, output)


def authority(text: str) -> Authority:
    """Return the authority that an option describes.

    Raises:
        Failure: it describes none.
    """
    form = "name:sovereign|custodian:public-key, and :participant where it has another name"
    name, kind, key, *operator = _parts(text, form, 3, 4)
    try:
        return Authority(name, bytes.fromhex(key), AuthorityClass(kind), *operator)
    except ValueError as error:
        raise Failure(f"--authority {text}: {error}") from error


def _participant(text: str) -> Participant:
    name, roles, key = _parts(text, "name:role[,role]:public-key", 3)
    try:
        held = [Role(role) for role in roles.split(",")]
        return Participant.simple(name, name, held, bytes.fromhex(key))
    except ValueError as error:
        raise Failure(f"--participant {text}: {error}") from error


def _parts(text: str, form: str, *counts: int) -> list[str]:
    parts = text.split(":")
    if len(parts) not in counts:
        raise Failure(f"{text!r} must have the form {form}")
    return parts
