"""Asks one peer who it is, step by step: name, connection, TLS, identity."""

import asyncio
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    TCPConnector,
)

from amanat.config.settings import split_address
from amanat.node.acquaintance import PATH, Acquaintance
from amanat.node.doctor.case import Case
from amanat.node.key_exchange import agreed_with
from amanat.node.tls import NodeCertificate

SECONDS: Final = 5.0


class Stage(StrEnum):
    """How far the way to a peer goes."""

    UNKNOWN = "unknown"
    """There is no key by which it could be recognized."""
    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    IDENTITY = "identity"
    """It is not who it should be."""
    REFUSED = "refused"
    """It does not take this node for an authority."""
    ANSWER = "answer"
    """It is the peer, and says something else than this program's nodes say."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of asking a peer."""

    name: str
    address: str
    stage: Stage
    """The step that failed, or `DONE`."""
    reason: str = ""
    told: Acquaintance | None = None
    offset_ms: int = 0
    """How far the peer's clock is ahead of this machine's."""
    group: str | None = None
    """What its TLS and this machine's agree on for the exchange of keys."""


async def ask_everybody(case: Case) -> list[Reached]:
    """Ask each peer in the settings, at once."""
    if case.signer is None:
        return []
    with tempfile.TemporaryDirectory() as place:  # not the node's own: that one may be in use
        certificate = NodeCertificate(Path(place), case.settings.name, case.signer)
        certificate.renew(datetime.now(UTC))
        questions = []
        for name, address in sorted(case.settings.peers.items()):
            questions.append(_ask(name, address, case, certificate))
        return list(await asyncio.gather(*questions))


async def _ask(name: str, address: str, case: Case, certificate: NodeCertificate) -> Reached:
    key = case.keys.get(name)
    if key is None:
        return Reached(name, address, Stage.UNKNOWN)
    try:
        return await _asked(name, address, case, certificate.client_context(key))
    except ClientConnectorDNSError as error:
        return Reached(name, address, Stage.DNS, _words(error))
    except ClientConnectorCertificateError as error:
        return Reached(name, address, Stage.IDENTITY, _words(error))
    except ClientSSLError as error:
        return Reached(name, address, Stage.TLS, _words(error))
    except ClientConnectorError as error:
        return Reached(name, address, Stage.TCP, _words(error))
    except TimeoutError:
        return Reached(name, address, Stage.TCP, f"no answer within {SECONDS:.0f} s")
    except (ClientError, OSError) as error:
        # By TLS 1.3 a server that refuses a client's certificate says so after the handshake.
        return Reached(name, address, Stage.REFUSED, _words(error))


async def _asked(name: str, address: str, case: Case, context: ssl.SSLContext) -> Reached:
    connector = TCPConnector(ssl=context)
    async with ClientSession(connector=connector, timeout=ClientTimeout(total=SECONDS)) as session:
        before = case.means.now()
        async with session.get(f"https://{address}{PATH}") as answer:
            body = await answer.content.read(64 * 1024)
            after = case.means.now()
            if answer.status == 403:
                return Reached(name, address, Stage.REFUSED, body.decode(errors="replace"))
            try:
                told = msgspec.json.decode(body, type=Acquaintance)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return Reached(name, address, Stage.ANSWER, f"HTTP {answer.status}")
    offset = told.time - (before + after) // 2
    group = await _group(address, context)
    return Reached(name, address, Stage.DONE, told=told, offset_ms=offset, group=group)


async def _group(address: str, context: ssl.SSLContext) -> str | None:
    """Shake hands once more, to see which group is agreed on; None if that cannot be seen."""
    try:
        async with asyncio.timeout(SECONDS):
            return await agreed_with(*split_address(address), context)
    except (TimeoutError, OSError):
        return None


def _words(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    reason = getattr(cause, "verify_message", None) or getattr(cause, "strerror", None)
    return str(reason or cause)
