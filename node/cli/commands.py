"""The tree of commands: `amanat NOUN VERB`, and a few plain ones for what is typed every day."""

from typing import Annotated, Final

import typer

from amanat.node.cli import (
    audit_commands,
    authority_commands,
    backup_commands,
    condition_commands,
    curl,
    custodian_commands,
    genesis_commands,
    holding_commands,
    key_commands,
    node_commands,
    operation_commands,
    proposal_commands,
    read_commands,
    reader_commands,
    simulation_commands,
    statement_commands,
    testnet_commands,
    transaction_commands,
    travel_data_commands,
)
from amanat.node.cli.nouns import NOUNS
from amanat.node.cli.options import Api, Config, Output, Set
from amanat.node.cli.output import Format

EXIT_CODES: Final = (
    "Exit codes: 0 ok; 2 wrong use, settings or files; 3 not valid or diverged; "
    "4 unreachable; 5 refused by a rule; 6 outcome not yet known; 7 a running node broke."
)

DECLARING: Final = (
    audit_commands,
    authority_commands,
    backup_commands,
    condition_commands,
    custodian_commands,
    genesis_commands,
    holding_commands,
    key_commands,
    node_commands,
    operation_commands,
    proposal_commands,
    read_commands,
    reader_commands,
    simulation_commands,
    statement_commands,
    testnet_commands,
    transaction_commands,
    travel_data_commands,
)
"""The modules that give the nouns their verbs, by being imported."""

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
) -> None:
    """Give every command what stands before its name."""
    curl.WANTED.set(with_curl)


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
for _name, _noun in NOUNS.items():
    app.add_typer(_noun, name=_name)
