"""The parameters of the API, in the query and in paths, with their bounds."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from amanat.ledger.identifiers import InstrumentId, Name
from amanat.node.api.contracts import Query
from amanat.node.api.notation import DateText, Hex32Text
from amanat.node.api.requests import WAIT_SECONDS_MAX

CONSISTENCY: Final = Query(
    "consistency",
    Literal["local", "linearizable"],
    "`linearizable` waits until this node has applied all that was final anywhere when it was "
    "asked; `local` shows what it has applied, which may be a little behind.",
    default="local",
)

MIN_HEIGHT: Final = Query(
    "min_height",
    Annotated[int, Meta(ge=0, le=2**63 - 1)],
    "Wait up to 5 seconds until this node has applied this height.",
    default=0,
)

WAIT: Final = Query(
    "wait",
    Annotated[float, Meta(ge=0, le=WAIT_SECONDS_MAX)],
    "Answer when the outcome is final, at the latest after so many seconds.",
    default=0,
    example=10,
)

WAIT_FOR_EVENTS: Final = Query(
    "wait",
    Annotated[float, Meta(ge=0, le=WAIT_SECONDS_MAX)],
    "Where there are none yet, wait so many seconds for the next ones.",
    default=0,
)

PROOF: Final = Query(
    "proof", bool, "Whether to prove it, so that `amanat proof verify` can check it.", default=False
)

AS_OF: Final = Query("as_of", DateText, "Show it as it was at the close of this business day.")

AT_HEIGHT: Final = Query(
    "at_height",
    Annotated[int, Meta(ge=0, le=2**63 - 1)],
    "Show it as it was after the block at this height; not together with `as_of`.",
)

BEFORE: Final = Query(
    "before", Annotated[int, Meta(ge=0, le=2**63 - 1)], "List blocks below this height alone."
)

FROM_HEIGHT: Final = Query(
    "from", Annotated[int, Meta(ge=0, le=2**63 - 1)], "The first height of the part.", default=1
)

FROM_ENTRY: Final = Query("from", Hex32Text, "The id of the first entry to list.")


AFTER: Final = Query(
    "after",
    Annotated[str, Meta(pattern=r"\A(?:now|[A-Za-z0-9_-]{1,64})\Z")],
    "Go on behind this cursor; `now` begins with what is not final yet.",
)

AFTER_ENTRY: Final = Query(
    "after",
    Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")],
    "Go on behind this cursor, which the page before has in its `Link`.",
)

OF_ACCOUNT: Final = Query("account", Name, "Of this account.", example="client-a")

OF_CUSTODIAN: Final = Query("custodian", Name, "Of all accounts of this custodian.")

OF_INSTRUMENT: Final = Query("instrument", InstrumentId, "Of this instrument.")

NAMES: Final = Query("name", list[str], "Events of this name; it may be there several times.")

FORMAT: Final = Query(
    "format",
    Literal["csv", "json", "jsonl", "parquet"],
    "How the file is written; `parquet` where the node has pyarrow.",
    default="csv",
)

RANGE: Final = (
    Query("from", DateText, "The first business day of a range, for movements."),
    Query("to", DateText, "The last business day of a range: it is closed."),
    Query("from_height", Annotated[int, Meta(ge=0, le=2**63 - 1)], "The first block of a range."),
    Query("to_height", Annotated[int, Meta(ge=0, le=2**63 - 1)], "The last block of a range."),
)
"""Of which blocks movements are told; each end by its day or by its height."""


def limit(most: int, default: int) -> Query:
    """Return how many entries may be asked for."""
    kind = Annotated[int, Meta(ge=0, le=most)]
    return Query("limit", kind, "List at most so many.", default=default)


READING: Final = (CONSISTENCY, MIN_HEIGHT)
"""What every route takes that shows the ledger."""

IN_PATH: Final[dict[str, tuple[Any, str, str]]] = {
    "account": (Name, "An account's name.", "client-a"),
    "participant": (Name, "A participant's name.", "custodian-a"),
    "instrument": (InstrumentId, "An instrument's id: its ISIN where it has one.", "PKR"),
    "order": (Name, "The id of a legal order.", "court-1"),
    "transaction": (Hex32Text, "A transaction's id.", "5c95d7b0" * 8),
    "proposal": (Hex32Text, "A proposal's id.", "5c95d7b0" * 8),
    "height": (Annotated[int, Meta(ge=0, le=2**63 - 1)], "The height of a block.", "5"),
    "statement": (
        Literal["holdings", "movements", "entitlements", "supply"],
        "What is stated.",
        "holdings",
    ),
    "date": (DateText, "A date.", "2026-01-31"),
    "code": (Annotated[str, Meta(min_length=1)], "The code of a problem.", "not_found"),
}
"""By the name of a path's part: its type, what it names, and an example."""
