"""So many places, and no participant takes them all."""

from contextlib import ExitStack

import pytest

from amanat.node.api.places import Places
from amanat.node.api.problems import ApiProblem


def places() -> Places:
    return Places("too_many_streams", most=3, each=2)


def refused(of: Places, who: str | None) -> str:
    with pytest.raises(ApiProblem) as problem, of.one(who):
        pass
    assert problem.value.kind.code == "too_many_streams"
    return problem.value.detail


def test_a_place_is_given_back() -> None:
    of = places()
    for _ in range(5):
        with of.one("alpha"), of.one("alpha"):
            assert of.taken == 2
    assert of.taken == 0


def test_one_participant_does_not_take_them_all() -> None:
    of = places()
    with ExitStack() as held:
        held.enter_context(of.one("alpha"))
        held.enter_context(of.one("alpha"))
        assert refused(of, "alpha") == "alpha has 2 already, which is all it may have"
        with of.one("beta"):
            assert refused(of, "gamma") == "all 3 places of this node are taken"


def test_those_who_do_not_say_who_they_are_share_them() -> None:
    of = places()
    with of.one(None), of.one(None), of.one(None):
        assert refused(of, None).startswith("all 3")


def test_what_fails_gives_its_place_back() -> None:
    of = places()
    with pytest.raises(ValueError, match="broken"), of.one("alpha"):
        raise ValueError("broken")
    assert of.taken == 0
