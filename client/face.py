"""What both faces of the client are made of, before one of them waits for anything."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from yarl import URL

from amanat.client import clock
from amanat.client.asking import Nodes
from amanat.client.conversations import Conversations
from amanat.client.exchange import Heard, JournalStep, Request, Send
from amanat.client.journal import Journal
from amanat.client.message_signatures import RequestSigner
from amanat.client.signers import Signs
from amanat.client.trust import trusting
from amanat.config.genesis_file import load_genesis
from amanat.ledger.genesis import GenesisDocument

BYTES_MAX: Final = 16 * 1024 * 1024
"""The longest answer that is read."""

CONNECT_SECONDS: Final = 3.0


class Face:
    """A client of one network: its nodes, what it believes, as whom it asks, what it sent."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        genesis: Path | str | GenesisDocument | None,
        journal: Path | str | None = None,
        reader: Signs | RequestSigner | None = None,
        ca: Path | str | ssl.SSLContext | None = None,
    ) -> None:
        """Speak with the nodes at `urls`; nothing is sent yet.

        Args:
            urls: their addresses. Each is as good as another; the first is asked first.
            genesis: the network's genesis document or the file that holds it, got from somebody
                who is trusted. None: nothing can be proved or submitted.
            journal: a directory for what is submitted. Without it nothing can be submitted.
            reader: who asks, for what is not shown to anyone: a key of a participant.
            ca: a file of the certificate authorities that https addresses are trusted by, or a
                context of your own. None: the file that AMANAT_CA names, or the system's.

        Raises:
            TrustError: that file cannot be used, and one of the addresses is https.
        """
        if isinstance(genesis, Path | str):
            genesis = load_genesis(Path(genesis))
        self._talk = Conversations(Nodes(urls), genesis, clock.monotonic)
        self._journal = None if journal is None else Journal(Path(journal))
        if reader is not None and not isinstance(reader, RequestSigner):
            reader = RequestSigner(reader)
        self._reader = reader
        self._tls = self._checking(ca)

    def _checking(self, ca: Path | str | ssl.SSLContext | None) -> ssl.SSLContext | None:
        """Return what checks certificates, if any address has one."""
        if isinstance(ca, ssl.SSLContext):
            return ca
        # Reading all that a system trusts takes longer than many a request: not for nothing.
        is_needed = any(url.lower().startswith("https:") for url in self._talk.nodes.urls)
        return trusting(ca) if is_needed else None

    @property
    def chain(self) -> bytes:
        """The network's identity, which every transaction names."""
        return self._talk.proofs.chain

    @property
    def height(self) -> int:
        """The greatest height that any answer was of: no later answer is of a lower one."""
        return self._talk.nodes.height

    def _perform(self, step: JournalStep) -> Heard:
        if self._journal is None:
            raise ValueError("this needs a journal: Client(…, journal=directory)")
        return self._journal.perform(step)

    def _target(self, step: Send) -> str:
        """Return where a request goes, encoded as it is sent and signed.

        Raises:
            ValueError: the address is none.
        """
        url = URL(step.url + step.request.path)
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError(
                f"{step.url} is no address of a node: it begins with http:// or https://"
            )
        return str(url)

    def _headers(self, url: str, request: Request) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if request.content_type is not None:
            headers["Content-Type"] = request.content_type
        if request.accept is not None:
            headers["Accept"] = request.accept
        if self._reader is not None and request.as_reader:
            headers |= self._reader.headers(request.method, url, request.body)
        return headers
