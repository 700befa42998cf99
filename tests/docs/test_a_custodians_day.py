"""The custodian's day is played on a real network, by the client alone."""

import ast
from pathlib import Path

import pytest

from amanat.client.testing import TestNetwork
from docs.examples.a_custodians_day import trading
from docs.examples.a_custodians_day.day import played
from docs.examples.a_custodians_day.desk import CLIENT, RUPEE, Desk, WrongDay
from docs.examples.a_custodians_day.evening import reconciled
from tests.tidy.tree import ROOT


@pytest.fixture(scope="module")
def day(
    amanat_network: TestNetwork, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, list[str]]:
    told: list[str] = []
    return played(amanat_network, tmp_path_factory.mktemp("desk"), told.append), told


def test_it_goes_as_the_script_says(day: tuple[Desk, list[str]]) -> None:
    told = "\n".join(day[1])
    assert "0 orders of yesterday" in told
    assert "More than it has is refused: rejected by insufficient_holding" in told
    assert "waits for the other side: SELL-" in told
    assert "The books agree." in told
    assert "6 orders lie in the journal" in told


def test_books_that_are_wrong_are_found(day: tuple[Desk, list[str]]) -> None:
    desk = day[0]
    desk.booked(CLIENT, RUPEE, 1)
    with pytest.raises(WrongDay, match="not "):
        reconciled(desk)
    desk.booked(CLIENT, RUPEE, -1)


def test_what_the_newcomer_holds_is_what_was_bought(day: tuple[Desk, list[str]]) -> None:
    desk = day[0]
    with desk.client() as client:
        held = {each.instrument: each.amount for each in client.holdings(desk.newcomer)}
    left = trading.CASH - trading.PRICE + 1_000_000
    assert held == {desk.bill: trading.FACE, RUPEE: left}


def test_it_knows_no_node() -> None:
    for file in Path(ROOT, "docs", "examples", "a_custodians_day").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith(("amanat.node", "amanat.consensus"))
