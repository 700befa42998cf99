"""`amanat transaction show`: what a saved transaction holds."""

from pathlib import Path

from amanat.node.cli import signing
from amanat.node.cli.output import Format, show
from amanat.node.written.writing import written


def show_transaction(file: Path, output: Format) -> None:
    """Show a saved transaction: its signers, what it would do, and with JSON every field."""
    draft = signing.read_draft(file)
    shown = signing.described(draft) | {"would": signing.offline(draft)}
    if output is not Format.TABLE:
        shown["operations"] = [written(each) for each in draft.body.operations]
    show(shown, output)
