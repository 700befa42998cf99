"""What accounts hold, and moving it."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import HOLDING
from amanat.node.cli.options import (
    Api,
    Key,
    Output,
    PassphraseFd,
    PassphraseFile,
    ReaderKey,
)
from amanat.node.cli.output import Format


@HOLDING.command("show")
def holding_show(
    account: Annotated[str, typer.Argument()],
    instrument: Annotated[str, typer.Argument()],
    genesis_file: Annotated[
        Path | None, typer.Option("--genesis", help="Check the proof against this document.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write the proof into this file.")] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="At the close of this business day, as 2026-01-31: a certificate."),
    ] = None,
    at_height: Annotated[
        int | None, typer.Option(min=1, help="After this block instead of the last.")
    ] = None,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Show what an account holds, or held; with --genesis, prove it without trusting the node."""
    from amanat.node.cli import proving, reading
    from amanat.node.cli.failure import Failure

    if as_of is not None and at_height is not None:
        raise Failure("--as-of and --at-height exclude each other")
    question = proving.Question(account, instrument, api or [], as_of, at_height)
    reader = reading.reader(key, passphrase_file, passphrase_fd)
    proving.balance(question, genesis=genesis_file, save=save, output=output, reader=reader)


@HOLDING.command("transfer")
def holding_transfer(
    source: Annotated[str, typer.Option("--from", help="The account to debit.")],
    target: Annotated[str, typer.Option("--to", help="The account to credit.")],
    instrument: Annotated[str, typer.Option(help="ISIN or other identifier.")],
    amount: Annotated[str, typer.Option(help="In the instrument's smallest unit.")],
    key: Key,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait until it is final.")] = 10.0,
    save: Annotated[Path | None, typer.Option(help="Only sign, into this file.")] = None,
    travel_data: Annotated[
        str | None, typer.Option(help="The digest that `travel-data seal` showed.")
    ] = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Sign a transfer and submit it, or sign it into a file."""
    from amanat.node.cli import submitting
    from amanat.node.cli.passphrases import Passphrases, open_key

    order = submitting.Order(source, target, instrument, amount, travel_data)
    signer = open_key(key, Passphrases(passphrase_file, passphrase_fd))
    submitting.transfer(order, signer, api or [], wait=wait, save=save, output=output)
