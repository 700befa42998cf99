"""Around every request: an id, and a problem of the catalogue in place of any failure."""

import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from amanat.node.api.delivery import deliver, preflight
from amanat.node.api.problems import ApiProblem, response
from amanat.node.api.requests import NODE
from amanat.node.records import StorageFailed

log = structlog.get_logger(__name__)

REQUEST_ID: Final = web.RequestKey("request_id", str)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id; turn every failure into a problem."""
    request_id = request[REQUEST_ID] = uuid.uuid4().hex
    try:
        answer = preflight(request) or await handler(request)
    except ApiProblem as problem:
        answer = response(problem, request_id)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        answer = response(_of_http(request, error), request_id)
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
    except Exception as error:
        # The route alone: what a path names may be confidential.
        resource = request.match_info.route.resource
        route = "" if resource is None else resource.canonical
        log.exception("api.failed", route=route, request_id=request_id)
        if isinstance(error, StorageFailed):
            request.app[NODE].fail(error)  # nothing is served that cannot be checked
        answer = response(
            ApiProblem("internal_error", "the node failed to answer this request"), request_id
        )
    await deliver(request, answer)
    answer.headers["Request-Id"] = request_id
    answer.headers["Server"] = "amanat"  # not the versions that serve it
    return answer


def _of_http(request: web.Request, error: web.HTTPException) -> ApiProblem:
    if error.status == HTTPStatus.NOT_FOUND:
        return ApiProblem("no_such_route", f"{request.path} is not a route of this API")
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        return ApiProblem("method_not_allowed", f"{request.path} does not take {request.method}")
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return ApiProblem("body_too_large", f"{request.path} takes a smaller body")
    return ApiProblem("malformed_request", error.reason or "the request cannot be understood")
