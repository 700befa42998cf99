"""`docker/` as data: the services of the Compose file, and the instructions of the Dockerfile."""

import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

ROOT: Final = Path(__file__).parents[2]
DOCKERFILE: Final = ROOT / "docker" / "Dockerfile"
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]


class Instruction(NamedTuple):
    """One instruction of a Dockerfile, on one line."""

    stage: str
    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        """What an exec form holds."""
        found: list[str] = json.loads(self.rest)
        return found


def instructions() -> list[Instruction]:
    """Return the Dockerfile's instructions, each with the stage that it is in."""
    lines = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.M).replace("\\\n", " ")
    found = []
    stage = ""
    for line in filter(None, map(str.strip, lines.splitlines())):
        word, _, rest = line.partition(" ")
        stage = rest.split(" AS ")[1] if word == "FROM" else stage
        found.append(Instruction(stage, word, re.sub(r"\s+", " ", rest.strip())))
    return found


def defaults(text: str) -> str:
    """Return a text of the Compose file with `${NAME:-default}` replaced by the default."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
