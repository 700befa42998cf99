"""Under which names a node knows itself; and that a signature counts once, whatever its clock."""

import pytest
from aiohttp.test_utils import make_mocked_request

from amanat.client.keystore import Signer
from amanat.client.message_signatures import RequestSigner
from amanat.ledger.state import State
from amanat.node.api.access.readers import Unproven
from amanat.node.api.access.signatures import AGE_MAX_MS, AHEAD_MAX_MS, Signatures
from tests.ledger import world
from tests.ledger.world import START

URL = "https://node.example"
STATE = State(world.chain(world.genesis()).final.tree.get)


def read_by(urls: list[str], *, signed_for: str, host: str, path: str = "/v1/x") -> str:
    """Return whom a node with these URLs takes to have signed a request."""
    signer = RequestSigner(Signer(world.key("sbp")), now=lambda: START)
    headers = signer.headers("GET", signed_for + "/v1/x", None) | {"Host": host}
    request = make_mocked_request("GET", path, headers=headers)
    signatures = Signatures(urls, now=lambda: START)
    return signatures.reader(request, b"", STATE, START).participant


@pytest.mark.parametrize(
    ("url", "signed_for", "host"),
    [
        ("http://Node.example:8101", "http://node.example:8101", "NODE.example:8101"),
        ("https://node.example", "https://node.example", "node.example"),
        ("https://node.example", "https://node.example:443", "node.example:443"),
        ("https://node.example:443", "https://node.example", "node.example"),
        ("https://node.example/", "https://node.example", "node.example"),
        ("http://node.example:80", "http://node.example", "node.example:80"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]", "[2001:db8::1]"),
        ("https://[2001:db8::1]:8101", "https://[2001:db8::1]:8101", "[2001:db8::1]:8101"),
        ("https://node.example", "http://127.0.0.1:8101", "127.0.0.1:8101"),
    ],
)
def test_a_node_is_known_by_its_url_and_by_where_it_listens(
    url: str, signed_for: str, host: str
) -> None:
    """A proxy may speak TLS for it: the port that a scheme has anyway is no part of the name."""
    assert read_by([url, "http://127.0.0.1:8101"], signed_for=signed_for, host=host) == "sbp"


@pytest.mark.parametrize(
    "host",
    [
        "node.example/v1/x#",
        "node.example/v1/x?",
        "a@node.example",
        "node.example:8101",
        "",
        "other",
    ],
)
def test_under_no_other_name(host: str) -> None:
    with pytest.raises(Unproven, match=r"this node is node\.example"):
        read_by([URL], signed_for=URL, host=host)


@pytest.mark.parametrize("path", ["http://node.example/v1/x", "/v1/x#", "/v1/x#?y"])
def test_what_is_asked_is_a_path(path: str) -> None:
    """One with a fragment is read in two ways: by what verifies, and by what serves."""
    with pytest.raises(Unproven, match="a path alone"):
        read_by([URL], signed_for=URL, host="node.example", path=path)


class Clocks:
    """The clock of a node and that of who signs, and requests between them."""

    def __init__(self) -> None:
        self.time = START
        self.signatures = Signatures([URL], now=lambda: self.time)

    def signed(self, *, ahead_ms: int = 0) -> dict[str, str]:
        """Return the headers of a request that is signed now."""
        made = self.time + ahead_ms
        signer = RequestSigner(Signer(world.key("sbp")), now=lambda: made)
        return signer.headers("GET", URL + "/v1/x", None) | {"Host": "node.example"}

    def read(self, headers: dict[str, str]) -> str:
        request = make_mocked_request("GET", "/v1/x", headers=headers)
        return self.signatures.reader(request, b"", STATE, START).participant


def test_it_counts_once_up_to_the_last_moment_at_which_it_counts() -> None:
    clocks = Clocks()
    signed = clocks.signed(ahead_ms=AHEAD_MAX_MS)
    assert clocks.read(signed) == "sbp"
    clocks.time += AHEAD_MAX_MS + AGE_MAX_MS
    with pytest.raises(Unproven, match="its nonce was used"):
        clocks.read(signed)


def test_a_clock_that_is_set_back_brings_no_signature_back() -> None:
    """Its nonce is forgotten by then: what was too old once must stay so."""
    clocks = Clocks()
    signed = clocks.signed()
    assert clocks.read(signed) == "sbp"
    clocks.time += 2 * AGE_MAX_MS
    assert clocks.read(clocks.signed()) == "sbp"
    clocks.time -= 2 * AGE_MAX_MS - 1_000
    with pytest.raises(Unproven, match="it was made 120000 ms ago"):
        clocks.read(signed)


def test_a_clock_that_is_set_back_a_little_stops_nobody() -> None:
    clocks = Clocks()
    assert clocks.read(clocks.signed()) == "sbp"
    clocks.time -= 1_000
    assert clocks.read(clocks.signed(ahead_ms=1_000)) == "sbp"
