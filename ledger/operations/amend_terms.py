"""Amend the terms of an instrument."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from amanat.ledger.authorization import ApprovalOf, Requirement, SignatureOf
from amanat.ledger.governance.participants import Title
from amanat.ledger.identifiers import InstrumentId
from amanat.ledger.instruments import life_cycle
from amanat.ledger.instruments.instrument import Instrument, InstrumentStatus, changed
from amanat.ledger.instruments.terms_in_words import differences
from amanat.ledger.operation_execution import Execution
from amanat.ledger.operations.operation import Operation
from amanat.ledger.operations.registering import (
    TERMS_CODES,
    check_amendment,
    check_authorised,
    check_terms,
)
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.state import INSTRUMENTS, State
from amanat.ledger.terms import KINDS, Terms
from amanat.ledger.wording import amount_under


class AmendTerms(Operation, frozen=True, tag="amend-terms"):
    """Replaces the title and terms of an instrument, whole. Its kind and identifier stay.

    While it is announced its issuer may do so as it registered it. Once it is active holders rely
    on its terms: they are changed under a policy of their own, which gives notice; then what it is
    counted in stays as well, and the denomination may only become a divisor of what it was.
    """

    signers = (
        "while the instrument is announced its issuer, and whom the policy "
        "`register-instrument/<kind>` asks; from then on whom the policy `amend-terms` asks"
    )
    acts = ("amend-terms", *(f"register-instrument/{kind}" for kind in KINDS))
    refusals = (RejectionCode.UNKNOWN_INSTRUMENT, RejectionCode.WRONG_STATUS, *TERMS_CODES)
    emits = ("terms-amended",)

    instrument: InstrumentId
    title: Title
    terms: Terms

    def requirements(self, execution: Execution) -> Iterable[Requirement]:
        """The issuer of an announced one; of another, who amends terms."""
        instrument = execution.instrument(self.instrument)
        if instrument.status is InstrumentStatus.ANNOUNCED:
            return (
                SignatureOf(instrument.issuer),
                ApprovalOf(f"register-instrument/{instrument.terms.kind}"),
            )
        return (ApprovalOf("amend-terms"),)

    def apply(self, execution: Execution) -> None:
        """Check the terms and put them in force."""
        instrument = execution.instrument(self.instrument)
        life_cycle.check_status(instrument, *life_cycle.OPEN)
        is_issued = instrument.status is not InstrumentStatus.ANNOUNCED
        check_amendment(instrument.terms, self.terms, is_issued=is_issued)
        check_terms(execution, self.instrument, self.terms)
        check_authorised(self.terms, instrument.authorised)
        life_cycle.put(execution, changed(instrument, title=self.title, terms=self.terms))
        fields = [path for path, _, _ in self._changes(instrument)]
        execution.emit("terms-amended", instrument=self.instrument, changed=", ".join(fields))

    def sentence(self, state: State) -> str:
        """Return what it would do."""
        found = state.get(INSTRUMENTS, self.instrument)
        if found is None:
            return f"amend the terms of {self.instrument}, which is not known"
        if found.terms.kind != self.terms.kind:
            return f"make {self.instrument}, a {found.terms.kind}, a {self.terms.kind}"
        amounts = partial(amount_under, state, found.terms)
        changes = self._changes(found, amounts)
        told = "; ".join(f"{path} from {was} to {now}" for path, was, now in changes)
        return f"amend {self.instrument}: {told or 'nothing'}"

    def _changes(
        self, before: Instrument, amounts: Callable[[int], str] = str
    ) -> Iterator[tuple[str, str, str]]:
        """Yield what it changes: the path of each field, what it was, and is."""
        if self.title != before.title:
            yield "title", before.title, self.title
        yield from differences(before.terms, self.terms, amounts)
