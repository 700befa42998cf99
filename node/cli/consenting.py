"""Whoever signs what somebody else wrote is asked first."""

import sys

from amanat.node.cli.failure import Failure


def confirm(question: str) -> None:
    """Ask on the terminal whether to go on.

    Raises:
        Failure: the answer is not yes, or there is no terminal.
    """
    if not sys.stdin.isatty():
        raise Failure(f"{question} There is no terminal to answer on: say --yes")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure("nothing was signed")
