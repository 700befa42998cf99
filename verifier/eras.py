"""How one configuration of the authorities led to the next, from the genesis document onward."""

from typing import Any

from amanat.verifier.authorities import Configuration, read_configuration
from amanat.verifier.certified_headers import (
    Network,
    check_certificate,
    check_configurations,
    read_headers,
)
from amanat.verifier.decoding import Invalid, expect, pack, unpack
from amanat.verifier.state_proofs import check_state

STEP = "eras"
KEY = pack(["configuration"])
"""Where the state holds the configuration."""


def read_eras(network: Network, values: Any) -> list[Configuration]:
    """Return every configuration that the eras prove, that of genesis first.

    Each is a line of headers, a certificate for the last of them that the configuration before
    can check, and a proof of the configuration in the state of the first.
    """
    known = [network.first]
    for value in expect(STEP, list, values, "the list"):
        lines, certificate, proof = expect(STEP, list, value, "an era", length=3)
        headers = read_headers(STEP, network, lines)
        check_certificate(STEP, network, known[-1], headers[-1], certificate, later=True)
        key, held = check_state(STEP, headers[0], proof)
        if key != KEY or held is None:
            raise Invalid(STEP, f"block {headers[0].height} shows no configuration")
        found = read_configuration(STEP, unpack(STEP, held))
        if not known[-1].since < found.since == headers[0].height:
            raise Invalid(STEP, f"block {headers[0].height} did not bring its configuration about")
        if {each.rule for each in found.sets} != {network.first.current.rule}:
            raise Invalid(STEP, f"block {headers[0].height} changes what makes a block final")
        known.append(found)
        # Each change names the configuration before it, so none can be left out.
        check_configurations(STEP, known, headers[:1])
    return known
