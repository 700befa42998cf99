"""`amanat node join-request`, `amanat node join`, and `amanat authority`."""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from amanat.client.keystore import KeystoreError
from amanat.client.signing_failed import SigningFailed
from amanat.config.genesis_file import GenesisFileError, load_genesis
from amanat.config.settings import NodeSettings, SettingsError, load_settings
from amanat.config.words import key_words
from amanat.ledger.authorities import AuthorityClass
from amanat.ledger.operations import ChangeAuthorities
from amanat.ledger.readiness import Readiness
from amanat.node import clock
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, say, show
from amanat.node.client import Client, Refusal, Unreachable
from amanat.node.joining import decisions
from amanat.node.joining.decisions import DecisionError, Standing
from amanat.node.joining.progress import Progress, Sight, Stage
from amanat.node.joining.request import JoinRequest, RequestError, load, written
from amanat.node.own_listeners import api_trust
from amanat.node.program import program_digest
from amanat.node.run import open_authority_key
from amanat.node.version import VERSION
from amanat.node.written.writing import written as operation_written

WATCH_SECONDS: Final = 1.0
"""How often a node that joins is looked at."""

Decide = Callable[[Standing], ChangeAuthorities]


def request(config: Path, file: Path, participant: str | None, output: Format) -> None:
    """Write the signed join request of the node that these settings are for."""
    settings = _settings(config)
    try:
        document = load_genesis(Path(settings.genesis))
        signer = open_authority_key(settings)
        asked = JoinRequest(
            chain=document.chain_id(),
            name=settings.name,
            participant=participant or settings.name,
            key=signer.public_key,
            peer=settings.peer.address or settings.peer.listen,
            api=settings.api.url,
            version=VERSION,
            program=program_digest(),
        )
        with file.open("x", encoding="utf-8") as target:
            target.write(written(asked, signer.sign))
    except (GenesisFileError, KeystoreError, SigningFailed) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{file} cannot be written: {error.strerror}") from error
    show({"file": str(file), **_told(asked)}, output)


def learn(file: Path, kind: AuthorityClass, api: Sequence[str]) -> None:
    """Print the decision that lets the node that asks learn."""
    try:
        asked = load(file)
    except RequestError as error:
        raise Failure(str(error), ExitCode.NOT_VALID) from error
    network, status = talk(api_urls(api), _network)
    if network["chain"] != asked.chain.hex():
        raise Failure(f"{file} asks to join another network, {asked.chain.hex()[:16]}")
    _check_program(asked.name, asked.program.hex(), status)
    decision = _decided(network, lambda now: decisions.learn(now, asked, kind))
    for name, value in _told(asked).items():
        note(f"{name:12} {value}")
    if status["program"] != asked.program.hex():
        note(f"it runs another program than {status['name']}, whose digest is {status['program']}")
    _print(decision)


def admit(name: str, instead_of: str | None, quorum: int | None, api: Sequence[str]) -> None:
    """Print the decision that lets a learner vote, with its word that it has caught up."""
    network, status = talk(api_urls(api), _network)
    found = next((each for each in network["authorities"] if each["name"] == name), None)
    if found is None:
        raise Failure(f"{name} takes no part: let it learn first")
    if found["api"] is None:
        raise Failure(f"no node that was asked knows where {name} is: is it started?")
    runs = talk([found["api"]], lambda client: client.get("/v1/status"))
    _check_program(name, str(runs.get("program")), status)
    shown = talk([found["api"]], lambda client: client.get("/v1/readiness"))
    word = Readiness(shown["name"], shown["height"], bytes.fromhex(shown["signature"]))
    _print(
        _decided(
            network, lambda now: decisions.admit(now, word, instead_of=instead_of, quorum=quorum)
        )
    )


def leave(name: str, quorum: int | None, api: Sequence[str]) -> None:
    """Print the decision that takes an authority's vote, or ends a learner's learning."""
    network, _ = talk(api_urls(api), _network)
    _print(_decided(network, lambda now: decisions.leave(now, name, quorum=quorum)))


def watch(config: Path, api: Sequence[str], output: Format, *, until_voting: bool) -> None:
    """Show how far a node is that joins; with `until_voting`, go on until it votes."""
    settings = _settings(config)
    progress, before = Progress(), ""
    while True:
        sight = talk(api_urls(api), lambda client: _sight(client, settings))
        stage, line = progress.saw(sight)
        if not until_voting:
            shown = {"name": settings.name, "stage": stage.value, "told": line}
            show({**shown, "height": sight.height, "network": sight.network}, output)
            return
        if line != before:
            say(line)
            before = line
        if stage is Stage.VOTING:
            return
        time.sleep(WATCH_SECONDS)


async def _sight(client: Client, settings: NodeSettings) -> Sight:
    network, status = await _network(client)
    part = next(
        (each["part"] for each in network["authorities"] if each["name"] == settings.name), None
    )
    height = None
    try:
        async with Client([settings.api.url], seconds=3, tls=api_trust(settings)) as own:
            height = int((await own.get("/v1/status"))["height"])
    except (Unreachable, Refusal):
        pass
    return Sight(clock.monotonic(), part, height, int(status["height"]))


async def _network(client: Client) -> tuple[dict[str, Any], dict[str, Any]]:
    network, status = await asyncio.gather(client.get("/v1/network"), client.get("/v1/status"))
    return network, status


def _check_program(name: str, program: str, status: dict[str, Any]) -> None:
    """Refuse a node that says it runs a program which governance does not let run."""
    listed = status.get("programs", [])  # nodes of an older version do not tell
    if listed and program not in listed:
        raise Failure(
            f"{name} says that it runs {program}, which governance does not let run: it lists "
            f"{', '.join(listed)}",
            ExitCode.REJECTED,
        )


def _decided(network: dict[str, Any], decide: Decide) -> ChangeAuthorities:
    try:
        return decide(Standing.of(network))
    except DecisionError as error:
        raise Failure(str(error)) from error


def _print(decision: ChangeAuthorities) -> None:
    """Print a decision as JSON, as `amanat proposal create` takes it."""
    encoded = msgspec.json.format(msgspec.json.encode(operation_written(decision)), indent=2)
    sys.stdout.write(encoded.decode() + "\n")


def _told(asked: JoinRequest) -> dict[str, str]:
    return {
        "name": asked.name,
        "participant": asked.participant,
        "public_key": asked.key.hex(),
        "words": " ".join(key_words(asked.key)),
        "peer": asked.peer,
        "api": asked.api,
        "version": asked.version,
        "program": asked.program.hex(),
    }


def _settings(config: Path) -> NodeSettings:
    try:
        return load_settings(config)
    except (SettingsError, msgspec.MsgspecError) as error:
        raise Failure(str(error)) from error
