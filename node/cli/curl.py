"""`--curl`: each request of a command, as curl would send it, on standard error."""

import base64
import shlex
from contextvars import ContextVar

from amanat.client.exchange import Request
from amanat.node.cli.output import note

WANTED: ContextVar[bool] = ContextVar("curl", default=False)
"""Whether this run of the command line tells its requests."""


def tell(url: str, request: Request, *, is_signed: bool = False) -> None:
    """Print a request, if that is wanted. A signature holds once, so a token stands in its place.

    Args:
        url: the whole address, encoded as it is sent.
        request: what is sent there.
        is_signed: whether a reader's key signs it.
    """
    if WANTED.get():
        note(line(url, request, is_signed=is_signed))


def line(url: str, request: Request, *, is_signed: bool = False) -> str:
    """Return the command that sends a request. A body is written in base64, whatever it holds."""
    parts = ["curl", "-s"]
    if request.method != "GET":
        parts += ["-X", request.method]
    for name, value in (("Content-Type", request.content_type), ("Accept", request.accept)):
        if value is not None:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
    if is_signed:
        parts += ["-H", '"Authorization: Bearer $TOKEN"']  # from `amanat token create`
    before = ""
    if request.body is not None:
        before = f"echo {base64.b64encode(request.body).decode()} | base64 -d | "
        parts += ["--data-binary", "@-"]
    return before + " ".join([*parts, shlex.quote(url)])
