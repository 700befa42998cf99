"""Signing transactions, submitting them, and what became of them."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import TRANSACTION
from amanat.node.cli.options import (
    Api,
    DryRun,
    Genesis,
    Keys,
    Operations,
    Output,
    PassphraseFd,
    PassphraseFile,
    ReaderKey,
    Save,
    Signers,
    ValidFor,
    Wait,
    Yes,
)
from amanat.node.cli.output import Format


@TRANSACTION.command("sign")
def transaction_sign(
    operations: Operations,
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    signer: Signers = None,
    valid_for: ValidFor = "1h",
    genesis: Genesis = None,
    save: Save = None,
    dry_run: DryRun = False,
    wait: Wait = 10.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Sign any operations and submit them, or sign them into a file."""
    from amanat.node.cli import signing
    from amanat.node.cli.passphrases import keyring

    how = signing.Signing(
        keyring(key, passphrase_file, passphrase_fd),
        signer or [],
        valid_for=valid_for,
        genesis=genesis,
        save=save,
        dry_run=dry_run,
        wait=wait,
        api=api or [],
    )
    signing.sign(signing.read_operations(operations), how, output)


@TRANSACTION.command("countersign")
def transaction_countersign(
    file: Annotated[Path, typer.Argument(help="A transaction that lacks signatures.")],
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    genesis: Genesis = None,
    save: Save = None,
    yes: Yes = False,
    wait: Wait = 10.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Add signatures to a saved transaction; submit it once none lacks, or save it."""
    from amanat.node.cli import signing
    from amanat.node.cli.passphrases import keyring

    how = signing.Signing(
        keyring(key, passphrase_file, passphrase_fd),
        genesis=genesis,
        save=save,
        wait=wait,
        api=api or [],
        ask=not yes,
    )
    signing.countersign(file, how, output)


@TRANSACTION.command("show")
def transaction_show(
    file: Annotated[Path, typer.Argument(help="A saved transaction.")],
    output: Output = Format.TABLE,
) -> None:
    """Show what a saved transaction does, who signed it and who has not. Asks no node."""
    from amanat.node.cli import showing

    showing.show_transaction(file, output)


@TRANSACTION.command("submit")
def transaction_submit(
    file: Annotated[Path, typer.Argument(help="A signed transaction.")],
    wait: Wait = 10.0,
    receipt: Annotated[
        Path | None, typer.Option(help="Put the node's signed receipt of submission here.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Submit nothing: list all that refuses it.")
    ] = False,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Submit a signed transaction. The same file again gives the same outcome."""
    from amanat.node.cli import signing, submitting

    envelope = submitting.read(file)
    if dry_run:
        from amanat.node.cli import reading, trying

        asking = reading.reader(key, passphrase_file, passphrase_fd)
        trying.dry_run(envelope, api or [], output, asking)
        return
    signing.check_whole(file, envelope)
    submitting.submit(envelope, api or [], wait=wait, receipt=receipt, output=output)


@TRANSACTION.command("receipt")
def transaction_receipt(
    transaction: Annotated[str, typer.Argument(help="The transaction's id.")],
    file: Annotated[Path, typer.Argument(help="Where to put it. Never overwrites.")],
    genesis_file: Annotated[
        Path | None, typer.Option("--genesis", help="Check the proof against this document.")
    ] = None,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Save the receipt of a transaction, with its proof: what was done, to be checked offline."""
    from amanat.node.cli import fetching, reading

    reader = reading.reader(key, passphrase_file, passphrase_fd)
    fetching.receipt(transaction, file, genesis_file, api or [], reader, output)
