"""Proposals: operations that take effect once enough have approved them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amanat.node.cli.nouns import PROPOSAL
from amanat.node.cli.options import (
    Api,
    DryRun,
    Keys,
    Operations,
    Output,
    PassphraseFd,
    PassphraseFile,
    ReaderKey,
    Save,
    Wait,
    Yes,
)
from amanat.node.cli.output import Format

if TYPE_CHECKING:
    from amanat.node.cli.passphrases import Keyring
    from amanat.node.cli.signing import Signing

ProposalId = Annotated[str, typer.Argument(help="The proposal's id.")]


@PROPOSAL.command("create")
def proposal_create(
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
    from amanat.node.cli.passphrases import keyring

    keys = keyring(key, passphrase_file, passphrase_fd)
    how = signing.Signing(keys, save=save, dry_run=dry_run, wait=wait, api=api or [])
    proposing.propose(operations, expires_in, how, output)


@PROPOSAL.command("list")
def proposal_list(
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """List the proposals that wait: what they would do, who has approved, what they lack."""
    from amanat.node.cli import proposing, reading

    reader = reading.reader(key, passphrase_file, passphrase_fd)
    proposing.proposals(None, api or [], output, reader)


@PROPOSAL.command("show")
def proposal_show(
    proposal: ProposalId,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Show a proposal: what it would do, who has approved it, what it lacks."""
    from amanat.node.cli import proposing, reading

    reader = reading.reader(key, passphrase_file, passphrase_fd)
    proposing.proposals(proposal, api or [], output, reader)


@PROPOSAL.command("approve")
def proposal_approve(
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
    from amanat.node.cli.passphrases import keyring

    keys = keyring(key, passphrase_file, passphrase_fd)
    _take("approve", proposal, agreed, _consent(keys, yes, wait, api), output)


@PROPOSAL.command("execute")
def proposal_execute(
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
    from amanat.node.cli.passphrases import keyring

    keys = keyring(key, passphrase_file, passphrase_fd)
    _take("execute", proposal, None, _consent(keys, yes, wait, api), output)


@PROPOSAL.command("withdraw")
def proposal_withdraw(
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
    from amanat.node.cli.passphrases import keyring

    keys = keyring(key, passphrase_file, passphrase_fd)
    _take("withdraw", proposal, None, _consent(keys, yes, wait, api), output)


def _consent(keys: "Keyring", yes: bool, wait: float, api: list[str] | None) -> "Signing":
    from amanat.node.cli.signing import Signing

    return Signing(keys, ask=not yes, wait=wait, api=api or [])


def _take(step: str, proposal: str, agreed: Path | None, how: "Signing", output: Format) -> None:
    from amanat.node.cli import proposing

    proposing.take(step, proposal, agreed, how, output)
