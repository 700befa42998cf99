"""SoftHSM for the tests of hardware keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.hardware.soft_module import SoftModule, made


@pytest.fixture
def module(tmp_path: Path) -> Iterator[SoftModule]:
    yield from made(tmp_path)
