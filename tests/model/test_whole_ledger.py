"""The whole ledger against the reference model, at random.

What is modelled says the README beside this file. For longer runs, each with other steps:
`AMANAT_MODEL_EXAMPLES=2000 .venv/bin/pytest -n0 tests/model/test_whole_ledger.py`.
"""

import os

from hypothesis import HealthCheck, settings

from tests.model.machine import Ledger

EXAMPLES = int(os.environ.get("AMANAT_MODEL_EXAMPLES", "0"))

TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=EXAMPLES or 30,
    stateful_step_count=60,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
