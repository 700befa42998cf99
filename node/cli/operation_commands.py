"""The manual of operations, of which transactions are made."""

from typing import Annotated

import typer

from amanat.node.cli.nouns import OPERATION
from amanat.node.cli.options import Output
from amanat.node.cli.output import Format

Name = Annotated[str, typer.Argument(help="The operation's name.")]


@OPERATION.command("list")
def operation_list(output: Output = Format.TABLE) -> None:
    """List every operation, by theme."""
    from amanat.node.cli import listing

    listing.all_operations(output)


@OPERATION.command("show")
def operation_show(name: Name, output: Output = Format.TABLE) -> None:
    """Show an operation in full: fields, signers, policies, codes, events."""
    from amanat.node.cli import listing

    listing.one(name, output)


@OPERATION.command("example")
def operation_example(
    name: Name,
    of_type: Annotated[
        str | None, typer.Option("--type", help="Of which type of terms, scope or rule.")
    ] = None,
) -> None:
    """Print a template of an operation, as `amanat transaction sign` takes it."""
    from amanat.node.cli import listing

    listing.template(name, of_type)


@OPERATION.command("manual")
def operation_manual() -> None:
    """Print all operations as a page in Markdown."""
    from amanat.node.cli import listing

    listing.manual()
