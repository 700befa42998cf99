"""What is said of the machine."""

from pathlib import Path

from amanat.node.ceremony.machine import described, worries
from amanat.node.program import program_digest


def system(tmp_path: Path, *, eth0: str, swaps: int) -> tuple[Path, Path]:
    for name, state in (("lo", "unknown"), ("eth0", eth0)):
        (tmp_path / "net" / name).mkdir(parents=True)
        (tmp_path / "net" / name / "operstate").write_text(state + "\n")
    (tmp_path / "swaps").write_text("Filename\tType\n" + "/dev/sda2 partition\n" * swaps)
    return tmp_path / "net", tmp_path / "swaps"


def test_a_machine_without_network_and_swap_is_fine(tmp_path: Path) -> None:
    assert worries(*system(tmp_path, eth0="down", swaps=0)) == []


def test_a_network_and_swap_are_named(tmp_path: Path) -> None:
    network, swap = worries(*system(tmp_path, eth0="up", swaps=1))
    assert network == "a network is connected: eth0; pull it out"
    assert "swap is on" in swap


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    assert worries(tmp_path / "none", tmp_path / "none") == [
        "whether a network is connected cannot be told on this system"
    ]


def test_the_program_is_named_by_its_digest() -> None:
    assert program_digest().hex() in described()[0]
    assert len(program_digest()) == 32
