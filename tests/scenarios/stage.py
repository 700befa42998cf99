"""The stage: real cores, whose messages wait until the script delivers, loses or repeats them.

A disk is quick unless it is made slow: whatever a node must write is on disk before the next line
of the script. A slow disk finishes a write when the script says `sync`.
"""

from collections.abc import Callable, Iterable
from typing import Final

from amanat.consensus.core import Status
from amanat.consensus.evidence import is_proven
from amanat.consensus.interface import Effects, Event, NotLeader, Receive, Tick
from amanat.consensus.messages import Append, Message
from amanat.consensus.raft import Role
from amanat.consensus.statements import BlockId, CommitCertificate, LeaderCertificate
from amanat.ledger.authorities import AuthoritySet
from amanat.ledger.configurations import Configuration
from tests.consensus.network import TIMING, Letter, Network, Node, says_so
from tests.consensus.signing import CHAIN, configuration
from tests.scenarios.narration import Blocks, decided, signers, standing
from tests.scenarios.script import ScriptError

DELIVERIES_MAX: Final = 10_000
"""More messages than any story has; so one that never ends is found out."""


class Stage:
    """A network of real cores, what goes on in it, and what has been told of it."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.blocks = Blocks()
        self.slow: set[str] = set()
        """Nodes whose disks wait for the script."""
        self.down: set[str] = set()
        self.cut: set[tuple[str, str]] = set()
        """From whom to whom nothing passes."""
        self.set_aside: dict[str, Letter] = {}
        """Messages that the script has named, to let them arrive later."""
        self.unopened: set[str] = set()
        """Nodes that do not open their term by themselves when they are elected."""
        self.certificates: dict[BlockId, CommitCertificate] = {}
        """Of every block, the certificate that some leader has shown."""
        self.last_read = 0
        self._network: Network | None = None

        self.newcomers: list[str] = []
        """Nodes that run and take no part yet."""

    def build(self, authorities: AuthoritySet) -> None:
        """Put up a network of these authorities and the newcomers, with empty disks."""
        if self._network is not None:
            raise ScriptError("the cluster stands already")
        self._network = Network(authorities, newcomers=self.newcomers)

    # --- who is there ---

    @property
    def network(self) -> Network:
        """The nodes and the messages under way."""
        if self._network is None:
            raise ScriptError("there is no cluster yet")
        return self._network

    @property
    def names(self) -> list[str]:
        """All nodes, in order."""
        return list(self.network.nodes)

    def node(self, name: str) -> Node:
        """Return a node that runs."""
        if name in self.down:
            raise ScriptError(f"{name} is down")
        return self.any_node(name)

    def any_node(self, name: str) -> Node:
        """Return a node, running or not."""
        if name not in self.network.nodes:
            raise ScriptError(f"there is no {name}")
        return self.network[name]

    def block(self, name: str) -> BlockId:
        """Return the block that the script means."""
        block = self.blocks.named(name)
        if block is None:
            raise ScriptError(f"no block {name} has been seen")
        return block

    def leader_certificate(self, leader: str) -> LeaderCertificate:
        """Return the certificate of a leader's last election."""
        if not self.node(leader).elected:
            raise ScriptError(f"{leader} has never been elected")
        return self.node(leader).elected[-1]

    # --- telling ---

    def tell(self, who: str, what: str) -> None:
        """Note what is seen of a node."""
        self.told.append(f"{who}  {what}")

    # --- one event ---

    def step(self, name: str, event: Event) -> None:
        """Let something happen to a node, tell what comes of it, and let a quick disk write."""
        self._watch(name, lambda node: node.step(event))
        self.settle_disk(name)

    def propose(self, name: str, text: str, payload: bytes | None = None) -> None:
        """Let a node propose a block, as its driver does: executed first, taken back if refused.

        `text` is what it is about, and its payload if none is given.
        """
        node = self.node(name)
        last = node.last

        def attempt(_: Node) -> None:
            try:
                block = self.network.propose(name, text.encode() if payload is None else payload)
            except (NotLeader, ValueError) as refusal:
                node.application.truncate(last.height)
                self.tell(name, f"proposes nothing: {refusal}")
            else:
                self.blocks.introduce(block, text)

        self._watch(name, attempt)
        self.settle_disk(name)

    def sync(self, name: str) -> None:
        """Let the disk of a node finish one write."""
        if not self.node(name).unsynced:
            raise ScriptError(f"{name} has nothing to write")
        self._watch(name, lambda node: node.write_next())
        if self.node(name).installs:
            self.tell(name, "has a whole snapshot, and ends to start anew from it")
            self.restart(name)

    def settle_disk(self, name: str) -> None:
        """Let a quick disk finish all that it was given."""
        while name not in self.slow and self.node(name).unsynced:
            self.sync(name)
        if name not in self.slow:
            self.node(name).apply()

    def _watch(self, name: str, act: Callable[[Node], object]) -> None:
        """Do something to a node and tell all that comes of it."""
        node = self.node(name)
        status, log, steps = node.core.status, list(node.application.blocks), len(node.history)
        deciding = _deciding(node)
        waiting = len(self.network.under_way)
        act(node)
        self.network.collect(name)
        letters = self.network.under_way[waiting:]
        del self.network.under_way[waiting:]
        for effects in node.history[steps:]:
            self._tell_standing(name, status, effects)
            self._tell_log(name, log)
            self._tell_effects(name, effects)
        self._tell_deciding(name, deciding)
        if node.core.status.base != status.base:
            self.tell(name, f"forgets all below {node.core.status.base}")
        for letter in letters:
            self.post(letter)
        if any(effects.elected for effects in node.history[steps:]) and name not in self.unopened:
            self.propose(name, "open")

    def _tell_standing(self, name: str, before: Status, effects: Effects) -> None:
        after = self.network[name].core.status
        if standing(before) != standing(after):
            by = f", elected by {signers(effects.elected.votes)}" if effects.elected else ""
            self.tell(name, f"becomes {standing(after)}{by}")

    def _tell_log(self, name: str, before: list[BlockId]) -> None:
        held = set(self.network[name].application.blocks)
        dropped = [block for block in before if block not in held]
        if dropped:
            self.tell(name, f"drops {self.blocks.listed(dropped)}")

    def _tell_deciding(self, name: str, before: Configuration) -> None:
        after = _deciding(self.network[name])
        if after != before:
            self.tell(name, f"goes by {decided(after)}")

    def _tell_effects(self, name: str, effects: Effects) -> None:
        known = configuration(self.network.authorities)
        for evidence in effects.evidence:
            assert is_proven(evidence, CHAIN, known, is_refuted=says_so)
        for line in self.blocks.learnt(effects):
            self.tell(name, line)
        if effects.persist is not None and name in self.slow:
            self.tell(name, f"must write {self.blocks.write(effects.persist)}")

    # --- the wires ---

    def post(self, letter: Letter, remark: str = "") -> None:
        """Put a message on the wires, unless it cannot arrive."""
        if isinstance(letter.message, Append) and letter.message.certificate is not None:
            self.certificates[letter.message.certificate.block] = letter.message.certificate
        is_lost = not self._can_arrive(letter)
        self.tell_letter(letter, is_lost=is_lost, remark=remark)
        if not is_lost:
            self.network.under_way.append(letter)

    def lose(self, letter: Letter) -> None:
        """Take a message off the wires for good."""
        self.network.under_way.remove(letter)
        self.tell_letter(letter, is_lost=True)

    def arrive(self, letter: Letter) -> None:
        """Let a message reach its receiver."""
        if self._can_arrive(letter):
            self.step(letter.to, Receive(letter.sender, letter.message))
        else:
            self.tell_letter(letter, is_lost=True)

    def _can_arrive(self, letter: Letter) -> bool:
        return letter.to not in self.down and (letter.sender, letter.to) not in self.cut

    def deliver(self, letters: Iterable[Letter]) -> None:
        """Let messages that are under way arrive, in this order."""
        for letter in list(letters):
            self.network.under_way.remove(letter)
            self.arrive(letter)

    def deliver_all(self) -> None:
        """Deliver until nothing is under way."""
        for _ in range(DELIVERIES_MAX):
            if not self.network.under_way:
                return
            self.deliver(self.network.under_way[:1])
        raise ScriptError("the messages do not come to an end")

    def under_way(
        self, sender: str | None = None, to: str | None = None, kind: str | None = None
    ) -> list[Letter]:
        """Return the messages under way that fit.

        Raises:
            ScriptError: there is none, so the script means something else.
        """
        fitting = [
            letter
            for letter in self.network.under_way
            if sender in (None, letter.sender)
            and to in (None, letter.to)
            and kind in (None, type(letter.message).__name__)
        ]
        if not fitting:
            raise ScriptError(f"no {kind or 'message'} is under way there")
        return fitting

    def tell_letter(self, letter: Letter, *, is_lost: bool = False, remark: str = "") -> None:
        """Tell of a message: who sent what to whom."""
        arrow = "-x" if is_lost else "->"
        text = self.blocks.message(letter.message)
        self.told.append(f"{letter.sender} {arrow} {letter.to}  {text}{remark}")

    def forge(self, liar: str, to: str, message: Message) -> None:
        """Put a lie on the wires."""
        self.any_node(liar)
        self.any_node(to)
        self.post(Letter(liar, to, message), " (a lie)")

    # --- ends and beginnings ---

    def crash(self, name: str) -> None:
        """End a node; what its disk has not finished is lost."""
        lost = self.node(name).unsynced
        self.tell(name, "crashes" + "".join(f", losing {self.blocks.write(it)}" for it in lost))
        lost.clear()
        self.down.add(name)

    def restart(self, name: str) -> None:
        """Start a node from what is on its disk."""
        deciding = _deciding(self.any_node(name))
        self.any_node(name).start()
        self.down.discard(name)
        self.tell(name, f"starts with {self.disk(name)}")
        self._tell_deciding(name, deciding)

    def disk(self, name: str) -> str:
        """Return what is on a node's disk."""
        return self.blocks.disk(self.any_node(name).disk)

    # --- time ---

    def tick(self, name: str, ticks: int) -> None:
        """Let time pass at a node."""
        for _ in range(ticks):
            self.step(name, Tick())

    def tick_until(self, name: str, done: Callable[[Node], bool]) -> None:
        """Let time pass at a node until something is so, or two election timeouts are over."""
        for _ in range(2 * TIMING.election):
            self.tick(name, 1)
            if done(self.node(name)):
                return

    def is_leader(self, name: str) -> bool:
        """Return whether a node leads."""
        return self.node(name).role is Role.LEADER


def _deciding(node: Node) -> Configuration:
    """Return who decides after the end of a node's log, final or not."""
    configuration = node.application.configuration(node.last.height)
    assert configuration is not None
    return configuration
