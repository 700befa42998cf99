"""Makes a test network's keys, genesis document, settings and data directories."""

import secrets
from pathlib import Path

from amanat.client import keystore
from amanat.config.genesis_file import to_json
from amanat.config.settings import load_settings
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.node import data_directory
from amanat.node.testnet.document import document
from amanat.node.testnet.layout import CLIENTS, HOST, MEMBERS, Layout, Ports
from amanat.node.testnet.secret_files import write_secret


def found(layout: Layout, created: LedgerTime, ports: Ports) -> GenesisDocument:
    """Make everything that the nodes need to start. The directory must not exist."""
    (layout.root / "keys").mkdir(parents=True, mode=0o700)
    passphrase = secrets.token_urlsafe(24)
    write_secret(layout.passphrase, passphrase + "\n")

    def new_key(path: Path) -> PublicKey:
        return keystore.create(path, passphrase, cost=keystore.TEST).public_key

    authorities = {each.name: new_key(layout.authority_key(each.name)) for each in MEMBERS}
    names = [*(each.name for each in MEMBERS), *CLIENTS]
    participants = {name: new_key(layout.participant_key(name)) for name in names}
    founding = document(created, authorities, participants)
    layout.genesis.write_text(to_json(founding), encoding="utf-8")
    for index, member in enumerate(MEMBERS):
        path = layout.settings(member.name)
        path.write_text(_settings(layout, member.name, index, ports))
        settings = load_settings(path)
        data_directory.create(Path(settings.data), member.name, founding)
    return founding


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

[operators]
listen = "{HOST}:{ports.operators(index)}"

[peers]
{peers}
"""
