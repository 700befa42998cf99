"""Days close, and what was sealed of them adds up."""

from amanat.ledger.dates import Date
from amanat.ledger.days import sealed_totals
from amanat.ledger.operations import CloseDay
from amanat.ledger.wording import day
from docs.examples.day_in_the_life import words
from docs.examples.day_in_the_life.cast import FRIDAY
from docs.examples.day_in_the_life.papers import BOND, RUPEE
from docs.examples.day_in_the_life.stage import CUSTODIANS, Stage, WrongStory


def close(stage: Stage, morning: Date) -> None:
    """The State Bank closes the business day that is over."""
    stage.clock(morning, "00:05" if morning == FRIDAY else "08:00")
    stage.do("sbp", CloseDay(stage.business_date()))


def totals(stage: Stage, date: Date) -> None:
    """The totals that were sealed at the close of a day agree."""
    stage.chapter(
        "The day's totals agree",
        """A closed day is sealed. What each custodian's accounts held of each instrument at its
        close, and what had been issued and redeemed by then, can be read and proved ever after.
        Every custodian reconciles its own books with its line. All lines together are what was
        issued less what was redeemed.""",
    )
    close(stage, date + 1)
    for instrument in (BOND, RUPEE):
        state = stage.network.state
        held = {
            custodian: sealed_totals.custodian_total(state, date, instrument, custodian)
            for custodian in CUSTODIANS
        }
        supply = sealed_totals.supply(state, date, instrument)
        outstanding = supply.issued - supply.redeemed
        if sum(held.values()) != outstanding:
            raise WrongStory(f"{instrument}: held {held}, outstanding {outstanding}")
        rows = [[custodian, words.rupees(amount)] for custodian, amount in held.items()]
        rows.append(["all custodians", words.rupees(sum(held.values()))])
        rows.append(["issued", words.rupees(supply.issued)])
        rows.append(["redeemed", words.rupees(supply.redeemed)])
        rows.append(["issued - redeemed", words.rupees(outstanding)])
        stage.show(words.table([f"{instrument}, {day(date)}", "at the close"], rows))
        stage.say(f"{instrument}: all custodians together hold what was issued less redeemed.")


def verification(stage: Stage) -> None:
    """All three authorities came to the same, and a recount finds no fault."""
    stage.chapter(
        "Three authorities, one state",
        """Every block of this story was executed by all three authorities from the same bytes. The
        root commits to every account, holding, rule and order. A recount of the whole state, by a
        part of the program that shares no code with what executed it, ends the day.""",
    )
    roots = stage.network.roots()
    rows = [
        [name, str(chain.tip.height), roots[name].hex()[:32]]
        for name, chain in stage.network.chains.items()
    ]
    stage.show(words.table(["authority", "height", "state root"], rows))
    faults = stage.network.faults()
    if not words.same(roots) or faults:
        raise WrongStory(f"roots {roots}, faults {faults}")
    stage.say("The roots are the same, and the recount finds nothing wrong.")
    stage.say(
        f"{stage.network.tip.height} blocks; {stage.network.refused} transactions were refused and "
        "moved nothing."
    )
