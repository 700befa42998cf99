"""One function for each act of whoever trades, promises or instructs."""

from typing import Final

from amanat.ledger.operations import (
    AnyOperation,
    Approve,
    CancelInstruction,
    CancelSettlement,
    CloseDay,
    DeliverVersusPayment,
    EnforcePledge,
    EnterInstruction,
    ExecuteProposal,
    Issue,
    OpenHold,
    Pledge,
    PostHold,
    Propose,
    Redeem,
    ReleasePledge,
    SettleDue,
    SettleInstructions,
    SubstitutePledge,
    Transfer,
    TransferBatch,
    VoidHold,
    WithdrawProposal,
)
from amanat.ledger.operations.transfer_batch import Line
from amanat.ledger.settlement.instructions import (
    CancelReason,
    Instruction,
    Payment,
    Priority,
    Side,
)
from tests.ledger.world import BILL, RUPEE
from tests.model.books import DAY
from tests.model.choosing import Choice, Chooser
from tests.model.claims import freezes, promises, stopping
from tests.model.court_choices import force_transfer, of_courts
from tests.model.governed import (
    GOVERNED,
    amend,
    block_keys,
    replace_keys,
    roles,
    rotate,
    standing,
    version,
)
from tests.model.settling import PRIORITIES


def transfer(c: Chooser) -> Transfer:
    account, asset = c.held()
    return Transfer(account, c.place(), asset, c.amount(account, asset), c.travel())


def batch(c: Chooser) -> TransferBatch:
    account, asset = c.held()
    unit = c.books.assets[asset].unit
    lines = [
        Line(c.place(), unit * c.number(1, 4), None, c.travel()) for _ in range(c.number(1, 3))
    ]
    return TransferBatch(account, asset, tuple(lines))


def sale(c: Chooser) -> DeliverVersusPayment:
    account, asset = c.held()
    amount, price = c.amount(account, asset), c.number(1, 40)
    return DeliverVersusPayment(account, c.place(), asset, amount, RUPEE, price, c.travel())


def issue(c: Chooser) -> Issue:
    asset = c.asset()
    tranches = c.books.tranches.get(asset, ())
    tranche = None if not tranches or c.chance(6) else c.number(1, len(tranches))
    place = "mof-house" if asset != RUPEE and c.chance(2) else c.place()
    return Issue(asset, place, c.books.assets[asset].unit * c.number(1, 20), tranche)


def redeem(c: Chooser) -> Redeem:
    account, asset = c.held()
    bills = [name for name, held in c.books.held if held == BILL]
    if bills and c.books.has_come(c.books.assets[BILL].matures or 0) and not c.chance(4):
        claimed = [n for n in bills if freezes(c.books, n, BILL) or promises(c.books, n, BILL)]
        stopped = [n for n in claimed if stopping(c.books, n, BILL, out=True)]
        claimed = stopped if stopped and c.chance(2) else claimed
        account, asset = c.of(claimed if claimed and not c.chance(4) else bills), BILL
        units = c.books.has(account, BILL) // c.books.assets[BILL].unit
        ends = c.number(1, units) if c.chance(4) else units
        if not c.chance(4):
            return Redeem(BILL, account, ends * c.books.assets[BILL].unit, "mof-house")
    is_debt = c.books.assets[asset].cash is not None
    c.is_idle |= is_debt and not c.books.has_come(c.books.assets[asset].matures or 0)
    payer = c.of(["mof-house", "mof-house", account, c.place()]) if is_debt else None
    return Redeem(asset, account, c.amount(account, asset), payer)


def at_maturity(c: Chooser) -> Redeem:
    """Redeem what is due and still there."""
    c.is_idle |= not any(asset == BILL for _, asset in c.books.held)
    return redeem(c)


def _promised(c: Chooser) -> tuple[str, str]:
    """Return a holding of which something may be promised: bills, that this follows to the cash."""
    bills = [(name, asset) for name, asset in c.books.held if asset == BILL]
    return c.of(bills) if bills and c.chance(2) else c.held()


def open_hold(c: Chooser) -> OpenHold:
    account, asset = _promised(c)
    agent = c.of([None, None, "custodian-a"])
    days = c.number(0, 4) if c.chance(2) else c.number(5, 24)
    expires = c.books.time + days * DAY // 2 + (c.one_more() if days else 0)
    return OpenHold(account, c.place(), asset, c.amount(account, asset), agent, expires, None)


def post_hold(c: Chooser) -> PostHold:
    hold = c.record(c.books.holds)
    kept = c.books.holds.get(hold.hex())
    if kept is None:
        return PostHold(hold, 1)
    unit = c.books.assets[kept.asset].unit
    amount = kept.amount if c.chance(2) else unit * c.number(1, kept.amount // unit + 1)
    return PostHold(hold, amount, c.travel())


def void_hold(c: Chooser) -> VoidHold:
    return VoidHold(c.record(c.books.holds if c.is_alone else c.live_holds()))


def pledge(c: Chooser) -> Pledge:
    account, asset = _promised(c)
    to = c.of(["custodian-a", "sbp", "beta", "li"])
    return Pledge(account, asset, c.amount(account, asset), to, "loan-1")


def _part(c: Chooser, identifier: bytes) -> int:
    """Return part of what is pledged, or all."""
    kept = c.books.pledges.get(identifier.hex())
    if kept is None:
        return 1
    unit = c.books.assets[kept.asset].unit
    return kept.amount if c.chance(2) else unit * c.number(1, kept.amount // unit + 1)


def release(c: Chooser) -> ReleasePledge:
    identifier = c.record(c.books.pledges)
    return ReleasePledge(identifier, _part(c, identifier))


def substitute(c: Chooser) -> SubstitutePledge:
    identifier = c.record(c.books.pledges)
    kept = c.books.pledges.get(identifier.hex())
    account, asset = c.held() if kept is None or c.chance(3) else (kept.account, c.asset())
    amount = c.amount(account, asset)
    return SubstitutePledge(identifier, _part(c, identifier), account, asset, amount)


def enforce(c: Chooser) -> EnforcePledge:
    identifier = c.record(c.books.pledges)
    kept, target = c.books.pledges.get(identifier.hex()), c.place()
    if kept is not None:
        own = [each.name for each in c.books.places.values() if each.owner == kept.beneficiary]
        target = c.of(own) if own and not c.chance(8) else target
    return EnforcePledge(identifier, _part(c, identifier), target, c.travel())


def instruct(c: Chooser) -> EnterInstruction:
    """Answer what the other side said, or say something new."""
    unanswered = list(c.books.entered.values())
    if unanswered and not c.chance(3):
        return EnterInstruction(_answer(c))
    account, asset = c.held()
    payment = c.of([None, Payment(RUPEE, c.number(1, 40)), Payment(RUPEE, c.number(1, 40))])
    if c.chance(10):
        payment = Payment(c.asset(), 2 * c.number(1, 5))
    side, other = c.of(list(Side)), c.place()
    ends = (account, other) if side is Side.DELIVER else (other, account)
    amount = c.amount(account, asset) * c.of([1, 2])
    date = c.date() if c.chance(3) else c.books.open_day + c.number(0, 1)
    return EnterInstruction(_said(c, side, ends, (asset, amount), payment, date))


def _said(
    c: Chooser,
    side: Side,
    ends: tuple[str, str],
    what: tuple[str, int],
    payment: Payment | None,
    date: int,
) -> Instruction:
    paid = payment is not None and c.books.assets[payment.instrument].kind == "cash"
    is_sale = paid and c.books.assets[what[0]].kind != "cash"
    latest = max(date, c.books.open_day) + c.number(0, 2) - c.chance(15)
    return Instruction(
        side=side,
        account=ends[0],
        counterparty=ends[1],
        instrument=what[0],
        amount=what[1],
        payment=payment,
        settlement_date=date,
        priority=Priority(c.of(PRIORITIES)),
        partial=not c.chance(5) and (paid or payment is None or c.chance(10)),
        tolerance=c.number(0, 3) if (is_sale and c.chance(2)) or c.chance(20) else 0,
        until=None if c.chance(2) else latest,
        reference="trade-1",
        travel_data=c.travel(),
    )


def _answer(c: Chooser) -> Instruction:
    said = c.of(list(c.books.entered.values()))
    deliverer, receiver, asset, amount, paid, date = said.trade
    price = max(1, said.price + (c.number(-2, 2) if c.chance(3) else 0))
    payment = Payment(paid, price) if paid else None
    side = Side.RECEIVE if said.delivers else Side.DELIVER
    ends = (receiver, deliverer) if said.delivers else (deliverer, receiver)
    answer = _said(c, side, ends, (asset, amount), payment, date)
    return answer.seen_from_payment() if c.chance(5) else answer


def cancel_instruction(c: Chooser) -> CancelInstruction:
    return CancelInstruction(c.record(c.books.entered), CancelReason.ERROR)


def cancel_settlement(c: Chooser) -> CancelSettlement:
    return CancelSettlement(c.record(c.books.deals), CancelReason.AGREED)


def settle(c: Chooser) -> SettleInstructions:
    due = {name: each for name, each in c.books.deals.items() if c.books.has_come(each.date)}
    from_ = c.books.deals if c.chance(6) else due
    found = {c.record(from_) for _ in range(c.number(1, 3))}
    return SettleInstructions(tuple(sorted(found)))


def settle_due(c: Chooser) -> SettleDue:
    deals = [each.date for each in c.books.deals.values()]
    c.is_idle |= not deals
    start = c.record(c.books.deals) if c.chance(5) else None
    return SettleDue(c.of(deals) if deals else c.date(), start, c.number(1, 3))


def close_day(c: Chooser) -> CloseDay:
    c.is_idle |= c.books.open_day >= c.books.today
    return CloseDay(c.books.open_day + (c.chance(15)))


def propose(c: Chooser) -> Propose:
    """Propose anything, or what must be proposed because notice is given of it."""
    some = [each for each in COMMON if each not in (post_hold, void_hold)]
    acts = [c.of([*some, *RARE])(c) for _ in range(2 if c.chance(4) else 1)]
    if c.chance(2):
        acts = [c.of(NOTICED)(c)]
    days = 2 * c.number(0, 5) + (not c.chance(10))
    return Propose(tuple(acts), c.books.time + days * DAY // 2)


def proposals(c: Chooser) -> AnyOperation:
    """Return something about proposals: mostly about one that waits, and for that."""
    known = c.books.proposals.items()
    alive = {name: each for name, each in known if each.expires >= c.books.time}
    approved = {name: each for name, each in alive.items() if each.status == "approved"}
    unfinished = {name: each for name, each in alive.items() if each.status == "open"}
    if approved and c.chance(2):
        name = c.record(approved)
        return WithdrawProposal(name) if c.chance(8) else ExecuteProposal(name)
    if unfinished and c.chance(2):
        name = c.record(unfinished)
        return WithdrawProposal(name) if c.chance(12) else Approve(name)
    if known and c.chance(6):
        name = c.record(c.books.proposals)
        late: list[AnyOperation] = [Approve(name), ExecuteProposal(name), WithdrawProposal(name)]
        return c.of(late)
    return propose(c)


COMMON: Final[tuple[Choice, ...]] = (
    *(transfer, transfer, transfer, batch, sale, sale, issue, redeem, redeem),
    *(open_hold, open_hold, post_hold, void_hold, pledge, pledge, release, substitute, enforce),
    *(instruct,) * 6,
    *(settle, settle, settle, settle_due, settle_due, *(close_day,) * 4, *(of_courts,) * 3),
    *(at_maturity,) * 4,
)
"""What is asked for most of the time."""

THEMES: Final[tuple[tuple[Choice, ...], ...]] = (
    COMMON,
    (
        *(pledge, open_hold, at_maturity, close_day, of_courts) * 3,
        *(release, substitute, enforce, post_hold, void_hold, force_transfer),
    ),
    (*(instruct,) * 6, settle, settle, settle_due, cancel_settlement, close_day, of_courts),
    (rotate, replace_keys, block_keys, standing, roles, transfer, sale),
)
"""One of them is asked for more in each run: so what seldom meets does meet."""

RARE: Final[tuple[Choice, ...]] = (*GOVERNED, cancel_instruction, cancel_settlement)
"""What is asked for now and then."""

NOTICED: Final[tuple[Choice, ...]] = (*(force_transfer,) * 6, replace_keys, amend, version)
"""Of what notice is given."""
