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
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="setting=value or section.setting=value, above file and environment."
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="Holds the passphrase, or a module's PIN; asked on the terminal if none.",
    ),
]
PassphraseFd = Annotated[
    int | None,
    typer.Option("--passphrase-fd", min=0, help="The open descriptor to read it from instead."),
]
Key = Annotated[
    str, typer.Option("--key", help="A sealed key file, or the pkcs11: URI of a key in a module.")
]
ReaderKey = Annotated[
    str | None,
    typer.Option("--key", help="A participant's key, file or pkcs11: URI, to ask as it."),
]
Keys = Annotated[
    list[str],
    typer.Option("--key", help="A sealed key file, or a pkcs11: URI; may be repeated."),
]
Signers = Annotated[
    list[str] | None,
    typer.Option(
        "--signer",
        help="A key that is to sign later: public key or key file; may be repeated.",
    ),
]
ValidFor = Annotated[
    str, typer.Option("--valid-for", help="How long it may take to be in a block: 30m, 12h, 7d.")
]
Genesis = Annotated[
    Path | None,
    typer.Option("--genesis", help="The genesis document: asks no node before it signs."),
]
Save = Annotated[Path | None, typer.Option("--save", help="Only sign, into this new file.")]
Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait until it is final.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether to sign.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Sign nothing: show what it would do.")]
Operations = Annotated[
    Path,
    typer.Argument(
        help="Operations in JSON, one or a list; - is standard input. "
        "`amanat operation example NAME` writes a template."
    ),
]
