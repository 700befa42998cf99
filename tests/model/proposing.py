"""Proposals: tried on copies of the books, kept while they wait, carried out once they may be."""

from typing import NamedTuple

from amanat.ledger.operations import (
    AnyOperation,
    Approve,
    ExecuteProposal,
    Propose,
    WithdrawProposal,
)
from amanat.ledger.rejections import RejectionCode as Code
from tests.model.acts import carry, in_time, needs
from tests.model.books import DAY, Books, Proposal, Stop, need
from tests.model.consents import Consents, Need, Signs, concerns
from tests.model.custody import SOVEREIGN

LACKS = (Code.MISSING_SIGNATURE, Code.MISSING_APPROVAL)


def run(books: Books, act: AnyOperation, consents: Consents) -> None:
    """Carry out one operation, or stop."""
    lacks = consents.lacks(needs(act, books, consents))
    if lacks:
        raise Stop(lacks)
    in_time(act, books)
    carry(act, books, consents)


class Trial(NamedTuple):
    """What came of trying a proposal."""

    books: Books
    """As they would be."""
    noted: list[list[Code]]
    """What stands against it, the first first."""
    needs: list[Need]
    delay: int


def tried(books: Books, proposal: Proposal, consents: Consents) -> Trial:
    """Carry out all of it that can be, as if everybody who must sign did."""
    now, noted, asked = books.copied(), list[list[Code]](), list[Need]()
    for act in proposal.acts:
        after = now.copied()
        consents.books, consents.assumed = after, set()
        try:
            theirs = needs(act, after, consents)
            asked += theirs
            lacks = consents.lacks(theirs)
            noted += [lacks] if lacks else []
            consents.assumed = {each.name for each in theirs if isinstance(each, Signs)}
            in_time(act, after)
            carry(act, after, consents)
        except Stop as stop:
            noted.append(stop.codes)
        else:
            now = after
    consents.books, consents.assumed = books, set()
    return Trial(now, noted, asked, consents.delay)


@needs.register(Propose | Approve | ExecuteProposal | WithdrawProposal)
def _(_act: AnyOperation, _books: Books, _consents: Consents) -> list[Need]:
    return []


def _may_act(books: Books, consents: Consents) -> str:
    names = sorted({name for name, _ in consents.keys.values()})
    able = [name for name in names if consents.weight(name) and not books.people[name].suspended]
    code = Code.SUSPENDED if consents.weight(names[0]) else Code.MISSING_SIGNATURE
    need(able, code)
    return able[0]


def _waiting(books: Books, identifier: bytes) -> Proposal:
    need(identifier.hex() in books.proposals, Code.UNKNOWN_PROPOSAL)
    proposal = books.proposals[identifier.hex()]
    waits = proposal.status in ("open", "approved") and books.time <= proposal.expires
    need(waits, Code.PROPOSAL_CLOSED)
    return proposal


@carry.register
def _(act: Propose, books: Books, consents: Consents) -> None:
    need(books.time < act.expires <= books.time + 60 * DAY, Code.INVALID_PROPOSAL)
    proposal = Proposal(_may_act(books, consents), act.operations, act.expires, {})
    _tried_again(books, books.new(), proposal, consents, is_new=True)


@carry.register
def _(act: Approve, books: Books, consents: Consents) -> None:
    _may_act(books, consents)
    proposal = _waiting(books, act.proposal)
    need(proposal.status == "open", Code.PROPOSAL_CLOSED)
    _tried_again(books, act.proposal.hex(), proposal, consents, is_new=False)


def _tried_again(
    books: Books, name: str, proposal: Proposal, consents: Consents, *, is_new: bool
) -> None:
    """Add the approval of those signers whom it asks, and see whether that is enough."""
    added = {
        key: (owner, books.time)
        for key, (owner, _) in consents.keys.items()
        if Consents(books, {key: (owner, books.time)}).weight(owner)
    }
    everybody = {**_theirs(books, proposal), **added}
    trial = tried(books, proposal, Consents(books, everybody, noticed=books.time, waits=False))
    if trial.noted and trial.noted[0][0] not in LACKS:
        raise Stop(trial.noted[0])
    asked = {
        key: (owner, when)
        for key, (owner, when) in added.items()
        if any(concerns(trial.books, each, owner) for each in trial.needs)
    }
    need(asked or is_new, Code.NOT_ASKED)
    kept = proposal._replace(approvals={**proposal.approvals, **asked})
    if trial.noted:
        books.proposals[name] = kept
    elif trial.delay:
        books.proposals[name] = kept._replace(status="approved", noticed=books.time)
    else:
        _close(books, name, kept, trial)


def _theirs(books: Books, proposal: Proposal) -> dict[str, tuple[str, int]]:
    """Return the approvals of keys that are still their participant's."""
    return {
        key: (owner, when)
        for key, (owner, when) in proposal.approvals.items()
        if key in books.people[owner].keys and key not in books.dead
    }


def _close(books: Books, name: str, proposal: Proposal, trial: Trial) -> None:
    vars(books).update(vars(trial.books))
    books.proposals[name] = proposal._replace(status="executed")


@carry.register
def _(act: ExecuteProposal, books: Books, _consents: Consents) -> None:
    proposal = _waiting(books, act.proposal)
    need(proposal.status == "approved", Code.PROPOSAL_OPEN)
    theirs = Consents(books, _theirs(books, proposal), noticed=proposal.noticed)
    trial = tried(books, proposal, theirs)
    if trial.noted:
        raise Stop(trial.noted[0])
    _close(books, act.proposal.hex(), proposal, trial)


@carry.register
def _(act: WithdrawProposal, books: Books, consents: Consents) -> None:
    proposal = _waiting(books, act.proposal)
    names = {name for name, _ in consents.keys.values() if consents.signs(name)}
    may = [
        name
        for name in names
        if name == proposal.proposer or books.people[name].roles.intersection(SOVEREIGN)
    ]
    need(may, Code.MISSING_SIGNATURE)
    books.proposals[act.proposal.hex()] = proposal._replace(status="withdrawn")
