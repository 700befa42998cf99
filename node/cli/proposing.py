"""`amanat proposals`."""

from collections.abc import Sequence
from typing import Any

from amanat.ledger.wording import moment
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.output import Format, figures, say, show
from amanat.node.client import Client
from amanat.node.message_signatures import RequestSigner


def proposals(
    proposal: str | None,
    api: Sequence[str],
    output: Format,
    reader: RequestSigner | None = None,
) -> None:
    """Show one proposal, or all that wait."""
    path = "/v1/proposals" if proposal is None else f"/v1/proposals/{proposal}"

    async def ask(client: Client) -> Any:
        return await client.get(path)

    found = talk(api_urls(api), ask, reader=reader)
    if output is Format.JSON:
        show(found, output)
        return
    records = [found] if proposal is not None else found
    for number, each in enumerate(records):
        if number:
            say("")
        show(_readable(each), output)
    if not records:
        say("none")


def _readable(found: dict[str, Any]) -> dict[str, Any]:
    approvals = [f"{each['participant']} ({each['key'][:16]}…)" for each in found["approvals"]]
    lacking = [f"{each['code']} ({figures(each['figures'])})" for each in found["lacking"]]
    return {
        "id": found["id"],
        "proposer": found["proposer"],
        "would": found["sentence"],
        "status": found["status"],
        "approved_by": approvals or None,
        "lacks": lacking or None,
        "expires": moment(found["expires"]),
    }
