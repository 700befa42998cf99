"""The commands of auditors, with their options."""

from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import EVIDENCE, LEDGER, PROOF
from amanat.node.cli.options import Output, PassphraseFd, PassphraseFile, ReaderKey
from amanat.node.cli.output import Format

Genesis = Annotated[Path, typer.Option("--genesis", help="The genesis document.")]


def audit(
    source: Annotated[
        str,
        typer.Argument(
            help="An archive (amanat ledger export), the data directory of a stopped node, or a "
            "node's API address."
        ),
    ],
    genesis_file: Genesis,
    other: Annotated[
        str | None,
        typer.Argument(help="Another one, or a saved record: who forked the chain, if it was?"),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A directory to work in: an interrupted audit goes on from it."),
    ] = None,
    recount_every: Annotated[
        int | None, typer.Option(min=1, help="Recount the register after so many blocks, too.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Put the report here; the ending says how: .html or .json.")
    ] = None,
    signatures: Annotated[
        bool,
        typer.Option(
            "--signatures",
            help="Execute nothing: compare what two nodes or records show to anyone.",
        ),
    ] = False,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    output: Output = Format.TABLE,
) -> None:
    """Execute a whole ledger again from its genesis document; exits with 3 if it is not in order.

    Trusts no node. With a second source, names who forked the chain, with proof.
    """
    from amanat.node.cli import auditing, reading
    from amanat.node.cli.failure import Failure

    if signatures:
        if other is None:
            raise Failure("--signatures compares two sources: name another")
        auditing.compare_signatures((source, other), genesis_file, output)
        return
    reader = reading.reader(key, passphrase_file, passphrase_fd)
    choices = auditing.Choices(checkpoint, recount_every, report, reader)
    if other is None:
        auditing.audit(source, genesis_file, choices, output)
    else:
        auditing.audit_both((source, other), genesis_file, choices, output)


@LEDGER.command("export")
def ledger_export(
    source: Annotated[
        str, typer.Argument(help="A node's API address, or the data directory of a stopped node.")
    ],
    file: Annotated[Path, typer.Argument(help="Where to put the archive.")],
    genesis_file: Genesis,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    output: Output = Format.TABLE,
) -> None:
    """Put a whole chain into one file, to be audited anywhere. Goes on where it was interrupted.

    Never overwrites.
    """
    from amanat.node.cli import exporting, reading

    reader = reading.reader(key, passphrase_file, passphrase_fd)
    exporting.export(source, file, genesis_file, reader, output)


@LEDGER.command("record")
def ledger_record(
    url: Annotated[str, typer.Argument(help="A node's API address.")],
    file: Annotated[Path, typer.Argument(help="Where to put the record.")],
    output: Output = Format.TABLE,
) -> None:
    """Save what a node shows to anyone for its chain, to be compared later. Never overwrites."""
    from amanat.node.cli import comparing

    comparing.save(url, file, output)


@PROOF.command("verify")
def proof_verify(
    bundle: Annotated[
        Path,
        typer.Argument(
            help="A proof, a balance certificate, a receipt, or the manifest of a statement."
        ),
    ],
    genesis_file: Genesis,
    eras: Annotated[
        Path | None,
        typer.Option(help="For the receipt of one that joined later: any proof made since."),
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Check what a node gave out, offline, against the genesis document alone."""
    from amanat.node.cli import checking, proving

    if checking.is_of_a_statement(bundle):
        checking.verify(bundle, genesis_file, output)
    else:
        proving.verify(bundle, genesis_file, eras, output)


@EVIDENCE.command("check")
def evidence_check(
    sources: Annotated[
        list[str], typer.Argument(help="Nodes' API addresses, or files with what they answered.")
    ],
    genesis_file: Genesis,
    record: Annotated[
        str | None,
        typer.Option(help="A record, saved or a node's: for authorities that joined later."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="The directory of a node that does not run: to execute its blocks again."
        ),
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Check what nodes have against authorities; exits with 3 if anything is proven."""
    from amanat.node.cli import evidence as checking

    checking.check(sources, genesis_file, record=record, data=data, output=output)
