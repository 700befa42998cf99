"""The commands that take any operation: `sign`, `countersign`, and those about proposals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amanat.node.cli.options import (
    Api,
    Genesis,
    Keys,
    Output,
    PassphraseFd,
    PassphraseFile,
    ReaderKey,
    Save,
    Signers,
    ValidFor,
    Wait,
)
from amanat.node.cli.output import Format

if TYPE_CHECKING:
    from amanat.node.cli.passphrases import Keyring
    from amanat.node.cli.signing import Signing

signing_commands = typer.Typer()

Operations = Annotated[
    Path,
    typer.Argument(
        help="Operations in JSON, one or a list; - is standard input. "
        "`amanat operations NAME --example` writes a template."
    ),
]


ProposalId = Annotated[str, typer.Argument(help="The proposal's id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Sign nothing: show what it would do.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether to sign.")]


@signing_commands.command()
def operations(
    name: Annotated[str | None, typer.Argument(help="One of them, in full.")] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Its template, as `amanat sign` takes it.")
    ] = False,
    of_type: Annotated[
        str | None, typer.Option("--type", help="Of which type of terms, scope or rule.")
    ] = None,
    manual: Annotated[bool, typer.Option("--manual", help="All, as a page in Markdown.")] = False,
    output: Output = Format.TABLE,
) -> None:
    """List every operation, or show one: fields, signers, policies, codes, events."""
    from amanat.node.cli import listing

    if manual:
        listing.manual()
    elif name is None:
        listing.all_operations(output)
    elif example:
        listing.template(name, of_type)
    else:
        listing.one(name, output)


@signing_commands.command()
def sign(
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

    how = signing.Signing(
        _keys(key, passphrase_file, passphrase_fd),
        signer or [],
        valid_for=valid_for,
        genesis=genesis,
        save=save,
        dry_run=dry_run,
        wait=wait,
        api=api or [],
    )
    signing.sign(signing.read_operations(operations), how, output)


@signing_commands.command()
def countersign(
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

    how = signing.Signing(
        _keys(key, passphrase_file, passphrase_fd),
        genesis=genesis,
        save=save,
        wait=wait,
        api=api or [],
        ask=not yes,
    )
    signing.countersign(file, how, output)


@signing_commands.command()
def show(
    file: Annotated[Path, typer.Argument(help="A saved transaction.")],
    output: Output = Format.TABLE,
) -> None:
    """Show what a saved transaction does, who signed it and who has not. Asks no node."""
    from amanat.node.cli import showing

    showing.show_transaction(file, output)


@signing_commands.command()
def proposals(
    proposal: Annotated[str | None, typer.Argument(help="Its id; all that wait if none.")] = None,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Show proposals: what they would do, who has approved them, what they lack."""
    from amanat.node.cli import proposing, reading

    proposing.proposals(
        proposal, api or [], output, reading.reader(key, passphrase_file, passphrase_fd)
    )


@signing_commands.command()
def propose(
    operations: Operations,
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    expires_in: Annotated[
        str, typer.Option("--expires-in", help="How long it may wait for approvals: 12h, 30d.")
    ] = "7d",
    save: Save = None,
    dry_run: DryRun = False,
    wait: Wait = 10.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Propose operations, which take effect once enough have approved them."""
    from amanat.node.cli import proposing, signing

    keys = _keys(key, passphrase_file, passphrase_fd)
    how = signing.Signing(keys, save=save, dry_run=dry_run, wait=wait, api=api or [])
    proposing.propose(operations, expires_in, how, output)


@signing_commands.command()
def approve(
    proposal: ProposalId,
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    agreed: Annotated[
        Path | None,
        typer.Option("--operations", help="What was agreed on: approve nothing else."),
    ] = None,
    yes: Yes = False,
    wait: Wait = 10.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Approve a proposal, after showing what it would do and its digest."""
    keys = _keys(key, passphrase_file, passphrase_fd)
    _take("approve", proposal, agreed, _consent(keys, yes, wait, api), output)


@signing_commands.command()
def execute(
    proposal: ProposalId,
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    yes: Yes = False,
    wait: Wait = 10.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Carry out an approved proposal whose notice has run out."""
    keys = _keys(key, passphrase_file, passphrase_fd)
    _take("execute", proposal, None, _consent(keys, yes, wait, api), output)


@signing_commands.command()
def withdraw(
    proposal: ProposalId,
    key: Keys,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    yes: Yes = False,
    wait: Wait = 10.0,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Withdraw a proposal that waits, or whose notice runs."""
    keys = _keys(key, passphrase_file, passphrase_fd)
    _take("withdraw", proposal, None, _consent(keys, yes, wait, api), output)


def _keys(key: list[str], passphrase_file: Path | None, passphrase_fd: int | None) -> "Keyring":
    from amanat.node.cli.passphrases import Keyring, Passphrases

    return Keyring(key, Passphrases(passphrase_file, passphrase_fd))


def _consent(keys: "Keyring", yes: bool, wait: float, api: list[str] | None) -> "Signing":
    from amanat.node.cli.signing import Signing

    return Signing(keys, ask=not yes, wait=wait, api=api or [])


def _take(step: str, proposal: str, agreed: Path | None, how: "Signing", output: Format) -> None:
    from amanat.node.cli import proposing

    proposing.take(step, proposal, agreed, how, output)
