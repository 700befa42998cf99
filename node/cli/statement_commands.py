"""The options of `amanat statement`."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from amanat.node.cli.nouns import STATEMENT
from amanat.node.cli.options import Api, PassphraseFd, PassphraseFile, ReaderKey

if TYPE_CHECKING:
    from amanat.client.message_signatures import RequestSigner


class FileKind(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"


Account = Annotated[str | None, typer.Option(help="Of this account.")]
Custodian = Annotated[str | None, typer.Option(help="Of all accounts of this custodian.")]
Instrument = Annotated[
    str | None, typer.Option(help="Of this instrument; without an account, of it as a whole.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="At the close of this business day, YYYY-MM-DD.")
]
AtHeight = Annotated[int | None, typer.Option("--at-height", min=1, help="After this block.")]
Kind = Annotated[FileKind, typer.Option("-o", "--output", help="How the file is written.")]
Save = Annotated[
    Path | None, typer.Option(help="The file; by default YYYYMMDD_statement_subject here.")
]
Genesis = Annotated[
    Path | None, typer.Option("--genesis", help="Check the manifest against this document.")
]


@STATEMENT.command("holdings")
def holdings(
    account: Account = None,
    custodian: Custodian = None,
    instrument: Instrument = None,
    as_of: AsOf = None,
    at_height: AtHeight = None,
    kind: Kind = FileKind.CSV,
    save: Save = None,
    genesis_file: Genesis = None,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
) -> None:
    """Write what was held: by an account, a custodian's accounts, or of an instrument."""
    from amanat.node.cli import reading

    subject = {"account": account, "custodian": custodian, "instrument": instrument}
    reader = reading.reader(key, passphrase_file, passphrase_fd)
    moment = {"as_of": as_of, "at_height": at_height}
    _fetch("holdings", {**subject, **moment}, (kind, save, genesis_file), reader, api)


@STATEMENT.command("movements")
def movements(
    begin: Annotated[str, typer.Option("--from", help="Business day, or the height of a block.")],
    end: Annotated[str, typer.Option("--to", help="Business day, or the height of a block.")],
    account: Account = None,
    custodian: Custodian = None,
    instrument: Instrument = None,
    kind: Kind = FileKind.CSV,
    save: Save = None,
    genesis_file: Genesis = None,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
) -> None:
    """Write what came in and went out, both ends of the range included."""
    from amanat.node.cli import reading

    subject = {"account": account, "custodian": custodian, "instrument": instrument}
    reader = reading.reader(key, passphrase_file, passphrase_fd)
    ends = {
        ("from_height" if begin.isdigit() else "from"): begin,
        ("to_height" if end.isdigit() else "to"): end,
    }
    _fetch("movements", {**subject, **ends}, (kind, save, genesis_file), reader, api)


@STATEMENT.command("entitlements")
def entitlements(
    account: Account = None,
    custodian: Custodian = None,
    instrument: Instrument = None,
    as_of: AsOf = None,
    at_height: AtHeight = None,
    kind: Kind = FileKind.CSV,
    save: Save = None,
    genesis_file: Genesis = None,
    key: ReaderKey = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    api: Api = None,
) -> None:
    """Write what holdings of debt entitle to next: coupons and redemptions, before tax."""
    from amanat.node.cli import reading

    subject = {"account": account, "custodian": custodian, "instrument": instrument}
    reader = reading.reader(key, passphrase_file, passphrase_fd)
    moment = {"as_of": as_of, "at_height": at_height}
    _fetch("entitlements", {**subject, **moment}, (kind, save, genesis_file), reader, api)


@STATEMENT.command("supply")
def supply(
    instrument: Annotated[str | None, typer.Option(help="Of this one; else of all.")] = None,
    as_of: AsOf = None,
    at_height: AtHeight = None,
    kind: Kind = FileKind.CSV,
    save: Save = None,
    genesis_file: Genesis = None,
    api: Api = None,
) -> None:
    """Write what had been issued and redeemed of each instrument. Anyone may read that."""
    asked = {"instrument": instrument, "as_of": as_of, "at_height": at_height}
    _fetch("supply", asked, (kind, save, genesis_file), None, api)


def _fetch(
    noun: str,
    asked: Mapping[str, str | int | None],
    file: tuple[FileKind, Path | None, Path | None],
    reader: "RequestSigner | None",
    api: list[str] | None,
) -> None:
    from amanat.node.cli import statements

    kind, save, genesis = file
    statements.fetch(statements.Wish(noun, asked, kind.value, save, genesis), api or [], reader)
