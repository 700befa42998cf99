"""All that is looked at before a node is given this program, in the order to mend it."""

from pathlib import Path

from amanat.config.settings import NodeSettings
from amanat.ledger.versions import SUPPORTED
from amanat.node.doctor import disk, files
from amanat.node.doctor.case import Means, open_case
from amanat.node.doctor.rows import Row
from amanat.node.program import program_digest
from amanat.node.upgrading import data, programs, protocol, sparing
from amanat.node.upgrading.surroundings import look_around


async def examine(settings: NodeSettings, config: Path, means: Means | None = None) -> list[Row]:
    """Return what is found of the node of these settings, which came from the file `config`."""
    case = await open_case(settings, means or Means())
    around = await look_around(case)
    newest = max(around.told.values(), key=lambda each: int(each["height"]), default=None)
    ours = None if case.document is None else case.document.chain_id().hex()
    found = list(programs.rows(case.status))
    for check in (files.genesis, files.key, files.data):
        found += [row async for row in check(case)]
    found += protocol.judge_genesis(ours, around.told)
    found += protocol.judge(newest or case.status, SUPPORTED)
    found += protocol.judge_program(newest or case.status, program_digest().hex())
    found += data.rows(case, config)
    found += [row async for row in disk.check(case)]
    found += sparing.judge(settings.name, around)
    return found
