"""Options that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.output import Format

Output = Annotated[Format, typer.Option("-o", "--output", help="How to print.")]
Api = Annotated[
    list[str] | None,
    typer.Option(help="A node's API address; may be repeated. Else AMANAT_API, or ./testnet."),
]
Config = Annotated[Path, typer.Option("--config", help="The node's settings file (TOML).")]
Passphrase = Annotated[Path, typer.Option("--passphrase-file", help="Holds the passphrase.")]
ReaderKey = Annotated[
    Path | None, typer.Option("--key", help="A participant's sealed key, to ask as it.")
]
ReaderPassphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", help="Holds that key's passphrase.")
]
