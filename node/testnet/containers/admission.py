"""The learner joins as any node does: the Ministry and the State Bank decide it on the ledger."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from amanat.client.keystore import Signer
from amanat.ledger.authorities import Authority, AuthorityClass
from amanat.ledger.dates import DAY_MS
from amanat.ledger.identifiers import Digest, LedgerTime
from amanat.ledger.operations import ChangeAuthorities
from amanat.ledger.transactions import Body, sign
from amanat.node.client import Client

SECONDS: Final = 30.0
"""How long the decision may take to be final."""


class AdmissionFailed(Exception):  # noqa: N818 - what happened
    """The ledger did not admit the learner. The message says why."""


async def admit(
    client: Client,
    chain: Digest,
    learner: Authority,
    signers: Sequence[Signer],
    *,
    now: LedgerTime,
) -> bool:
    """Have the ledger name the learner, unless it does. Return whether it was decided at `now`.

    Raises:
        AdmissionFailed: a rule refused it, or it is not final after `SECONDS`.
    """
    network = await client.get("/v1/network")
    taking_part = network["authorities"]
    if any(each["name"] == learner.name for each in taking_part):
        return False
    decision = _decision(network, taking_part, learner)
    keys = {signer.public_key: signer.sign for signer in signers}
    nonce = secrets.token_bytes(16)
    body = Body(chain, now + DAY_MS, nonce, tuple(sorted(keys)), (decision,))
    outcome = await client.submit(sign(body, keys), wait=SECONDS)
    if outcome["state"] != "committed":
        raise AdmissionFailed(f"the decision to admit {learner.name} is {outcome}")
    return True


def read_learner(path: Path) -> Authority:
    """Return the learner that a file names, as `founding` wrote it."""
    written = json.loads(path.read_text(encoding="utf-8"))
    return _authority(written)


def _decision(
    network: Mapping[str, Any], taking_part: Sequence[Mapping[str, Any]], learner: Authority
) -> ChangeAuthorities:
    """Return the decision: all as it is, and one learner more."""
    learners = [_authority(each) for each in taking_part if each["part"] == "learns"]
    return ChangeAuthorities(
        members=tuple(_authority(each) for each in taking_part if each["part"] == "votes"),
        quorum=network["quorum"],
        sovereign_min=network["sovereign_min"],
        learners=tuple(sorted([*learners, learner], key=lambda each: each.name)),
        ready=(),
    )


def _authority(view: Mapping[str, Any]) -> Authority:
    return Authority(view["name"], bytes.fromhex(view["key"]), AuthorityClass(view["class"]))
