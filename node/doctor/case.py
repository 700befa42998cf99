"""The node that is examined: what is known of it before any check, and by which means."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from amanat.client.keystore import KeystoreError
from amanat.client.signers import Signs
from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.config.settings import NodeSettings
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import PublicKey
from amanat.node import clock
from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.data_directory import DirectoryError, process_of
from amanat.node.doctor.limits import Limits, limits_of
from amanat.node.own_listeners import api_trust
from amanat.node.run import open_authority_key

SECONDS: Final = 3.0
"""How long this node's own API may take."""


@dataclass(frozen=True, slots=True)
class Means:
    """By what a case is examined: tests put in others."""

    now: Callable[[], int] = clock.now
    """This machine's clock, milliseconds since 1970."""
    space: Callable[[str], tuple[int, int]] = lambda path: shutil.disk_usage(path)[::2]
    """Bytes in all, and free, where a path is."""
    limits: Callable[[int | None], Limits] = limits_of
    """What a process, this one if none, may use."""


@dataclass(frozen=True, slots=True)
class Case:
    """One node under examination."""

    settings: NodeSettings
    means: Means
    document: GenesisDocument | None
    document_fault: str | None
    signer: Signs | None
    signer_fault: str | None
    process: int | None
    """The process that uses the data directory, if one does."""
    status: dict[str, Any] | None = None
    """What this node answers to /v1/status, if it runs."""
    keys: dict[str, PublicKey] = field(default_factory=dict)
    """The authorities' keys: as this node knows them if it runs, else as the genesis has them."""


async def open_case(settings: NodeSettings, means: Means) -> Case:
    """Look at a node's files, and ask it if it runs."""
    document, document_fault = _document(settings)
    signer, signer_fault = _signer(settings)
    try:
        process: int | None = process_of(Path(settings.data))
    except DirectoryError:
        process = None
    founders = document.authorities.members if document else ()
    keys = {member.name: member.key for member in founders}
    status = None
    if process is not None:
        own = api_trust(settings)
        async with Client([settings.api.url], seconds=SECONDS, tls=own) as client:
            try:
                status = await client.get("/v1/status")
                network = await client.get("/v1/network")
                keys |= {
                    each["name"]: bytes.fromhex(each["key"]) for each in network["authorities"]
                }
            except (Unreachable, Refusal, KeyError, TypeError, ValueError):
                status = None
    return Case(
        settings,
        means,
        document,
        document_fault,
        signer,
        signer_fault,
        process,
        status,
        keys,
    )


def _document(settings: NodeSettings) -> tuple[GenesisDocument | None, str | None]:
    try:
        return load_genesis(Path(settings.genesis)), None
    except GenesisFileError as error:
        return None, str(error)


def _signer(settings: NodeSettings) -> tuple[Signs | None, str | None]:
    try:
        return open_authority_key(settings), None
    except KeystoreError as error:
        return None, str(error)
