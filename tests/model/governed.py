"""One function for each act of custody, of the courts and of governance that may be asked for."""

from typing import Final

import msgspec

from amanat.ledger.authorities import Authority, AuthorityClass
from amanat.ledger.custody.accounts import Account, Attestation, InvestorClass
from amanat.ledger.custody.limits import InstrumentLimit, JurisdictionLimit, Limits, TotalLimit
from amanat.ledger.days.calendar import Business, Calendar, CutOff
from amanat.ledger.governance.participants import ParticipantKey, Role, Standing
from amanat.ledger.governance.policies import Approval, Policy
from amanat.ledger.instruments.ceilings import Ceiling, Ceilings
from amanat.ledger.instruments.document import DocumentKind
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import (
    ActivateInstrument,
    ActivateVersion,
    AddDocument,
    AmendTerms,
    Attest,
    BlockKeys,
    ChangeAuthorities,
    MoveAccount,
    MoveClients,
    OpenAccount,
    RegisterInstrument,
    RegisterParticipant,
    ReplaceKeys,
    RequireProgram,
    RotateKeys,
    SetAuthorisedAmount,
    SetCalendar,
    SetCeilings,
    SetInstrumentStatus,
    SetLimits,
    SetParameters,
    SetPayingAgent,
    SetPolicy,
    SetRoles,
    SetRules,
    SetStanding,
    SetTranche,
)
from amanat.ledger.rules import (
    AllowedJurisdictions,
    AnyRule,
    Blackout,
    CustodianCap,
    DeniedJurisdictions,
    HolderCap,
    HolderCount,
    HolderShare,
    InvestorClasses,
    JurisdictionCap,
    LockUp,
    MinimumHolding,
    Period,
    ShareAbroad,
    TravelData,
    Velocity,
    Window,
)
from tests.ledger.world import (
    BILL,
    PARAMETERS,
    RUPEE,
    account,
    attestation,
    authority_set,
    participant,
    policy,
    public_key,
)
from tests.model.books import DAY
from tests.model.choosing import SPARE, Choice, Chooser
from tests.model.court_choices import extend, force_transfer, lift, order
from tests.model.market import ASSETS, GOLD, HOLDERS, gold

SERVING: Final = ("custodian-a", "custodian-b", "exchange", "cdc")
COUNTRIES: Final = ("PK", "AE", "GB")
CLASSES: Final = (InvestorClass.CORPORATE, InvestorClass.BANK, InvestorClass.INDIVIDUAL_RESIDENT)


def attest(c: Chooser) -> Attest:
    return Attest(c.place(), _attested(c))


def _attested(c: Chooser) -> Attestation:
    expires = c.books.today + c.number(0, 8)
    return attestation(c.of(CLASSES), c.of(COUNTRIES), expires=expires)


def open_account(c: Chooser) -> OpenAccount:
    name = c.of(["extra-1", "extra-2", "extra-3"])
    attested, owner, custodian = _attested(c), c.of(list(HOLDERS)), c.of(SERVING)
    return OpenAccount(Account.client(name, owner, custodian, attested))


def open_house(c: Chooser) -> OpenAccount:
    return account(f"{(name := c.of(SERVING))}-own", name, name)


def move_account(c: Chooser) -> MoveAccount:
    return MoveAccount(c.place(), c.of(SERVING))


def move_clients(c: Chooser) -> MoveClients:
    idle = [name for name in SERVING if c.books.people[name].suspended]
    c.is_idle |= not idle
    if c.books.successors and not c.chance(4):
        source = c.of(list(c.books.successors))
        return MoveClients(source, c.books.successors[source][0], 1)
    return MoveClients(c.of(idle or list(SERVING)), c.of(SERVING), c.number(1, 3))


def standing(c: Chooser) -> SetStanding:
    out = [name for name, each in c.books.people.items() if each.suspended]
    if out and not c.chance(4):
        return SetStanding(c.of(out), Standing.ACTIVE)
    return SetStanding(c.of([*SERVING, *HOLDERS]), Standing.SUSPENDED)


def roles(c: Chooser) -> SetRoles:
    name = c.of(["exchange", "exchange", "custodian-b", "agent", "mof"])
    choice: dict[str, list[tuple[Role, ...]]] = {
        "exchange": [(Role.DISTRIBUTOR,), (Role.HOLDER,), (Role.CUSTODIAN, Role.DISTRIBUTOR)],
        "custodian-b": [(Role.CUSTODIAN,), (Role.CUSTODIAN,), (Role.HOLDER,)],
        "agent": [(Role.PAYING_AGENT,), (Role.AUDITOR,)],
        "mof": [(Role.ISSUER,), (Role.AUDITOR,)],
    }
    return SetRoles(name, c.of(choice[name]))


def _new_keys(c: Chooser, name: str) -> tuple[ParticipantKey, ...]:
    """Return keys that it has, new ones, and seldom one that is dead."""
    there = c.living(name)
    known = [name + each for each in SPARE if public_key(name + each).hex() in c.books.dead]
    new = [each for each in (name + spare for spare in SPARE) if each not in (*there, *known)]
    names = [each for each in there if not c.chance(3)] + [each for each in new[:2] if c.chance(2)]
    names += [each for each in known if c.chance(12)]
    keys = sorted(public_key(each) for each in names or [name])
    ends = [None if at == 0 or c.chance(2) else c.books.time + DAY // 4 for at in range(len(keys))]
    return tuple(ParticipantKey(key, 1, until) for key, until in zip(keys, ends, strict=True))


def rotate(c: Chooser) -> RotateKeys:
    has_ended = [
        name
        for name in HOLDERS
        if any(c.books.people[name].has_ended(k, c.books.time) for k in c.books.people[name].keys)
    ]
    name = c.of(has_ended if has_ended and c.chance(2) else list(HOLDERS))
    return RotateKeys(name, _new_keys(c, name), c.number(1, 2))


def replace_keys(c: Chooser) -> ReplaceKeys:
    name = c.of(list(HOLDERS))
    keys = _new_keys(c, name)
    has = c.books.people[name].keys
    others = tuple(each for each in keys if each.key.hex() not in has)
    return ReplaceKeys(name, others if others and not c.chance(6) else keys, 1)


def block_keys(c: Chooser) -> BlockKeys:
    name = c.of([*HOLDERS, "mof"])
    there = c.living(name)
    key = c.of(there) if there and not c.chance(6) else name + c.of(SPARE)
    return BlockKeys(name, (public_key(key),))


def register(c: Chooser) -> RegisterParticipant:
    return RegisterParticipant(participant(c.of(["new-1", "new-2"]), Role.HOLDER))


def limits(c: Chooser) -> SetLimits:
    set_ = Limits(
        totals=(TotalLimit(RUPEE, c.number(20, 120)),),
        instruments=(InstrumentLimit(GOLD, 9), InstrumentLimit(BILL, c.number(10, 90))),
        jurisdictions=(JurisdictionLimit("AE", RUPEE, c.number(5, 60)),),
    )
    return SetLimits("exchange", set_)


def rules(c: Chooser) -> SetRules:
    today = c.books.today
    asset = c.of(ASSETS)
    made: list[AnyRule] = [
        AllowedJurisdictions(tuple(sorted({"PK", c.of(COUNTRIES)}))),
        Blackout((Window(today, today + c.number(0, 1)),)),
        CustodianCap(c.most(asset, lambda place: place.custodian)),
        DeniedJurisdictions((c.of(("AE", "GB")),)),
        HolderCap(c.most(asset, lambda place: place.owner)),
        HolderCount(c.number(1, 5)),
        HolderShare(InvestorClass.CORPORATE, c.number(100, 2_000)),
        InvestorClasses(tuple(sorted({CLASSES[0], c.of(CLASSES)}))),
        JurisdictionCap("AE", c.about(c.books.total(asset, lambda place: place.country == "AE"))),
        LockUp(today + c.number(0, 2)),
        MinimumHolding(c.number(2, 12)),
        ShareAbroad(min(10_000, c.about(_abroad(c, asset)))),
        TravelData(c.number(1, 30)),
        Velocity(Period.DAY, c.number(5, 40)),
    ]
    chosen = [rule for rule in made if c.chance(5)]
    if c.chance(4):
        chosen.append(Velocity(c.of([Period.MONTH, Period.WEEK]), c.number(10, 60)))
    chosen = [each for each in chosen if asset != RUPEE or not each.is_of_owners]
    return SetRules(asset, tuple(sorted(chosen, key=lambda each: (each.kind, each.subject))))


def _abroad(c: Chooser, asset: str) -> int:
    """Return the share that is held abroad, in basis points."""
    abroad = c.books.total(asset, lambda place: place.country != "PK")
    return 10_000 * abroad // max(1, c.books.outstanding(asset)) + c.of([0, 50, 200])


def no_rules(c: Chooser) -> SetRules:
    return SetRules(c.asset(), ())


def tranche(c: Chooser) -> SetTranche:
    asset = c.of(ASSETS)
    number = c.number(1, len(c.books.tranches.get(asset, ())) + 1)
    opens = c.date()
    amount = c.books.assets[asset].unit * c.number(1, 40)
    return SetTranche(asset, number, amount, opens, opens + c.number(0, 4))


def ceilings(c: Chooser) -> SetCeilings:
    today, most = c.books.today, c.books.debt(RUPEE) + c.number(-20, 100)
    first = Ceiling(today + c.number(-1, 1), today + c.number(1, 4), max(0, most), "An Act")
    return SetCeilings(RUPEE, Ceilings(() if c.chance(4) else (first,)))


def authorised(c: Chooser) -> SetAuthorisedAmount:
    asset = c.of(ASSETS)
    unit, issued = c.books.assets[asset].unit, c.books.issued.get(asset, 0)
    return SetAuthorisedAmount(asset, max(unit, issued + unit * c.of([-2, 0, 2, 8, 60])))


def status(c: Chooser) -> SetInstrumentStatus:
    names = [name for name, each in c.books.assets.items() if each.status != "active"]
    if names and not c.chance(4):
        return SetInstrumentStatus(c.of(names), InstrumentStatus.ACTIVE)
    statuses = (InstrumentStatus.SUSPENDED, InstrumentStatus.DEFAULT, InstrumentStatus.CANCELLED)
    return SetInstrumentStatus(c.asset(), c.of(statuses))


def instrument(c: Chooser) -> RegisterInstrument:
    return msgspec.structs.replace(gold(), id=c.of(["GOLD-2", "GOLD-3"]))


def activate(c: Chooser) -> ActivateInstrument:
    return ActivateInstrument(
        c.of([name for name in c.books.assets if name not in ASSETS] or [BILL])
    )


def amend(c: Chooser) -> AmendTerms:
    terms = msgspec.structs.replace(gold().terms, denomination=c.of([1, 3, 3, 2]))
    return AmendTerms(c.of([n for n in c.books.assets if n.startswith("GOLD")]), "Gold", terms)


def agent(c: Chooser) -> SetPayingAgent:
    return SetPayingAgent(c.asset(), c.of([None, "agent", "agent", "beta"]))


def add_document(c: Chooser) -> AddDocument:
    supersedes = c.digest() if c.chance(2) else None
    return AddDocument(c.asset(), DocumentKind.PROSPECTUS, "Paper", c.digest(), supersedes)


def set_policy(c: Chooser) -> SetPolicy:
    act = c.of(["enforce-pledge", "set-rules", "move-clients", "release-pledge", "force-transfer"])
    seats = c.of([((Role.CENTRAL_BANK, 1),), ((Role.CENTRAL_BANK, 1), (Role.ISSUER, 1))])
    made: Policy = policy(act, *seats, delay=c.of([0, 0, DAY // 4]))
    assert all(isinstance(each, Approval) for each in made.approvals)
    return SetPolicy(made)


def parameters(c: Chooser) -> SetParameters:
    most = 10**9 + c.number(0, 5)
    return SetParameters(msgspec.structs.replace(PARAMETERS, rejections_per_hour_max=most))


def calendar(c: Chooser) -> SetCalendar:
    minute = CutOff(c.of(list(Business)), c.number(600, 1_200))
    cut_offs = () if c.chance(2) else (minute,)
    holidays = () if c.chance(2) else (c.books.today + 1,)
    return SetCalendar(Calendar(weekend=(5, 6), holidays=holidays, cut_offs=cut_offs))


def authorities(c: Chooser) -> ChangeAuthorities:
    there = authority_set(["mof", "sbp", "cdc"], quorum=2)
    learners = authority_set(["custodian-a"], quorum=1).members if c.chance(2) else ()
    if c.chance(2):
        of = c.of(["custodian-a", "mof", "exchange", "beta", "nobody"])
        key, class_ = public_key("authority watcher"), c.of(list(AuthorityClass))
        learners = (*learners, Authority("watcher", key, class_, of))
    return ChangeAuthorities(there.members, 2, 1, learners, ())


def version(c: Chooser) -> ActivateVersion:
    height = None if c.chance(2) else c.books.height + c.of([99, 100_000])
    return ActivateVersion(c.number(1, 2), height)


def program(c: Chooser) -> RequireProgram:
    return RequireProgram(tuple(bytes([c.number(1, 3)]) * 32 for _ in range(c.number(0, 2))))


GOVERNED: Final[tuple[Choice, ...]] = (
    *(
        order,
        extend,
        extend,
        lift,
        lift,
        force_transfer,
        force_transfer,
        force_transfer,
        attest,
        attest,
    ),
    *(open_account, open_house, move_account, move_account, move_clients, standing, standing),
    *(roles, rotate, replace_keys, block_keys, register, limits, rules, rules, rules, rules),
    no_rules,
    *(tranche, ceilings, authorised, status, status, instrument, activate, amend, agent),
    *(add_document, set_policy, parameters, calendar, authorities, version, program),
)
"""All of them, some several times."""
