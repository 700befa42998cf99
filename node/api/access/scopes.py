"""What each route shows: whose it is, and so who may read it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from amanat.ledger.blocks import Block
from amanat.ledger.encoding import decode
from amanat.ledger.governance.proposals import Proposal
from amanat.ledger.identifiers import Digest
from amanat.ledger.operations.proposing import acts_of
from amanat.ledger.orders.legal_orders import LegalOrder
from amanat.ledger.receipts import Applied, Receipt
from amanat.ledger.state import DEAD_KEYS, KEYS, ORDERS, PROPOSALS, State
from amanat.ledger.transactions import CheckedTransaction, open_transaction
from amanat.node.api.access import relations, told, touched
from amanat.node.api.access.relations import Subject
from amanat.node.api.requests import digest_in_path
from amanat.node.node import Node
from amanat.node.submissions import TransactionStatus

Find = Callable[[Node, State, web.Request], Subject]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who may read what a route shows."""

    name: str
    """As `/v1/routes` and docs/api.md have it."""
    find: Find
    readers: str
    """Who may read it, in words: what a refusal says. The same whether there is such a thing."""
    is_partial: bool = False
    """Whether the route answers whoever asks, each with what it may read."""
    may_be_public: bool = False
    """Whether some of what it shows is for whoever asks."""
    is_strict: bool = False
    """Whether it is for those alone who say who they are, also where anyone may read."""


def _always(subject: Subject) -> Find:
    def find(node: Node, state: State, request: web.Request) -> Subject:
        del node, state, request
        return subject

    return find


def _account(node: Node, state: State, request: web.Request) -> Subject:
    del node, state
    return Subject(accounts=frozenset([request.match_info["account"]]))


def _participant(node: Node, state: State, request: web.Request) -> Subject:
    del node, state
    return about_participant(request.match_info["participant"])


def _order(node: Node, state: State, request: web.Request) -> Subject:
    del node
    found = state.get(ORDERS, request.match_info["order"])
    return relations.NOBODY_ELSE if found is None else about_order(found)


def _proposal(node: Node, state: State, request: web.Request) -> Subject:
    del node
    found = state.get(PROPOSALS, digest_in_path(request, "proposal"))
    return relations.NOBODY_ELSE if found is None else about_proposal(state, found)


def _statement(node: Node, state: State, request: web.Request) -> Subject:
    del node, state
    account, custodian = (request.query.get(name) for name in ("account", "custodian"))
    if request.match_info["statement"] == "supply":
        return relations.PUBLIC
    if account is not None and custodian is None:
        return Subject(accounts=frozenset([account]))
    if custodian is not None and account is None:
        return about_participant(custodian)
    return relations.NOBODY_ELSE


def _transaction(node: Node, state: State, request: web.Request) -> Subject:
    return about_transaction(node, state, digest_in_path(request, "transaction"))


_SUPERVISORS: Final = "participants with the role regulator or auditor"

PUBLIC: Final = Scope("anyone", _always(relations.PUBLIC), "anyone")
IN_PART: Final = Scope(
    "anyone, in part", _always(relations.PUBLIC), "anyone, each what it may read", is_partial=True
)
ACCOUNT: Final = Scope(
    "account", _account, f"the account's owner, its custodian, and {_SUPERVISORS}"
)
PARTICIPANT: Final = Scope("itself", _participant, f"the participant itself, and {_SUPERVISORS}")
PARTICIPANTS: Final = Scope(
    "participants", _always(relations.EVERY_PARTICIPANT), "participants in good standing"
)
SIGNERS: Final = replace(PARTICIPANTS, is_strict=True)
ORDER: Final = Scope(
    "order",
    _order,
    "the owner and the custodian of the account that it is on, who entered it, and "
    f"{_SUPERVISORS}; anyone, if it is on an instrument as a whole",
    may_be_public=True,
)
PROPOSAL: Final = Scope(
    "proposal",
    _proposal,
    "who proposed it, may have to approve it or is named by it, the owners and custodians of the "
    f"accounts that it names, and {_SUPERVISORS}; anyone, if it names nothing of an account",
    may_be_public=True,
)
STATEMENT: Final = Scope(
    "statement",
    _statement,
    "the owner and the custodian of the account, or the custodian whose accounts it is of, and "
    f"{_SUPERVISORS}; of supply anyone",
    may_be_public=True,
)
TRANSACTION: Final = Scope(
    "transaction",
    _transaction,
    "who signed it, the owners and custodians of the accounts that it touches, each what concerns "
    f"it, and {_SUPERVISORS}",
)
SUPERVISORS: Final = Scope("supervisors", _always(relations.NOBODY_ELSE), _SUPERVISORS)


def about_participant(name: str) -> Subject:
    """Return what is a participant's own affair."""
    return Subject(participants=frozenset([name]))


def about_order(order: LegalOrder) -> Subject:
    """Return whom a legal order concerns: everybody, if it is on an instrument as a whole."""
    if order.account is None:
        return relations.PUBLIC
    entered = frozenset([order.entered_by])
    return Subject(accounts=frozenset([order.account]), participants=entered)


def about_proposal(state: State, proposal: Proposal) -> Subject:
    """Return whom a proposal concerns: everybody, if it names no account, nor anything of one.

    Else whoever proposed it, may have to approve it, or is named by it.
    """
    acts = acts_of(proposal)
    named = touched.by_operations(state, acts)
    if not (named.accounts or named.refers):
        return relations.PUBLIC
    return Subject(
        accounts=frozenset(named.accounts),
        participants=frozenset(named.participants | {proposal.proposer}),
        roles=frozenset(role for each in acts for role in told.seats(state, each)),
    )


def about_transaction(node: Node, state: State, identifier: Digest) -> Subject:
    """Return whom a transaction concerns: who signed it, and the accounts that it touches.

    Of one of which this node has no more than its id, there is nothing to hide.
    """
    status = node.submissions.status(identifier)
    transaction = content_of(node, status)
    if transaction is None and status.receipt is None:
        return relations.EVERY_PARTICIPANT
    return about_content(state, transaction, status.receipt)


def about_content(
    state: State, transaction: CheckedTransaction | None, receipt: Receipt | None
) -> Subject:
    """Return whom a transaction concerns of which this is known."""
    accounts: set[str] = set()
    signers: frozenset[str] = frozenset()
    if transaction is not None:
        accounts |= touched.by_operations(state, transaction.body.operations).accounts
        signers = signers_of(state, transaction)
    if receipt is not None and isinstance(receipt.outcome, Applied):
        accounts |= touched.by_events(state, receipt.outcome.events)
    return Subject(accounts=frozenset(accounts), participants=signers)


def signers_of(state: State, transaction: CheckedTransaction) -> frozenset[str]:
    """Return whose keys signed a transaction."""
    found = (state.get(KEYS, key) or state.get(DEAD_KEYS, key) for key in transaction.body.signers)
    return frozenset(each for each in found if each is not None)


def content_of(node: Node, status: TransactionStatus) -> CheckedTransaction | None:
    """Return a transaction as it was signed, None if this node does not have it."""
    if status.height is None or status.index is None:
        return node.pool.get(status.id)
    entry = node.store.entry(status.height)
    if entry is None:
        return None
    block = decode(entry.payload, Block, bytes_max=len(entry.payload))
    envelope = block.transactions[status.index]
    return open_transaction(envelope, bytes_max=len(envelope))
