"""Whether governance lets the program run that the node says it runs."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok

FIX: Final = "install one that is listed; if this one was reviewed, let governance list it too"


def unlisted(program: str, listed: Sequence[str]) -> str:
    """Return the finding about a program that is not listed."""
    return f"{program} is not among the programs that governance lets run: {', '.join(listed)}"


def judge(program: str, listed: Sequence[str]) -> Row:
    """Judge a program by what governance lists; nothing listed lets any run."""
    if not listed:
        return ok("program", f"{program}; governance lets any run")
    if program not in listed:
        return fail("program", unlisted(program, listed), FIX)
    return ok("program", f"{program}, which governance lists")


async def check(case: Case) -> AsyncIterator[Row]:
    """Look at what the node says of itself, if it runs."""
    if case.status is None:
        yield ok("program", "the node tells once it runs; ask again then")
        return
    yield judge(str(case.status.get("program")), list(case.status.get("programs", [])))
