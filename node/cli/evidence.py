"""`amanat evidence check`: what nodes have against authorities, checked by whoever asks."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.consensus.evidence import Evidence, InvalidBlock, is_proven
from amanat.ledger.configurations import Configuration
from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.versions import UnknownVersion
from amanat.node.api.evidence import told
from amanat.node.cli.comparing import sound_record
from amanat.node.cli.connection import talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show
from amanat.node.client import Client
from amanat.node.reexecution import Reexecution
from amanat.node.store import Store, StoreError

NO_BLOCKS = "needs --data"


def check(
    sources: Sequence[str],
    genesis: Path,
    *,
    record: str | None,
    data: Path | None,
    output: Format,
) -> None:
    """Check all evidence that is shown there. Fail with 3 if an authority is proven guilty.

    Args:
        sources: addresses of nodes, or files with what `/v1/evidence` answered.
        genesis: the genesis document.
        record: a record, for networks whose authorities have changed.
        data: the data directory of a node that does not run, for its blocks.
        output: how to print.
    """
    try:
        document = load_genesis(genesis)
    except GenesisFileError as error:
        raise Failure(str(error)) from error
    known = {Configuration.first(document.authorities)}
    if record is not None:
        known |= {link.electorate for link in sound_record(record, document).links}
    found = {each: None for source in sources for each in _shown(source)}
    try:
        rows = _judged(list(found), document, known, data)
    except UnknownVersion as unknown:
        raise Failure(str(unknown)) from unknown
    show(rows, output, ("kind", "authority", "proven", "text"))
    guilty = sorted({str(row["authority"]) for row in rows if row["proven"] == "yes"})
    if guilty:
        raise Failure(f"BROKEN: proof against {', '.join(guilty)}", ExitCode.NOT_VALID)
    if any(row["proven"] == "no" for row in rows):
        raise Failure("what is shown as evidence proves nothing", ExitCode.NOT_VALID)


def _judged(
    found: list[Evidence],
    document: GenesisDocument,
    known: set[Configuration],
    data: Path | None,
) -> list[dict[str, Any]]:
    store = _open(data, document) if data is not None else None

    def payload(height: int) -> bytes | None:
        entry = store.entry(height) if store is not None else None
        return entry.payload if entry is not None else None

    try:
        executed = Reexecution(document, payload)
        return [_row(each, document, known, executed, store) for each in found]
    finally:
        if store is not None:
            store.close()


def _row(
    evidence: Evidence,
    document: GenesisDocument,
    known: set[Configuration],
    executed: Reexecution,
    store: Store | None,
) -> dict[str, Any]:
    def holds(is_refuted: Any) -> bool:
        return any(is_proven(evidence, document.chain_id(), each, is_refuted) for each in known)

    proven = "yes" if holds(executed.is_refuted) else "no"
    if isinstance(evidence, InvalidBlock) and proven == "no" and holds(lambda _: True):
        last = store.last().height if store is not None else 0
        proven = NO_BLOCKS if evidence.parent.height > last else "no"
    return {
        "kind": str(type(evidence).__struct_config__.tag),
        "authority": evidence.authority,
        "proven": proven,
        "text": told(evidence),
    }


def _open(data: Path, document: GenesisDocument) -> Store:
    try:
        return Store.open(data / "db", document.chain_id())
    except StoreError as error:
        raise Failure(str(error)) from error


def _shown(source: str) -> list[Evidence]:
    if source.startswith(("http://", "https://")):
        views = talk([source], _ask)
    else:
        views = _read(Path(source))
    try:
        return [_decoded(str(view["proof"])) for view in views]
    except (EncodingError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{source} shows what is no evidence: {error}", ExitCode.NOT_VALID) from error


def _decoded(text: str) -> Evidence:
    proof = base64.b64decode(text, validate=True)
    evidence: Evidence = decode(proof, Evidence)  # type: ignore[arg-type]
    return evidence


async def _ask(client: Client) -> Any:
    return await client.get("/v1/evidence")


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise Failure(f"{file} is not JSON: {error}", ExitCode.NOT_VALID) from error
