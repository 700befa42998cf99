"""The commands of `amanat travel-data`; `travelling` does their work."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import TRAVEL_DATA
from amanat.node.cli.options import Api, Key, Output, PassphraseFd, PassphraseFile
from amanat.node.cli.output import Format


@TRAVEL_DATA.command("seal")
def travel_data_seal(
    file: Annotated[Path, typer.Argument(help="What is to be sealed (JSON).")],
    sealed: Annotated[Path, typer.Argument(help="Where to put it. Never overwrites.")],
    recipient: Annotated[
        list[str], typer.Option("--for", help="A participant who may open it; may be repeated.")
    ],
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Seal a file to participants' keys, and show the digest that a transfer carries."""
    from amanat.node.cli import travelling

    travelling.seal(file, sealed, recipient, api or [], output)


@TRAVEL_DATA.command("open")
def travel_data_open(
    sealed: Annotated[Path, typer.Argument(help="A sealed file.")],
    key: Key,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    transaction: Annotated[
        str | None, typer.Option(help="The id of the transaction that must carry its digest.")
    ] = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Open a sealed file, and check that a transaction on the ledger carries its digest."""
    from amanat.node.cli import travelling
    from amanat.node.cli.passphrases import Passphrases, open_key

    travelling.open_sealed(
        sealed,
        open_key(key, Passphrases(passphrase_file, passphrase_fd)),
        transaction,
        api or [],
        output,
    )
