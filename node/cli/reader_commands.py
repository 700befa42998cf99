"""Options of the commands for those who read what is not shown to anyone, and who watch over it."""

from typing import Annotated

import typer

from amanat.node.cli.nouns import EVENT, TOKEN
from amanat.node.cli.options import Api, Key, Output, PassphraseFd, PassphraseFile, ReaderKey
from amanat.node.cli.output import Format


@TOKEN.command("create")
def token_create(
    key: Key,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    path: Annotated[str, typer.Option(help="It lets read what lies here and below.")] = "/",
    seconds: Annotated[int, typer.Option(min=1, max=900, help="How long it counts.")] = 300,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Get a short-lived token to read with at one node: `Authorization: Bearer TOKEN`."""
    from amanat.client.message_signatures import RequestSigner
    from amanat.node.cli import reading
    from amanat.node.cli.passphrases import Passphrases, open_key

    signing = RequestSigner(open_key(key, Passphrases(passphrase_file, passphrase_fd)))
    reading.token(signing, api or [], path=path, seconds=seconds, output=output)


@EVENT.command("list")
def event_list(
    after: Annotated[
        str | None, typer.Option(help="Go on behind this cursor; `now` for what is to come.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Of this account.")] = None,
    instrument: Annotated[str | None, typer.Option(help="Of this instrument.")] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="Of this name, such as transferred; may be repeated.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait for what is to come, until interrupted.")
    ] = False,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Show what happened that is for the reader, in the order of the chain."""
    from amanat.node.cli import events as feed
    from amanat.node.cli import reading

    wish = feed.Wish(after, account, instrument, name or [], follow)
    reader = reading.reader(key, passphrase_file, passphrase_fd)
    feed.tell(wish, api or [], reader, output)
