"""The commands that show what is under one path of the API, made from the table of `reads`."""

import re
from collections.abc import Callable
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from amanat.node.cli.nouns import NOUNS
from amanat.node.cli.options import Api, Output, PassphraseFd, PassphraseFile, ReaderKey
from amanat.node.cli.output import Format
from amanat.node.cli.reads import READS, Read

AsOf = Annotated[
    str | None, typer.Option("--as-of", help="At the close of this business day, YYYY-MM-DD.")
]
AtHeight = Annotated[
    int | None, typer.Option("--at-height", min=1, help="After this block instead of the last.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many; all if none.")]
LastBlocks = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
Wait = Annotated[
    float | None, typer.Option("--wait", min=0, max=30, help="Seconds to wait until it is final.")
]

_EVERYWHERE: Final[tuple[tuple[str, Any, Any], ...]] = (
    ("key", ReaderKey, None),
    ("passphrase_file", PassphraseFile, None),
    ("passphrase_fd", PassphraseFd, None),
    ("api", Api, None),
    ("output", Output, Format.TABLE),
)


def places(path: str) -> list[str]:
    """Return the places in a path, in their order."""
    return re.findall(r"\{([a-z]+)\}", path)


def command(read: Read) -> Callable[..., None]:
    """Return the command, with the parameters that typer makes arguments and options of."""

    def ask(
        *,
        key: str | None,
        passphrase_file: Path | None,
        passphrase_fd: int | None,
        api: list[str] | None,
        output: Format,
        **given: Any,
    ) -> None:
        from amanat.node.cli import looking_up, reading

        reader = reading.reader(key, passphrase_file, passphrase_fd)
        looking_up.look_up(read, given, api or [], reader, output)

    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, annotation, default in (
            *((name, str, Parameter.empty) for name in places(read.path)),
            *_own(read),
            *_EVERYWHERE,
        )
    ]
    # Typer reads what a function takes from its signature.
    ask.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    ask.__doc__ = read.help
    return ask


def _own(read: Read) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    if read.past:
        found += [("as_of", AsOf, None), ("at_height", AtHeight, None)]
    if read.waits:
        found.append(("wait", Wait, None))
    if read.pages == "blocks":
        found.append(("limit", LastBlocks, 20))
    elif read.pages:
        found.append(("limit", Limit, None))
    return found


for _read in READS:
    NOUNS[_read.noun].command(_read.verb)(command(_read))
