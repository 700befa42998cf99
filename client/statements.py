"""Statements: a file of holdings, movements, entitlements or supply, and what a node signed for it.

They come whole into memory, up to the longest answer that a client reads; larger ones the command
line writes to disk (`amanat statement`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from amanat.client.asking import Nodes, ask
from amanat.client.exchange import Answer, Conversation, Request
from amanat.client.proofs import NotProved, Proofs
from amanat.client.reading import path_of
from amanat.verifier.decoding import Invalid
from amanat.verifier.statements import StatementFound, verify_statement

OCTETS: Final = "application/octet-stream"

SECONDS: Final = 600.0
"""How long making a file may take."""

Asked = Mapping[str, str | int | None]
"""Of what and when: `account`, `custodian`, `instrument`; `as_of` or `at_height`; `from` and `to`,
or `from_height` and `to_height`. None asks for nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement's file, and the manifest that a node signed for it, checked."""

    content: bytes = field(repr=False)
    """The file."""
    manifest: bytes = field(repr=False)
    """Keep it beside the file: `amanat proof verify` checks both at any time."""
    found: StatementFound
    """What the manifest says: the block and what the file adds up to are proved, the rows are that
    authority's word."""


def named(asked: Asked) -> Asked:
    """Return what is asked under the names that the API has: `from` is no name in Python."""
    return {name.removesuffix("_"): value for name, value in asked.items()}


def statement(
    nodes: Nodes, proofs: Proofs, noun: str, asked: Asked, kind: str
) -> Conversation[Statement]:
    """Return a statement, and the manifest of the node that made it.

    Raises as `ask` does; Unproved where a manifest is not valid, or is not of the file.
    """
    wanted: dict[str, object] = {**asked, "format": kind}
    made = yield from ask(
        nodes,
        Request("GET", path_of("statements", noun, **wanted), seconds=SECONDS),
        lambda answer: answer,
        fresh=False,
    )
    if not any(asked.get(name) is not None for name in ("as_of", "at_height", "to", "to_height")):
        wanted["at_height"] = made.height  # the next block may come between the two
    return (
        yield from ask(
            nodes,
            Request(
                "GET",
                path_of("statements", noun, "manifest", **wanted),
                accept=OCTETS,
                seconds=SECONDS,
            ),
            lambda signed: _checked(proofs, made.body, signed),
            fresh=False,
        )
    )


def _checked(proofs: Proofs, content: bytes, signed: Answer) -> Statement:
    digest = sha256(content).digest()
    try:
        found = verify_statement(
            proofs.genesis, signed.body, lambda *_: None, file=(digest, len(content))
        )
    except Invalid as invalid:
        raise NotProved(f"the manifest is not valid: {invalid}") from invalid
    return Statement(content, signed.body, found)
