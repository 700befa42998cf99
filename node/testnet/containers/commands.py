"""`amanat testnet found | admit | play`: what the containers of a test network run."""

from collections.abc import Sequence
from pathlib import Path

from amanat.client.keystore import KeystoreError
from amanat.config.genesis_file import GenesisFileError, fingerprint, load_genesis
from amanat.node import clock
from amanat.node.cli.connection import api_urls, talk
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, show, teller
from amanat.node.client import Client
from amanat.node.data_directory import DirectoryError
from amanat.node.run import StartError
from amanat.node.testnet.containers import admission, founding
from amanat.node.testnet.containers.places import Participants, Places
from amanat.node.testnet.key_ring import open_keys
from amanat.node.testnet.layout import MEMBERS
from amanat.node.testnet.main_job import RUPEE, JobFailed, MainJob

_APPROVE = ("mof", "sbp")


def found(root: Path, output: Format) -> None:
    """Make the network under `root`, unless it is there."""
    try:
        document, is_new = founding.found(Places(root), clock.now())
    except (founding.FoundingError, GenesisFileError, KeystoreError, DirectoryError) as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{error.filename or root} cannot be made: {error.strerror}") from error
    made = {"made": is_new, "network": document.network}
    show({**made, "fingerprint": fingerprint(document.chain_id())}, output)


def admit(folder: Path, api: Sequence[str], output: Format) -> None:
    """Have the ledger name the learner, unless it does."""
    participants = Participants(folder)
    try:
        chain = load_genesis(participants.genesis).chain_id()
        learner = admission.read_learner(participants.learner)
        signers = open_keys(participants.key, participants.passphrase, _APPROVE)
    except (GenesisFileError, StartError, KeystoreError) as error:
        raise Failure(str(error)) from error
    except (OSError, ValueError, KeyError) as error:
        raise Failure(f"{participants.learner} cannot be read: {error!r}") from error

    async def decide(client: Client) -> bool:
        keys = list(signers.values())
        return await admission.admit(client, chain, learner, keys, now=clock.now())

    try:
        is_new = talk(api_urls(api), decide)
    except admission.AdmissionFailed as failure:
        raise Failure(str(failure), ExitCode.REJECTED) from failure
    show({"admitted": is_new, "learner": learner.name, "key": learner.key.hex()}, output)


def play(folder: Path, api: Sequence[str], output: Format) -> None:
    """Play the main job through the APIs."""
    participants = Participants(folder)
    try:
        document = load_genesis(participants.genesis)
        signers = open_keys(participants.key, participants.passphrase)
    except (GenesisFileError, StartError, KeystoreError) as error:
        raise Failure(str(error)) from error
    urls = api_urls(api)
    apis = {_name_of(url): url for url in urls}
    missing = [member.name for member in MEMBERS if member.name not in apis]
    if missing:
        raise Failure(f"the job is played at every authority: give --api for {', '.join(missing)}")
    instruments = talk(urls, lambda client: client.get("/v1/instruments"))
    if any(each["id"] == RUPEE for each in instruments):
        raise Failure("the main job has been played on this network: it can be played once")
    job = MainJob(document, signers, apis, tell=teller(output), proof=None)
    try:
        talk(urls, lambda _: job.play())
    except JobFailed as failure:
        raise Failure(f"the main job failed: {failure}", ExitCode.REJECTED) from failure
    if output is not Format.TABLE:
        show({"bill": job.bill}, output)


def _name_of(url: str) -> str:
    return str(talk([url], lambda client: client.get("/v1/status"))["name"])
