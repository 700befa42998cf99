"""What each command asks for that shows something of the ledger as a node tells it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Read:
    """A command that reads what is under one path of the API."""

    name: str
    """Noun and verb."""
    path: str
    """Each of its places is an argument."""
    help: str
    columns: tuple[str, ...] = ()
    """What a table shows of a list's entries; all fields if none is named."""
    pages: str = ""
    """The client's method that reads the list page by page; none if a page is the list."""
    past: bool = False
    """Whether the past can be asked for: `--as-of` a business day, or `--at-height`."""
    waits: bool = False
    """Whether `--wait` waits until it is final."""

    @property
    def noun(self) -> str:
        """What it is about."""
        return self.name.split()[0]

    @property
    def verb(self) -> str:
        """What is done with it."""
        return self.name.split()[1]


READS: Final = (
    Read("account show", "/v1/accounts/{account}", "Show an account."),
    Read(
        "block list",
        "/v1/blocks",
        "List final blocks, the newest first.",
        ("height", "time", "term", "proposer", "hash"),
        pages="blocks",
    ),
    Read("block show", "/v1/blocks/{height}", "Show a final block, and who signed it."),
    Read(
        "borrowing show",
        "/v1/borrowing/{instrument}",
        "Show what is owed in a cash instrument, and how much the law allows and when.",
    ),
    Read(
        "custodian show",
        "/v1/participants/{participant}/custody",
        "Show how many accounts a custodian serves, its limits and how far they are used.",
    ),
    Read("day show", "/v1/days/{date}", "Show a business day; `open` is the one that is open."),
    Read(
        "day show-instrument",
        "/v1/days/{date}/instruments/{instrument}",
        "Show what was issued, redeemed and held of an instrument when a day was closed.",
    ),
    Read(
        "document list",
        "/v1/instruments/{instrument}/documents",
        "List the documents of an instrument, the oldest first.",
    ),
    Read("evidence list", "/v1/evidence", "List the evidence that a node has, unchecked."),
    Read(
        "hold list",
        "/v1/accounts/{account}/holds",
        "List the open holds on an account's holdings, and those for it.",
        pages="holds",
    ),
    Read(
        "holding list",
        "/v1/accounts/{account}/holdings",
        "List what an account holds, or held, of every instrument.",
        past=True,
    ),
    Read(
        "instruction list",
        "/v1/accounts/{account}/instructions",
        "List the unmatched instructions of an account, and those that name it.",
        pages="instructions",
    ),
    Read(
        "instrument list",
        "/v1/instruments",
        "List every instrument.",
        ("id", "kind", "issuer", "status", "outstanding", "title"),
    ),
    Read("instrument show", "/v1/instruments/{instrument}", "Show an instrument and its supply."),
    Read("network show", "/v1/network", "Show identity, quorum rule and authorities."),
    Read(
        "order list",
        "/v1/accounts/{account}/orders",
        "List the legal orders on an account and its holdings, but those that were lifted.",
    ),
    Read(
        "order list-on-instrument",
        "/v1/instruments/{instrument}/orders",
        "List the legal orders on an instrument as a whole, but those that were lifted.",
    ),
    Read("order show", "/v1/orders/{order}", "Show a legal order, in force or not."),
    Read("participant show", "/v1/participants/{participant}", "Show a participant."),
    Read(
        "pledge list",
        "/v1/accounts/{account}/pledges",
        "List the pledges on an account's holdings.",
        pages="pledges",
    ),
    Read(
        "problem list",
        "/v1/problems",
        "List every problem with which the API refuses.",
        ("code", "status", "retryable", "title"),
    ),
    Read("problem show", "/v1/problems/{code}", "Explain a problem: cause, and what is right."),
    Read("route list", "/v1/routes", "List all routes, and who may read what they show."),
    Read("rule list", "/v1/instruments/{instrument}/rules", "List the rules of an instrument."),
    Read(
        "settlement list",
        "/v1/accounts/{account}/settlements",
        "List what is matched for an account and still to settle.",
        pages="settlements",
    ),
    Read(
        "settlement list-dates",
        "/v1/settlements",
        "List the dates for which something is matched, and how much.",
    ),
    Read(
        "settlement list-on-date",
        "/v1/settlements/{date}",
        "List what is matched for a settlement date, in the order in which it settles.",
        pages="settlements_on",
    ),
    Read(
        "tranche list",
        "/v1/instruments/{instrument}/tranches",
        "List the tranches of an instrument.",
    ),
    Read(
        "transaction status",
        "/v1/transactions/{transaction}",
        "Say where a transaction stands; with --wait, once that is final.",
        waits=True,
    ),
)
"""Every one of them; the routes of the API that have no command of another kind."""
