"""All certificates that a node shows, and the care for them while it runs.

The one for peers the node makes and renews itself. Those under which it serves HTTPS are its
operator's: they are read again at SIGHUP, and when the files have changed at an hourly look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from amanat.client.signing_failed import SigningFailed
from amanat.config.settings import ApiListener, NodeSettings, OperatorsListener
from amanat.node.expiry import Reminder, Urgency, urgency_of_operators, urgency_of_own
from amanat.node.reloading import Kept
from amanat.node.served_certificate import ServedCertificate
from amanat.node.tls import NodeCertificate
from amanat.node.web_certificate import Files, PairError

log = structlog.get_logger(__name__)

PEERS: Final = "peers"
API: Final = "api"
OPERATORS: Final = "operators"

LOOK_EVERY: Final = timedelta(hours=1)
"""How often the files are looked at, and a renewal that failed is tried again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate as it is shown at this moment."""

    use: str
    """To whom: `peers`, `api` or `operators`."""
    expires: datetime
    urgency: Urgency


class Certificates:
    """The certificates of one node."""

    def __init__(self, settings: NodeSettings, own: NodeCertificate) -> None:
        """Read nothing yet: `open` does."""
        self._own = own
        self._served = {
            use: ServedCertificate(use, files, _host(use, settings))
            for use, files in files_of(settings).items()
        }
        self._reminders = {use: Reminder() for use in self._served}
        self._looked: datetime | None = None
        self._tried_in_vain: datetime | None = None

    def served(self, use: str) -> ServedCertificate | None:
        """Return the certificate of a listener; None if that speaks plain HTTP."""
        return self._served.get(use)

    def open(self, now: datetime) -> None:
        """Read what the settings name.

        Raises:
            PairError: it cannot be used.
        """
        for each in self._served.values():
            each.open(now)
        self._looked = now

    def reload(self, now: datetime) -> None:
        """Read all files again. What is not sound or fits worse is logged, and replaces nothing."""
        for each in self._served.values():
            each.reload(now)

    def take(self, settings: NodeSettings, now: datetime) -> None:
        """Serve what changed settings name from now on.

        Raises:
            Kept: it cannot be used; or HTTPS would begin or end, which takes a restart.
        """
        wanted = files_of(settings)
        if wanted.keys() != self._served.keys():
            raise Kept("to begin or end HTTPS needs a restart")
        try:
            pairs = {use: self._served[use].read(files, now) for use, files in wanted.items()}
        except PairError as error:
            raise Kept(str(error)) from error
        for use, pair in pairs.items():
            self._served[use].serve(pair)

    def shown(self, now: datetime) -> list[Shown]:
        """Return every certificate, that for peers first."""
        own = Shown(PEERS, self._own.expires, urgency_of_own(self._own.expires - now))
        others = [
            Shown(use, each.expires, urgency_of_operators(each.expires - now))
            for use, each in self._served.items()
        ]
        return [own, *others]

    def expires(self, use: str) -> datetime | None:
        """Return when the certificate of a listener ends; None if it has none."""
        served = self._served.get(use)
        return None if served is None else served.expires

    def tick(self, now: datetime) -> None:
        """Let time pass: renew, look at the files, and remind."""
        self._renew(now)
        if self._looked is not None and now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        for each in self._served.values():
            if each.is_to_be_read():
                each.reload(now)
        self.remind(now)

    def remind(self, now: datetime) -> None:
        """Tell the operator of certificates that end, where it is time to."""
        for use, reminder in self._reminders.items():
            expires = self._served[use].expires
            if reminder.is_due(expires, now):
                ends = {"use": use, "days": (expires - now).days, "expires": expires.isoformat()}
                say = log.warning if expires - now > timedelta(days=7) else log.error
                say("certificate.ends", **ends, fix="docs/operators.md: a new one, then SIGHUP")

    def _renew(self, now: datetime) -> None:
        """Renew the certificate for peers if it is due; one that cannot be lasts some days yet."""
        if self._tried_in_vain is not None and now - self._tried_in_vain < LOOK_EVERY:
            return
        self._tried_in_vain = None
        try:
            if self._own.renew_if_due(now):
                log.info("certificate.renewed", use=PEERS, expires=self._own.expires.isoformat())
        except (SigningFailed, OSError) as error:
            self._tried_in_vain = now
            ends = {"use": PEERS, "expires": self._own.expires.isoformat()}
            log.error("certificate.not_renewed", **ends, reason=str(error))  # noqa: TRY400


def files_of(settings: NodeSettings) -> dict[str, Files]:
    """Return the files of each listener that serves HTTPS."""
    listeners: dict[str, ApiListener | OperatorsListener | None] = {
        API: settings.api,
        OPERATORS: settings.operators,
    }
    return {
        use: Files(Path(each.tls_certificate), Path(each.tls_key))
        for use, each in listeners.items()
        if each is not None and each.tls_certificate is not None and each.tls_key is not None
    }


def _host(use: str, settings: NodeSettings) -> str | None:
    """Return the host that a listener's certificate must be for; None where none is known."""
    return urlsplit(settings.api.url).hostname if use == API else None
