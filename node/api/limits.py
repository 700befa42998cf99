"""How often one caller may ask: so that nobody's flood is another's outage.

Each caller has a bucket of tokens that fills at a steady rate up to its size; a request takes one,
and a batch one for each transaction in it. A caller is the address that a request comes from, and
once it has proved who it is, the participant too, from wherever it asks. Callers that were not
heard for longest are forgotten: whoever comes back then begins with a full bucket, as after a
pause.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from amanat.config.settings import ApiListener
from amanat.node.api.callers import Callers
from amanat.node.api.middleware import Handler
from amanat.node.api.problems import ApiProblem

CALLERS_MAX: Final = 10_000
"""Callers that are remembered."""

FREE: Final = frozenset({"/livez", "/readyz"})
"""What is not counted: whatever watches a node is not to be told that it is down for asking."""

ADDRESS: Final = "address"
PARTICIPANT: Final = "participant"

_COUNTED: Final = web.RequestKey("counted", list[tuple[str, str]])
"""The callers whose tokens a request took."""


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
        bucket = self._filled(caller)
        if bucket.tokens < 1.0:
            return (1.0 - bucket.tokens) / self._rate
        bucket.tokens -= 1.0
        return 0.0

    def owe(self, caller: Hashable, tokens: int) -> None:
        """Take more tokens, be they there or not: what is owed comes in before the next."""
        self._filled(caller).tokens -= tokens

    def _filled(self, caller: Hashable) -> _Bucket:
        """Return a caller's bucket, filled up to this moment."""
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
        return bucket


class Limits:
    """The limits of one node's API."""

    def __init__(
        self, api: ApiListener, *, now: Callable[[], float], refused: Callable[[str], None]
    ) -> None:
        """`refused` is told, of each refusal, whether an address or a participant met it."""
        self._now = now
        self._refused = refused
        self.adapt(api)

    def adapt(self, api: ApiListener) -> None:
        """Go by these settings from now on; every caller begins with a full bucket."""
        rate = api.requests_per_second
        self._buckets = None if rate == 0 else Buckets(rate, api.burst, now=self._now)
        self._callers = Callers(api.trusted_proxies)

    def admit(self, request: web.Request) -> None:
        """Count a request of its address, before anything is done for it.

        Raises:
            ApiProblem: `too_many_requests`, with the seconds after which to ask again.
        """
        if request.path not in FREE:
            request[_COUNTED] = []
            self._take(request, (ADDRESS, self._callers.of(request)))

    def known(self, request: web.Request, participant: str) -> None:
        """Count a request of `participant` too, which it has proved to be. Raises as `admit`."""
        self._take(request, (PARTICIPANT, participant))

    def owe(self, request: web.Request, more: int) -> None:
        """Count a request for `more` than one, now that it is known how much it holds."""
        if self._buckets is not None and more > 0:
            for caller in request[_COUNTED]:
                self._buckets.owe(caller, more)

    def _take(self, request: web.Request, caller: tuple[str, str]) -> None:
        request[_COUNTED].append(caller)
        wait = 0.0 if self._buckets is None else self._buckets.take(caller)
        if wait:
            self._refused(caller[0])
            seconds = max(math.ceil(wait), 1)
            detail = f"this node answers no more of your requests for {seconds} s"
            raise ApiProblem("too_many_requests", detail, retry_after=seconds)


LIMITS: Final = web.AppKey("limits", Limits)


@web.middleware
async def limiting(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whoever asks too often from one address."""
    request.app[LIMITS].admit(request)
    return await handler(request)
