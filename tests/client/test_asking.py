"""One node after the other, and never back in height."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from amanat.client.asking import Nodes, ask
from amanat.client.errors import Refused, Unproved, Unreachable
from amanat.client.exchange import Answer, Conversation, Heard, Pause, Request, Send, Silence
from amanat.client.proofs import NotProved

T = TypeVar("T")
AWAY = Silence("refused", sent=False)
ONE, TWO = "http://one", "http://two"


def answer(text: str, height: int = 0) -> Answer:
    return Answer(200, {"ledger-height": str(height)}, text.encode())


def problem(status: int, code: str, *, retryable: bool = False) -> Answer:
    text = (
        f'{{"code": "{code}", "retryable": {str(retryable).lower()}, "figures": {{"have": "1"}}}}'
    )
    return Answer(status, {}, text.encode())


def carried_out(conversation: Conversation[T], *answers: Heard) -> tuple[T, list[tuple[str, str]]]:
    """Return the result, and where each request went."""
    told = list(answers)
    asked: list[tuple[str, str]] = []
    heard: Heard = None
    while True:
        try:
            step = conversation.send(heard)
        except StopIteration as end:
            assert told == []
            return end.value, asked
        if isinstance(step, Send):
            asked.append((step.url, step.request.path))
            heard = told.pop(0)
        else:
            assert isinstance(step, Pause)
            heard = None


def text(heard: Answer) -> str:
    if heard.body == b"false":
        raise NotProved("it is false")
    return heard.body.decode()


def question(nodes: Nodes, *, fresh: bool = True) -> Conversation[str]:
    understand: Callable[[Answer], str] = text
    return ask(nodes, Request("GET", "/v1/x?a=b"), understand, fresh=fresh)


def test_the_next_is_asked_and_then_asked_first() -> None:
    nodes = Nodes([ONE + "/", TWO])
    said, asked = carried_out(question(nodes), AWAY, answer("yes"))
    assert (said, [url for url, _ in asked]) == ("yes", [ONE, TWO])
    assert nodes.in_turn() == [TWO, ONE]


def test_every_later_question_is_for_the_height_that_was_seen() -> None:
    nodes = Nodes([ONE])
    _, first = carried_out(question(nodes), answer("yes", 7))
    _, second = carried_out(question(nodes), answer("yes", 9))
    assert first == [(ONE, "/v1/x?a=b")]
    assert second == [(ONE, "/v1/x?a=b&min_height=7")]
    assert nodes.height == 9


def test_an_answer_that_goes_back_is_passed_over() -> None:
    nodes = Nodes([ONE, TWO])
    nodes.saw(7)
    said, _ = carried_out(question(nodes), answer("old", 6), answer("new", 7))
    assert said == "new"


def test_what_is_not_for_now_may_be_of_any_height() -> None:
    nodes = Nodes([ONE])
    nodes.saw(7)
    said, asked = carried_out(question(nodes, fresh=False), answer("old", 6))
    assert (said, asked) == ("old", [(ONE, "/v1/x?a=b")])


def test_all_are_asked_twice_where_one_may_be_able_to_answer_in_a_moment() -> None:
    behind = problem(503, "behind", retryable=True)
    said, asked = carried_out(question(Nodes([ONE, TWO])), behind, AWAY, AWAY, answer("yes"))
    assert (said, len(asked)) == ("yes", 4)


def test_what_every_node_would_refuse_is_not_asked_elsewhere() -> None:
    with pytest.raises(Refused) as refused:
        carried_out(question(Nodes([ONE, TWO])), problem(403, "not_permitted"))
    assert (refused.value.code, refused.value.status) == ("not_permitted", 403)
    assert refused.value.figures == {"have": "1"}


@pytest.mark.parametrize("code", ["pruned", "authentication_failed", "no_such_route"])
def test_what_is_of_one_node_is_asked_elsewhere(code: str) -> None:
    said, _ = carried_out(question(Nodes([ONE, TWO])), problem(410, code), answer("yes"))
    assert said == "yes"


def test_nobody_to_answer_is_told_by_address() -> None:
    with pytest.raises(Unreachable) as silence:
        carried_out(question(Nodes([ONE, TWO])), AWAY, problem(410, "pruned"))
    assert silence.value.failures.keys() == {ONE, TWO}
    assert not isinstance(silence.value, Unproved)


def test_a_lie_is_told_from_silence() -> None:
    with pytest.raises(Unproved, match="it is false"):
        carried_out(question(Nodes([ONE, TWO])), answer("false"), AWAY)
    said, _ = carried_out(question(Nodes([ONE, TWO])), answer("false"), answer("true"))
    assert said == "true"


def test_the_only_node_says_itself_why_it_refuses() -> None:
    with pytest.raises(Refused, match="pruned"):
        carried_out(question(Nodes([ONE])), problem(410, "pruned"))


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"[1]", b'{"figures": 3}'])
def test_a_refusal_that_is_no_problem_is_one_all_the_same(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        carried_out(question(Nodes([ONE])), Answer(404, {}, body))
    assert refused.value.figures == {}


@pytest.mark.parametrize("told", ["", "-1", "1e3", "٣", "9" * 30])
def test_a_height_that_is_none_is_none(told: str) -> None:
    assert Answer(200, {"ledger-height": told}, b"").height is None


def test_somebody_must_be_named() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Nodes([])


def test_each_node_is_named_once() -> None:
    assert Nodes([ONE, TWO, ONE + "/"]).urls == (ONE, TWO)
