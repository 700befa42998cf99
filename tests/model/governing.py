"""Instruments, rules, tranches, ceilings; policies, the calendar and the close of a day."""

from itertools import pairwise

from amanat.ledger.authorities import Authority as AuthorityData
from amanat.ledger.governance.policies import Policy as PolicyData
from amanat.ledger.operations import (
    ActivateInstrument,
    ActivateVersion,
    AddDocument,
    AmendTerms,
    ChangeAuthorities,
    CloseDay,
    RegisterInstrument,
    RequireProgram,
    SetAuthorisedAmount,
    SetCalendar,
    SetCeilings,
    SetInstrumentStatus,
    SetParameters,
    SetPayingAgent,
    SetPolicy,
    SetRules,
    SetTranche,
)
from amanat.ledger.rejections import RejectionCode as Code
from amanat.ledger.terms import Terms
from tests.model.acts import carry, needs
from tests.model.books import Asset, Authority, Books, Policy, Tranche, need
from tests.model.consents import Approves, Consents, Need, Signs

LIVING = ("announced", "active", "suspended", "default")
BEFORE = {
    "suspended": ("active", "default"),
    "default": ("active", "suspended"),
    "active": ("suspended", "default"),
    "cancelled": ("announced",),
}
LEAD = 100
"""Blocks ahead of a new version."""


def policy_of(data: PolicyData) -> Policy:
    """Return a policy as the model keeps it."""
    seats = tuple(each.role.value for each in data.approvals for _ in range(each.count))
    return Policy(seats, data.age_max_ms, data.delay_ms)


def authority_of(data: AuthorityData) -> Authority:
    """Return an authority as the model keeps it."""
    is_sovereign = data.authority_class.value == "sovereign"
    return Authority(data.name, is_sovereign, data.participant or data.name)


def _of(books: Books, name: str, terms: Terms, issuer: str, authorised: int | None) -> Asset:
    """Return an instrument with these terms, or stop where they make no sense."""
    need(terms.isin in (None, name), Code.INVALID_TERMS)
    cash = getattr(terms, "cash", None)
    issued = getattr(terms, "issue_date", 0)
    need(terms.matures is None or terms.matures > issued, Code.INVALID_TERMS)
    if cash is not None:
        need(books.asset(cash).kind == "cash", Code.NOT_CASH)
    need((terms.kind == "cash") == (authorised is None), Code.INVALID_TERMS)
    need((authorised or 0) % terms.denomination == 0, Code.NOT_A_MULTIPLE)
    return Asset(name, issuer, terms.kind, terms.denomination, cash, terms.matures, authorised)


@needs.register
def _(act: RegisterInstrument, books: Books, _consents: Consents) -> list[Need]:
    books.person(act.issuer)
    return [Signs(act.issuer), Approves(f"register-instrument/{act.terms.kind}")]


@carry.register
def _(act: RegisterInstrument, books: Books, _consents: Consents) -> None:
    need(act.id not in books.assets, Code.ALREADY_EXISTS)
    books.assets[act.id] = _of(books, act.id, act.terms, act.issuer, act.authorised)


@needs.register
def _(act: ActivateInstrument, books: Books, _consents: Consents) -> list[Need]:
    asset = books.asset(act.instrument)
    return [Signs(asset.issuer), Approves(f"activate-instrument/{asset.kind}")]


@carry.register
def _(act: ActivateInstrument, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    need(asset.status == "announced", Code.WRONG_STATUS)
    books.assets[asset.name] = asset._replace(status="active")


@needs.register
def _(act: AmendTerms, books: Books, _consents: Consents) -> list[Need]:
    asset = books.asset(act.instrument)
    if asset.status == "announced":
        return [Signs(asset.issuer), Approves(f"register-instrument/{asset.kind}")]
    return [Approves("amend-terms")]


@carry.register
def _(act: AmendTerms, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    need(asset.status in LIVING, Code.WRONG_STATUS)
    need(act.terms.kind == asset.kind, Code.INVALID_TERMS)
    is_issued = asset.status != "announced"
    need(not is_issued or asset.unit % act.terms.denomination == 0, Code.INVALID_TERMS)
    after = _of(books, asset.name, act.terms, asset.issuer, asset.authorised)
    need(not is_issued or after.cash == asset.cash, Code.INVALID_TERMS)
    books.assets[asset.name] = after._replace(status=asset.status, agent=asset.agent)


@needs.register
def _(act: SetInstrumentStatus, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves(f"set-instrument-status/{act.status.value}")]


@carry.register
def _(act: SetInstrumentStatus, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    need(asset.status in BEFORE.get(act.status.value, ()), Code.WRONG_STATUS)
    books.assets[asset.name] = asset._replace(status=act.status.value)


@needs.register
def _(act: SetPayingAgent, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.asset(act.instrument).issuer), Approves("set-paying-agent")]


@carry.register
def _(act: SetPayingAgent, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    need(asset.status in LIVING, Code.WRONG_STATUS)
    if act.agent is not None:
        need("paying_agent" in books.person(act.agent).roles, Code.WRONG_ROLE)
    books.assets[asset.name] = asset._replace(agent=act.agent)


@needs.register
def _(act: AddDocument, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.asset(act.instrument).issuer)]


@carry.register
def _(act: AddDocument, books: Books, _consents: Consents) -> None:
    place = (act.instrument, act.digest.hex())
    need(place not in books.documents, Code.ALREADY_EXISTS)
    if act.supersedes is not None:
        earlier = (act.instrument, act.supersedes.hex())
        need(earlier in books.documents, Code.UNKNOWN_DOCUMENT)
        need(not books.documents[earlier], Code.ALREADY_SUPERSEDED)
        books.documents[earlier] = True
    books.documents[place] = False


def promised(books: Books, asset: str) -> int:
    """Return what was issued outside of tranches, and what all tranches may come to."""
    tranches = books.tranches.get(asset, ())
    outside = books.issued.get(asset, 0) - sum(each.issued for each in tranches)
    return outside + sum(each.amount for each in tranches)


@needs.register
def _(_act: SetAuthorisedAmount, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-authorised-amount")]


@carry.register
def _(act: SetAuthorisedAmount, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    need(asset.status in LIVING, Code.WRONG_STATUS)
    need(asset.kind != "cash", Code.INVALID_TERMS)
    need(act.amount % asset.unit == 0, Code.NOT_A_MULTIPLE)
    need(promised(books, asset.name) <= act.amount, Code.AUTHORISED_EXCEEDED)
    books.assets[asset.name] = asset._replace(authorised=act.amount)


@needs.register
def _(act: SetTranche, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.asset(act.instrument).issuer), Approves("set-tranche")]


@carry.register
def _(act: SetTranche, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    need(asset.status in LIVING, Code.WRONG_STATUS)
    need(asset.authorised is not None, Code.INVALID_TRANCHE)
    need(act.opens <= act.closes, Code.INVALID_TRANCHE)
    there = list(books.tranches.get(asset.name, ()))
    need(act.number <= len(there) + 1, Code.UNKNOWN_TRANCHE)
    need(act.amount % asset.unit == 0, Code.NOT_A_MULTIPLE)
    issued = there[act.number - 1].issued if act.number <= len(there) else 0
    need(issued <= act.amount, Code.TRANCHE_EXCEEDED)
    there[act.number - 1 : act.number] = [Tranche(act.amount, act.opens, act.closes, issued)]
    books.tranches[asset.name] = tuple(there)
    need(promised(books, asset.name) <= (asset.authorised or 0), Code.AUTHORISED_EXCEEDED)


@needs.register
def _(_act: SetCeilings, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-ceilings")]


@carry.register
def _(act: SetCeilings, books: Books, _consents: Consents) -> None:
    need(books.asset(act.cash).kind == "cash", Code.NOT_CASH)
    periods = tuple((each.first, each.last, each.amount) for each in act.ceilings.periods)
    dates = [date for first, last, _ in periods for date in (first, last + 1)]
    need(dates == sorted(dates), Code.INVALID_CEILINGS)
    need(all(first <= last for first, last, _ in periods), Code.INVALID_CEILINGS)
    books.ceilings[act.cash] = periods


@needs.register
def _(_act: SetRules, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-rules")]


@carry.register
def _(act: SetRules, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    of_owners = any(rule.is_of_owners for rule in act.rules)
    need(asset.kind != "cash" or not of_owners, Code.INVALID_RULES)
    books.rules[asset.name] = act.rules


@needs.register
def _(act: SetPolicy, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-policy"), Approves(act.policy.act)]


@carry.register
def _(act: SetPolicy, books: Books, _consents: Consents) -> None:
    books.policies[act.policy.act] = policy_of(act.policy)


@needs.register
def _(_act: SetParameters, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-parameters")]


@carry.register
def _(act: SetParameters, _books: Books, _consents: Consents) -> None:
    need(not act.parameters.problems(), Code.INVALID_PARAMETERS)


@needs.register
def _(_act: ChangeAuthorities, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("change-authorities")]


@carry.register
def _(act: ChangeAuthorities, books: Books, _consents: Consents) -> None:
    """Learners alone change here, once in a block: what else could is no matter of holdings."""
    need(books.learners_changed < books.height, Code.CHANGE_UNDER_WAY)
    after = frozenset(authority_of(each) for each in (*act.members, *act.learners))
    for each in after - books.authorities:
        operator = books.people.get(each.operator)
        need(operator is not None and not operator.suspended, Code.INVALID_AUTHORITIES)
        roles = frozenset[str]() if operator is None else operator.roles
        rules = "issuer" in roles or "central_bank" in roles
        need(rules or not each.is_sovereign, Code.INVALID_AUTHORITIES)
    books.authorities = after
    books.learners_changed = books.height


@needs.register
def _(_act: ActivateVersion, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("activate-version")]


@carry.register
def _(act: ActivateVersion, books: Books, _consents: Consents) -> None:
    if act.height is None:
        need(books.scheduled == act.version, Code.INVALID_VERSION)
        books.scheduled = None
        return
    need(act.height >= books.height + LEAD and act.version > 1, Code.INVALID_VERSION)
    books.scheduled = act.version


@needs.register
def _(_act: RequireProgram, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("require-program")]


@carry.register
def _(act: RequireProgram, _books: Books, _consents: Consents) -> None:
    """Nothing on the ledger depends on it."""
    ordered = all(one < two for one, two in pairwise(act.programs))
    need(ordered, Code.INVALID_PROGRAMS)


@needs.register
def _(_act: SetCalendar, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("set-calendar")]


@carry.register
def _(act: SetCalendar, books: Books, _consents: Consents) -> None:
    books.weekend, books.holidays = act.calendar.weekend, act.calendar.holidays
    books.cut_offs = tuple((each.business.value, each.minute) for each in act.calendar.cut_offs)


@needs.register
def _(_act: CloseDay, _books: Books, _consents: Consents) -> list[Need]:
    return [Approves("close-day")]


@carry.register
def _(act: CloseDay, books: Books, _consents: Consents) -> None:
    need(act.date == books.open_day < books.today, Code.WRONG_DAY)
    books.closed[act.date] = sums(books)
    books.open_day = books.business_day_from(books.today)


def sums(books: Books) -> dict[tuple[str, ...], int]:
    """Return what each custodian's accounts hold, and what was issued and redeemed."""
    found: dict[tuple[str, ...], int] = {}
    for (account, asset), amount in books.held.items():
        name = (asset, "custodian", books.places[account].custodian)
        found[name] = found.get(name, 0) + amount
    for asset in books.assets:
        found[asset, "issued"] = books.issued.get(asset, 0)
        found[asset, "redeemed"] = books.redeemed.get(asset, 0)
    return found
