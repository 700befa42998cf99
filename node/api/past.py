"""Reading the register as it stood: after a block, or at the close of a business day."""

from dataclasses import dataclass

from aiohttp import web

from amanat.ledger.dates import Date
from amanat.ledger.days.seals import DaySeal
from amanat.ledger.state import DAY_SEALS, State
from amanat.ledger.tree.state_tree import StateTree
from amanat.ledger.wording import day
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, date_of, whole_number
from amanat.node.node import Node


@dataclass(frozen=True, slots=True)
class Moment:
    """The state that a request asks about."""

    height: int
    tree: StateTree
    """The state after that block."""
    closed: Date | None = None
    """The business day that the block closed, where a request asks for its close."""


def moment(request: web.Request) -> Moment:
    """Return the state that `as_of` or `at_height` names; without them, the final one.

    Raises:
        ApiProblem: `malformed_request`, `not_found` (no such day or block), `behind` (the block is
            not final here yet), or `pruned` (this node does not keep that state).
    """
    node = request.app[NODE]
    if "as_of" in request.query and "at_height" in request.query:
        raise ApiProblem("malformed_request", "as_of and at_height exclude each other")
    if "as_of" in request.query:
        closed, seal = sealed(node, request.query["as_of"])
        return Moment(seal.height, _kept(node, seal.height), closed)
    final = node.chain.final
    height = whole_number(request, "at_height", default=final.height, most=2**63 - 1)
    if height == final.height:
        return Moment(height, final.tree)
    if height > final.height:
        detail = f"this node has applied height {final.height}; {height} was asked for"
        raise ApiProblem("behind", detail, {"have": final.height, "need": height})
    return Moment(height, _kept(node, height))


def sealed(node: Node, text: str) -> tuple[Date, DaySeal]:
    """Return the date that `text` writes, and when that business day was closed.

    Raises:
        ApiProblem: `malformed_request`, or `not_found` if no such business day was closed.
    """
    closed = date_of(text)
    seal = State(node.chain.final.tree.get).get(DAY_SEALS, closed)
    if seal is None:
        raise ApiProblem("not_found", f"no business day {text} was closed")
    return closed, seal


def written(closed: Date | None) -> str | None:
    """Return a date as the API writes it."""
    return None if closed is None else day(closed)


def _kept(node: Node, height: int) -> StateTree:
    if height == 0:
        raise ApiProblem("not_found", "blocks begin with 1; before it stands the genesis document")
    first, last = node.store.first_height, node.chain.final.height
    tree = node.store.tree(height) if height >= first else None
    if tree is None:
        detail = f"this node keeps the states after blocks {first} to {last}, not after {height}"
        raise ApiProblem("pruned", detail, {"height": height, "first": first, "last": last})
    return tree
