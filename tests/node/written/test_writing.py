"""Operations as they are written out."""

import pytest

from amanat.ledger.dates import DAY_MS
from amanat.ledger.instruments.instrument import InstrumentStatus
from amanat.ledger.operations import CloseDay, OpenHold, SetInstrumentStatus, Transfer, VoidHold
from amanat.node.written.reading import read
from amanat.node.written.writing import written


def test_each_field_stands_under_its_name() -> None:
    assert written(Transfer("alpha", "beta", "PKR", 2**63 - 1, bytes(32))) == {
        "operation": "transfer",
        "source": "alpha",
        "target": "beta",
        "instrument": "PKR",
        "amount": "9223372036854775807",
        "travel_data": "00" * 32,
    }
    assert written(VoidHold(b"\xab" * 32)) == {"operation": "void-hold", "hold": "ab" * 32}
    assert written(CloseDay(31)) == {"operation": "close-day", "date": "1970-02-01"}
    assert written(SetInstrumentStatus("PKR", InstrumentStatus.DEFAULT))["status"] == "default"


@pytest.mark.parametrize(
    ("expires", "shown"),
    [
        (DAY_MS, "1970-01-02T00:00:00Z"),
        (DAY_MS + 7, "1970-01-02T00:00:00.007Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, 253_402_300_800_000),
        (2**63 - 1, 2**63 - 1),
    ],
)
def test_a_time_is_written_to_the_millisecond_and_read_as_it_was(
    expires: int, shown: object
) -> None:
    hold = OpenHold("alpha", "beta", "PKR", 1, None, expires, None)
    assert written(hold)["expires"] == shown
    assert read(written(hold)) == hold
