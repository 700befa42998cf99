"""The software bill of materials: every locked package, with hashes and licences, as CycloneDX.

`python -m release.sbom` prints that of `requirements.lock`; a bundle has one of its own wheels.
The same packages give the same bytes.
"""

import sys
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.described import Described, of_installed
from release.locked import Locked, read_lock
from release.moment import epoch

ROOT: Final = Path(__file__).parents[1]
HASHES_OF: Final = "amanat:hashes-of"


def written(
    packages: Iterable[Locked], described: Mapping[str, Described], *, hashes_of: str, epoch: int
) -> str:
    """Return the bill of materials of Amanat with these packages, as JSON.

    Args:
        packages: what is in it.
        described: what they say of themselves, by name, as far as that is known.
        hashes_of: which files the hashes of a package are of, in words.
        epoch: its time, in seconds since 1970.
    """
    listed = sorted(packages, key=lambda each: each.name)
    components = {each.name: _component(each, described.get(each.name)) for each in listed}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=project["name"],
        purl=PackageURL("pypi", None, project["name"], project["version"]),
    )
    bom = Bom(components=components.values())
    bom.metadata = BomMetaData(
        component=root,
        timestamp=datetime.fromtimestamp(epoch, UTC),
        properties=[Property(name=HASHES_OF, value=hashes_of)],
    )
    bom.serial_number = _serial(root, listed, epoch)
    direct = {str(canonicalize_name(Requirement(each).name)) for each in project["dependencies"]}
    for component, needs in [
        (root, direct),
        *((components[each.name], _needs(described.get(each.name))) for each in listed),
    ]:
        bom.register_dependency(component, [components[name] for name in needs & components.keys()])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _component(package: Locked, described: Described | None) -> Component:
    licence = None if described is None else described.licence
    return Component(
        name=package.name,
        version=package.version,
        bom_ref=package.name,
        purl=PackageURL("pypi", None, package.name, package.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in package.hashes],
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


def _needs(described: Described | None) -> frozenset[str]:
    return frozenset() if described is None else described.needs


def _serial(root: Component, listed: Iterable[Locked], epoch: int) -> UUID:
    """Return the identity of this bill: another one for any other content."""
    lines = [" ".join((each.name, each.version, *each.hashes)) for each in listed]
    return uuid5(NAMESPACE_URL, "\n".join((f"{root.name} {root.version} {epoch}", *lines)))


def main() -> None:
    """Print the bill of materials of the lock file."""
    packages = read_lock(ROOT / "requirements.lock")
    described = of_installed(each.name for each in packages)
    sys.stdout.write(
        written(packages, described, hashes_of="every file that the lock accepts", epoch=epoch())
    )


if __name__ == "__main__":
    main()
