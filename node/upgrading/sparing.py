"""Whether the network can spare a node now: the others must be a quorum, and up to date."""

from collections.abc import Iterator
from typing import Final

from amanat.ledger.authorities import Authority, AuthorityClass, AuthoritySet, QuorumRule
from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.monitoring.readiness import BEHIND_MAX
from amanat.node.upgrading.surroundings import Surroundings

CHECK: Final = "quorum without it"


def judge(name: str, around: Surroundings) -> Iterator[Row]:
    """Judge by what the network's nodes say of themselves."""
    network = around.network
    if network is None:
        yield warn(CHECK, "no node could be asked who is up", "mend the peers' rows first")
        return
    voters = [each for each in network["authorities"] if each["part"] != "learns"]
    if name not in {each["name"] for each in voters}:
        yield ok(CHECK, f"{name} has no vote: the others decide without it anyway")
        return
    if network["changing_since"] is not None:
        found = f"a change of the authorities is under way since block {network['changing_since']}"
        yield fail(CHECK, found, "wait until it is complete: amanat status")
        return
    if len(voters) == 1:
        found = f"{name} is the only authority: nothing becomes final while it is down"
        yield warn(CHECK, found, "tell those who use it, and choose a quiet hour")
        return
    members = tuple(
        Authority(each["name"], bytes.fromhex(each["key"]), AuthorityClass(each["class"]))
        for each in sorted(voters, key=lambda each: str(each["name"]))
    )
    rule = QuorumRule(network["rule"])
    decide = AuthoritySet(members, network["quorum"], network["sovereign_min"], rule)
    yield from _judge(name, decide, around)


def _judge(name: str, decide: AuthoritySet, around: Surroundings) -> Iterator[Row]:
    newest = max((each["height"] for each in around.told.values()), default=0)
    others = [each.name for each in decide.members if each.name != name]
    silent = [each for each in others if each not in around.told]
    behind = [
        each
        for each in others
        if each not in silent and newest - around.told[each]["height"] > BEHIND_MAX
    ]
    ready = [each for each in others if each not in silent and each not in behind]
    reasons = [f"{each} does not answer" for each in silent]
    reasons += [
        f"{each} is {newest - around.told[each]['height']} blocks behind" for each in behind
    ]
    why = "; ".join(reasons)
    if not decide.is_quorum(ready):
        up = ", ".join(ready) or "nobody"
        found = f"without {name} there is no sovereign quorum: {up} would be left"
        found = f"{found} ({why})" if why else found
        yield fail(CHECK, found, "bring those up first, or let the network stand still knowingly")
    elif reasons:
        yield warn(
            CHECK, f"{', '.join(ready)} are one; {why}", "one more that fails may be too many"
        )
    else:
        yield ok(CHECK, f"{', '.join(ready)} are one")
