"""How a command fails: one line on standard error and a documented exit code."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell sees."""

    OK = 0
    USAGE = 2
    """Wrong options, settings, files or state."""
    NOT_VALID = 3
    """A proof or a ledger is not valid, nodes hold different states at one height, or a simulation
    broke, or something of a node must be mended."""
    UNREACHABLE = 4
    """No node answered, or not in time."""
    REJECTED = 5
    """A rule or the door refused the transaction."""
    NOT_YET_KNOWN = 6
    """The outcome is not final yet: ask again with the transaction's id."""
    BROKEN = 7
    """A node that ran could not go on; its last log lines say why."""


class Failure(Exception):  # noqa: N818 - caught at the top and shown as one line
    """A command cannot do what was asked."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code
