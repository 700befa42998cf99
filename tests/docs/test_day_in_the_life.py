"""The story in docs/day-in-the-life.md is what the ledger says today, and its facts are right."""

from functools import cache

import pytest

from amanat.ledger.dates import civil
from amanat.ledger.days.sealed_totals import custodian_total, supply
from amanat.ledger.holdings.balances import holding
from amanat.ledger.operations import Transfer
from docs.examples.day_in_the_life import cast, papers
from docs.examples.day_in_the_life.chapters import as_document, as_text, played
from docs.examples.day_in_the_life.stage import CUSTODIANS, Stage, WrongStory
from tests.tidy.tree import ROOT

DOCUMENT = ROOT / "docs" / "day-in-the-life.md"


@cache
def story() -> Stage:
    return played()


def test_the_document_is_what_the_script_prints() -> None:
    """To write it anew: `make story-document`."""
    assert DOCUMENT.read_text() == as_document(story())


def test_it_is_told_the_same_each_time() -> None:
    assert as_text(played()) == as_text(story())


def test_all_authorities_reach_the_same_state_and_a_recount_finds_no_fault() -> None:
    network = story().network
    assert list(network.chains) == ["mof", "sbp", "cdc"]
    assert len(set(network.roots().values())) == 1
    assert len({chain.tip.digest for chain in network.chains.values()}) == 1
    assert network.faults() == []


def test_the_refusals_are_those_that_the_story_is_about() -> None:
    lines = [line for chapter in story().chapters for line in chapter.lines]
    refused = [
        lines[number + 1].split(":")[0].strip()
        for number, line in enumerate(lines)
        if line.startswith("    REFUSED")
    ]
    assert refused == ["wrong_status", "distributor_limit", "frozen", "frozen", "suspended"]


def test_the_dry_run_lists_every_limit_that_would_be_exceeded() -> None:
    (chapter,) = (each for each in story().chapters if each.title.startswith("More than"))
    told = " ".join(" ".join(chapter.lines).split())
    assert "would be refused, for 5 reasons" in told
    for limit, would_hold, may_hold in (
        ("limit instrument", "220,000,000.00", "140,000,000.00"),
        ("limit total", "220,000,000.00", "150,000,000.00"),
        ("limit jurisdiction", "190,000,000.00", "100,000,000.00"),
        ("share_abroad", "220,000,000.00", "200,000,000.00"),
    ):
        assert told.count(limit) >= 1
        assert f"would_hold {would_hold}, may_hold {may_hold}" in told
    assert "insufficient_holding: account falcon-fund" in told


def test_the_clients_of_the_suspended_distributor_hold_what_they_held() -> None:
    state = story().network.state
    held = {
        name: holding(state, name, papers.BOND).amount for name in ("falcon-fund", "gulf-retail")
    }
    assert held == {"falcon-fund": 60 * papers.MILLION, "gulf-retail": 40 * papers.MILLION}
    assert custodian_total(state, cast.NEXT_MONDAY, papers.BOND, cast.EXCHANGE) == 0


@pytest.mark.parametrize("instrument", [papers.BOND, papers.RUPEE])
@pytest.mark.parametrize(
    "date",
    [cast.MONDAY, cast.TUESDAY, cast.WEDNESDAY, cast.THURSDAY, cast.FRIDAY, cast.NEXT_MONDAY],
)
def test_the_totals_of_every_day_agree(date: int, instrument: str) -> None:
    state = story().network.state
    sealed = supply(state, date, instrument)
    held = sum(custodian_total(state, date, instrument, each) for each in CUSTODIANS)
    assert held == sealed.issued - sealed.redeemed > 0


def test_its_dates_are_what_it_calls_them() -> None:
    assert civil(cast.MONDAY) == (2026, 7, 6)
    assert cast.weekday(cast.MONDAY) == cast.weekday(cast.NEXT_MONDAY) == "Monday"
    assert cast.weekday(cast.FRIDAY) == "Friday"
    assert civil(papers.FIRST_COUPON) == (2027, 1, 6)
    assert civil(papers.MATURITY) == (2031, 7, 6)
    (ceiling,) = papers.CEILINGS.periods
    assert (civil(ceiling.first), civil(ceiling.last)) == ((2026, 7, 1), (2027, 6, 30))


def test_a_story_that_is_wrong_is_not_told() -> None:
    stage = Stage()
    stage.chapter("Wrong", "")
    stage.clock(cast.MONDAY, "09:00")
    nothing = Transfer("nobody", "no-one", papers.RUPEE, 1)
    with pytest.raises(WrongStory, match="unknown_account"):
        stage.do("sbp", nothing)
    assert stage.refused("sbp", nothing) == "unknown_account"
