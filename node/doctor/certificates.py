"""Whether certificates last, the node's own and the operator's, and how keys are agreed on."""

import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509

from amanat.node.certificates import API, files_of
from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.expiry import Urgency, urgency_of_operators, urgency_of_own
from amanat.node.key_exchange import Platform, platform
from amanat.node.web_certificate import Files, Pair, PairError, load

_RENEW: Final = "fetch a new one, put it in place, and kill -HUP: docs/operators.md"


def judge(left: timedelta) -> Row:
    """Judge the certificate of a node that runs by the time that is left of it."""
    found = f"its own ends in {left.days} days; it renews it by itself, without a restart"
    urgency = urgency_of_own(left)
    if urgency is Urgency.NONE:
        return ok("certificate", found)
    say = fail if urgency is Urgency.NOW else warn
    return say(
        "certificate", f"it ends in {left.days} days and was not renewed", "restart the node"
    )


def judge_served(use: str, pair: Pair, host: str | None, now: datetime) -> Row:
    """Judge a sound certificate of the operator's, shown at the listener `use` for `host`."""
    check = f"certificate of [{use}]"
    misfit = pair.misfit(host, now)
    if misfit is not None:
        return fail(check, f"{misfit}: no client accepts it", _RENEW)
    left = pair.expires - now
    found = f"it ends in {left.days} days; {pair.issuer} signed it"
    urgency = urgency_of_operators(left)
    if urgency is Urgency.NONE:
        return ok(check, found)
    say = fail if urgency is Urgency.NOW else warn
    return say(check, found, _RENEW)


def judge_platform(found: Platform) -> Row:
    """Judge what the TLS of this machine agrees on."""
    if found.is_hybrid:
        return ok("key exchange", f"{found.group}, a post-quantum hybrid, by {found.openssl}")
    means = (
        f"{found.group} by {found.openssl}: no post-quantum hybrid, so what is recorded now may be "
        "read once there are quantum computers for it"
    )
    return warn("key exchange", means, "give Python an OpenSSL of 3.5 or later: docs/operators.md")


async def check(case: Case) -> AsyncIterator[Row]:
    """Read what is there. A node that does not run makes its own anew at its start."""
    now = datetime.fromtimestamp(case.means.now() / 1000, UTC)
    yield _own(case, now)
    for use, files in files_of(case.settings).items():
        for row in _served(use, files, case, now):
            yield row
    try:
        yield judge_platform(platform())
    except (ssl.SSLError, OSError) as error:
        yield fail("key exchange", f"TLS does not work here: {error}", "mend Python's OpenSSL")


def _own(case: Case, now: datetime) -> Row:
    if case.process is None:
        return ok("certificate", "the node makes a new one whenever it starts")
    path = Path(case.settings.data) / "tls" / "certificate.pem"
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return fail("certificate", f"{path} cannot be read: {error}", "restart the node")
    return judge(certificate.not_valid_after_utc - now)


def _served(use: str, files: Files, case: Case, now: datetime) -> Iterator[Row]:
    check = f"certificate of [{use}]"
    try:
        pair = load(files)
    except PairError as error:
        yield fail(check, str(error), "mend the files; the node then takes them at SIGHUP")
        return
    host = urlsplit(case.settings.api.url).hostname if use == API else None
    yield judge_served(use, pair, host, now)
    if use == API and case.process is not None and not _is_shown(pair, case.status):
        found = "the node still shows another one than the file holds"
        yield warn(check, found, f"kill -HUP {case.process}; see its log if that changes nothing")


def _is_shown(pair: Pair, status: dict[str, Any] | None) -> bool:
    """Return whether a running node shows this one, as far as it answers."""
    told = (status or {}).get("api_certificate_expires")
    return told is None or told == int(pair.expires.timestamp() * 1000)
