"""Whether each peer can be reached and is who it should be, and what its clock and chain say."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from statistics import median_low
from typing import Final

from amanat.config.genesis_file import fingerprint
from amanat.node.doctor.asking import Reached, Stage, ask_everybody
from amanat.node.doctor.case import Case
from amanat.node.doctor.rows import Row, fail, ok, warn
from amanat.node.expiry import Urgency, urgency_of_own
from amanat.node.version import VERSION

_MEANS: Final = {
    Stage.DNS: (
        "its name is not known",
        "getent hosts {host}; mend DNS or [peers] in the settings",
    ),
    Stage.TCP: (
        "nothing answers there: it is down, or a firewall stands between",
        "ask its operator; `nc -vz {host} {port}` tries the way",
    ),
    Stage.TLS: (
        "something answers that does not speak TLS 1.3 as nodes do",
        "compare the address with what its operator says",
    ),
    Stage.IDENTITY: (
        "its certificate is not signed by the key that the ledger lists, or not valid now",
        "compare the address, `amanat key show` at its operator's, and both clocks",
    ),
    Stage.REFUSED: (
        "it does not take this node for an authority",
        "compare the fingerprints: `amanat genesis show`; and both clocks",
    ),
    Stage.ANSWER: (
        "it is the peer, and its program does not answer this question",
        "compare the versions: amanat status",
    ),
}


def judge_peer(reached: Reached, chain: str | None, now_ms: int) -> Iterator[Row]:
    """Judge what became of asking one peer."""
    check = f"peer {reached.name}"
    told = reached.told
    if reached.stage is Stage.UNKNOWN:
        found = "its key is not known here: it is in [peers], and no authority of the genesis"
        yield warn(check, found, "start the node, and ask again; or mend [peers]")
        return
    if told is None:
        meaning, fix = _MEANS[reached.stage]
        host, _, port = reached.address.rpartition(":")
        say = warn if reached.stage is Stage.ANSWER else fail
        found = f"{reached.stage}: {reached.address}: {meaning} ({reached.reason})"
        yield say(check, found, fix.format(host=host, port=port))
        return
    if chain is not None and told.chain != chain:
        theirs, ours = (fingerprint(bytes.fromhex(each)) for each in (told.chain, chain))
        found = f"it is on {theirs}, this node on {ours}: different genesis documents"
        yield fail(check, found, "agree on one: amanat genesis verify FILE --fingerprint …")
    elif told.version != VERSION:
        found = f"it runs {told.version}, this program is {VERSION}"
        yield warn(check, found, "upgrade the older one, one node after the other")
    else:
        yield ok(check, f"{reached.address} is {told.name}, {told.version}")
    yield from _certificate(check, told.certificate_expires - now_ms)


def _certificate(check: str, left_ms: int) -> Iterator[Row]:
    left = timedelta(milliseconds=left_ms)
    urgency = urgency_of_own(left)
    if urgency is not Urgency.NONE:
        found = f"its certificate ends in {left.days} days and should have been renewed"
        say = fail if urgency is Urgency.NOW else warn
        yield say(check, found, "its operator restarts it; see its log")


def judge_clock(reached: Sequence[Reached], bound_ms: int) -> Row:
    """Judge this machine's clock by those of its peers.

    `bound_ms` is how far a block's time may be ahead of a follower's clock: `clock_ahead_max_ms`.
    """
    offsets = [each.offset_ms for each in reached if each.told is not None]
    if not offsets:
        return warn("clock", "no peer could be asked for its time", "mend the peers' rows first")
    offset = median_low(offsets)
    way = "behind" if offset > 0 else "ahead of"
    found = f"it is {abs(offset)} ms {way} its peers; {bound_ms} ms are tolerated"
    if abs(offset) > bound_ms:
        means = f"{found}: blocks are refused for it"
        return fail("clock", means, "chronyc tracking (or timedatectl); then set the clock")
    if abs(offset) > bound_ms // 2:
        return warn("clock", found, "chronyc tracking (or timedatectl)")
    return ok("clock", found)


def judge_reachable(reached: Sequence[Reached], *, runs: bool, address: str) -> Row:
    """Judge whether peers reach this node, by what they say."""
    told = [each.told for each in reached if each.told is not None]
    if not runs:
        return ok("reachable", "peers can tell once the node runs; ask again then")
    if not told:
        return warn("reachable", "no peer could be asked", "mend the peers' rows first")
    unable = [each.name for each in told if not each.reaches_you]
    fix = f"open {address} to them; [peer] address must be what they can dial"
    if len(unable) == len(told):
        return fail("reachable", f"none of its peers reaches it at {address}", fix)
    if unable:
        return warn("reachable", f"{', '.join(unable)} cannot reach it at {address}", fix)
    return ok("reachable", f"{', '.join(each.name for each in told)} reach it")


async def check(case: Case) -> AsyncIterator[Row]:
    """Ask everybody, and judge."""
    if not case.settings.peers:
        yield ok("peers", "it has none to dial")
        return
    if case.signer is None:
        yield warn("peers", "not asked: that takes this node's key", "mend the key's row first")
        return
    reached = await ask_everybody(case)
    chain = case.document.chain_id().hex() if case.document else None
    now = case.means.now()
    for each in reached:
        for row in judge_peer(each, chain, now):
            yield row
    if case.document is not None:
        yield judge_clock(reached, case.document.parameters.clock_ahead_max_ms)
    peer = case.settings.peer
    yield judge_reachable(
        reached, runs=case.process is not None, address=peer.address or peer.listen
    )
