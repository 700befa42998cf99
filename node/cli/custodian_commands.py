"""What is done with custodians."""

from typing import Annotated

import typer

from amanat.node.cli.nouns import CUSTODIAN
from amanat.node.cli.options import Api, Keys, Output, PassphraseFd, PassphraseFile
from amanat.node.cli.output import Format


@CUSTODIAN.command("move-clients")
def custodian_move_clients(
    source: Annotated[str, typer.Argument(help="The suspended or revoked custodian.")],
    target: Annotated[str, typer.Argument(help="The custodian that is to serve its clients.")],
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    batch: Annotated[int, typer.Option(help="Accounts in one transaction, at most 1000.")] = 200,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for each batch.")] = 30.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Move a custodian's clients to another one until none is left. May be run again."""
    from amanat.node.cli import moving_clients
    from amanat.node.cli.passphrases import keyring

    order = moving_clients.Order(source, target, batch)
    signers = keyring(key, passphrase_file, passphrase_fd).opened()
    moving_clients.move_clients(order, signers, api or [], wait=wait, output=output)
