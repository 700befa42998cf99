"""What a request asks for in the way of a statement, and at which blocks."""

from typing import Final

from aiohttp import web

from amanat.ledger.identifiers import InstrumentId, Name
from amanat.ledger.state import ACCOUNTS, INSTRUMENTS, PARTICIPANTS, State
from amanat.node.api import past
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, date_of, text_in_query, whole_number
from amanat.node.node import Node
from amanat.node.statements.moments import NotClosed, opening_height, seal_of
from amanat.node.statements.question import Noun, Question, Span
from amanat.node.statements.rendering import FileFormat

HEIGHT_MAX: Final = 2**63 - 1

SUBJECTS: Final = {"account": ACCOUNTS, "custodian": PARTICIPANTS, "instrument": INSTRUMENTS}


def question(request: web.Request) -> Question:
    """Return what is asked.

    Raises:
        ApiProblem: `malformed_request`, or `not_found`: no such statement, account, custodian,
            instrument, block or business day.
    """
    noun = _noun(request)
    node = request.app[NODE]
    state = State(node.chain.final.tree.get)
    account = _named(request, state, "account")
    custodian = _named(request, state, "custodian")
    instrument = _named(request, state, "instrument")
    if noun is Noun.SUPPLY and (account or custodian):
        raise ApiProblem("malformed_request", "supply is of instruments, and of nobody's")
    if account is not None and custodian is not None:
        raise ApiProblem("malformed_request", "account or custodian, not both")
    if noun is not Noun.SUPPLY and not (account or custodian or instrument):
        raise ApiProblem("malformed_request", "name an account, a custodian or an instrument")
    span = _range(request, node, state) if noun is Noun.MOVEMENTS else _moment(request, node)
    return Question(noun, account, custodian, instrument, span)


def file_format(request: web.Request) -> FileFormat:
    """Return the `format` that is asked for, CSV by default. Raises `malformed_request`."""
    text = request.query.get("format", FileFormat.CSV.value)
    try:
        return FileFormat(text)
    except ValueError as error:
        known = ", ".join(each.value for each in FileFormat)
        raise ApiProblem("malformed_request", f"format is {text!r}; it can be {known}") from error


def _noun(request: web.Request) -> Noun:
    text = request.match_info["statement"]
    try:
        return Noun(text)
    except ValueError as error:
        known = ", ".join(each.value for each in Noun)
        raise ApiProblem("not_found", f"there are statements of {known}") from error


def _named(request: web.Request, state: State, name: str) -> str | None:
    wanted: str | None = text_in_query(
        request, name, InstrumentId if name == "instrument" else Name
    )
    if wanted is not None and state.get(SUBJECTS[name], wanted) is None:  # type: ignore[arg-type]
        raise ApiProblem("not_found", f"no {name} is called {wanted!r}")
    return wanted


def _moment(request: web.Request, node: Node) -> Span:
    """Return the block after which it is asked for: by `as_of`, `at_height`, or the last one."""
    _refuse(request, "from", "to", "from_height", "to_height")
    height = past.moment(request).height
    _check_final(node, height)
    return Span(height, height, None, request.query.get("as_of"))


def _range(request: web.Request, node: Node, state: State) -> Span:
    """Return the blocks of a range: `from` and `to` are business days, or heights by their name."""
    _refuse(request, "as_of", "at_height")
    first, last = _height(request, "from_height"), _height(request, "to_height")
    begin, end = request.query.get("from"), request.query.get("to")
    if (begin is None) == (first is None) or (end is None) == (last is None):
        detail = "from or from_height, and to or to_height, say of which blocks"
        raise ApiProblem("malformed_request", detail)
    try:
        if begin is not None:
            first = opening_height(state, date_of(begin, "from"))
        if end is not None:
            last = seal_of(state, date_of(end, "to")).height
    except NotClosed as error:
        raise ApiProblem("not_found", str(error)) from error
    first, last = max(first or 0, 1), last or 0
    if first > last:
        raise ApiProblem("malformed_request", f"the range ends at {last}, before it begins")
    _check_final(node, last)
    return Span(first, last, begin, end)


def _refuse(request: web.Request, *names: str) -> None:
    found = [name for name in names if name in request.query]
    if found:
        raise ApiProblem("malformed_request", f"this statement does not take {found[0]}")


def _height(request: web.Request, name: str) -> int | None:
    if name not in request.query:
        return None
    return whole_number(request, name, default=0, most=HEIGHT_MAX)


def _check_final(node: Node, height: int) -> None:
    have = node.chain.final.height
    if height > have:
        detail = f"this node has applied height {have}; {height} was asked for"
        raise ApiProblem("behind", detail, {"have": have, "need": height})
    if height == 0:
        raise ApiProblem("not_yet_provable", "genesis is no block, and no block is final before it")
