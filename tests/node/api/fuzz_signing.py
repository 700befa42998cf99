"""Signs what the fuzzer sends for a token, as an auditor; its process loads this module."""

import os
import time
from typing import Final

import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from amanat.client.keystore import Signer
from amanat.client.message_signatures import RequestSigner
from tests.ledger.world import key

AHEAD: Final = "AMANAT_FUZZ_AHEAD_MS"
"""In the environment: by how much the network's clock is ahead of this machine's."""


def _now() -> int:
    return time.time_ns() // 1_000_000 + int(os.environ[AHEAD])


class Signed(AuthBase):
    """Puts a signature in the place of the token."""

    def __init__(self) -> None:
        self._signer = RequestSigner(Signer(key("agp")), now=_now)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers.pop("Authorization", None)
        content = request.body.encode() if isinstance(request.body, str) else request.body
        body = content if isinstance(content, bytes) else None
        signed = self._signer.headers(str(request.method), str(request.url), body or None)
        request.headers.update(signed)
        return request


if AHEAD in os.environ:
    signed = schemathesis.auth.set_from_requests(Signed())  # type: ignore[attr-defined]
    signed.apply_to(path="/v1/tokens")
