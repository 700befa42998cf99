"""Talking to the officers."""

import sys
from typing import Protocol


class Abandoned(Exception):  # noqa: N818 - what happened
    """The officers did not confirm a step: the ceremony ends, and what it made is removed."""


class Officers(Protocol):
    """Those who are present."""

    def tell(self, line: str) -> None:
        """Show them a line."""
        ...

    def ask(self, question: str) -> str:
        """Return what they answer, without space around it. Raises `Abandoned` if nobody does."""
        ...


class AtTerminal:
    """Officers at standard input and standard output, or a file of answers there."""

    def tell(self, line: str) -> None:
        """Show a line."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def ask(self, question: str) -> str:
        """Ask; the end of the input abandons the ceremony."""
        sys.stdout.write(f"{question}: ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise Abandoned("the answers ended")
        return line.strip()


def named(officers: Officers, question: str) -> str:
    """Return an answer that is not empty; it is asked until there is one."""
    while True:
        answer = officers.ask(question)
        if answer and answer.isprintable():
            return answer
        officers.tell("An answer is needed.")


def confirmed(officers: Officers, question: str) -> None:
    """Go on if they say yes.

    Raises:
        Abandoned: they say no.
    """
    while True:
        answer = officers.ask(f"{question} [yes/no]").lower()
        if answer == "yes":
            return
        if answer == "no":
            raise Abandoned(f"not confirmed: {question}")
        officers.tell("Answer yes or no, in full.")
