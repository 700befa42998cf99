"""Whom an https address is trusted by, and in one line why one is not.

The system's certificate authorities are believed, or those of one file alone: the one that is
given, or named by `AMANAT_CA`. What is not trusted is not asked: nothing is sent in the clear
instead.
"""

import os
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

CA_VARIABLE: Final = "AMANAT_CA"
"""Names the file of certificate authorities, where none is given."""

_NO_ISSUER: Final = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's verification results (x509_vfy.h) that mean: nobody who is trusted has signed it."""
_NOT_YET: Final = 9
_EXPIRED: Final = 10
_WRONG_HOST: Final = frozenset({62, 64})


class TrustError(ValueError):
    """A file of certificate authorities cannot be used. The message is one line that says why."""


def ca_file(given: Path | str | None = None) -> Path | None:
    """Return the file whose authorities alone are trusted, or None: the system's are."""
    named = given or os.environ.get(CA_VARIABLE)
    return Path(named) if named else None


def trusting(given: Path | str | None = None) -> ssl.SSLContext:
    """Return a context that checks a server's certificate and name, by TLS 1.2 or later.

    A node speaks 1.3; what stands before one may speak 1.2.

    Args:
        given: a file of certificate authorities (PEM). Without it `AMANAT_CA`, or the system's.

    Raises:
        TrustError: the file cannot be read, or holds no certificate.
    """
    file = ca_file(given)
    if file is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=str(file))
    except ssl.SSLError as error:
        raise TrustError(f"{file} holds no certificate authority: a PEM file is wanted") from error
    except OSError as error:
        raise TrustError(f"{file} cannot be read: {error.strerror}") from error


def no_answer(url: str, error: BaseException) -> str:
    """Return in one line why `url` could not be connected to, by what that raised."""
    inner = getattr(error, "os_error", None) or error
    told = distrust(url, error) or getattr(inner, "strerror", None) or str(inner)
    return str(told or type(inner).__name__)


def distrust(url: str, error: BaseException) -> str | None:
    """Return in one line why there is no TLS with the host of `url`; None if that is not why.

    Args:
        url: the address.
        error: what connecting to it raised: the standard library's error, or aiohttp's around it.
    """
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    host = urlsplit(url).hostname or url
    if isinstance(inner, ssl.SSLCertVerificationError):
        return _of_certificate(host, inner)
    if isinstance(inner, ConnectionResetError | ssl.SSLEOFError) and url.startswith("https:"):
        return f"{host} ends the connection instead of agreeing on TLS: nodes speak TLS 1.3"
    if not isinstance(inner, ssl.SSLError):
        return None
    if inner.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return f"{host} answers, but not by TLS: is its address http:// ?"
    return f"no TLS with {host}: {inner.reason or inner}"


def hung_up(url: str, reason: str) -> str:
    """Return the reason for which a server closed without an answer, with what it may mean."""
    if not url.startswith("http:"):
        return reason
    return f"{reason}; if it serves HTTPS, its address begins with https://"


def _of_certificate(host: str, error: ssl.SSLCertVerificationError) -> str:
    code, why = error.verify_code, error.verify_message
    if code in _NO_ISSUER:
        fix = "give the file of the certificate authority that signed it (ca=, --ca or AMANAT_CA)"
        return f"the certificate of {host} is not trusted ({why}): {fix}"
    if code in _WRONG_HOST:
        return f"the certificate there is not for {host} ({why}): use the name that it is for"
    if code == _EXPIRED:
        return f"the certificate of {host} has expired: its operator has to renew it"
    if code == _NOT_YET:
        return f"the certificate of {host} is not valid yet: is this machine's clock right?"
    return f"the certificate of {host} is refused: {why}"
