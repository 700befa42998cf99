"""Cursors of lists: the entry behind which a page begins, and the link to the next page.

    base64url(the last entry's id, 32 bytes)

A cursor means the same on every node. Whoever invents one learns nothing: what a reader may see
does not depend on where it begins.
"""

import base64
import binascii

from aiohttp import web

from amanat.ledger.identifiers import Digest
from amanat.node.api.problems import ApiProblem

ID_BYTES = 32


def after(request: web.Request) -> Digest | None:
    """Return the id of the entry behind which the request asks to go on, None for the beginning.

    Raises:
        ApiProblem: `malformed_request`: `after` is no cursor as a node gives it.
    """
    text = request.query.get("after")
    if text is None:
        return None
    try:
        found = base64.b64decode(text.encode("ascii") + b"=", b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        found = b""
    if len(found) != ID_BYTES or written(found) != text:  # Base64 writes the same bytes variously.
        raise ApiProblem("malformed_request", "after: it is no cursor: send one as a node gave it")
    return found


def written(identifier: Digest) -> str:
    """Return the cursor behind an entry."""
    return base64.urlsafe_b64encode(identifier).rstrip(b"=").decode()


def link(request: web.Request, shown: web.Response, last: Digest) -> None:
    """Tell in an answer where the list goes on behind `last`."""
    following = request.rel_url.update_query(after=written(last))
    following = following.without_query_params("min_height")
    shown.headers["Link"] = f'<{following}>; rel="next"'
