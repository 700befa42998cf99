"""The tree of commands: `amanat NOUN VERB`, and a few plain ones for what is typed every day."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from amanat.node.cli import audit_commands, certificate_authorities, condition_commands, curl
from amanat.node.cli.nouns import NOUNS
from amanat.node.cli.options import Api, Config, Output, Set
from amanat.node.cli.output import Format

EXIT_CODES: Final = (
    "Exit codes: 0 ok; 2 wrong use, settings or files; 3 not valid or diverged; "
    "4 unreachable; 5 refused by a rule; 6 outcome not yet known; 7 a running node broke."
)

DECLARING: Final = (
    "audit",
    "authority",
    "backup",
    "condition",
    "custodian",
    "genesis",
    "holding",
    "key",
    "node",
    "operation",
    "proposal",
    "read",
    "reader",
    "recovery",
    "simulation",
    "statement",
    "testnet",
    "transaction",
    "travel_data",
)
"""Who gives the nouns their verbs: modules of this package, before `_commands`."""

app = typer.Typer(
    name="amanat",
    help="A permissioned ledger of tokenized sovereign assets. " + EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def everywhere(
    with_curl: Annotated[
        bool, typer.Option("--curl", help="Print each request as a curl command, to stderr.")
    ] = False,
    ca: Annotated[
        Path | None,
        typer.Option(
            "--ca",
            envvar="AMANAT_CA",
            help="A PEM file: trust https addresses by these certificate authorities alone.",
        ),
    ] = None,
) -> None:
    """Give every command what stands before its name."""
    curl.WANTED.set(with_curl)
    if ca is not None:
        certificate_authorities.trust(ca)


@app.command()
def init(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Make the data directory of a node. Never overwrites."""
    from amanat.node.cli import nodes

    nodes.init(config, output, set_ or ())


@app.command()
def start(config: Config, set_: Set = None, output: Output = Format.TABLE) -> None:
    """Run a node until it is told to stop. Never creates."""
    from amanat.node.cli import nodes

    nodes.start(config, output, set_ or ())


@app.command()
def status(api: Api = None, output: Output = Format.TABLE) -> None:
    """Show every node of the network; exits with 3 if states diverge."""
    from amanat.node.cli import network_status

    network_status.status(api or [], output)


app.command("doctor")(condition_commands.doctor)
app.command("support-bundle")(condition_commands.support_bundle)
app.command("audit")(audit_commands.audit)
for _declaring in DECLARING:
    import_module(f"amanat.node.cli.{_declaring}_commands")
for _name, _noun in NOUNS.items():
    app.add_typer(_noun, name=_name)
