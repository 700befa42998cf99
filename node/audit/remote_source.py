"""A running node, over its API, as what is audited; and how a node shows its chain."""

import asyncio
import base64
import binascii
from collections.abc import Iterator
from typing import Any, Final

from amanat.client.message_signatures import RequestSigner
from amanat.consensus.evidence import Evidence
from amanat.ledger.encoding import EncodingError, Structure, decode, encode
from amanat.node.audit.archive import ArchivedBlock
from amanat.node.audit.directory_source import pruned
from amanat.node.audit.sources import Damaged, SourcedBlock, Unusable
from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.store import Store

PART_BYTES: Final = 1024 * 1024
"""After so many bytes a part ends; it has one block at least."""

PART_BLOCKS: Final = 500
"""Blocks in one part, at most."""


class ChainPart(Structure, frozen=True):
    """Successive blocks of a node's chain."""

    blocks: tuple[ArchivedBlock, ...]


def part(store: Store, first: int) -> ChainPart:
    """Return what a node shows of its chain from height `first` on, as far as it is applied."""
    last = min(store.applied().height, first + PART_BLOCKS - 1)
    found: list[ArchivedBlock] = []
    size = 0
    for height in range(first, last + 1):
        entry = store.entry(height)
        if entry is None:
            break
        certificate = store.certificate(height, height)
        raw = encode(entry)
        found.append(ArchivedBlock(raw, None if certificate is None else encode(certificate)))
        size += len(raw)
        if size >= PART_BYTES:
            break
    return ChainPart(tuple(found))


class Unanswered(Unusable):
    """The node does not answer, or not as a node does."""


class Forbidden(Unusable):
    """The node does not show its chain to whoever asks here."""


class RemoteSource:
    """Asks one node for its chain, part by part, as one who may read all of it."""

    kind = "node"

    def __init__(self, url: str, reader: RequestSigner | None = None) -> None:
        """Ask the node at `url` which chain it has, and how far.

        Args:
            url: its API address.
            reader: signs each request, where the node shows its chain to whom the ledger permits.

        Raises:
            Unusable: it does not answer, or keeps no old blocks.
        """
        self.name = url
        self._runner = asyncio.Runner()
        self._client = Client([url], reader=reader)
        self._runner.run(self._client.__aenter__())
        try:
            network = self._get("/v1/network")
            status = self._get("/v1/status")
            self.chain = bytes.fromhex(network["chain"])
            self.last = int(status["height"])
            first = int(status.get("first_height") or 1)
        except (KeyError, TypeError, ValueError) as error:
            self.close()
            raise Unanswered(f"what answers at {url} is not a node of this version") from error
        except BaseException:
            self.close()
            raise
        if first > 1:
            self.close()
            raise Unusable(pruned(url, first))

    def blocks(self, first: int) -> Iterator[SourcedBlock]:
        """Yield the blocks from `first` up to the last that there was. Raises as `Source` says."""
        height = first
        while height <= self.last:
            answer = self._get(f"/v1/chain?from={height}")
            try:
                found = decode(base64.b64decode(answer["part"], validate=True), ChainPart)
            except (KeyError, TypeError, ValueError, binascii.Error, EncodingError) as error:
                raise Damaged(height, "a part of the chain", str(error)) from error
            if not found.blocks:
                return
            for block in found.blocks:
                if height > self.last:
                    return
                yield SourcedBlock(height, block.entry, block.certificate)
                height += 1

    def evidence(self) -> Iterator[Evidence]:
        """Yield what the node has against authorities."""
        for shown in self._get("/v1/evidence"):
            try:
                raw = base64.b64decode(shown["proof"], validate=True)
                found: Evidence = decode(raw, Evidence)  # type: ignore[arg-type]  # a union
            except (KeyError, TypeError, ValueError, EncodingError) as error:
                raise Damaged(1, "a piece of evidence", str(error)) from error
            yield found

    def close(self) -> None:
        """Hang up."""
        self._runner.run(self._client.__aexit__(None, None, None))
        self._runner.close()

    def _get(self, path: str) -> Any:
        try:
            return self._runner.run(self._client.get(path))
        except Unreachable as error:
            raise Unanswered(str(error)) from error
        except Refusal as refusal:
            if refusal.code == "pruned":
                first = int(refusal.figures.get("first", "0"))
                raise Unusable(pruned(self.name, first)) from refusal
            fix = refusal.problem.get("fix", "")
            raise Forbidden(f"{self.name}: {refusal}. {fix}") from refusal
