"""What a lock file pins."""

from pathlib import Path

import pytest

from release.locked import LockError, read_lock

HASH = "ab" * 32


def lock(place: Path, text: str) -> Path:
    path = place / "some.lock"
    path.write_text(text)
    return path


def test_each_package_has_its_version_marker_and_hashes(tmp_path: Path) -> None:
    text = (
        f"Some_Package==1.2 ; sys_platform == 'win32' \\\n    --hash=sha256:{'cd' * 32} \\\n"
        f"    --hash=sha256:{HASH}\nother==3 \\\n    --hash=sha256:{HASH}\n"
    )
    first, second = read_lock(lock(tmp_path, text))
    assert (first.name, first.version, first.hashes) == ("some-package", "1.2", (HASH, "cd" * 32))
    assert not first.is_needed({"sys_platform": "linux"})
    assert first.is_needed({"sys_platform": "win32"})
    assert (second.name, second.is_needed()) == ("other", True)


@pytest.mark.parametrize(
    "line",
    ["some==1.2", f"some>=1 --hash=sha256:{HASH}", f"some --hash=sha256:{HASH}",
     "some==1 --hash=md5:00", f"some==1 --hash=sha256:{HASH[1:]}"],
)  # fmt: skip
def test_what_is_not_pinned_by_hash_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(LockError, match=r"some\.lock: not pinned to one version by its hashes"):
        read_lock(lock(tmp_path, line))
