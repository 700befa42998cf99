"""What fields mean: the words that stand below them where their type is declared."""

import ast
import inspect as source
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import inspect


@cache
def meanings(declared: type) -> dict[str, str]:
    """Return the words below each field of a type, by the field's name in Python.

    Nothing where the program is installed without its source.
    """
    try:
        text = source.getsource(declared)
    except OSError:
        return {}
    (tree,) = ast.parse(textwrap.dedent(text)).body
    found = {}
    if isinstance(tree, ast.ClassDef):
        for field, below in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                match below:
                    case ast.Expr(value=ast.Constant(value=str() as words)):
                        found[field.target.id] = source.cleandoc(words).replace("\n", " ")
    return found


def declared_types(kinds: Iterable[Any]) -> dict[str, type]:
    """Return all types with fields that these are made of, by name."""
    found: dict[str, type] = {}
    for kind in inspect.multi_type_info(kinds):
        for each in _within(kind):
            found[each.__name__] = each
    return found


def told(declared: type) -> dict[str, str]:
    """Return what fields mean by their names in JSON."""
    words = meanings(declared)
    fields = _fields(inspect.type_info(declared))
    return {each.encode_name: words[each.name] for each in fields if each.name in words}


def _fields(kind: inspect.Type) -> tuple[inspect.Field, ...]:
    if isinstance(kind, inspect.StructType | inspect.DataclassType):
        return kind.fields
    return ()


def _within(kind: inspect.Type) -> Iterator[type]:
    match kind:
        case inspect.StructType(cls=declared) | inspect.DataclassType(cls=declared):
            yield declared
        case inspect.Metadata(type=inner):
            yield from _within(inner)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            yield from _within(item)
        case inspect.DictType(value_type=value):
            yield from _within(value)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _within(each)
    for field in _fields(kind):
        yield from _within(field.type)
