"""`amanat ledger export`: a whole chain in one file."""

from pathlib import Path

from amanat.client.message_signatures import RequestSigner
from amanat.config.genesis_file import fingerprint
from amanat.node.audit.export import Export
from amanat.node.audit.sources import Damaged
from amanat.node.cli.audit_sources import failures, genesis, opened, workplace
from amanat.node.cli.failure import ExitCode, Failure
from amanat.node.cli.output import Format, note, show
from amanat.node.cli.watching import watched


def export(
    name: str, file: Path, genesis_file: Path, reader: RequestSigner | None, output: Format
) -> None:
    """Write the chain of a node, a data directory or an archive into a new file.

    Raises:
        Failure: it cannot be, or the source's blocks do not follow one another (3).
    """
    document = genesis(genesis_file)
    with failures(), workplace(None) as place, opened(name, place.path, reader) as source:
        written = Export(file, document, source)
        if written.resumed_from:
            note(f"going on after block {written.resumed_from:,}")
        try:
            with watched("export", written.resumed_from) as watch:
                last = written.run(watch)
        except Damaged as damaged:
            raise Failure(f"{name}: {damaged}", ExitCode.NOT_VALID) from damaged
        except KeyboardInterrupt:
            at = f"interrupted after block {written.last.height:,}"
            raise Failure(f"{at}: run it again to go on") from None
    shown = {
        "file": str(file),
        "from": name,
        "network": document.network,
        "fingerprint": fingerprint(document.chain_id()),
        "height": last.height,
        "block": last.digest.hex(),
        "bytes": file.stat().st_size,
    }
    show(shown, output)
