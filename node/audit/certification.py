"""Which blocks are final, by the commit certificates that a source shows."""

from amanat.consensus.log_entry import Entry
from amanat.consensus.statements import CommitCertificate
from amanat.ledger.authorities import QuorumRule
from amanat.ledger.encoding import EncodingError, decode
from amanat.node.audit.findings import faults
from amanat.node.audit.ground import Ground
from amanat.node.audit.succession import is_sound, signers


class Certification:
    """Follows how far the chain is final. A certificate makes final all before its block as well.

    By two thirds a certificate is of the block after the one that it makes final, so it is looked
    at once that block is there, or once there is none.
    """

    def __init__(self, ground: Ground, final: int, waiting: CommitCertificate | None) -> None:
        """Go on where blocks up to `final` were found final, and `waiting` was not looked at."""
        self._ground = ground
        self.final = final
        self.waiting = waiting
        self.checked = 0
        """Certificates that were checked since."""

    def take(self, height: int, entry: Entry, raw: bytes | None) -> None:
        """Take a block that was executed, and the certificate that the source has for it.

        Raises:
            Faulty: a certificate is not valid, or is for another block.
        """
        self._check_waiting()
        parent = entry.parent_certificate
        if parent is not None:  # it was checked before the block was executed
            self.checked += 1
            certified = parent.final(self._ground.rule)
            self.final = max(self.final, certified.height if certified is not None else 0)
        if raw is None:
            return
        try:
            certificate = decode(raw, CommitCertificate)
        except EncodingError as error:
            raise faults(height, "encoding")("a commit certificate", str(error)) from error
        self.waiting = certificate
        if self._ground.rule is QuorumRule.MAJORITY:
            self._check_waiting(height)
        elif certificate.parent.height != height:
            fault = faults(height, "certificate")
            raise fault(f"one that makes block {height} final", _of(certificate))

    def end(self, last: int) -> None:
        """Check that all is final up to `last`, the last block.

        Raises:
            Faulty: it is not.
        """
        self._check_waiting()
        if self.final < last:
            fault = faults(self.final + 1, "certificate")
            raise fault("a certificate of it, or of a block after it", "none")

    def _check_waiting(self, height: int | None = None) -> None:
        certificate, self.waiting = self.waiting, None
        if certificate is None:
            return
        final = certificate.final(self._ground.rule)
        at = height if height is not None else certificate.parent.height
        fault = faults(at, "certificate")
        wanted = f"one that makes block {at} final, by a sovereign quorum of who decided then"
        if final is None or final.height != at or self._ground.block_id(at) != final:
            raise fault(wanted, _of(certificate))
        if not is_sound(self._ground, certificate, at):
            raise fault(wanted, f"one that is not valid: {signers(certificate)} signed")
        self.checked += 1
        self.final = max(self.final, at)


def _of(certificate: CommitCertificate) -> str:
    block, parent = certificate.block, certificate.parent
    return (
        f"one of block {block.height} ({block.digest.hex()[:16]}) "
        f"on block {parent.height} ({parent.digest.hex()[:16]})"
    )
