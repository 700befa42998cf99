"""Where a process can be cut off: between any two effects of a step, and within a write."""

from enum import StrEnum


class Boundary(StrEnum):
    """A place in the carrying out of a step's effects, in the words of a story."""

    START = "between the writes of a start"
    """A start writes where it finds a snapshot to install, or data of an earlier version."""
    MESSAGE = "before a message leaves"
    WRITE = "after the messages, before the write begins"
    FINAL = "before what is final is applied"
    OPENING = "after the election, before the term is opened"
    READ = "before a read is answered"
    LOG = "while the log is written"
    BETWEEN = "between the log and the promise"
    PROMISE = "while the promise is written"
    PERSISTED = "after the sync, before the core knows of it"
    APPLY = "while blocks are applied"
    APPLIED = "after blocks are applied, before the node knows of it"
