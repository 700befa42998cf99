"""The option that writes the published vectors anew, and the networks that change."""

import pytest

from tests.verifier.changing import NETWORKS, ChangingNetwork


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-vectors", action="store_true", help="write vectors.json anew")


@pytest.fixture(params=NETWORKS.values(), ids=[str(rule) for rule in NETWORKS])
def network(request: pytest.FixtureRequest) -> ChangingNetwork:
    """One network by majority, then one by two thirds."""
    network: ChangingNetwork = request.param
    return network
