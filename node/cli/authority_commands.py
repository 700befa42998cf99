"""The commands of `amanat authority`: decisions about who takes part, for governance to sign."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amanat.node.cli.nouns import AUTHORITY
from amanat.node.cli.options import Api


class Kind(StrEnum):
    """What an authority may be; `AuthorityClass`, without loading what it needs."""

    SOVEREIGN = "sovereign"
    CUSTODIAN = "custodian"


Quorum = Annotated[int | None, typer.Option(min=1, help="The rule's least by default.")]


@AUTHORITY.command("learn")
def authority_learn(
    file: Annotated[Path, typer.Argument(help="A join request.")],
    kind: Annotated[
        Kind, typer.Option("--class", help="What its vote will count as.")
    ] = Kind.CUSTODIAN,
    api: Api = None,
) -> None:
    """Let the node that asks receive every block, without a vote yet."""
    from amanat.ledger.authorities import AuthorityClass
    from amanat.node.cli import joining

    joining.learn(file, AuthorityClass(kind), api or [])


@AUTHORITY.command("admit")
def authority_admit(
    name: Annotated[str, typer.Argument(help="A learner that has caught up.")],
    instead_of: Annotated[
        str | None, typer.Option(help="Whose vote ends with it, as when a key is replaced.")
    ] = None,
    quorum: Quorum = None,
    api: Api = None,
) -> None:
    """Let a learner vote; asks it for its word that it has caught up."""
    from amanat.node.cli import joining

    joining.admit(name, instead_of, quorum, api or [])


@AUTHORITY.command("remove")
def authority_remove(
    name: Annotated[str, typer.Argument(help="Who is to leave.")],
    quorum: Quorum = None,
    api: Api = None,
) -> None:
    """Take the vote of an authority, or let a learner learn no more."""
    from amanat.node.cli import joining

    joining.leave(name, quorum, api or [])
