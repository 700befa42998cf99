"""Genesis documents as files that people read, compare and sign off: JSON.

The JSON form holds exactly what the document holds, keys in hexadecimal. The chain's identity is
the digest of the document's canonical encoding, so white space and key order do not matter.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from amanat.ledger.encoding import EncodingError, decode
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import Digest
from amanat.ledger.successor import SuccessorDocument


class GenesisFileError(Exception):
    """The file holds no usable genesis document. The message says why."""


def to_json(document: GenesisDocument) -> str:
    """Return the document as readable JSON."""
    return json.dumps(_named(document), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> GenesisDocument:
    """Return the document that `to_json` wrote.

    Raises:
        GenesisFileError: it is no JSON, or a field is missing, unknown or malformed.
    """
    try:
        return _document(json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise GenesisFileError(f"not a genesis document: {error}") from error


def load_genesis(path: Path) -> GenesisDocument:
    """Read a genesis file; that of a chain that succeeds another with the state beside it, if any.

    Raises:
        GenesisFileError: it is missing, malformed or unsound, or the state is not its.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise GenesisFileError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise GenesisFileError(f"{path} cannot be read: {error}") from error
    try:
        document = from_json(text)
    except GenesisFileError as error:
        raise GenesisFileError(f"{path}: {error}") from error
    problems = document.problems()
    if problems:
        raise GenesisFileError(f"{path}: {'; '.join(problems)}")
    return with_state_beside(path, document)


def load_founding(path: Path) -> GenesisDocument:
    """Read a genesis file with all that a chain begins with: for whoever executes that chain.

    Raises:
        GenesisFileError: as `load_genesis` does, or the state that it takes over is missing.
    """
    document = load_genesis(path)
    if isinstance(document, SuccessorDocument) and not document.has_state:
        raise GenesisFileError(
            f"{state_beside(path)} is missing: the chain of {path} begins with that state"
        )
    return document


def state_beside(path: Path) -> Path:
    """Return where the state lies with which the chain of a genesis file begins."""
    return path.with_name(f"{path.name}.state")


def with_state_beside(path: Path, document: GenesisDocument) -> GenesisDocument:
    """Return the document with the state that it takes over, where that lies beside its file.

    Raises:
        GenesisFileError: it cannot be read, or is another state.
    """
    place = state_beside(path)
    if not isinstance(document, SuccessorDocument) or not place.exists():
        return document
    try:
        content = place.read_bytes()
        entries = dict(decode(content, tuple[tuple[bytes, bytes], ...], bytes_max=len(content)))
        return document.with_state(entries)
    except OSError as error:
        raise GenesisFileError(f"{place} cannot be read: {error.strerror}") from error
    except EncodingError as error:
        raise GenesisFileError(f"{place} holds no state: {error}") from error
    except ValueError as error:
        raise GenesisFileError(f"{place}: {error}") from error


def fingerprint(chain: Digest) -> str:
    """Return the first 64 bits of a chain's identity in groups that can be read aloud."""
    digits = chain.hex()[:16]
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def _named(value: Any) -> Any:
    """Return structures as objects with field names, bytes as hexadecimal."""
    if isinstance(value, msgspec.Struct):
        names = [field.name for field in msgspec.structs.fields(value)]
        return {name: _named(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [_named(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value


def _document(raw: Any) -> GenesisDocument:
    """Return the document, by turning every object into the array of its fields."""
    succeeds = isinstance(raw, dict) and raw.get("version") == 3
    built: GenesisDocument = _structured(raw, SuccessorDocument if succeeds else GenesisDocument)
    return built


def _structured(raw: Any, kind: Any) -> Any:
    described = msgspec.inspect.type_info(kind)
    return msgspec.convert(_arrayed(raw, described), kind)


def _arrayed(raw: Any, described: msgspec.inspect.Type) -> Any:
    if isinstance(described, msgspec.inspect.Metadata):
        return _arrayed(raw, described.type)
    if isinstance(described, msgspec.inspect.UnionType):
        return _arrayed(raw, _structure_in(described)) if isinstance(raw, dict) else raw
    if isinstance(described, msgspec.inspect.StructType):
        return _fields(raw, described)
    if isinstance(described, msgspec.inspect.VarTupleType):
        if not isinstance(raw, list):
            raise TypeError(f"expected a list, not {raw!r:.40}")
        return [_arrayed(item, described.item_type) for item in raw]
    if isinstance(described, msgspec.inspect.BytesType):
        if not isinstance(raw, str):
            raise TypeError(f"expected hexadecimal digits, not {raw!r:.40}")
        return bytes.fromhex(raw)
    return raw


def _structure_in(described: msgspec.inspect.UnionType) -> msgspec.inspect.Type:
    for each in described.types:
        if isinstance(each, msgspec.inspect.StructType):
            return each
    raise TypeError("expected no object")


def _fields(raw: Any, described: msgspec.inspect.StructType) -> list[Any]:
    if not isinstance(raw, dict):
        raise TypeError(f"expected an object, not {raw!r:.40}")
    names = [field.name for field in described.fields]
    unknown = sorted(set(raw) - set(names))
    if unknown:
        raise ValueError(f"unknown field {unknown[0]!r}; known are {', '.join(names)}")
    missing = [name for name in names if name not in raw]
    if missing:
        raise ValueError(f"missing field {missing[0]!r}")
    return [_arrayed(raw[field.name], field.type) for field in described.fields]
