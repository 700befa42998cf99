"""A node's settings: one TOML file, the environment above it, and flags above both (`layers`).

What all nodes must share is in the genesis document, or governed on the ledger, instead. Relative
paths are relative to the file's own directory.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from amanat.config.layers import DEFAULT, LayerError, dotted, overlay
from amanat.ledger.identifiers import Name

Address = Annotated[str, Meta(pattern=r"\A[^\s:/]+:[0-9]{1,5}\Z")]
"""`host:port`."""

Origin = Annotated[str, Meta(pattern=r"\Ahttps?://[a-z0-9.-]+(?::[0-9]{1,5})?\Z")]
"""Where a web page comes from: scheme, host and port, exactly as browsers say it; no wildcard."""

PORT_MAX: Final = 65_535

LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """The settings cannot be used. The message says why, and what would be right."""


class PeerListener(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where this node listens for its peers."""

    listen: Address
    address: Address | None = None
    """Where peers reach it, if that is not `listen`; it tells those whom it dials."""


class Readers(StrEnum):
    """Whom the API shows what is confidential: accounts, and what was done with them."""

    PERMITTED = "permitted"
    """Whom the ledger permits it: owner, custodian, regulators, auditors. They say who they are."""
    ANYONE = "anyone"
    """Whoever reaches it: for a network on which nothing is confidential."""


class ApiListener(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where this node serves its HTTP API, and under which URL others reach it."""

    listen: Address
    url: Annotated[str, Meta(pattern=r"\Ahttps?://")]
    readers: Readers = Readers.PERMITTED
    cors_origins: tuple[Origin, ...] = ()
    """Origins whose pages may ask this node from a browser; none, if not given."""
    requests_per_second: Annotated[float, Meta(ge=0, le=1_000_000)] = 500.0
    """How often one caller may ask in the long run; 0 is as often as it likes."""
    burst: Annotated[int, Meta(ge=1, le=10_000_000)] = 2_000
    """How many requests of one caller are answered at once, after a pause."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks, such as 10.0.0.0/8, whose word for where a request comes from is taken."""
    tls_certificate: str | None = None
    """The operator's certificate with those that lead to its authority (PEM). With it, HTTPS."""
    tls_key: str | None = None
    """The key of that certificate (PEM, unsealed), which its owner alone may read."""


class OperatorsListener(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where this node serves its operators: metrics, health, peers, settings; to be read alone.

    It asks nobody who they are: keep it on the loopback interface, or in the operators' network.
    """

    listen: Address
    tls_certificate: str | None = None
    """As that of the API; it may be the same."""
    tls_key: str | None = None


Listener = TypeVar("Listener", ApiListener, OperatorsListener)
"""One that may have a certificate of the operator's own."""


class NodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that one node is told."""

    name: Name
    """The authority that this node speaks for."""
    data: str
    """The data directory that `amanat init` made."""
    genesis: str
    """The network's genesis document."""
    key: str
    """The authority's sealed key, or the `pkcs11:` URI of one in a hardware module."""
    peer: PeerListener
    api: ApiListener
    peers: dict[Name, Address]
    """Where the others listen, by name. Those who join later say so themselves."""
    genesis_signatures: str | None = None
    """The file of the authorities' signatures under the genesis document. If it is given, all must
    have signed; else signatures beside the document must hold, whoever has signed."""
    passphrase_file: str | None = None
    """A file that holds the key's passphrase, or the module's PIN if the URI names no file."""
    operators: OperatorsListener | None = None
    """None serves operators nowhere."""
    log_level: str = "info"
    keep_blocks: Annotated[int, Meta(ge=100)] | None = None
    """How many of the last blocks it keeps at least; all of them, as an archive, if not given."""

    def listeners(self) -> list[str]:
        """Return every `host:port` on which it listens."""
        operators = [] if self.operators is None else [self.operators.listen]
        return [self.peer.listen, self.api.listen, *operators]

    def located(self, base: Path) -> "NodeSettings":
        """Return these settings with every path made absolute from `base`."""
        return msgspec.structs.replace(
            self,
            data=str(base / self.data),
            genesis=str(base / self.genesis),
            key=self.key if self.key.startswith("pkcs11:") else str(base / self.key),
            genesis_signatures=_located(self.genesis_signatures, base),
            passphrase_file=_located(self.passphrase_file, base),
            api=_with_pair_at(self.api, base),
            operators=None if self.operators is None else _with_pair_at(self.operators, base),
        )


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """One setting as it holds, and where its value comes from."""

    name: str
    value: Any
    source: str


def load_settings(
    path: Path, *, environment: Mapping[str, str] | None = None, flags: Sequence[str] = ()
) -> NodeSettings:
    """Read and check a node's settings.

    Args:
        path: the file.
        environment: variables above it; those of this process if not given.
        flags: `setting=value`, above both.

    Raises:
        SettingsError: it is missing, no TOML, or has an unknown, missing or malformed setting.
    """
    return _layered(path, environment, flags)[0]


def effective_settings(
    path: Path, *, environment: Mapping[str, str] | None = None, flags: Sequence[str] = ()
) -> list[EffectiveSetting]:
    """Return every setting, with where its value comes from; of secrets there are paths alone.

    Raises:
        SettingsError: as `load_settings`.
    """
    settings, sources = _layered(path, environment, flags)
    values = dotted(msgspec.to_builtins(settings))
    return [
        EffectiveSetting(name, value, sources.get(name, DEFAULT)) for name, value in values.items()
    ]


def _layered(
    path: Path, environment: Mapping[str, str] | None, flags: Sequence[str]
) -> tuple[NodeSettings, dict[str, str]]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{path} does not exist: run `amanat init` to make one") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    try:
        values, sources = overlay(
            raw, NodeSettings, os.environ if environment is None else environment, flags
        )
    except LayerError as error:
        raise SettingsError(str(error)) from error
    above = ", ".join(sorted({each for each in sources.values() if each != "file"}))
    where = f"{path} with {above}" if above else str(path)
    try:
        settings = msgspec.convert(values, NodeSettings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{where}: {_explain(str(error))}") from error
    for fault in _faults(settings):
        raise SettingsError(f"{where}: {fault}")
    return settings.located(path.resolve().parent), sources


def _faults(settings: NodeSettings) -> Iterator[str]:
    """Yield what no type says: why these settings cannot be used."""
    if settings.log_level not in LOG_LEVELS:
        yield f"log_level is {settings.log_level!r}; it may be {', '.join(LOG_LEVELS)}"
    if settings.passphrase_file is None and not settings.key.startswith("pkcs11:"):
        yield "missing required field `passphrase_file`: it holds the passphrase of the key"
    listeners = settings.listeners()
    for address in (*listeners, *settings.peers.values()):
        if not 1 <= split_address(address)[1] <= PORT_MAX:
            yield f"{address} has no port from 1 to {PORT_MAX}"
    yield from _shared_ports(listeners)
    for network in settings.api.trusted_proxies:
        try:
            ip_network(network)
        except ValueError as error:
            yield f"[api] trusted_proxies: {error}"
    yield from _faults_of_tls(settings)
    if settings.name in settings.peers:
        yield f"[peers] names this node itself, {settings.name}"


def _shared_ports(listeners: Sequence[str]) -> Iterator[str]:
    """Yield why two of them cannot both listen: one port, and one address or all of them."""
    for one, other in combinations(listeners, 2):
        (host, port), (host_2, port_2) = split_address(one), split_address(other)
        if port == port_2 and (host == host_2 or _EVERYWHERE in (host, host_2)):
            yield (
                f"{one} and {other}: two of peer, api and operators are to listen on port {port}; "
                "give each a port of its own"
            )


_EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - looked for, not bound
"""Stands for all addresses of a machine."""


def _faults_of_tls(settings: NodeSettings) -> Iterator[str]:
    """Yield why nothing can be served under the certificates that are named."""
    listeners: dict[str, ApiListener | OperatorsListener | None] = {
        "api": settings.api,
        "operators": settings.operators,
    }
    for section, listener in listeners.items():
        if listener is None:
            continue
        given = (listener.tls_certificate, listener.tls_key)
        if None in given and given != (None, None):
            missing = ("tls_certificate", "tls_key")[given.index(None)]
            yield f"[{section}] {missing} is missing: HTTPS takes certificate and key, HTTP neither"
    # The other way round is right where a proxy in front has the certificate.
    if settings.api.tls_certificate is not None and not settings.api.url.startswith("https://"):
        yield f"[api] url is {settings.api.url}; with tls_certificate it begins with https://"


def _located(path: str | None, base: Path) -> str | None:
    return None if path is None else str(base / path)


def _with_pair_at(listener: Listener, base: Path) -> Listener:
    return msgspec.structs.replace(
        listener,
        tls_certificate=_located(listener.tls_certificate, base),
        tls_key=_located(listener.tls_key, base),
    )


def split_address(address: str) -> tuple[str, int]:
    """Return host and port of a `host:port`."""
    host, _, port = address.rpartition(":")
    return host, int(port)


def _explain(message: str) -> str:
    unknown = re.search(r"unknown field `([^`]+)`(?: - at `\$\.(\w+)`)?", message)
    if unknown is None:
        return message
    sections: dict[str, type[msgspec.Struct]] = {
        "peer": PeerListener,
        "api": ApiListener,
        "operators": OperatorsListener,
    }
    section = sections.get(unknown[2] or "", NodeSettings)
    known = [field.name for field in msgspec.structs.fields(section)]
    close = difflib.get_close_matches(unknown[1], known, n=1)
    place = f"[{unknown[2]}] " if unknown[2] else ""
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
    return f"{place}unknown setting {unknown[1]!r}; {hint}"
