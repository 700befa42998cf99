"""The network, this node in it, and whether it can serve."""

from typing import Any

import msgspec
from aiohttp import web

from amanat.config.genesis_file import fingerprint, to_json
from amanat.consensus.core import Status
from amanat.consensus.raft import Role
from amanat.ledger.configurations import Configuration
from amanat.ledger.operations import OPERATIONS
from amanat.ledger.state import State, versions_of
from amanat.ledger.versions import Activation, is_known
from amanat.node.allowed_program import required_programs
from amanat.node.api.contracts import Contract, Lasts, described
from amanat.node.api.messages import (
    NetworkView,
    NodeView,
    OperationView,
    ReadinessView,
)
from amanat.node.api.problems import ApiProblem
from amanat.node.api.requests import NODE, answer
from amanat.node.api.standing import NeglectView, SnapshotView, StatusView, UpgradeView
from amanat.node.certificates import API
from amanat.node.monitoring.readiness import readiness
from amanat.node.node import Node
from amanat.node.operation_manual import described as manual_entry
from amanat.node.patience import Neglect
from amanat.node.program import program_digest
from amanat.node.version import VERSION


@described(
    Contract(
        "showNetwork", NetworkView, reads=False, lasts=Lasts.A_MOMENT, command="amanat network show"
    )
)
async def network(request: web.Request) -> web.Response:
    """Show the network's identity, quorum rule and authorities."""
    node = request.app[NODE]
    return answer(node, network_view(node))


@described(
    Contract("showStatus", StatusView, reads=False, lasts=Lasts.A_MOMENT, command="amanat status")
)
async def status(request: web.Request) -> web.Response:
    """Show this node at this moment."""
    node = request.app[NODE]
    return answer(node, status_view(node))


@described(
    Contract(
        "showReadinessWord",
        ReadinessView,
        problems=("not_caught_up",),
        reads=False,
        lasts=Lasts.A_MOMENT,
    )
)
async def word(request: web.Request) -> web.Response:
    """Return this node's signed word that it has caught up: a new voting member needs it."""
    node = request.app[NODE]
    if node.status.is_unsure:
        # It would be given a vote that it does not use.
        raise ApiProblem("not_caught_up", readiness(node).checks["vote"].detail)
    ready = await node.ready_word()
    return answer(node, ReadinessView(ready.name, ready.height, ready.signature.hex()))


@described(
    Contract(
        "showGenesis", dict[str, Any], reads=False, command="amanat genesis fetch genesis.json"
    )
)
async def genesis(request: web.Request) -> web.Response:
    """Return the genesis document, as the file that `amanat proof verify` takes."""
    node = request.app[NODE]
    return web.Response(text=to_json(node.document), content_type="application/json")


@described(
    Contract(
        "listOperations",
        list[OperationView],
        reads=False,
        command="amanat operation list",
    )
)
async def operations(request: web.Request) -> web.Response:
    """List the operations: fields, who must sign, with which codes they are refused."""
    node = request.app[NODE]
    listed: list[object] = [
        msgspec.convert(manual_entry(each), OperationView) for each in OPERATIONS
    ]
    return answer(node, listed)


def network_view(node: Node) -> NetworkView:
    """Return the network as this node knows it."""
    configuration = node.configuration
    authorities = configuration.current
    peers = {peer.name: peer for peer in node.transport.status()}
    views = []
    for member in configuration.everybody():
        peer = peers.get(member.name)
        is_self = member.name == node.name
        views.append(
            NodeView(
                name=member.name,
                participant=member.operator,
                authority_class=member.authority_class.value,
                part=_part(configuration, member.name),
                key=member.key.hex(),
                api=node.settings.api.url if is_self else peer.api if peer else None,
                connected=is_self or (peer is not None and peer.connected),
            )
        )
    return NetworkView(
        network=node.document.network,
        chain=node.chain_id.hex(),
        fingerprint=fingerprint(node.chain_id),
        quorum=authorities.quorum,
        sovereign_min=authorities.sovereign_min,
        rule=authorities.rule.value,
        changing_since=configuration.since if configuration.is_joint else None,
        leader=node.status.leader,
        authorities=views,
    )


def _part(configuration: Configuration, name: str) -> str:
    now = configuration.current.get(name) is not None
    if configuration.incoming is None:
        return "votes" if now else "learns"
    then = configuration.incoming.get(name) is not None
    if now:
        return "votes" if then else "is leaving"
    return "is joining" if then else "learns"


def _role(node: Node, core: Status) -> str:
    """Return the Raft role, or `learner` for a node without a vote."""
    votes = node.configuration.get(node.name) is not None
    return "learner" if not votes and core.role is Role.FOLLOWER else core.role.value


def status_view(node: Node) -> StatusView:
    """Return this node's place in the network."""
    member = node.configuration.peer(node.name)
    final = node.chain.final
    core = node.status
    versions = versions_of(State(final.tree.get))
    api_expires = node.certificates.expires(API)
    return StatusView(
        name=node.name,
        authority_class=member.authority_class.value if member else "",
        role=_role(node, core),
        term=core.term,
        height=final.height,
        state_root=final.tree.root.hex(),
        leader=core.leader,
        draining=node.is_draining,
        api=node.settings.api.url,
        chain=node.chain_id.hex(),
        version=VERSION,
        program=program_digest().hex(),
        protocol=versions.current,
        upgrade=_upgrade_view(versions.scheduled),
        programs=[each.hex() for each in required_programs(node).programs],
        last_height=core.last.height,
        first_height=max(node.store.base, node.store.first_height),
        snapshot=_snapshot_view(node),
        pending=len(node.pool),
        evidence=len(node.evidence),
        neglect=_neglect_view(node.neglect),
        time=final.time,
        certificate_expires=int(node.certificate.expires.timestamp() * 1000),
        api_certificate_expires=None
        if api_expires is None
        else int(api_expires.timestamp() * 1000),
    )


def _upgrade_view(scheduled: Activation | None) -> UpgradeView | None:
    if scheduled is None:
        return None
    return UpgradeView(scheduled.version, scheduled.height, is_known(scheduled.version))


def _snapshot_view(node: Node) -> SnapshotView | None:
    height = node.status.fetching
    return SnapshotView(height, int(100 * node.snapshots.fraction)) if height else None


def _neglect_view(neglect: Neglect | None) -> NeglectView | None:
    if neglect is None:
        return None
    return NeglectView(
        leader=neglect.leader,
        term=neglect.term,
        transaction=neglect.transaction.hex() if neglect.transaction is not None else None,
        ticks=neglect.ticks,
        blocks=neglect.blocks,
    )
