"""Whether the node renews its own certificate as it should."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.expiry import Urgency, urgency_of_own


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


async def check(case: Case) -> AsyncIterator[Row]:
    """Read the certificate of a running node; any other makes a new one at its start."""
    if case.process is None:
        yield ok("certificate", "the node makes a new one whenever it starts")
        return
    path = Path(case.settings.data) / "tls" / "certificate.pem"
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        yield fail("certificate", f"{path} cannot be read: {error}", "restart the node")
        return
    now = datetime.fromtimestamp(case.means.now() / 1000, UTC)
    yield judge(certificate.not_valid_after_utc - now)
