"""The tree of commands and their options."""

from pathlib import Path
from typing import Annotated, Final

import typer

from amanat.node.cli import (
    audit_commands,
    certificate_authorities,
    condition_commands,
    container_commands,
    curl,
    reader_commands,
)
from amanat.node.cli.authority_commands import authorities
from amanat.node.cli.backup_commands import backup
from amanat.node.cli.genesis_commands import genesis
from amanat.node.cli.key_commands import keys
from amanat.node.cli.node_commands import node
from amanat.node.cli.options import (
    Api,
    Config,
    Key,
    Keys,
    Output,
    PassphraseFd,
    PassphraseFile,
    ReaderKey,
    Set,
)
from amanat.node.cli.output import Format
from amanat.node.cli.signing_commands import signing_commands
from amanat.node.cli.statement_commands import statement
from amanat.node.cli.travel_data import travel_data

EXIT_CODES: Final = (
    "Exit codes: 0 ok; 2 wrong use, settings or files; 3 not valid or diverged; "
    "4 unreachable; 5 refused by a rule; 6 outcome not yet known; 7 a running node broke."
)

app = typer.Typer(
    name="amanat",
    help="A permissioned ledger of tokenized sovereign assets. " + EXIT_CODES,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
custody = typer.Typer(help="Whose accounts a custodian serves.", no_args_is_help=True)
testnet = typer.Typer(help="A whole network on this machine.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(genesis, name="genesis")
app.add_typer(node, name="node")
app.add_typer(authorities, name="authorities")
app.add_typer(custody, name="custody")
app.add_typer(testnet, name="testnet")
app.add_typer(travel_data, name="travel-data")
app.add_typer(statement, name="statement")
app.add_typer(condition_commands.configuration, name="config")
app.command("doctor")(condition_commands.doctor)
app.command("support-bundle")(condition_commands.support_bundle)
app.add_typer(backup, name="backup")
app.command("audit")(audit_commands.audit)
app.command("export")(audit_commands.export)
app.command("record")(audit_commands.record)
app.command("balance")(reader_commands.balance)
app.command("events")(reader_commands.events)
app.command("token")(reader_commands.token)
app.add_typer(signing_commands)
testnet.command("found")(container_commands.found)
testnet.command("admit")(container_commands.admit)
testnet.command("play")(container_commands.play)


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


@app.command()
def transfer(
    source: Annotated[str, typer.Option("--from", help="The account to debit.")],
    target: Annotated[str, typer.Option("--to", help="The account to credit.")],
    instrument: Annotated[str, typer.Option(help="ISIN or other identifier.")],
    amount: Annotated[str, typer.Option(help="In the instrument's smallest unit.")],
    key: Key,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait until it is final.")] = 10.0,
    save: Annotated[Path | None, typer.Option(help="Only sign, into this file.")] = None,
    travel_data: Annotated[
        str | None, typer.Option(help="The digest that `travel-data seal` showed.")
    ] = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Sign a transfer and submit it, or sign it into a file."""
    from amanat.node.cli import submitting
    from amanat.node.cli.passphrases import Passphrases, open_key

    order = submitting.Order(source, target, instrument, amount, travel_data)
    signer = open_key(key, Passphrases(passphrase_file, passphrase_fd))
    submitting.transfer(order, signer, api or [], wait=wait, save=save, output=output)


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="A signed transaction.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait until it is final.")] = 10.0,
    receipt: Annotated[
        Path | None, typer.Option(help="Put the node's signed receipt of submission here.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Submit nothing: list all that refuses it.")
    ] = False,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
    output: Output = Format.TABLE,
) -> None:
    """Submit a signed transaction. The same file again gives the same outcome."""
    from amanat.node.cli import signing, submitting

    envelope = submitting.read(file)
    if dry_run:
        from amanat.node.cli import reading, trying

        asking = reading.reader(key, passphrase_file, passphrase_fd)
        trying.dry_run(envelope, api or [], output, asking)
        return
    signing.check_whole(file, envelope)
    submitting.submit(envelope, api or [], wait=wait, receipt=receipt, output=output)


@app.command()
def verify(
    bundle: Annotated[
        Path,
        typer.Argument(
            help="A proof, a balance certificate, a receipt, or the manifest of a statement."
        ),
    ],
    genesis_file: Annotated[Path, typer.Option("--genesis", help="The genesis document.")],
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


@app.command()
def evidence(
    sources: Annotated[
        list[str], typer.Argument(help="Nodes' API addresses, or files with what they answered.")
    ],
    genesis_file: Annotated[Path, typer.Option("--genesis", help="The genesis document.")],
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


@app.command()
def simulate(
    seeds: Annotated[int, typer.Option(min=1, help="How many networks to run.")] = 1000,
    first: Annotated[int, typer.Option(min=0, help="The first seed.")] = 0,
    processes: Annotated[int, typer.Option(min=1, help="How many at a time.")] = 2,
    seed: Annotated[int | None, typer.Option(min=0, help="Run this one alone.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Tell its story.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Do not shrink it if it fails.")] = False,
    explore: Annotated[
        str | None, typer.Option(help="Visit every state of a small network instead: which scope.")
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Run simulated networks under faults; exits with 3 if one breaks a promise."""
    from amanat.node.cli import simulating

    if explore is not None:
        simulating.explore(explore, output)
    elif trace:
        simulating.tell(seed, whole=whole, output=output)
    else:
        range_ = (first, seeds) if seed is None else (seed, 1)
        simulating.simulate(simulating.Seeds(*range_, processes), output)


@custody.command("move-clients")
def custody_move_clients(
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
    from amanat.node.cli import custody
    from amanat.node.cli.passphrases import Keyring, Passphrases

    order = custody.Order(source, target, batch)
    signers = Keyring(key, Passphrases(passphrase_file, passphrase_fd)).opened()
    custody.move_clients(order, signers, api or [], wait=wait, output=output)


@testnet.command("up")
def testnet_up(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    base_port: Annotated[
        int,
        typer.Option(
            min=1,
            max=64_531,
            help="The first of five ports for peers; those of the APIs are a thousand above.",
        ),
    ] = 7101,
    output: Output = Format.TABLE,
) -> None:
    """Make five nodes, start them, and play the main job on them."""
    from amanat.node.testnet import commands
    from amanat.node.testnet.layout import Ports

    commands.up(directory, Ports(base_port), output)


@testnet.command("start")
def testnet_start(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Start the nodes of a stopped test network again."""
    from amanat.node.testnet import commands

    commands.start(directory, output)


@testnet.command("stop")
def testnet_stop(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Stop exactly the processes that `up` or `start` started."""
    from amanat.node.testnet import commands

    commands.stop(directory, output)


@testnet.command("clean")
def testnet_clean(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Remove a stopped test network, keys and ledger and all."""
    from amanat.node.testnet import commands

    commands.clean(directory, output)


@testnet.command("status")
def testnet_status(
    directory: Annotated[Path, typer.Option(help="Where it lives.")] = Path("testnet"),
    output: Output = Format.TABLE,
) -> None:
    """Show which of the test network's processes run."""
    from amanat.node.testnet import commands

    commands.status(directory, output)
