"""Fetching a file from one node, piece by piece: it may be larger than memory."""

from pathlib import Path

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from yarl import URL

from amanat.client.exchange import Request
from amanat.client.message_signatures import RequestSigner
from amanat.client.trust import no_answer, trusting
from amanat.node.cli import curl
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.watching import on_terminal

SECONDS = 600.0
"""How long making and sending a file may take."""

PIECE = 64 * 1024


class Download:
    """Fetches from one node, each request signed by `reader`. An async context manager."""

    def __init__(self, url: str, reader: RequestSigner | None) -> None:
        self._url = url.rstrip("/")
        self._reader = reader
        self._session: ClientSession | None = None

    async def __aenter__(self) -> "Download":
        tls = trusting() if self._url.startswith("https:") else True
        self._session = ClientSession(
            connector=TCPConnector(ssl=tls), timeout=ClientTimeout(total=SECONDS, connect=3)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def into(self, path: str, file: Path, *, accept: str = "*/*") -> dict[str, str]:
        """Write what is under `path` into `file`, and return the answer's headers.

        Raises:
            Failure: the node did not answer, or not to the end (4), or refused (5).
            OSError: the file cannot be written.
        """
        if self._session is None:
            raise RuntimeError("use it as an async context manager")
        with file.open("wb") as written:
            try:
                target = URL(self._url + path)
                headers = {"Accept": accept}
                if self._reader is not None:
                    headers |= self._reader.headers("GET", str(target), None)
                request = Request("GET", path, accept=accept)
                curl.tell(str(target), request, is_signed=self._reader is not None)
                async with self._session.get(target, headers=headers) as answer:
                    if answer.status >= 400:
                        raise _refusal(await answer.read())
                    # Of what is packed on its way, the length that is told is another.
                    packed = "Content-Encoding" in answer.headers
                    length = 0 if packed else answer.content_length or 0
                    with on_terminal(file.name, "bytes") as watch:
                        async for piece in answer.content.iter_chunked(PIECE):
                            written.write(piece)
                            if watch is not None:
                                watch(written.tell(), length)
                    return dict(answer.headers.items())
            except (TimeoutError, ClientError, ValueError) as error:
                reason = no_answer(self._url, error)
                told = f"no node answered: {self._url}: {reason}"
                raise Failure(told, ExitCode.UNREACHABLE) from error


def _refusal(content: bytes) -> Failure:
    try:
        problem = dict(msgspec.json.decode(content))
    except (msgspec.DecodeError, TypeError, ValueError):
        return Failure("what answers is not a node of this version", ExitCode.UNREACHABLE)
    title, detail = problem.get("title", "refused"), problem.get("detail", "")
    told = f"{problem.get('code', '')}: {title}: {detail}. {problem.get('fix', '')}"
    return Failure(told, ExitCode.REJECTED)
