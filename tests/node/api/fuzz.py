"""Asks a running node all that its description allows, and much that it does not (schemathesis).

`make fuzz-api` runs it for long, the test suite for seconds. The node is that of the tests of who
may read, asked by an auditor, who may read everything.
"""

import argparse
import asyncio
import base64
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from amanat.ledger.operations import Transfer
from amanat.ledger.wording import day
from amanat.node.api import requests
from amanat.node.api.application import ROUTES
from amanat.node.api.event_streams import Streams
from amanat.node.api.reference.openapi import describe
from amanat.node.submissions import Submissions, TransactionStatus
from tests.ledger.world import BILL, RUPEE
from tests.node.api.access.confidential import THURSDAY, Confidential, confidential
from tests.node.api.fuzz_signing import AHEAD
from tests.tidy.tree import ROOT

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
MOMENT = 0.02
"""Seconds."""

KNOWN = "examples,coverage"
"""Phases whose requests are the same in every run, and end by their number."""
PHASES = f"{KNOWN},fuzzing"


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    code: int
    cases: int
    report: str


async def fuzz(node: Confidential, *, examples: int, seed: int, seconds: int) -> Outcome:
    """Try up to `examples` requests of each kind per operation, for at most `seconds`.

    Without any, what is asked is what the description itself suggests, in every run the same.
    """
    token = await node.token("agp", seconds=900)
    with _impatient():
        return await _run(node, token, (examples, seed, seconds))


def _document(node: Confidential) -> dict[str, Any]:
    """Return the description, with things that this node has among what paths may name."""
    known: dict[str, list[Any]] = {
        "account": ["alpha", "gamma", "delta"],
        "participant": ["custodian-b", "shop", "secp"],
        "instrument": [RUPEE, BILL],
        "order": ["court-1", "pause-1"],
        "transaction": [node.names["transaction"]],
        "proposal": [node.names["proposal"]],
        "height": [1, 2, 3],
        "date": [day(THURSDAY)],
    }
    payment = node.network.writer.sign(["beta"], Transfer("beta", "alpha", RUPEE, 1))
    document = describe(ROUTES)
    for operations in document["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {"content": {}})["content"].values():
                if "transaction" in content.get("example", {}):
                    content["example"] = {"transaction": base64.b64encode(payment).decode()}
            for parameter in operation["parameters"]:
                named = known.get(parameter["name"])
                if parameter["in"] == "path" and named is not None:
                    parameter["schema"] = {"anyOf": [{"enum": named}, parameter["schema"]]}
                    parameter["example"] = named[0]
    return document


@contextmanager
def _impatient() -> Iterator[None]:
    """Let the node wait for nobody: heights and outcomes that are asked for mostly never come."""
    wait_final = Submissions.wait_final

    async def briefly(self: Submissions, identifier: bytes, seconds: float) -> TransactionStatus:
        return await wait_final(self, identifier, min(seconds, MOMENT))

    something_new = Streams.something_new

    async def soon(self: Streams, height: int, seconds: float) -> bool:
        return await something_new(self, height, min(seconds, MOMENT))

    with (
        patch.object(requests, "PATIENCE_SECONDS", MOMENT),
        patch.object(Streams, "something_new", soon),
        patch.object(Submissions, "wait_final", briefly),
    ):
        yield


async def _run(node: Confidential, token: str, bounds: tuple[int, int, int]) -> Outcome:
    # In a folder of its own: it keeps what it found, and begins with that the next time.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openapi.json"
        file.write_text(json.dumps(_document(node)))
        command = _command(node, token, str(file), bounds)
        return await _ended(folder, command, node.network.now() - time.time_ns() // 1_000_000)


def _command(node: Confidential, token: str, file: str, bounds: tuple[int, int, int]) -> list[str]:
    examples, seed, seconds = bounds
    phases = PHASES if examples else KNOWN
    return [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(Path(__file__).with_name("schemathesis.toml"))),
        *("run", file, "--url", node.url),
        *("--header", f"Authorization: Bearer {token}"),
        *("--checks", ",".join(CHECKS), "--phases", phases),
        *(
            "--max-examples",
            str(examples or 1),
            "--max-time",
            str(seconds),
            "--seed",
            str(seed),
            "--generation-database",
            "none",
        ),
        *("--no-color", "--request-timeout", "20", "--continue-on-failure"),
    ]


async def _ended(folder: str, command: list[str], ahead_ms: int) -> Outcome:
    told = {
        AHEAD: str(ahead_ms),
        "SCHEMATHESIS_HOOKS": "tests.node.api.fuzz_signing",
        "PYTHONPATH": str(ROOT),
    }
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
        env=os.environ | told,
    )
    output, _ = await process.communicate()
    report = output.decode()
    found = re.search(r"([\d,]+) generated", report)
    cases = int(found[1].replace(",", "")) if found else 0
    return Outcome(-1 if process.returncode is None else process.returncode, cases, report)


async def _main(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        async with confidential(Path(folder)) as node:
            outcome = await fuzz(
                node,
                examples=arguments.examples,
                seed=arguments.seed,
                seconds=arguments.seconds,
            )
    print(outcome.report)
    return outcome.code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=800)
    sys.exit(asyncio.run(_main(parser.parse_args())))
