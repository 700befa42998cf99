"""What a simulated node does about what waits, with the real forwarder and the real patience."""

from collections.abc import Callable, Iterable, Sequence

from amanat.consensus.core import Status
from amanat.consensus.messages import Append
from amanat.consensus.raft import Identity
from amanat.ledger.chain import Chain
from amanat.ledger.configurations import Configuration
from amanat.ledger.executed_block import ExecutedBlock
from amanat.node import peer_frames
from amanat.node.forwarder import Forwarder
from amanat.node.patience import Neglect, Patience
from amanat.node.pool import Pool
from tests.simulation.network import Forward


class Waiting:
    """Watches one life of a node. `status` is the core's at the moment, `now` the node's clock."""

    def __init__(
        self,
        me: Identity,
        *,
        configuration: Callable[[], Configuration],
        chain: Chain,
        pool: Pool,
        status: Callable[[], Status],
        now: Callable[[], int],
        send: Callable[[str, Forward], None],
    ) -> None:
        self._me = me
        self._configuration = configuration
        self._status = status
        self._send = send
        self._known_final = 0
        self._leader: tuple[str | None, int] = (None, 0)
        self._forwarder = Forwarder(
            me.name, status=status, peers=self._peers, pool=pool, send=self._forward
        )
        self._patience = Patience(
            me.name, chain=chain, pool=pool, now=now, is_behind=self._is_behind
        )

    def tick(self) -> Neglect | None:
        """Let a tick pass. Return what the leader has neglected, if patience is at an end."""
        self._forwarder.tick()
        return self._patience.tick(self._status())

    def arrives(self, message: object) -> None:
        """Look at a message before the core does."""
        if not isinstance(message, Append) or message.certificate is None:
            return
        configuration = self._configuration()
        final = message.certificate.final(configuration.current.rule)
        if final is None or final.height <= max(self._known_final, self._status().last.height):
            return
        if message.certificate.is_proof(self._me.chain, configuration):
            self._known_final = final.height

    def stepped(self) -> None:
        """The core has taken an event."""
        status = self._status()
        if (status.leader, status.term) != self._leader:
            self._leader = (status.leader, status.term)
            self._forwarder.leader_changed()
        self._patience.followed(status)

    def final(self, blocks: Iterable[ExecutedBlock]) -> None:
        """These blocks are final."""
        self._patience.final(blocks)

    def _is_behind(self) -> bool:
        return self._known_final > self._status().last.height

    def _peers(self) -> Sequence[str]:
        everybody = self._configuration().everybody()
        return [each.name for each in everybody if each.name != self._me.name]

    def _forward(self, to: str, frame: peer_frames.Forward) -> None:
        for envelope in frame.transactions:
            self._send(to, Forward(envelope))
