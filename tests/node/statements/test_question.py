"""What is asked, as a manifest shows it."""

from amanat.node.statements.question import Noun, Question, Span


def test_what_was_not_said_is_left_out() -> None:
    asked = Question(Noun.HOLDINGS, "alpha", None, None, Span(7, 7)).asked()
    assert asked == (("statement", "holdings"), ("account", "alpha"), ("to_height", "7"))


def test_a_range_has_both_ends() -> None:
    span = Span(1, 7, "2026-01-01", "2026-01-02")
    asked = dict(Question(Noun.MOVEMENTS, None, "cdc", "PKR", span).asked())
    assert asked == {
        "statement": "movements",
        "custodian": "cdc",
        "instrument": "PKR",
        "from": "2026-01-01",
        "to": "2026-01-02",
        "from_height": "1",
        "to_height": "7",
    }
