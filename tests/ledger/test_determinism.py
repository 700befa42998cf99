"""The same input gives the same bytes under every hash seed, in every process."""

import os
import subprocess
import sys
from pathlib import Path

from amanat.ledger.governance.participants import Role
from amanat.ledger.operations import DeliverVersusPayment, OpenAccount, SetRoles, Transfer
from tests.ledger.desk import desk_with_market
from tests.ledger.world import BILL, RUPEE, account

REPOSITORY = Path(__file__).parents[2]
PROGRAM = "from tests.ledger.test_determinism import play; print(play())"


def play() -> str:
    """Run blocks with every kind of outcome; return all that it gave, as one line."""
    desk = desk_with_market()
    sign = desk.writer.sign
    accounts: list[OpenAccount] = [account(f"a-{n}", "alpha", "custodian-a") for n in range(20)]
    desk.block(
        [
            sign(["custodian-a"], *accounts),
            sign(["alpha"], *(Transfer("alpha", f"a-{n}", RUPEE, n + 1) for n in range(20))),
            sign(["alpha", "beta", "gamma"], Transfer("alpha", "beta", RUPEE, 2**62)),
            sign(["mof", "sbp"], SetRoles("beta", (Role.AUDITOR, Role.HOLDER, Role.REGULATOR))),
            sign(
                ["mof", "gamma"],
                DeliverVersusPayment("mof-house", "gamma", BILL, 500_000, RUPEE, 490_000),
            ),
        ]
    )
    blocks = desk.leader.executed(desk.leader.tip.height)
    written = [[key.hex() for key, _ in block.written] for block in blocks]
    replaced = [[key.hex() for key in block.replaced] for block in blocks]
    changes = [[key.hex() for key in block.changes] for block in blocks]
    return repr([[block.digest.hex() for block in blocks], written, replaced, changes])


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    expected = play()
    for seed in ("0", "1", "4242"):
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip() == expected


def test_the_clock_and_the_zone_of_the_machine_make_no_difference() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=REPOSITORY,
        env={**os.environ, "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.stdout.strip() == play(), result.stderr
