"""`amanat init` and `amanat start`."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from amanat.config.genesis_file import GenesisFileError, fingerprint, load_genesis
from amanat.config.genesis_signatures import SignaturesError
from amanat.config.settings import NodeSettings, SettingsError, load_settings
from amanat.config.words import words_of
from amanat.ledger.identifiers import Digest
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.data_directory import DirectoryError, create
from amanat.node.run import StartError, check_founding, run_node


def init(config: Path, output: Format, flags: Sequence[str] = ()) -> None:
    """Make the data directory that the settings name."""
    settings = settings_of(config, flags)
    try:
        document = load_genesis(Path(settings.genesis))
        check_founding(settings, document)
        create(Path(settings.data), settings.name, document)
    except (GenesisFileError, SignaturesError, DirectoryError) as error:
        raise Failure(str(error)) from error
    if document.authorities.get(settings.name) is None:
        note(
            f"{settings.name} is not an authority in the genesis document: the others take it in "
            "once a decision on the ledger names it and its key"
        )
    chain = document.chain_id()
    made = {
        "name": settings.name,
        "network": document.network,
        "fingerprint": fingerprint(chain),
        "words": " ".join(words_of(chain)),
        "chain": chain.hex(),
        "data": settings.data,
    }
    show(made, output)


def start(config: Path, output: Format, flags: Sequence[str] = ()) -> None:
    """Run the node until SIGTERM or SIGINT; with JSON, print where it serves once it does."""
    settings = settings_of(config, flags)

    def serving(chain: Digest) -> None:
        if output is not Format.TABLE:
            where = {"api": settings.api.url, "peer": settings.peer.listen}
            show({"name": settings.name, **where, "chain": chain.hex()}, output)
            sys.stdout.flush()

    try:
        asyncio.run(run_node(settings, serving, reread=lambda: load_settings(config, flags=flags)))
    except StartError as error:
        raise Failure(str(error)) from error
    except ExceptionGroup as group:
        reason = "; ".join(dict.fromkeys(str(error) for error in group.exceptions))
        raise Failure(f"the node ended: {reason}", ExitCode.BROKEN) from group


def settings_of(config: Path, flags: Sequence[str] = ()) -> NodeSettings:
    """Return a node's settings; a `Failure` says what is wrong with them."""
    try:
        return load_settings(config, flags=flags)
    except (SettingsError, msgspec.MsgspecError) as error:
        raise Failure(str(error)) from error
