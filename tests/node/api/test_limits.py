"""How often one caller may ask."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from amanat.config.settings import ApiListener
from amanat.node.api.limits import LIMITS, Buckets, Limits
from amanat.node.api.problems import ApiProblem
from tests.node.network import network


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def limits(clock: Clock, **more: Any) -> Limits:
    wanted = {"requests_per_second": 2.0, "burst": 3} | more
    return Limits(ApiListener("127.0.0.1:1", "http://127.0.0.1:1", **wanted), now=clock)


@given(
    st.floats(0.5, 50),
    st.integers(1, 20),
    st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_a_caller_never_gets_more_than_the_burst_and_what_came_since(
    rate: float, burst: int, pauses: list[float]
) -> None:
    clock = Clock()
    buckets = Buckets(rate, burst, now=clock)
    begun, got = clock.seconds, 0
    for pause in pauses:
        clock.seconds += pause
        got += buckets.take("a") == 0.0
        assert got <= burst + rate * (clock.seconds - begun) + 1e-6


@given(st.floats(0.5, 50), st.integers(1, 20))
def test_whoever_waits_as_long_as_it_is_told_is_answered(rate: float, burst: int) -> None:
    clock = Clock()
    buckets = Buckets(rate, burst, now=clock)
    assert [buckets.take("a") for _ in range(burst)] == [0.0] * burst
    wait = buckets.take("a")
    assert 0 < wait <= 1 / rate
    clock.seconds += wait + 1e-6
    assert buckets.take("a") == 0.0


def test_the_flood_of_one_is_not_the_outage_of_another() -> None:
    buckets = Buckets(1.0, 2, now=Clock())
    assert any(buckets.take("flood") for _ in range(100))
    assert buckets.take("other") == 0.0


def test_as_many_callers_are_remembered_as_there_is_room_for() -> None:
    buckets = Buckets(1.0, 1, now=Clock(), callers_max=3)
    for caller in ("a", "b", "c", "a", "d"):
        buckets.take(caller)
    assert len(buckets) == 3
    assert buckets.take("a") > 0, "it was heard since"
    assert buckets.take("b") == 0.0, "it was forgotten, as the one not heard for longest"


def test_a_clock_that_goes_back_gives_nothing() -> None:
    clock = Clock()
    buckets = Buckets(1.0, 1, now=clock)
    assert buckets.take("a") == 0.0
    clock.seconds -= 50
    assert buckets.take("a") == 1.0


def test_the_problem_says_when_to_come_again() -> None:
    clock = Clock()
    limited = limits(clock, requests_per_second=0.1, burst=1)
    limited.take("a")
    with pytest.raises(ApiProblem) as refused:
        limited.take("a")
    assert (refused.value.kind.code, refused.value.retry_after) == ("too_many_requests", 10)
    clock.seconds += 10
    limited.take("a")


def test_no_rate_is_no_limit() -> None:
    limited = limits(Clock(), requests_per_second=0.0, burst=1)
    for _ in range(100):
        limited.take("a")


@pytest.mark.parametrize(
    ("trusted", "remote", "forwarded", "address"),
    [
        ((), "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (("10.0.0.0/8",), "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (("10.0.0.0/8",), "10.1.1.1", "203.0.113.9", "203.0.113.9"),
        (("10.0.0.0/8",), "10.1.1.1", "", "10.1.1.1"),
        (("10.0.0.0/8",), "10.1.1.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("10.0.0.0/8",), "10.1.1.1", "203.0.113.9, 10.2.2.2", "203.0.113.9"),
        (("10.0.0.0/8",), "10.1.1.1", "not an address, 10.2.2.2", "not an address"),
        (("fd00::/8",), "fd00::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_a_request_comes_from_where_a_trusted_proxy_says(
    trusted: tuple[str, ...], remote: str, forwarded: str, address: str
) -> None:
    """A header that anybody may write counts for nothing else."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers)
    assert limits(Clock(), trusted_proxies=trusted).address_of(request.clone(remote=remote)) == (
        address
    )


@pytest.mark.asyncio
async def test_a_node_refuses_who_asks_too_often(tmp_path: Path) -> None:
    async with network(tmp_path, "mof") as running, ClientSession() as session:
        running.applications["mof"][LIMITS]._buckets = Buckets(0.001, 2, now=Clock())
        path = running.url("mof") + "/v1/status"
        for _ in range(2):
            async with session.get(path) as answer:
                assert answer.status == 200
        async with session.get(path) as answer:
            assert answer.status == 429
            assert (await answer.json(content_type=None))["code"] == "too_many_requests"
            assert int(answer.headers["Retry-After"]) == 1000
            assert "Ledger-Height" in answer.headers
