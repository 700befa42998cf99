"""The checker against histories that others recorded, and what is known of them.

The histories are outside test data (`../shared/vectors/linearizability`), read where they lie: of
etcd under Jepsen, which was not linearizable then, and of a store of texts, good and spoiled. What
is known of each is what Porcupine says (github.com/anishathalye/porcupine, `porcupine_test.go`).
"""

from pathlib import Path
from typing import Final

import pytest

from tests.linearizability.checker import check
from tests.linearizability.models import Register, Texts
from tests.linearizability.recorded import jepsen_register, texts

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "linearizability"
pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason=f"OUTSIDE TEST DATA IS MISSING: {VECTORS}"
)

LOGS: Final = [number for number in range(103) if number != 95]
"""In test 95 etcd did not start; its log is empty."""
LINEARIZABLE: Final = {
    *(2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101, 102),
}


def test_every_log_is_judged() -> None:
    found = {path.stem for path in (VECTORS / "jepsen").glob("etcd_*.log")}
    assert found - {f"etcd_{number:03}" for number in LOGS} == {"etcd_095"}
    assert len(found) == 103
    assert len(LINEARIZABLE) == 23


@pytest.mark.parametrize("number", LOGS)
def test_of_etcd_the_verdict_is_the_known_one(number: int) -> None:
    history = jepsen_register(VECTORS / "jepsen" / f"etcd_{number:03}.log")
    assert len(history) > 30
    conflict = check(history, Register())
    assert (conflict is None) is (number in LINEARIZABLE), conflict


@pytest.mark.parametrize(("clients", "operations"), [(1, 58), (10, 337), (50, 1712)])
def test_of_good_texts_the_verdict_is_the_known_one(clients: int, operations: int) -> None:
    history = texts(VECTORS / "kv" / f"c{clients:02}-ok.txt")
    assert len(history) == operations
    assert check(history, Texts()) is None


@pytest.mark.parametrize(("clients", "operations"), [(1, 38), (10, 405), (50, 2024)])
def test_of_spoiled_texts_the_verdict_is_the_known_one(clients: int, operations: int) -> None:
    history = texts(VECTORS / "kv" / f"c{clients:02}-bad.txt")
    assert len(history) == operations
    assert check(history, Texts()) is not None


def test_a_conflict_says_what_fits_nowhere() -> None:
    conflict = check(texts(VECTORS / "kv" / "c01-bad.txt"), Texts())
    assert str(conflict) == (
        "no order of 7 explains 0: get('7') -> 'x 0 0 y'; the answers before it are explained by 3 "
        "operations, the last: 0: get('7') -> ''; 0: append('7', 'x 0 0 y') -> 'ok'; "
        "0: append('7', 'x 0 3 y') -> 'ok'; they lead to x 0 0 yx 0 3 y"
    )
