"""Makes a test network's keys, genesis document, settings and data directories."""

import os
import secrets
from pathlib import Path

from amanat.config.genesis_file import to_json
from amanat.config.settings import load_settings
from amanat.config.standard_rules import standard_calendar, standard_parameters, standard_policies
from amanat.ledger.authorities import Authority, AuthoritySet, QuorumRule
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.ledger.governance.participants import Participant
from amanat.client import keystore
from amanat.node import data_directory
from amanat.node.testnet.layout import (
    CLIENTS,
    HOST,
    MEMBERS,
    QUORUM,
    SOVEREIGN_MIN,
    Layout,
    Ports,
)


def found(layout: Layout, created: LedgerTime, ports: Ports) -> GenesisDocument:
    """Make everything that the nodes need to start. The directory must not exist."""
    (layout.root / "keys").mkdir(parents=True, mode=0o700)
    passphrase = secrets.token_urlsafe(24)
    descriptor = os.open(layout.passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(passphrase + "\n")

    def new_key(path: Path) -> PublicKey:
        return keystore.create(path, passphrase, cost=keystore.TEST).public_key

    authorities = sorted(
        (
            Authority(each.name, new_key(layout.authority_key(each.name)), each.authority_class)
            for each in MEMBERS
        ),
        key=lambda authority: authority.name,
    )
    participants = sorted(
        (
            Participant.simple(
                each.name, each.title, (each.role,), new_key(layout.participant_key(each.name))
            )
            for each in MEMBERS
        ),
        key=lambda participant: participant.name,
    )
    for client in CLIENTS:
        new_key(layout.participant_key(client))
    document = GenesisDocument(
        version=2,
        network="testnet",
        created=created,
        authorities=AuthoritySet(
            tuple(authorities), QUORUM, SOVEREIGN_MIN, QuorumRule.MAJORITY
        ),
        participants=tuple(participants),
        policies=standard_policies(),
        parameters=standard_parameters(),
        calendar=standard_calendar(),
    )
    layout.genesis.write_text(to_json(document), encoding="utf-8")
    for index, member in enumerate(MEMBERS):
        path = layout.settings(member.name)
        path.write_text(_settings(layout, member.name, index, ports))
        settings = load_settings(path)
        data_directory.create(Path(settings.data), member.name, document)
    return document


def _settings(layout: Layout, name: str, index: int, ports: Ports) -> str:
    peers = "\n".join(
        f'{member.name} = "{HOST}:{ports.peer(other)}"'
        for other, member in enumerate(MEMBERS)
        if other != index
    )
    key = layout.authority_key(name).relative_to(layout.root)
    return f"""name = "{name}"
data = "data/{name}"
genesis = "{layout.genesis.name}"
key = "{key}"
passphrase_file = "{layout.passphrase.name}"
log_level = "info"

[peer]
listen = "{HOST}:{ports.peer(index)}"

[api]
listen = "{HOST}:{ports.api(index)}"
url = "http://{HOST}:{ports.api(index)}"
readers = "anyone"

[peers]
{peers}
"""
