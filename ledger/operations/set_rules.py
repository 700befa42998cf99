"""Set rules: who may hold an instrument, how much of it, and when it moves."""

from collections.abc import Iterable, Iterator

from amanat.ledger.authorization import ApprovalOf, Requirement
from amanat.ledger.identifiers import InstrumentId
from amanat.ledger.instruments.instrument import Instrument
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.rejections import Refused, RejectionCode
from amanat.ledger.rules import RULES, AnyRule, RuleBook, Rules, rules_of
from amanat.ledger.state import State
from amanat.ledger.terms import CashTerms


class SetRules(Operation, frozen=True, tag="set-rules"):
    """Replaces the rules of one instrument, whole; with none, whoever has an account may hold it.

    They hold from the next movement on. What is held already stays where it is, also where a rule
    would not let it in any more; then nothing may add to it.
    """

    signers = "whom the policy `set-rules` asks"
    acts = ("set-rules",)
    refusals = (RejectionCode.UNKNOWN_INSTRUMENT, RejectionCode.INVALID_RULES)
    emits = ("rules-set",)

    instrument: InstrumentId
    rules: Rules
    """Sorted by kind, and those of a kind by what they are about; one of each."""

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The policy."""
        del execution
        return (ApprovalOf("set-rules"),)

    def apply(self, execution: Execution) -> None:
        """Check them and put them in force."""
        instrument = execution.instrument(self.instrument)
        for problem in self._problems(instrument):
            raise Refused(RejectionCode.INVALID_RULES, instrument=self.instrument, problem=problem)
        book = RuleBook(self.rules) if self.rules else None
        execution.state.put(book, RULES, self.instrument)
        execution.emit(
            "rules-set",
            instrument=self.instrument,
            rules=",".join(" ".join(_place(rule)).rstrip() for rule in self.rules),
        )

    def sentence(self, state: State) -> str:
        """Return what exactly would change."""
        changes = "; ".join(self._changes(state))
        return f"set the rules of {self.instrument}: {changes or 'leave the rules as they are'}"

    def _problems(self, instrument: Instrument) -> Iterator[str]:
        places = [_place(rule) for rule in self.rules]
        if places != sorted(set(places)):
            yield "rules must be sorted by kind and by what they are about, one of each"
        for rule in self.rules:
            yield from (f"{rule.title}: {problem}" for problem in rule.problems())
            if rule.is_of_owners and isinstance(instrument.terms, CashTerms):
                yield f"{rule.title}: nobody adds up who owns cash"

    def _changes(self, state: State) -> Iterator[str]:
        before = {_place(rule): rule for rule in rules_of(state, self.instrument)}
        after = {_place(rule): rule for rule in self.rules}
        for place in sorted(before.keys() | after.keys()):
            was, is_to_be = before.get(place), after.get(place)
            if was is None and is_to_be is not None:
                yield f"add {is_to_be.sentence(state, self.instrument)}"
            elif was is not None and is_to_be is None:
                yield f"remove {was.sentence(state, self.instrument)}"
            elif was is not None and is_to_be is not None and was != is_to_be:
                yield (
                    f"{_verb(was, is_to_be)} {was.title} "
                    f"from {was.says(state, self.instrument)} "
                    f"to {is_to_be.says(state, self.instrument)}"
                )


def _place(rule: AnyRule) -> tuple[str, str]:
    return rule.kind, rule.subject


def _verb(was: AnyRule, is_to_be: AnyRule) -> str:
    before, after = was.measure, is_to_be.measure
    if before is None or after is None:
        return "change"
    return "raise" if after > before else "lower"
