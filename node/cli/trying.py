"""`amanat transaction submit --dry-run`: all that speaks against it, without submitting it."""

from collections.abc import Sequence
from typing import Any

from amanat.client.message_signatures import RequestSigner
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, figures, show
from amanat.node.client import Client


def dry_run(
    envelope: bytes, api: Sequence[str], output: Format, reader: RequestSigner | None = None
) -> None:
    """Show what would become of a transaction, signed or not.

    Raises:
        Failure: among others, with 5, it would not pass.
    """

    async def send(client: Client) -> dict[str, Any]:
        return await client.simulate(envelope)

    run = talk(api_urls(api), send, reader=reader)
    show(run if output is not Format.TABLE else _readable(run), output)
    count = len(run["door"]) + len(run["refusals"])
    if not run["passes"]:
        reasons = "1 reason" if count == 1 else f"{count} reasons"
        raise Failure(f"it would be refused, for {reasons}", ExitCode.REJECTED)


def _readable(run: dict[str, Any]) -> dict[str, Any]:
    door = [f"{each['code']} ({figures(each['figures'])})" for each in run["door"]]
    rules = [
        f"operation {each['operation']}: {each['code']} ({figures(each['figures'])})"
        for each in run["refusals"]
    ]
    return {
        "id": run["id"],
        "passes": run["passes"],
        "would": run["sentences"],
        "refused_by": [*door, *rules] or None,
    }
