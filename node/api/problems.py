"""Problem details (RFC 9457): every refusal over HTTP, with a stable code and what would be right.

The catalogue is served by the node itself, at the `type` URL of each problem.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web

from amanat.ledger.rejections import DoorCode


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One entry of the catalogue."""

    code: str
    status: HTTPStatus
    title: str
    fix: str
    retryable: bool = False
    retry_after: int | None = None
    """After how many seconds to ask again."""


_BAD = HTTPStatus.BAD_REQUEST
_NO = HTTPStatus.UNPROCESSABLE_ENTITY

CATALOGUE: Final[dict[str, ProblemKind]] = {
    kind.code: kind
    for kind in (
        ProblemKind(
            "malformed_request",
            _BAD,
            "The request is malformed",
            "Correct what the detail names.",
        ),
        ProblemKind(
            "unsupported_media_type",
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "The content type is not accepted here",
            "Send application/json, or application/msgpack with the bytes as they were signed.",
        ),
        ProblemKind(
            "body_too_large",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "The body is too large",
            "Send at most the number of bytes that the detail names.",
        ),
        ProblemKind(
            "authentication_required",
            HTTPStatus.UNAUTHORIZED,
            "This is not shown to whoever asks",
            "Sign the request with a participant's key, or send a token "
            "(`amanat token create` gets one): docs/api.md says how.",
        ),
        ProblemKind(
            "authentication_failed",
            HTTPStatus.UNAUTHORIZED,
            "The signature or the token does not prove who asks",
            "Correct what the detail names, and sign the request anew, or get another token.",
        ),
        ProblemKind(
            "not_permitted",
            HTTPStatus.FORBIDDEN,
            "This participant may not read that",
            "Ask as one of those whom the detail names. Whether there is such a thing is not told.",
        ),
        ProblemKind(
            "too_many_signatures",
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many signed requests in a minute",
            "Sign one request for a token, and send that with the others.",
            retryable=True,
            retry_after=65,
        ),
        ProblemKind(
            "too_many_requests",
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many requests in too short a time",
            "Wait for as long as Retry-After says. Ask for many things at once: lists, batches, "
            "and events in place of asking again and again.",
            retryable=True,
            retry_after=1,
        ),
        ProblemKind(
            "not_found",
            HTTPStatus.NOT_FOUND,
            "There is no such thing",
            "Check the identifier; a thing registered a moment ago may not be final on this node "
            "yet: ask again with min_height.",
        ),
        ProblemKind(
            "pruned",
            HTTPStatus.GONE,
            "This node does not keep that any more",
            "Ask a node that keeps all blocks: /v1/status shows, as first_height, from which block "
            "on a node does. Events can be read on from the cursor in the figures.",
        ),
        ProblemKind(
            "no_such_route",
            HTTPStatus.NOT_FOUND,
            "There is no such route",
            "Check the path: /v1/routes lists all routes.",
        ),
        ProblemKind(
            "method_not_allowed",
            HTTPStatus.METHOD_NOT_ALLOWED,
            "The route does not take this method",
            "Use one of the methods in the Allow header.",
        ),
        ProblemKind(
            "behind",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "This node has not reached the height that was asked for",
            "Ask again shortly, or ask another node.",
            retryable=True,
            retry_after=1,
        ),
        ProblemKind(
            "busy",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many transactions are waiting",
            "Send the same bytes again shortly: they take effect once.",
            retryable=True,
            retry_after=1,
        ),
        ProblemKind(
            "too_many_statements",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many statements are being made",
            "Ask again shortly, or ask another node: it makes the same file.",
            retryable=True,
            retry_after=5,
        ),
        ProblemKind(
            "format_not_available",
            HTTPStatus.NOT_ACCEPTABLE,
            "This node cannot write that format",
            "Ask for csv, json or jsonl, or ask a node that has amanat[parquet] installed.",
        ),
        ProblemKind(
            "too_many_streams",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many streams are open",
            "Ask for pages with `wait`, or open the stream at another node: cursors are the same.",
            retryable=True,
            retry_after=5,
        ),
        ProblemKind(
            "not_yet_provable",
            HTTPStatus.SERVICE_UNAVAILABLE,
            "No final block carries this yet",
            "Ask again once the transaction or the first block is final.",
            retryable=True,
            retry_after=1,
        ),
        ProblemKind(
            "not_provable",
            HTTPStatus.CONFLICT,
            "What was asked for cannot be proved",
            "Ask for what the detail names.",
        ),
        ProblemKind(
            "internal_error",
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "The node failed to answer",
            "Tell the operator the request id; the node's log has the rest.",
            retryable=True,
        ),
        ProblemKind(
            DoorCode.MALFORMED,
            _BAD,
            "The transaction is not canonically encoded",
            "Encode it as docs/transactions.md says: each value has one encoding.",
        ),
        ProblemKind(
            DoorCode.TOO_LARGE,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "The transaction is larger than the network accepts",
            "Split it into several transactions.",
        ),
        ProblemKind(
            DoorCode.TOO_MANY_OPERATIONS,
            _NO,
            "The transaction holds more operations than the network accepts",
            "Split it into several transactions.",
        ),
        ProblemKind(
            DoorCode.WRONG_CHAIN,
            _NO,
            "The transaction is signed for another chain",
            "Sign it for this network's chain, shown at /v1/network.",
        ),
        ProblemKind(
            DoorCode.EXPIRED,
            _NO,
            "The transaction's valid_until has passed",
            "Sign it anew with a later valid_until.",
        ),
        ProblemKind(
            DoorCode.VALID_TOO_LONG,
            _NO,
            "The transaction's valid_until is too far ahead",
            "Sign it anew with a valid_until within the network's limit.",
        ),
        ProblemKind(
            DoorCode.UNKNOWN_KEY,
            _NO,
            "A key that signed it belongs to no participant",
            "Sign with a registered key. If it was registered a moment ago, this node may not have "
            "seen it yet: send the same bytes with min_height, the height of the registration.",
        ),
        ProblemKind(
            DoorCode.KEY_ENDED,
            _NO,
            "A key that signed it has ended",
            "Sign with a key that its participant still has; who has none left is given new ones "
            "by `replace-keys`.",
        ),
        ProblemKind(
            DoorCode.BAD_SIGNATURE,
            _NO,
            "A signature does not verify",
            "Sign the id of exactly these bytes with the key that is named.",
        ),
        ProblemKind(
            DoorCode.ALREADY_EXECUTED,
            _NO,
            "The transaction is in the chain already",
            "Ask for its status: its first outcome stands.",
        ),
        ProblemKind(
            DoorCode.TOO_MANY_REJECTIONS,
            HTTPStatus.TOO_MANY_REQUESTS,
            "A signer has had too many transactions rejected this hour",
            "Wait for the next hour, and check transactions before they are sent.",
            retryable=True,
            retry_after=3600,
        ),
    )
}


_HOW_TO: Final = {
    "WWW-Authenticate": 'Bearer realm="amanat"',
    "Accept-Signature": 'amanat=("@method" "@authority" "@path" "@query")'
    ';created;keyid;nonce;alg="ed25519"',
}
"""How to prove who one is (RFC 6750, RFC 9421), with every answer that asks for it."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the body of a refusal holds."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    request_id: str
    fix: str
    figures: dict[str, str] | None = None


class ApiProblem(Exception):  # noqa: N818 - named as RFC 9457 names it
    """Raise to answer a request with a problem of the catalogue."""

    def __init__(
        self,
        code: str,
        detail: str,
        figures: dict[str, int | str] | None = None,
        *,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after`, seconds, goes before what the catalogue says of all such problems."""
        super().__init__(detail)
        self.kind = CATALOGUE[code]
        self.retry_after = retry_after or self.kind.retry_after
        self.detail = detail
        self.figures = figures


def response(problem: ApiProblem, request_id: str) -> web.Response:
    """Return the answer that says what was wrong."""
    kind = problem.kind
    figures = problem.figures
    body = Problem(
        type=f"/v1/problems/{kind.code}",
        title=kind.title,
        status=kind.status.value,
        detail=problem.detail,
        code=kind.code,
        retryable=kind.retryable,
        request_id=request_id,
        fix=kind.fix,
        figures=None if not figures else {name: str(value) for name, value in figures.items()},
    )
    headers = dict(_HOW_TO) if kind.status is HTTPStatus.UNAUTHORIZED else {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return web.Response(
        status=kind.status.value,
        body=msgspec.json.encode(body),
        content_type="application/problem+json",
        headers=headers,
    )
