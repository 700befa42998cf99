"""`amanat transaction sign` and `countersign`: any operations, signed by one or by many."""

import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amanat.client.drafts import DraftError, PartlySigned, opened, unsigned
from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.ledger.identifiers import Digest, PublicKey
from amanat.ledger.operations import AnyOperation
from amanat.ledger.state import State
from amanat.ledger.transactions import SIGNERS_MAX, Body
from amanat.ledger.wording import moment
from amanat.node import clock
from amanat.node.cli import submitting
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.consenting import confirm
from amanat.node.cli.durations import milliseconds
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, figures, note, show, teller
from amanat.node.cli.passphrases import Keyring
from amanat.node.client import Client, Refusal
from amanat.node.written.reading import WrittenError, parse


@dataclass(frozen=True, slots=True)
class Signing:
    """With which keys something is signed, and what becomes of it then."""

    keys: Keyring
    signers: Sequence[str] = ()
    """Further keys that are to sign: public keys, or key files."""
    valid_for: str = "1h"
    genesis: Path | None = None
    """The genesis document of the network; then no node is asked before it is signed."""
    save: Path | None = None
    """The file into which it is signed; None submits it."""
    dry_run: bool = False
    """Whether it is only tried, and nothing signed."""
    ask: bool = False
    """Whether to ask on the terminal before it is signed."""
    wait: float = 10.0
    api: Sequence[str] = field(default_factory=list)


def read_operations(file: Path) -> list[AnyOperation]:
    """Return the operations that a JSON file writes; `-` is standard input.

    Raises:
        Failure: it cannot be read. The message names the place and what would be right.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return parse(content.decode("utf-8"))
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{file} is not UTF-8 text") from error
    except WrittenError as error:
        raise Failure(f"{file}: {error}") from error


def sign(operations: Sequence[AnyOperation], how: Signing, output: Format) -> None:
    """Make a transaction of these operations, and sign, try, save or submit it.

    Raises:
        Failure: among others, with 5, it would be refused as things stand; then nothing was signed.
    """
    _check_new(how.save)
    signers = sorted({*how.keys.public_keys, *_named(how.signers)})
    if len(signers) > SIGNERS_MAX:
        raise Failure(f"{len(signers)} keys are to sign; a transaction has at most {SIGNERS_MAX}")
    valid_until = clock.now() + milliseconds(how.valid_for, "--valid-for")
    body = Body(_chain(how), valid_until, secrets.token_bytes(16), tuple(signers), (*operations,))
    _go_on(unsigned(body), how, output)


def countersign(file: Path, how: Signing, output: Format) -> None:
    """Add signatures to a saved transaction; save the result, or submit it once none lacks.

    Raises:
        Failure: among others, one of the keys is none of its signers.
    """
    _check_new(how.save)
    draft = read_draft(file)
    for named, key in zip(how.keys.keys, how.keys.public_keys, strict=True):
        if key not in draft.body.signers:
            raise Failure(f"{named} is none of the signers of {file}")
    _go_on(draft, how, output)


def read_draft(file: Path) -> PartlySigned:
    """Return a saved transaction, signatures checked."""
    try:
        return opened(submitting.read(file))
    except DraftError as error:
        raise Failure(f"{file} is no transaction that can be signed: {error}") from error


def _go_on(draft: PartlySigned, how: Signing, output: Format) -> None:
    sentences, refusals = _tried(draft, how)
    tell = teller(output)
    for sentence in sentences:
        tell(f"- {sentence}")
    if refusals and how.save is None:
        raise Failure(f"it would be refused: {'; '.join(refusals)}", ExitCode.REJECTED)
    for each in refusals:
        note(f"as things stand it would be refused: {each}")
    if how.dry_run:
        return
    to_come = [key for key in draft.lacking if key not in how.keys.public_keys]
    if how.save is None and to_come:
        raise Failure(f"it lacks the signature of {_keys(to_come)}: --save it for them to sign")
    if how.ask:
        confirm(f"Sign {draft.id.hex()}?")
    signed = draft.signed_by((each.public_key, each.sign) for each in how.keys.opened())
    if how.save is None:
        submitting.submit(signed.envelope, how.api, wait=how.wait, output=output)
        return
    submitting.write(how.save, signed.envelope)
    show(described(signed), output)
    following = "countersign" if signed.lacking else "submit"
    note(f"signed into {how.save}; `amanat transaction {following} {how.save}` goes on")


def check_whole(file: Path, envelope: bytes) -> None:
    """Check that a file is not a transaction that still lacks signatures.

    Raises:
        Failure: it is. What is no transaction at all is left to the node to refuse.
    """
    try:
        draft = opened(envelope)
    except DraftError:
        return
    if draft.lacking:
        raise Failure(
            f"{file} lacks the signature of {_keys(draft.lacking)}: "
            f"run `amanat transaction countersign {file}`"
        )


def described(draft: PartlySigned) -> dict[str, Any]:
    """Return what there is to know of a saved transaction, but its operations."""
    return {
        "id": draft.id.hex(),
        "chain": draft.body.chain.hex(),
        "valid_until": moment(draft.body.valid_until),
        "signed_by": [key.hex() for key in draft.body.signers if key in draft.signatures],
        "lacks": [key.hex() for key in draft.lacking] or None,
    }


def _tried(draft: PartlySigned, how: Signing) -> tuple[list[str], list[str]]:
    """Return what it would do, in sentences, and what would refuse it now.

    Where no node is asked, or it is too long to be tried, that is as far as it can be told.
    """
    if how.genesis is not None:
        return offline(draft), []
    run = talk(
        api_urls(how.api),
        lambda client: _rehearsed(client, draft),
        reader_if_asked=how.keys.reader,
    )
    if run is None:
        return offline(draft), []
    return [str(each) for each in run["sentences"]], _refusals(run)


def offline(draft: PartlySigned) -> list[str]:
    """Return what it would do, as far as that can be told without the state of the ledger."""
    nothing = State(lambda _: None)
    return [each.sentence(nothing) for each in draft.body.operations]


async def _rehearsed(client: Client, draft: PartlySigned) -> dict[str, Any] | None:
    """Return the dry run of a transaction, or None if it is too long to be tried."""
    try:
        return await client.simulate(draft.envelope)
    except Refusal as refusal:
        if refusal.code == "too_many_operations":
            return None
        raise


def _refusals(run: dict[str, Any]) -> list[str]:
    """Return what speaks against it, but for signatures that are still to be made."""
    door = [each for each in run["door"] if each["code"] != "bad_signature"]
    many = len(run["sentences"]) > 1
    rules = [
        f"operation {each['operation']}: {_told(each)}" if many else _told(each)
        for each in run["refusals"]
    ]
    return [*map(_told, door), *rules]


def _told(refusal: dict[str, Any]) -> str:
    return f"{refusal['code']} ({figures(refusal['figures'])})"


def _chain(how: Signing) -> Digest:
    if how.genesis is None:
        return talk(api_urls(how.api), submitting.chain_of)
    try:
        return load_genesis(how.genesis).chain_id()
    except GenesisFileError as error:
        raise Failure(str(error)) from error


def _named(signers: Sequence[str]) -> list[PublicKey]:
    found: list[PublicKey] = []
    for each in signers:
        try:
            key = bytes.fromhex(each)
        except ValueError:
            found += Keyring([each]).public_keys
            continue
        if len(key) != 32:
            raise Failure(f"--signer {each} is not a public key: it takes 64 hexadecimal digits")
        found.append(key)
    return found


def _keys(keys: Sequence[PublicKey]) -> str:
    return ", ".join(key.hex() for key in keys)


def _check_new(save: Path | None) -> None:
    if save is not None and save.exists():
        raise Failure(f"{save} cannot be written: File exists")
