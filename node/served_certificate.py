"""A certificate that is shown to whoever connects, and can be another for whoever comes next."""

import ssl
from datetime import datetime

import structlog

from amanat.node.web_certificate import Files, Pair, PairError, bare_context, load

log = structlog.get_logger(__name__)


class ServedCertificate:
    """What a listener shows. `context` stays the same; what it shows is replaced as a whole."""

    def __init__(self, use: str, files: Files, host: str | None) -> None:
        """Nothing is read yet. `host` is the one that clients know the listener by, if known."""
        self._use = use
        self._files = files
        self._host = host
        self._pair: Pair | None = None
        self._stamp: tuple[tuple[int, int, int], ...] = ()
        self._is_refused = False
        """Whether what the files held when they were last read is not what is served."""
        self.context = bare_context()
        """For the listener: it hands each connection to the pair that is served then."""
        self.context.sni_callback = self._show

    @property
    def pair(self) -> Pair:
        """What is served."""
        if self._pair is None:
            raise AssertionError("it is opened before it is served")
        return self._pair

    @property
    def expires(self) -> datetime:
        """When it ends."""
        return self.pair.expires

    def open(self, now: datetime) -> None:
        """Read it. One that is sound and fits no client is served all the same, and logged.

        The node's part in the network does not depend on it: it is to start.

        Raises:
            PairError: it is not sound.
        """
        self._stamp = self._files.stamp()
        self._pair = load(self._files)
        misfit = self._pair.misfit(self._host, now)
        if misfit is not None:
            log.error("certificate.misfit", use=self._use, reason=misfit)

    def is_to_be_read(self) -> bool:
        """Return whether the files hold something else than what is served, as far as is known.

        What was refused may do later: one that was not valid yet, or half of a pair.
        """
        return self._is_refused or self._files.stamp() != self._stamp

    def reload(self, now: datetime) -> None:
        """Read the same files again; log what came of it."""
        try:
            self.serve(self.read(self._files, now))
        except PairError as error:
            self._is_refused, reason = True, str(error)
            log.error("certificate.refused", use=self._use, reason=reason)  # noqa: TRY400

    def read(self, files: Files, now: datetime) -> Pair:
        """Return the pair in `files`, to be served.

        Raises:
            PairError: it is not sound, or no client would accept it now.
        """
        self._stamp = files.stamp()
        pair = load(files)
        misfit = pair.misfit(self._host, now)
        if misfit is not None:
            raise PairError(misfit)
        return pair

    def serve(self, pair: Pair) -> None:
        """Serve another pair from now on."""
        self._files, self._pair, self._is_refused = pair.files, pair, False
        log.info("certificate.loaded", use=self._use, expires=pair.expires.isoformat())

    def _show(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str, _: object) -> None:
        # Called whether or not the client names a host.
        del name
        connection.context = self.pair.context
