"""The quorum rule against the cases of etcd's raft library, and the sovereign rule beside them.

The cases are outside test data (`../shared/vectors/raft-quorum`), read where they lie. They are
plain majorities: an authority set with a majority as quorum and no sovereign minimum.
"""

import re
from pathlib import Path

import pytest

from amanat.ledger.authorities import AuthoritySet
from tests.consensus.signing import CUSTODIAN, SOVEREIGN, authority_set

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "raft-quorum"
pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason=f"OUTSIDE TEST DATA IS MISSING: {VECTORS}"
)


def cases(file: str, command: str, values: str) -> list[tuple[list[str], list[str], str]]:
    """Return the voters, what each says, and the expected answer of every case that has voters."""
    if not VECTORS.is_dir():
        return []
    pattern = rf"^{command} cfg=\(([^)]*)\) {values}=\(([^)]*)\)\n----\n(.*?)(?:\n\n|\Z)"
    text = (VECTORS / file).read_text(encoding="utf-8")
    return [
        (re.findall(r"\d+", voters), re.findall(r"\w+", said), answer.strip().splitlines()[-1])
        for voters, said, answer in re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    ]


def majority_of(voters: list[str]) -> AuthoritySet:
    return authority_set(
        sovereign=voters, custodian=(), quorum=len(voters) // 2 + 1, sovereign_min=1
    )


VOTES = cases("majority_vote.txt", "vote", "votes")
COMMITS = cases("majority_commit.txt", "committed", "idx")


def test_all_cases_with_voters_were_read() -> None:
    assert (len(VOTES), len(COMMITS)) == (21, 15)


@pytest.mark.parametrize(("voters", "said", "expected"), VOTES)
def test_a_vote_is_won_lost_or_pending(voters: list[str], said: list[str], expected: str) -> None:
    authorities = majority_of(voters)
    yes = [voter for voter, vote in zip(voters, said, strict=True) if vote == "y"]
    not_no = [voter for voter, vote in zip(voters, said, strict=True) if vote != "n"]
    won, lost = authorities.is_quorum(yes), not authorities.is_quorum(not_no)
    assert {(True, False): "VoteWon", (False, True): "VoteLost", (False, False): "VotePending"}[
        won, lost
    ] == expected


@pytest.mark.parametrize(("voters", "said", "expected"), COMMITS)
def test_the_committed_height_is_the_greatest_that_a_quorum_has_reached(
    voters: list[str], said: list[str], expected: str
) -> None:
    authorities = majority_of(voters)
    reached = {
        voter: 0 if height == "_" else int(height)
        for voter, height in zip(voters, said, strict=True)
    }
    committed = max(
        height
        for height in [0, *reached.values()]
        if authorities.is_quorum([voter for voter in voters if reached[voter] >= height])
    )
    assert committed == int(expected)


def test_custodians_alone_are_no_quorum_however_many() -> None:
    authorities = authority_set()
    assert len(CUSTODIAN) >= authorities.quorum
    assert not authorities.is_quorum(CUSTODIAN)
    for sovereign in SOVEREIGN:
        assert authorities.is_quorum([sovereign, *CUSTODIAN[:2]])
        assert not authorities.is_quorum([sovereign, CUSTODIAN[0]])
