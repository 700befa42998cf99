"""How often one caller may ask: so that nobody's flood is another's outage.

Each caller has a bucket of tokens that fills at a steady rate up to its size; a request takes one.
A caller is the address that a request comes from, and once it has proved who it is, the participant
too, from wherever it asks. Callers that were not heard for longest are forgotten: whoever comes
back then begins with a full bucket, as after a pause.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from aiohttp import web

from amanat.config.settings import ApiListener
from amanat.node.api.middleware import Handler
from amanat.node.api.problems import ApiProblem

CALLERS_MAX: Final = 10_000
"""Callers that are remembered."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float
    """When it was filled last, in seconds."""


class Buckets:
    """A bucket for each caller."""

    def __init__(
        self, rate: float, burst: int, *, now: Callable[[], float], callers_max: int = CALLERS_MAX
    ) -> None:
        """`rate` is how many tokens come in a second, `burst` how many there may be at most."""
        self._rate = rate
        self._burst = burst
        self._now = now
        self._callers_max = callers_max
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, caller: Hashable) -> float:
        """Take a token. Return 0.0, or in how many seconds there will be one if there is none."""
        now = self._now()
        bucket = self._buckets.get(caller)
        if bucket is None:
            bucket = self._buckets[caller] = _Bucket(float(self._burst), now)
            if len(self._buckets) > self._callers_max:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(caller)
            gained = max(now - bucket.filled, 0.0) * self._rate
            bucket.tokens = min(bucket.tokens + gained, float(self._burst))
            bucket.filled = now
        if bucket.tokens < 1.0:
            return (1.0 - bucket.tokens) / self._rate
        bucket.tokens -= 1.0
        return 0.0


class Limits:
    """The limits of one node's API."""

    def __init__(self, api: ApiListener, *, now: Callable[[], float]) -> None:
        rate = api.requests_per_second
        self._buckets = None if rate == 0 else Buckets(rate, api.burst, now=now)
        self._trusted = [ip_network(each) for each in api.trusted_proxies]

    def take(self, caller: Hashable) -> None:
        """Count a request of `caller`.

        Raises:
            ApiProblem: `too_many_requests`, with the seconds after which to ask again.
        """
        wait = 0.0 if self._buckets is None else self._buckets.take(caller)
        if wait:
            seconds = max(math.ceil(wait), 1)
            detail = f"this node answers no more of your requests for {seconds} s"
            raise ApiProblem("too_many_requests", detail, retry_after=seconds)

    def address_of(self, request: web.Request) -> str:
        """Return where a request comes from: behind a trusted proxy, what that says.

        Of several addresses in `X-Forwarded-For` the last one counts that is no trusted proxy:
        what stands before it, anybody may have written there.
        """
        address = request.remote or ""
        named = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        for before in reversed(named):
            if not self._is_trusted(address):
                break
            address = before.strip() or address
        return address

    def _is_trusted(self, address: str) -> bool:
        if not self._trusted:
            return False
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)


LIMITS: Final = web.AppKey("limits", Limits)


@web.middleware
async def limiting(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whoever asks too often from one address."""
    limits = request.app[LIMITS]
    limits.take(("address", limits.address_of(request)))
    return await handler(request)
