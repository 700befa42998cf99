"""Monday: cash, and a bond from its announcement to its placement."""

from amanat.ledger.custody.accounts import InvestorClass
from amanat.ledger.dates import DAY_MS
from amanat.ledger.governance.participants import Role
from amanat.ledger.governance.policies import Approval, Policy
from amanat.ledger.instruments.document import DocumentKind
from amanat.ledger.operations import (
    ActivateInstrument,
    AddDocument,
    DeliverVersusPayment,
    Issue,
    OpenAccount,
    RegisterInstrument,
    RegisterParticipant,
    SetCeilings,
    SetPolicy,
    SetRules,
    SetTranche,
)
from docs.examples.day_in_the_life.cast import MONDAY, client, house, participant
from docs.examples.day_in_the_life.papers import (
    BILLION,
    BOND,
    BOND_TERMS,
    CEILINGS,
    MILLION,
    RULES,
    RUPEE,
    RUPEE_TERMS,
    document,
)
from docs.examples.day_in_the_life.stage import Stage


def cash(stage: Stage) -> None:
    """The State Bank brings its money onto the ledger."""
    stage.chapter(
        "Rupees",
        """The State Bank alone issues rupees on the ledger, against rupees that it takes in by its
        own payment system. Investors sign for themselves; their custodian attests who they are, by
        a digest of its file. No name of a person is on the ledger.""",
    )
    stage.clock(MONDAY, "09:00")
    stage.do(
        "sbp",
        RegisterInstrument(RUPEE, "sbp", "Pakistani rupee", RUPEE_TERMS),
        ActivateInstrument(RUPEE),
        OpenAccount(house("sbp", InvestorClass.CENTRAL_BANK)),
    )
    stage.do("mof", OpenAccount(house("mof", InvestorClass.GOVERNMENT)))
    stage.do("margalla-bank", OpenAccount(house("margalla-bank", InvestorClass.PRIMARY_DEALER)))
    stage.do(
        "cdc",
        OpenAccount(house("cdc", InvestorClass.NON_BANK_FINANCIAL)),
        RegisterParticipant(participant("pension-fund", "A pension fund", Role.HOLDER)),
        OpenAccount(client("pension-fund", "cdc", InvestorClass.NON_BANK_FINANCIAL)),
        RegisterParticipant(participant("indus-textile", "A company", Role.HOLDER)),
        OpenAccount(client("indus-textile", "cdc", InvestorClass.CORPORATE)),
    )
    stage.do(
        "sbp",
        Issue(RUPEE, "margalla-bank-house", 1_500 * MILLION),
        Issue(RUPEE, "pension-fund", BILLION),
        Issue(RUPEE, "indus-textile", 250 * MILLION),
    )


def announcement(stage: Stage) -> None:
    """The Ministry announces the bond, under a ceiling that cites the law."""
    stage.chapter(
        "A bond is announced",
        """The Ministry announces a five-year Pakistan Investment Bond with all its terms, and binds
        the prospectus to it by its digest: whoever has the file can check that it is this one.
        Nothing of the bond exists yet. The ceiling on what the state may owe is data on the ledger
        and names its law.""",
    )
    stage.clock(MONDAY, "09:30")
    title = "Pakistan Investment Bond 11.50 % 2031"
    stage.do("mof", RegisterInstrument(BOND, "mof", title, BOND_TERMS, 20 * BILLION))
    prospectus = document("Prospectus of the bond, final")
    stage.do("mof", AddDocument(BOND, DocumentKind.PROSPECTUS, "Prospectus", prospectus, None))
    stage.refused("mof, sbp", Issue(BOND, "mof-house", 2 * BILLION))
    ceiling = stage.propose("mof", SetCeilings(RUPEE, CEILINGS))
    stage.clock(MONDAY, "09:40")
    stage.approve("sbp", ceiling)


def rules(stage: Stage) -> None:
    """Both institutions set the rules of the bond, and give the regulator a say."""
    stage.chapter(
        "Its rules, and who decides about distributors",
        """Rules are data too. Whoever is to approve them reads a sentence, not a number. From today
        on the Securities and Exchange Commission has a say in the limits of every distributor: a
        policy is changed by those whom it asks now.""",
    )
    stage.clock(MONDAY, "10:00")
    told = stage.propose("mof", SetRules(BOND, RULES))
    stage.approve("sbp", told)
    asked = tuple(Approval(role, 1) for role in (Role.CENTRAL_BANK, Role.ISSUER, Role.REGULATOR))
    say = stage.propose("sbp", SetPolicy(Policy("set-limits", asked, 7 * DAY_MS, 0)))
    stage.approve("mof", say)


def placement(stage: Stage) -> None:
    """The bond is activated by both, issued and sold against payment."""
    stage.chapter(
        "Approved, issued, sold",
        """The Ministry proposes, the State Bank approves, and only then all of it takes effect at
        once: the bond is active, its first tranche open, two billion issued. It is sold at par,
        delivery versus payment: each buyer signs with the Ministry, and neither leg moves without
        the other.""",
    )
    stage.clock(MONDAY, "10:30")
    issue = stage.propose(
        "mof",
        ActivateInstrument(BOND),
        SetTranche(BOND, 1, 2 * BILLION, MONDAY, MONDAY),
        Issue(BOND, "mof-house", 2 * BILLION, 1),
    )
    stage.clock(MONDAY, "10:45")
    stage.approve("sbp", issue)
    for buyer, account, amount in (
        ("margalla-bank", "margalla-bank-house", BILLION),
        ("pension-fund", "pension-fund", 800 * MILLION),
        ("indus-textile", "indus-textile", 200 * MILLION),
    ):
        stage.do(
            f"mof, {buyer}",
            DeliverVersusPayment("mof-house", account, BOND, amount, RUPEE, amount),
        )
    stage.holdings("After the sale on Monday")
