"""What must hold of custodians, by a recount that shares no code with the executor."""

from collections import defaultdict
from collections.abc import Iterator

from amanat.ledger.invariants.tables import Tables, cash_of


def served_violations(tables: Tables) -> Iterator[str]:
    """Yield every sum, over instruments, of what a custodian under limits serves that is wrong."""
    recount: dict[tuple[str, str, str], int] = defaultdict(int)
    for (name, instrument), (amount, _) in tables["holding"].items():
        account, found = tables["account"].get((name,)), tables["instrument"].get((instrument,))
        if account is None or found is None or (account[2],) not in tables["limits"]:
            continue
        cash = cash_of(found)
        if cash is not None:
            for country in ("", account[5][2]):
                recount[account[2], cash, country] += amount
    kept = {place: int.from_bytes(value) for place, value in tables["served"].items()}
    for place in sorted(recount.keys() | kept.keys()):
        if kept.get(place, 0) != recount.get(place, 0):
            told = " ".join(place).rstrip()
            yield f"served {told} is {kept.get(place, 0)}, a recount gives {recount[place]}"


def custody_violations(tables: Tables) -> Iterator[str]:
    """Yield where clients go to nobody, leave who may serve them, or lie with somebody else."""
    for (name,), (successor, _) in tables["succession"].items():
        participant = tables["participant"].get((name,))
        if participant is None or (successor,) not in tables["participant"]:
            yield f"the clients of {name} go to {successor}, and one of them is not known"
        elif participant[6] == "active" and {"custodian", "distributor"} & set(participant[2]):
            yield f"the clients of {name}, who may serve them, go to {successor}"
    for (name,), account in tables["account"].items():
        if account[4] == "omnibus" and account[1] != account[2]:
            yield f"the omnibus account {name} of {account[1]} is served by {account[2]}"
