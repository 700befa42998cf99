"""Files that a node gives out: the genesis document, and the receipt of a transaction."""

import base64
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from amanat.client.message_signatures import RequestSigner
from amanat.config.genesis_file import GenesisFileError, from_json, to_json
from amanat.node.cli import proving
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.genesis_documents import check_told, describe
from amanat.node.cli.output import Format, note
from amanat.node.cli.submitting import write
from amanat.node.client import Client
from amanat.verifier.contents import Outcome


def genesis(file: Path, told: str | None, api: Sequence[str], output: Format) -> None:
    """Save the genesis document that a node shows, and show its fingerprint.

    Raises:
        Failure: among others, it has not the fingerprint that was told (3): nothing is saved then.
    """
    urls = api_urls(api)

    async def ask(client: Client) -> str:
        return await client.get_text("/v1/genesis")

    try:
        document = from_json(talk(urls, ask))
    except GenesisFileError as error:
        raise Failure(
            f"{urls[0]} shows no genesis document: {error}", ExitCode.NOT_VALID
        ) from error
    problems = document.problems()
    if problems:
        raise Failure(f"{urls[0]} shows an unsound one: {'; '.join(problems)}", ExitCode.NOT_VALID)
    if told is not None:
        check_told(file, document, told)
    write(file, to_json(document).encode())
    describe(file, output)
    if told is None:
        note("compare the fingerprint, or the words, with those that were read to you")


def receipt(
    transaction: str,
    file: Path,
    genesis: Path | None,
    api: Sequence[str],
    reader: RequestSigner | None,
    output: Format,
) -> None:
    """Save the receipt of a transaction with its proof; check it against a genesis document.

    Raises:
        Failure: among others, it is not valid, or of another transaction (3): it is saved all the
            same, for it shows what the node did.
    """
    path = f"/v1/transactions/{quote(transaction, safe='', errors='replace')}/receipt"

    async def ask(client: Client) -> bytes:
        return base64.b64decode((await client.get(path))["proof"], validate=True)

    bundle = talk(api_urls(api), ask, reader=reader)
    write(file, bundle)
    if genesis is None:
        note(f"{file} is not checked: `amanat proof verify {file} --genesis FILE` checks it")
        return
    steps: list[tuple[str, str]] = []
    finding = proving.check(bundle, genesis, steps)
    if not isinstance(finding.proved, Outcome) or finding.proved.transaction != transaction:
        raise Failure(f"NOT VALID: {file} is no receipt of {transaction}", ExitCode.NOT_VALID)
    proving.tell(proving.proved(finding), steps, output)
