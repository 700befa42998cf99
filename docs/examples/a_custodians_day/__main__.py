"""Plays the day on the network in a directory that `amanat testnet up` made."""

import sys
import tempfile
from pathlib import Path

from docs.examples.a_custodians_day.day import played
from docs.examples.a_custodians_day.desk import network_in


def main(arguments: list[str]) -> int:
    """Play the day, printing as it goes."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m docs.examples.a_custodians_day DIRECTORY\n")
        return 2
    network = network_in(Path(arguments[0]))
    with tempfile.TemporaryDirectory() as room:
        played(network, Path(room), lambda line: sys.stdout.write(line + "\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
