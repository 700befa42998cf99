"""How a program on a node's own machine trusts that node's HTTPS: by the very file it serves.

So `amanat doctor` works before anything of the ministry's authority is installed there.
"""

import ssl
from pathlib import Path

from amanat.client.trust import TrustError, trusting
from amanat.config.settings import NodeSettings
from amanat.node.web_certificate import trust_in


def api_trust(settings: NodeSettings) -> ssl.SSLContext | None:
    """Return what checks this node at its API's URL; None leaves it to AMANAT_CA or the system."""
    file = settings.api.tls_certificate
    if file is None:
        return None
    try:
        context = trusting()
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cafile=file)
    except (TrustError, OSError):
        return None  # the certificate's own row says what is wrong with it
    return context


def operators_address(settings: NodeSettings) -> tuple[str, ssl.SSLContext | None] | None:
    """Return where this node serves its operators, and what checks it; None if it does not.

    It is dialled by the address that it listens on, for which no certificate need be.
    """
    listener = settings.operators
    if listener is None:
        return None
    if listener.tls_certificate is None:
        return f"http://{listener.listen}", None
    try:
        context = trust_in(Path(listener.tls_certificate), host=False)
    except OSError:
        context = None
    return f"https://{listener.listen}", context
