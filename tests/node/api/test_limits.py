"""How often one caller may ask."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
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


def limits(clock: Clock, told: list[str] | None = None, **more: Any) -> Limits:
    wanted = {"requests_per_second": 2.0, "burst": 3} | more
    listener = ApiListener("127.0.0.1:1", "http://127.0.0.1:1", **wanted)
    return Limits(listener, now=clock, refused=(told if told is not None else []).append)


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


def request_from(address: str, path: str = "/v1/status") -> web.Request:
    return make_mocked_request("GET", path).clone(remote=address)


def test_the_problem_says_when_to_come_again_and_the_refusal_is_told() -> None:
    clock, told = Clock(), list[str]()
    limited = limits(clock, told, requests_per_second=0.1, burst=1)
    limited.admit(request_from("192.0.2.1"))
    with pytest.raises(ApiProblem) as refused:
        limited.admit(request_from("192.0.2.1"))
    assert (refused.value.kind.code, refused.value.retry_after) == ("too_many_requests", 10)
    assert told == ["address"]
    clock.seconds += 10
    limited.admit(request_from("192.0.2.1"))


def test_a_participant_is_one_caller_from_wherever_it_asks() -> None:
    told = list[str]()
    limited = limits(Clock(), told, burst=1)
    here, there = request_from("192.0.2.1"), request_from("192.0.2.2")
    limited.admit(here)
    limited.admit(there)
    limited.known(here, "cdc")
    with pytest.raises(ApiProblem):
        limited.known(there, "cdc")
    assert told == ["participant"]


def test_a_batch_counts_for_what_it_holds() -> None:
    clock = Clock()
    limited = limits(clock, requests_per_second=1.0, burst=5)
    request = request_from("192.0.2.1")
    limited.admit(request)
    limited.owe(request, 9)
    with pytest.raises(ApiProblem) as refused:
        limited.admit(request_from("192.0.2.1"))
    assert refused.value.retry_after == 6


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_whoever_watches_a_node_is_not_counted(path: str) -> None:
    limited = limits(Clock(), burst=1)
    for _ in range(100):
        limited.admit(request_from("192.0.2.1", path))


def test_no_rate_is_no_limit() -> None:
    limited = limits(Clock(), requests_per_second=0.0, burst=1)
    for _ in range(100):
        limited.admit(request_from("192.0.2.1"))


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
