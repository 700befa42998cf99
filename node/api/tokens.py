"""Getting a token for one signed request."""

from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta

from amanat.node.api.access.gate import GATE, READER
from amanat.node.api.access.tokens import SECONDS, SECONDS_MAX
from amanat.node.api.contracts import Body, Contract, Lasts, described
from amanat.node.api.notation import TimeMs
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer, body, from_json

BODY_BYTES_MAX: Final = 4_096


class TokenWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the token is to be for; all that its participant may read, if nothing else is said."""

    path: Annotated[str, Meta(pattern=r"\A/[!-~]{0,255}\Z")] = "/"
    """It lets read what lies at this path and below."""
    seconds: Annotated[int, Meta(ge=1, le=SECONDS_MAX)] = SECONDS


class TokenView(msgspec.Struct, frozen=True):
    """A token, to be sent as `Authorization: Bearer TOKEN`, to this node alone."""

    token: str
    participant: str
    path: str
    expires: TimeMs


@described(
    Contract(
        "makeToken",
        TokenView,
        body=Body(TokenWish, bytes_max=BODY_BYTES_MAX, is_required=False),
        problems=("body_too_large",),
        lasts=Lasts.A_MOMENT,
        keeps_secret=True,
        command="amanat token create --key client-a.json --passphrase-file passphrase",
    )
)
async def make(request: web.Request) -> web.Response:
    """Return a short-lived token for the participant that signs this request."""
    node, gate = request.app[NODE], request.app[GATE]
    if "Authorization" in request.headers:
        raise ApiProblem("authentication_required", "a token gives no token: sign this request")
    reader = request[READER]
    content = await body(request, BODY_BYTES_MAX)
    wish = from_json(content, TokenWish) if content else TokenWish()
    expires = gate.now() + wish.seconds * 1000
    token = gate.tokens.make(reader, wish.path, expires)
    return answer(node, TokenView(token, reader.participant, wish.path, expires))
