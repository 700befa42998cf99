"""The stage: chapters let people act on the network, and every act is told as it happens."""

from dataclasses import dataclass, field
from typing import Final

from amanat.ledger.authorization import Consents
from amanat.ledger.blocks import Place
from amanat.ledger.dates import DAY_MS, PAKISTAN_UTC_OFFSET_MS, Date
from amanat.ledger.holdings.balances import holding
from amanat.ledger.holdings.register import accounts_of
from amanat.ledger.identifiers import EMPTY_DIGEST
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations import AnyAct, AnyOperation, Approve, Propose
from amanat.ledger.operations.proposing import lacking
from amanat.ledger.orders.freezes import frozen
from amanat.ledger.receipts import Applied, Event
from amanat.ledger.state import PROPOSALS, business_day_of
from amanat.ledger.wording import day
from docs.examples.day_in_the_life import words
from docs.examples.day_in_the_life.cast import EXCHANGE, INSTITUTIONS, at, weekday
from docs.examples.day_in_the_life.network import Network
from docs.examples.day_in_the_life.papers import BOND, RUPEE

CUSTODIANS: Final = (*INSTITUTIONS, EXCHANGE)
"""Everybody who may serve accounts, if only its own."""


class WrongStory(Exception):  # noqa: N818 - the script and the ledger tell different stories
    """Something took effect that should not, or was refused that should not be."""


@dataclass
class Chapter:
    """A part of the story: what it is about, and what the ledger said."""

    title: str
    comment: str
    lines: list[str] = field(default_factory=list)


class Stage:
    """Plays on a network and keeps what is told."""

    def __init__(self) -> None:
        self.network = Network()
        self.chapters: list[Chapter] = []
        self._date: Date | None = None

    def chapter(self, title: str, comment: str) -> None:
        """Begin a chapter."""
        self.chapters.append(Chapter(title, " ".join(comment.split())))
        self._date = None

    def say(self, text: str = "") -> None:
        """Tell something in the story's own words."""
        self.chapters[-1].lines += words.wrapped(text) if text else [""]

    def show(self, lines: list[str]) -> None:
        """Show lines as they are."""
        self.chapters[-1].lines += ["", *lines, ""]

    def clock(self, date: Date, time: str) -> None:
        """Let the clocks of all authorities come to a time in Pakistan."""
        if date != self._date and self.chapters:
            self.chapters[-1].lines += ["", f"{weekday(date)}, {day(date)}", ""]
        self._date = date
        self.network.time = at(date, time)

    def do(self, signers: str, *operations: AnyOperation) -> tuple[Event, ...]:
        """Let these sign operations, which take effect.

        Raises:
            WrongStory: a rule refuses them.
        """
        self._tell_acts(signers, "", operations)
        return self._applied(signers, operations)

    def propose(self, signer: str, *acts: AnyAct) -> bytes:
        """Let one propose acts that others must approve, and return the id of the proposal."""
        self._tell_acts(signer, "proposes to ", acts)
        told = self._applied(signer, (Propose(acts, self.network.time + 2 * DAY_MS),))
        proposal = bytes.fromhex(str(told[0].fields["proposal"]))
        self._tell_lacking(proposal)
        return proposal

    def approve(self, signer: str, proposal: bytes) -> tuple[Event, ...]:
        """Let another one approve."""
        self._line(signer, f"approves the proposal {proposal.hex()[:8]}…")
        told = self._applied(signer, (Approve(proposal),))
        self._tell_lacking(proposal)
        return told

    def rehearse(self, signers: str, *operations: AnyOperation) -> list[str]:
        """Let somebody ask what would become of operations; return all codes that refuse."""
        self._tell_acts(signers, "asks first, in a dry run: ", operations)
        run = self.network.rehearse(self.network.signed(_names(signers), *operations))
        lines = self.chapters[-1].lines
        lines.append(
            f"    would be refused, for {len(run.refusals)} reasons; nothing was submitted"
        )
        for noted in run.refusals:
            lines += words.refusal(noted.refused.code.value, noted.refused.figures)
        return [noted.refused.code.value for noted in run.refusals]

    def refused(self, signers: str, *operations: AnyOperation) -> str:
        """Let somebody try what a rule refuses, and return the code.

        Raises:
            WrongStory: no rule refuses it.
        """
        self._tell_acts(signers, "", operations)
        receipt = self.network.submit(self.network.signed(_names(signers), *operations))
        outcome = receipt.outcome
        if isinstance(outcome, Applied):
            raise WrongStory(f"nothing refused what {signers} did: {outcome}")
        self.network.refused += 1
        self.chapters[-1].lines.append(f"    REFUSED, in block {self.network.tip.height}")
        self.chapters[-1].lines += words.refusal(outcome.code, outcome.figures)
        return outcome.code

    def holdings(self, title: str) -> None:
        """Show what every account holds, and what of the bond cannot move."""
        state = self.network.state
        rows = []
        for custodian in CUSTODIANS:
            for account in accounts_of(custodian).members(state):
                bond = holding(state, account, BOND)
                stuck = frozen(self._looking(), account, BOND)
                cash = holding(state, account, RUPEE).amount
                figures = (bond.amount, bond.reserved, stuck, cash)
                rows.append([custodian, account, *(words.rupees(each) for each in figures)])
        head = ["custodian", "account", "bond, face", "pledged", "frozen", "PKR"]
        self.show([f"    {title}", "", *words.table(head, rows)])

    def business_date(self) -> Date:
        """Return the date of the business day that is open."""
        return business_day_of(self.network.state).date

    def _looking(self) -> Execution:
        """Return an execution that looks at the present state, and at no transaction."""
        state, place = self.network.state, self._next_place()
        consents = Consents(state, place.time, {})
        return Execution(state, place, consents, transaction=EMPTY_DIGEST, keys=())

    def _next_place(self) -> Place:
        return Place(self.network.identity, self.network.tip.height + 1, self.network.time)

    def _applied(self, signers: str, operations: tuple[AnyOperation, ...]) -> tuple[Event, ...]:
        receipt = self.network.submit(self.network.signed(_names(signers), *operations))
        outcome = receipt.outcome
        if not isinstance(outcome, Applied):
            raise WrongStory(f"{outcome.code} refused what {signers} did: {outcome.figures}")
        self.chapters[-1].lines.append(f"    done in block {self.network.tip.height}")
        self.chapters[-1].lines += words.events(outcome.events)
        return outcome.events

    def _tell_acts(self, signers: str, verb: str, acts: tuple[AnyOperation, ...]) -> None:
        told = "; ".join(act.sentence(self.network.state) for act in acts)
        self._line(signers, f"{verb}{told}")

    def _line(self, signers: str, what: str) -> None:
        time = words.clock(self.network.time, PAKISTAN_UTC_OFFSET_MS)
        who = " and ".join(_names(signers))
        self.chapters[-1].lines += words.wrapped(f"{who}: {what}", f"{time} ", "      ")

    def _tell_lacking(self, identifier: bytes) -> None:
        state = self.network.state
        proposal = state.get(PROPOSALS, identifier)
        if proposal is None or not proposal.waits:
            return
        for _, refused in lacking(state, self._next_place(), proposal):
            self.chapters[-1].lines += words.wrapped(
                f"it waits: {refused.code.value}, {words.figures(refused.figures)}", "    "
            )


def _names(signers: str) -> list[str]:
    return signers.split(", ")
