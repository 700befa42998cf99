"""Makes everything that the containers need, once: keys, genesis document, settings, directories.

The participants' genesis document is written last. Where it is, all is made, and is left as it is:
a data directory that is gone is never made anew, for its node would sign again what it has
forgotten that it signed.
"""

import json
import secrets
from pathlib import Path
from typing import Final

from amanat.client import keystore
from amanat.config.genesis_file import load_genesis, to_json
from amanat.ledger.genesis import GenesisDocument
from amanat.ledger.identifiers import LedgerTime, PublicKey
from amanat.node import data_directory
from amanat.node.testnet.containers.places import (
    DATA,
    LEARNER,
    NODES,
    PEER_PORT,
    Places,
    api_port,
    api_url,
    operators_port,
    peer_host,
)
from amanat.node.testnet.document import document
from amanat.node.testnet.layout import CLIENTS, MEMBERS
from amanat.node.testnet.secret_files import write_secret

_ANEW: Final = "`docker compose down --volumes` removes the network, and the next `up` makes one"


class FoundingError(Exception):
    """The network cannot be made, or is no longer whole. The message says why, and what to do."""


def found(places: Places, created: LedgerTime) -> tuple[GenesisDocument, bool]:
    """Make the network unless it is there. Return its document, and whether it was made now.

    Raises:
        FoundingError: a part of it is there, and a part is not.
        GenesisFileError: its genesis document cannot be read.
        OSError: a file cannot be written.
    """
    if places.participants.genesis.exists():
        _check_whole(places)
        return load_genesis(places.participants.genesis), False
    taken = [folder for folder in places.every() if folder.is_dir() and any(folder.iterdir())]
    if taken:
        raise FoundingError(f"{taken[0]} holds what is left of another network: {_ANEW}")
    for folder in places.every():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _make(places, created), True


def _check_whole(places: Places) -> None:
    for node in NODES:
        parts = (places.config(node.name) / "node.toml", places.data(node.name) / "identity.json")
        for part in parts:
            if not part.exists():
                raise FoundingError(
                    f"{part} is gone, and a node that forgot what it signed must not sign again: "
                    f"restore it, or begin anew: {_ANEW}"
                )


def _make(places: Places, created: LedgerTime) -> GenesisDocument:
    nodes = {node.name: _node_key(places.config(node.name)) for node in NODES}
    founding = document(created, nodes, _participant_keys(places), (LEARNER,))
    for node in NODES:
        config = places.config(node.name)
        (config / "genesis.json").write_text(to_json(founding), encoding="utf-8")
        (config / "node.toml").write_text(_settings(node.name), encoding="utf-8")
        data_directory.create(places.data(node.name), node.name, founding)
    learner = {
        "name": LEARNER.name,
        "class": LEARNER.authority_class.value,
        "key": nodes[LEARNER.name].hex(),
    }
    places.participants.learner.write_text(json.dumps(learner) + "\n", encoding="utf-8")
    places.participants.genesis.write_text(to_json(founding), encoding="utf-8")
    return founding


def _node_key(config: Path) -> PublicKey:
    """Make a node's key and a passphrase of its own."""
    passphrase = _new_passphrase(config / "passphrase")
    return keystore.create(config / "key.json", passphrase, cost=keystore.TEST).public_key


def _participant_keys(places: Places) -> dict[str, PublicKey]:
    participants = places.participants
    passphrase = _new_passphrase(participants.passphrase)
    names = [*(node.name for node in NODES), *CLIENTS]
    return {
        name: keystore.create(participants.key(name), passphrase, cost=keystore.TEST).public_key
        for name in names
    }


def _new_passphrase(path: Path) -> str:
    passphrase = secrets.token_urlsafe(24)
    write_secret(path, passphrase + "\n")
    return passphrase


def _settings(name: str) -> str:
    peers = "\n".join(
        f'{member.name} = "{peer_host(member.name)}:{PEER_PORT}"'
        for member in MEMBERS
        if member.name != name
    )
    return f"""name = "{name}"
data = "{DATA}"
genesis = "genesis.json"
key = "key.json"
passphrase_file = "passphrase"
log_level = "info"

[peer]
listen = "0.0.0.0:{PEER_PORT}"
address = "{peer_host(name)}:{PEER_PORT}"

[api]
listen = "0.0.0.0:{api_port(name)}"
url = "{api_url(name)}"
readers = "anyone"

[operators]
listen = "0.0.0.0:{operators_port(name)}"

[peers]
{peers}
"""
