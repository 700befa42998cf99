"""A token is worth what the key that signed for it is worth."""

import pytest

from amanat.ledger.governance.participants import Standing
from amanat.ledger.operations import BlockKeys, SetStanding
from amanat.node.api.access.readers import Reader, Unproven
from amanat.node.api.access.tokens import Tokens
from tests.ledger.desk import Desk, desk_with_market
from tests.ledger.world import START, public_key

ALPHA = Reader("alpha", public_key("alpha"))


@pytest.fixture
def desk() -> Desk:
    return desk_with_market()


def read(desk: Desk, tokens: Tokens, token: str, now: int = START) -> Reader:
    return tokens.reader(token, desk.state, now, desk.time)


def test_it_gives_back_whom_it_was_made_for_and_what(desk: Desk) -> None:
    tokens = Tokens()
    token = tokens.make(ALPHA, "/v1/accounts/alpha", START + 1)
    assert read(desk, tokens, token) == Reader("alpha", ALPHA.key, "/v1/accounts/alpha", START + 1)
    with pytest.raises(Unproven, match="expired"):
        read(desk, tokens, token, START + 1)


def test_it_does_not_outlive_the_run_of_the_node(desk: Desk) -> None:
    token = Tokens().make(ALPHA, "/", START + 1)
    with pytest.raises(Unproven, match="not of this node"):
        read(desk, Tokens(), token)


def test_it_ends_with_its_key_and_with_the_standing_of_its_participant(desk: Desk) -> None:
    tokens = Tokens()
    token = tokens.make(ALPHA, "/", START + 10**9)
    custodian = tokens.make(Reader("custodian-a", public_key("custodian-a")), "/", START + 10**9)
    desk.do("sbp", BlockKeys("alpha", (public_key("alpha"),)))
    desk.do("mof, sbp", SetStanding("custodian-a", Standing.SUSPENDED))
    for each, why in ((token, "no participant"), (custodian, "suspended")):
        with pytest.raises(Unproven, match=why):
            read(desk, tokens, each)


@pytest.mark.parametrize(
    ("path", "asked", "reaches"),
    [
        ("/", "/v1/status", True),
        ("/v1", "/v1/status", True),
        ("/v1/", "/v1/status", True),
        ("/v1/accounts/alpha", "/v1/accounts/alpha", True),
        ("/v1/accounts/alpha", "/v1/accounts/alpha/holdings", True),
        ("/v1/accounts/alpha", "/v1/accounts/alpha-2", False),
        ("/v1/accounts/alpha/", "/v1/accounts/beta", False),
    ],
)
def test_a_part_is_what_lies_at_a_path_and_below(path: str, asked: str, reaches: bool) -> None:
    assert Reader("alpha", ALPHA.key, path).reaches(asked) is reaches
