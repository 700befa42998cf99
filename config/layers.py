"""Where a setting's value comes from: the file, the environment above it, flags above both.

    [api] listen        in the file
    AMANAT_API__LISTEN  in the environment: upper case, `__` between section and setting
    api.listen=…        as a flag (`--set`)

A variable of one word, such as AMANAT_LOG_LEVEL, sets what stands in no section. Under `[peers]`
the setting is a name, and `_` in the variable stands for the name's `-`. Whole numbers are written
as digits, lists as their items parted by spaces. Words after AMANAT_ that are no setting belong to
other programs and commands, unless they have a `__`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import inspect

PREFIX: Final = "AMANAT_"
SECTION_MARK: Final = "__"

FILE: Final = "file"
DEFAULT: Final = "default"


class LayerError(Exception):
    """A variable or a flag is not of the form that it must have. The message says why."""


def overlay(
    raw: dict[str, Any],
    kind: type[msgspec.Struct],
    environment: Mapping[str, str],
    flags: Sequence[str],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Put the environment and the flags over what a file holds.

    Args:
        raw: the file's content.
        kind: what settings there are.
        environment: variables; those that are no settings are passed over.
        flags: `setting=value` or `section.setting=value`, later ones over earlier ones.

    Returns:
        The values, and by dotted name where each of them comes from.

    Raises:
        LayerError: a flag has no `=`, or a section is used as a setting.
    """
    values = {
        name: dict(value) if isinstance(value, dict) else value for name, value in raw.items()
    }
    sources = dict.fromkeys(dotted(values), FILE)
    types = _types(kind)
    for variable, text in sorted(environment.items()):
        name = _named(variable, types)
        if name is not None:
            _put(values, name, _read(text, types.get(name)), f"the environment, {variable}")
            sources[name] = f"environment {variable}"
    for flag in flags:
        name, mark, text = flag.partition("=")
        if not mark:
            raise LayerError(f"--set {flag}: write it as setting=value, such as log_level=debug")
        _put(values, name, _read(text, types.get(name)), f"--set {flag}")
        sources[name] = f"flag --set {name}"
    return values, sources


def dotted(values: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    """Return every setting by its dotted name."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= dotted(value, f"{section}{name}.")
        else:
            found[section + name] = value
    return found


def strangers(kind: type[msgspec.Struct], environment: Mapping[str, str]) -> list[str]:
    """Return the variables that begin as ours do and set nothing."""
    types = _types(kind)
    ours = (each for each in environment if each.startswith(PREFIX))
    return sorted(each for each in ours if _named(each, types) is None)


def _named(variable: str, types: Mapping[str, inspect.Type]) -> str | None:
    """Return the setting that a variable sets, known or, if it has a section, unknown."""
    if not variable.startswith(PREFIX):
        return None
    word = variable.removeprefix(PREFIX).lower()
    section, mark, setting = word.partition(SECTION_MARK)
    if not mark:
        is_setting = word in types and not isinstance(types[word], _SECTIONS)
        return word if is_setting else None
    if isinstance(types.get(section), inspect.DictType):
        setting = setting.replace("_", "-")
    return f"{section}.{setting}"


def _put(values: dict[str, Any], name: str, value: Any, where: str) -> None:
    section, _, setting = name.rpartition(".")
    place = values
    if section:
        place = values.setdefault(section, {})
        if not isinstance(place, dict):
            raise LayerError(f"{where}: {section} is no section")
    elif isinstance(place.get(setting), dict):
        raise LayerError(f"{where}: {setting} is a section; name a setting in it: {setting}.…")
    place[setting] = value


def _read(text: str, described: inspect.Type | None) -> Any:
    """Return a value as TOML would have given it; text that is no number stays for the checks."""
    kinds = list(_alternatives(described)) if described is not None else []
    if any(isinstance(each, inspect.VarTupleType) for each in kinds):
        return text.split()
    if any(isinstance(each, inspect.IntType) for each in kinds):
        return int(text) if text.isascii() and text.isdigit() else text
    if any(isinstance(each, inspect.BoolType) for each in kinds):
        return {"true": True, "false": False}.get(text, text)
    return text


def _alternatives(described: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(described, inspect.Metadata):
        yield from _alternatives(described.type)
    elif isinstance(described, inspect.UnionType):
        for each in described.types:
            yield from _alternatives(each)
    else:
        yield described


_SECTIONS: Final = (inspect.StructType, inspect.DictType)


def _types(kind: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    """Return the type of every setting by dotted name, and those of the sections."""
    found: dict[str, inspect.Type] = {}
    described = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{kind} has no fields")
    for field in described.fields:
        for each in _alternatives(field.type):
            found.setdefault(field.encode_name, field.type)
            if isinstance(each, _SECTIONS):
                found[field.encode_name] = each
            if isinstance(each, inspect.StructType):
                inner = {part.encode_name: part.type for part in each.fields}
                found |= {f"{field.encode_name}.{name}": type_ for name, type_ in inner.items()}
    return found
