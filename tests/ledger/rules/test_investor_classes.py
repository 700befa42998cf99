"""Investors of the classes named may receive it, and nobody else."""

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.rejections import RejectionCode
from amanat.ledger.rules import InvestorClasses
from tests.ledger.rules.ruled import give, refused, ruled, set_rules
from tests.ledger.world import BILL

COMPANIES = InvestorClasses((InvestorClass.BANK, InvestorClass.CORPORATE))


def test_an_investor_of_another_class_does_not_receive_it() -> None:
    desk = ruled(COMPANIES)
    give(desk, "mof-house", "alpha", 1)
    assert refused(desk, "alpha", "delta", 1) == (
        RejectionCode.CLASS_NOT_ALLOWED,
        {"account": "delta", "investor_class": "foreign_institution"},
    )


def test_the_issuer_is_no_investor() -> None:
    desk = ruled(InvestorClasses((InvestorClass.FOREIGN_INSTITUTION,)))
    give(desk, "mof-house", "delta", 1)
    give(desk, "delta", "mof-house", 1)


def test_who_holds_it_already_moves_it_among_its_own_accounts_and_gives_it() -> None:
    desk = ruled()
    give(desk, "mof-house", "alpha", 2)
    banks = InvestorClasses((InvestorClass.BANK, InvestorClass.FOREIGN_INSTITUTION))
    set_rules(desk, banks)
    give(desk, "alpha", "alpha-2", 1)
    give(desk, "alpha", "delta", 1)
    assert refused(desk, "mof-house", "alpha", 1)[0] == RejectionCode.CLASS_NOT_ALLOWED


def test_it_tells_itself_and_what_is_wrong_with_it() -> None:
    assert COMPANIES.sentence(ruled().state, BILL) == (
        "the classes of investors that may receive it: bank, corporate"
    )
    assert COMPANIES.problems() == []
    assert InvestorClasses(COMPANIES.allowed[::-1]).problems() == [
        "classes must be sorted, each once"
    ]
