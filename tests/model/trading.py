"""Issue, transfers, delivery versus payment, redemption."""

from amanat.ledger.operations import (
    DeliverVersusPayment,
    Issue,
    Redeem,
    Transfer,
    TransferBatch,
)
from amanat.ledger.rejections import RejectionCode as Code
from tests.model.acts import carry, needs
from tests.model.books import Asset, Books, Place, Pledge, need
from tests.model.claims import (
    free,
    freezes,
    frozen,
    give_up,
    keep,
    live_orders,
    promises,
    thawed,
)
from tests.model.consents import Approves, Consents, Need, Signs
from tests.model.moving import Move, post


@needs.register
def _(act: Transfer, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.source).owner)]


@carry.register
def _(act: Transfer, books: Books, _consents: Consents) -> None:
    asset, ends = books.asset(act.instrument), (books.place(act.source), books.place(act.target))
    post(books, Move("transfer", asset, *ends, act.amount, act.travel_data is not None))


@needs.register
def _(act: TransferBatch, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.source).owner)]


@carry.register
def _(act: TransferBatch, books: Books, _consents: Consents) -> None:
    asset, source = books.asset(act.instrument), books.place(act.source)
    for line in act.lines:
        target, travel = books.place(line.target), line.travel_data is not None
        post(books, Move("transfer", asset, source, target, line.amount, travel))


@needs.register
def _(act: DeliverVersusPayment, books: Books, _consents: Consents) -> list[Need]:
    return [Signs(books.place(act.seller).owner), Signs(books.place(act.buyer).owner)]


@carry.register
def _(act: DeliverVersusPayment, books: Books, _consents: Consents) -> None:
    seller, buyer = books.place(act.seller), books.place(act.buyer)
    asset, cash = books.asset(act.instrument), books.asset(act.cash)
    need(cash.kind == "cash", Code.NOT_CASH)
    travel = act.travel_data is not None
    post(books, Move("transfer", asset, seller, buyer, act.amount, travel))
    post(books, Move("transfer", cash, buyer, seller, act.price, travel))


@needs.register
def _(act: Issue, books: Books, _consents: Consents) -> list[Need]:
    asset = books.asset(act.instrument)
    return [Signs(asset.issuer), Approves(f"issue/{asset.kind}")]


@carry.register
def _(act: Issue, books: Books, _consents: Consents) -> None:
    asset = books.asset(act.instrument)
    post(books, Move("issue", asset, None, books.place(act.account), act.amount))
    there = books.tranches.get(asset.name, ())
    if act.tranche is None:
        need(not there, Code.TRANCHE_NEEDED)
        return
    need(act.tranche <= len(there), Code.UNKNOWN_TRANCHE)
    tranche = there[act.tranche - 1]
    need(tranche.opens <= books.open_day <= tranche.closes, Code.TRANCHE_CLOSED)
    issued = tranche.issued + act.amount
    need(issued <= tranche.amount, Code.TRANCHE_EXCEEDED)
    after = list(there)
    after[act.tranche - 1] = tranche._replace(issued=issued)
    books.tranches[asset.name] = tuple(after)


@needs.register
def _(act: Redeem, books: Books, consents: Consents) -> list[Need]:
    asset = books.asset(act.instrument)
    need((asset.cash is not None) == (act.payer is not None), Code.INVALID_TERMS)
    gives = books.place(act.account if act.payer is None else act.payer)
    agent = asset.agent
    redeemer = agent if agent is not None and consents.signs(agent) else asset.issuer
    return [Signs(redeemer), Signs(gives.owner), Approves(f"redeem/{asset.kind}")]


@carry.register
def _(act: Redeem, books: Books, _consents: Consents) -> None:
    asset, account = books.asset(act.instrument), books.place(act.account)
    if asset.cash is None or act.payer is None:
        post(books, Move("withdrawal", asset, account, None, act.amount))
        return
    need(books.has_come(asset.matures or 0), Code.NOT_YET_MATURED)
    end = Move("redemption", asset, account, None, act.amount)
    if act.payer == act.account:
        post(books, end)
        return
    cash, payer = books.asset(asset.cash), books.place(act.payer)
    post(books, Move("redemption", cash, payer, account, act.amount))
    follow(books, asset, account, act.amount)
    post(books, end._replace(is_clear=True))


def follow(books: Books, asset: Asset, account: Place, amount: int) -> None:
    """Let whoever has a claim on units that are about to end have it on what was paid for them.

    What nobody has a claim on ends first, then what is frozen, then what is pledged and held. One
    unit of cash is paid for each of face. An order on the holding as such stays on all of it.
    """
    assert asset.cash is not None
    this, paid = (account.name, asset.name), (account.name, asset.cash)
    spare = min(amount, free(books, *this))
    ice = min(amount - spare, frozen(books, *this))
    on_all = frozenset(
        name
        for name, order in live_orders(books).items()
        if order.kind == "holding" and order.out and (order.account, order.asset) == this
    )
    kept = freezes(books, *this)
    left, gone = thawed(kept, ice, [each for _, each in kept])
    keep(books, *this, left)
    for size, names in gone:
        books.freeze(*paid, size, names | on_all)
    promised = amount - spare - ice
    for name, promise in promises(books, *this).items():
        part = min(promise.amount, promised)
        promised -= part
        if part:
            give_up(books, name, promise, part)
            after = promise._replace(asset=asset.cash, amount=part, orders=promise.orders | on_all)
            if isinstance(after, Pledge):
                books.pledges[books.new()] = after
            else:
                books.holds[books.new()] = after
    if spare:
        books.freeze(*paid, spare, on_all)
