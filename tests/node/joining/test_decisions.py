"""Decisions made from a join request and the network as it is."""

from typing import Any

import pytest

from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.readiness import Readiness
from amanat.node.joining.decisions import DecisionError, Standing, admit, learn, leave
from tests.ledger.world import AUTHORITIES, public_key
from tests.node.joining.test_request import ASKED

WORD = Readiness("mof-2", 7, bytes(64))


def seen(*names: str, learners: tuple[str, ...] = (), **changed: Any) -> dict[str, Any]:
    """Return what `GET /v1/network` answers of these."""

    def one(name: str) -> dict[str, Any]:
        return {
            "name": name,
            "participant": name.split("-2", maxsplit=1)[0],
            "class": AUTHORITIES.get(name.split("-2", maxsplit=1)[0], "custodian"),
            "part": "learns" if name in learners else "votes",
            "key": public_key(f"authority {name}").hex(),
        }

    shown = {
        "changing_since": None,
        "quorum": len(names) // 2 + 1,
        "sovereign_min": 1,
        "rule": "majority",
        "authorities": [one(name) for name in (*names, *learners)],
    }
    return shown | changed


def now(*names: str, learners: tuple[str, ...] = (), **changed: Any) -> Standing:
    return Standing.of(seen(*(names or ("cdc", "mof", "sbp")), learners=learners, **changed))


def test_who_asks_learns_first_and_nothing_else_changes() -> None:
    decision = learn(now(), ASKED, AuthorityClass.SOVEREIGN)
    assert [each.name for each in decision.members] == ["cdc", "mof", "sbp"]
    assert (decision.quorum, decision.sovereign_min, decision.ready) == (2, 1, ())
    (learner,) = decision.learners
    assert (learner.name, learner.key, learner.participant) == ("mof-2", ASKED.key, "mof")
    assert learner.authority_class is AuthorityClass.SOVEREIGN


def test_a_learner_gets_a_vote_and_the_quorum_follows() -> None:
    decision = admit(now(learners=("mof-2",)), WORD)
    assert [each.name for each in decision.members] == ["cdc", "mof", "mof-2", "sbp"]
    assert (decision.quorum, decision.learners, decision.ready) == (3, (), (WORD,))
    assert admit(now(learners=("mof-2",)), WORD, quorum=4).quorum == 4
    assert admit(now(learners=("mof-2",), rule="two_thirds", quorum=3), WORD).quorum == 3


def test_a_new_key_takes_the_place_of_the_old_in_one_decision() -> None:
    decision = admit(now(learners=("mof-2",), quorum=3), WORD, instead_of="mof")
    assert [each.name for each in decision.members] == ["cdc", "mof-2", "sbp"]
    assert decision.quorum == 3


def test_whoever_leaves_is_left_out() -> None:
    decision = leave(now("cdc", "mof", "sbp", "custodian-a"), "cdc")
    assert [each.name for each in decision.members] == ["custodian-a", "mof", "sbp"]
    assert decision.quorum == 2
    decision = leave(now(learners=("mof-2",)), "mof-2")
    assert (len(decision.members), decision.learners) == (3, ())


def test_what_cannot_be_decided_is_said() -> None:
    for standing, reason in (
        (now("cdc", "mof-2", "sbp"), "mof-2 takes part already: a new key needs a new name"),
        (now(learners=("mof-2",)), "mof-2 takes part already"),
    ):
        with pytest.raises(DecisionError, match=reason):
            learn(standing, ASKED, AuthorityClass.CUSTODIAN)
    with pytest.raises(DecisionError, match="mof-2 is no learner: let it learn first"):
        admit(now(), WORD)
    with pytest.raises(DecisionError, match="fbr has no vote"):
        admit(now(learners=("mof-2",)), WORD, instead_of="fbr")
    with pytest.raises(DecisionError, match="fbr has no vote"):
        leave(now(), "fbr")
    with pytest.raises(DecisionError, match="changing since block 9: wait"):
        now(changing_since=9)
