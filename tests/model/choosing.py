"""What is asked for: mostly what could be done, sometimes what cannot."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from amanat.ledger.operations import AnyAct, AnyOperation, Approve, Propose
from tests.ledger.world import public_key
from tests.model.acts import needs
from tests.model.books import Books, Place, Stop
from tests.model.claims import free
from tests.model.consents import Consents, Signs
from tests.model.market import HOLDERS

T = TypeVar("T")
SPARE = ("", *(f" {number}" for number in range(2, 10)))
"""What is put behind a participant's name for the names of its test keys."""


class Chooser:
    """Draws from what is there."""

    def __init__(self, number: Callable[[int, int], int], books: Books) -> None:
        """`number` draws one between two others."""
        self._number, self.books = number, books
        self.is_alone = True
        """Whether what is chosen is a transaction by itself."""
        self.is_idle = False
        """Whether there was nothing on record of what was to be chosen from."""
        self.theme = 0
        """Which of the themes is asked for more."""
        self._count = books.made

    def one_more(self) -> int:
        """Return another number each time: so no two holds end at once."""
        self._count += 1
        return self._count

    def of(self, there: Sequence[T]) -> T:
        """Return one of these."""
        return there[self.number(0, len(there) - 1)]

    def number(self, least: int, most: int) -> int:
        """Return a number."""
        return self._number(least, max(least, most))

    def chance(self, of: int) -> bool:
        """Return True once in so many times."""
        return self.number(1, of) == of

    def place(self) -> str:
        """Return the name of an account."""
        return self.of(list(self.books.places))

    def held(self) -> tuple[str, str]:
        """Return an account and what it holds."""
        return self.of(list(self.books.held))

    def asset(self) -> str:
        """Return an instrument."""
        return self.of(list(self.books.assets))

    def amount(self, account: str, asset: str) -> int:
        """Return an amount of a holding: mostly whole units, and no more than is free."""
        unit, loose = self.books.assets[asset].unit, free(self.books, account, asset)
        if self.chance(12):
            return loose + unit
        if self.chance(10):
            return max(unit, self.books.has(account, asset))
        if self.chance(8):
            return max(1, loose)
        units = max(1, loose // unit)
        most = self.of([units, max(1, units // 2), 4])
        return unit * self.number(1, min(units, most)) + self.chance(25)

    def about(self, figure: int) -> int:
        """Return a figure, about this one."""
        return max(1, figure + self.number(-3, 12))

    def most(self, asset: str, shares: Callable[[Place], object]) -> int:
        """Return about what most is held of an instrument, of all who share something."""
        sums: dict[object, int] = {}
        for (account, held), amount in self.books.held.items():
            value = shares(self.books.places[account])
            if held == asset and value not in ("mof", "sbp"):
                sums[value] = sums.get(value, 0) + amount
        return self.about(max(sums.values(), default=10))

    def date(self) -> int:
        """Return a date about now."""
        return self.books.today + self.number(-1, 4)

    def digest(self) -> bytes:
        """Return one of a few digests."""
        return bytes([self.number(0, 9)]) * 32

    def travel(self) -> bytes | None:
        """Return travel data, or none."""
        return None if self.chance(2) else bytes(32)

    def record(self, records: dict[str, Any]) -> bytes:
        """Return the ledger's name of something on record, or of nothing."""
        known = [name for name in records if not name.startswith("new")][-6:]
        self.is_idle |= not known
        return bytes.fromhex(self.of(known)) if known and not self.chance(30) else bytes(32)

    def live_holds(self) -> dict[str, Any]:
        """Return the holds that have not expired."""
        holds = self.books.holds.items()
        return {name: hold for name, hold in holds if hold.expires > self.books.time}

    def signers(self, acts: Sequence[AnyOperation]) -> list[str]:
        """Return the keys that sign: mostly all that are needed, else some."""
        if self.chance(25):
            return self.keys(self.of(list(self.books.people)))
        names = {self.of(list(self.books.people))} if self.chance(8) else set[str]()
        for act in acts:
            names |= self.needed(act)
        if not names:
            names = {self.of(["mof", "sbp", *HOLDERS])}
        return [each for name in sorted(names) for each in self.keys(name)]

    def needed(self, act: AnyOperation) -> set[str]:
        """Return who has to sign."""
        found: set[str] = set()
        if isinstance(act, Propose | Approve):
            return self._asked(act)
        try:
            asked = needs(act, self.books, Consents(self.books, {}))
        except Stop:
            return found
        for each in asked:
            if isinstance(each, Signs):
                found.add(each.name)
                continue
            policy = self.books.policies.get(each.act)
            for role in () if policy is None else policy.seats:
                able = [n for n, p in self.books.people.items() if role in p.roles]
                found |= {next(iter(n for n in able if n not in found), "mof")}
        return found

    def _asked(self, act: Propose | Approve) -> set[str]:
        """Return whom a proposal asks: all of them, or one."""
        acts: Sequence[AnyAct] = ()
        if isinstance(act, Propose):
            acts = act.operations
        elif act.proposal.hex() in self.books.proposals:
            acts = self.books.proposals[act.proposal.hex()].acts
        found = {name for each in acts for name in self.needed(each)}
        return {self.of(sorted(found))} if found and self.chance(2) else found

    def keys(self, name: str) -> list[str]:
        """Return the test keys that a participant has, all of them or the first; or had once."""
        person, there = self.books.people[name], self.living(name)
        if self.chance(30):
            return [*there[:1], name + self.of(SPARE[:3])]
        return there[:1] if person.threshold == 1 and self.chance(3) else there

    def living(self, name: str) -> list[str]:
        """Return the test keys that a participant has and can use."""
        return [
            name + each for each in SPARE if self.books.door(public_key(name + each).hex()) is None
        ]


Choice = Callable[[Chooser], AnyAct]


def operations(choose: Chooser) -> list[AnyOperation]:
    """Return one operation, sometimes more."""
    from tests.model.choices import COMMON, RARE, THEMES, proposals  # noqa: PLC0415

    if choose.chance(7):
        return [proposals(choose)]
    count = 2 if choose.chance(10) else 1
    choose.is_alone = count == 1
    common = THEMES[choose.theme] if choose.chance(2) else COMMON
    return [_one(choose, RARE if choose.chance(3) else common) for _ in range(count)]


def _one(choose: Chooser, among: Sequence[Choice]) -> AnyAct:
    """Return an act; another one, where there is nothing that the first could be about."""
    for _ in range(2):
        choose.is_idle = False
        act = choose.of(among)(choose)
        if not choose.is_idle or choose.chance(20):
            return act
    return choose.of(among)(choose)
