"""`amanat key split`, `combine` and `sheet`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from nacl.signing import SigningKey

from amanat.client import keystore
from amanat.client.keystore import KeystoreError, Signer
from amanat.client.shares.share_file import ShareOfKey, load, write
from amanat.client.shares.splitting import KeyShare, SharesError, combine, read, split
from amanat.ledger.identifiers import PublicKey
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, say, show
from amanat.node.cli.passphrases import Passphrases, open_key


def split_key(
    key: str, passphrases: Passphrases, into: Path, *, shares: int, threshold: int, output: Format
) -> None:
    """Write the shares of a key into a new directory, a file for each custodian."""
    signer = open_key(key, passphrases)
    if not isinstance(signer, Signer):
        raise Failure("a key cannot leave its hardware module: back it up with the module's tools")
    made = write_shares(signer, into, shares=shares, threshold=threshold)
    files = [
        {"file": str(file), "share": given.share.number, "checksum": given.checksum}
        for file, given in made
    ]
    if output is Format.JSON:
        show(
            {"public_key": signer.public_key.hex(), "threshold": threshold, "files": files}, output
        )
    else:
        show(files, output)


def write_shares(
    signer: Signer, into: Path, *, shares: int, threshold: int
) -> list[tuple[Path, ShareOfKey]]:
    """Split a key and write each share into a file of a new directory.

    Raises:
        Failure: there may not be such shares, or the directory exists.
    """
    try:
        made = split(signer.seed(), shares=shares, threshold=threshold)
        into.mkdir(mode=0o700)
        written = []
        for share in made:
            given = ShareOfKey(signer.public_key, shares, share)
            file = into / f"share-{share.number}-of-{shares}.json"
            write(file, given)
            written.append((file, given))
    except SharesError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{into} cannot be made: {error.strerror}") from error
    return written


def combine_files(
    target: Path, files: Sequence[Path], passphrases: Passphrases, output: Format
) -> None:
    """Put the key together from files, and seal it into a new file."""
    try:
        given = [load(file) for file in files]
    except SharesError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    for file, each in zip(files, given, strict=True):
        if each.key != given[0].key:
            raise Failure(f"{file} is of another key than {files[0]}", ExitCode.NOT_VALID)
    _restore(target, [each.share for each in given], given[0].key, passphrases, output)


def combine_typed(
    target: Path, expected: str | None, passphrases: Passphrases, output: Format
) -> None:
    """Put the key together from words on standard input, a share in each line."""
    if expected is None:
        raise Failure("--words needs --public-key: paper shares do not say which key they are of")
    try:
        key = bytes.fromhex(expected)
    except ValueError as error:
        raise Failure("--public-key takes 64 hexadecimal digits") from error
    shares = []
    lines = (line.split() for line in sys.stdin)
    for number, words in enumerate(filter(None, lines), 1):
        try:
            shares.append(read(words))
        except SharesError as error:
            raise Failure(f"line {number}: {error}", ExitCode.NOT_VALID) from error
    _restore(target, shares, key, passphrases, output)


def sheet(file: Path) -> None:
    """Print a share as a sheet of paper."""
    try:
        say(load(file).sheet().rstrip("\n"))
    except SharesError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error


def _restore(
    target: Path,
    shares: Sequence[KeyShare],
    key: PublicKey,
    passphrases: Passphrases,
    output: Format,
) -> None:
    if target.exists():
        raise Failure(f"{target} exists: keys are never overwritten")
    try:
        signer = Signer(SigningKey(combine(shares)))
    except SharesError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    if signer.public_key != key:
        raise Failure(
            f"the shares are of the key {signer.public_key.hex()}, not of {key.hex()}: nothing was "
            "made",
            ExitCode.NOT_VALID,
        )
    try:
        keystore.seal(target, signer, passphrases.new(str(target)))
    except (KeystoreError, OSError) as error:
        raise Failure(str(error)) from error
    show({"file": str(target), "public_key": key.hex(), "shares": len(shares)}, output)
