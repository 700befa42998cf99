"""The care for a node's certificates while it runs, by a clock of the tests' own."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import structlog

from amanat.client.keystore import Signer
from amanat.client.signing_failed import SigningFailed
from amanat.config.settings import ApiListener, NodeSettings, PeerListener
from amanat.node.certificates import LOOK_EVERY, Certificates, Shown
from amanat.node.expiry import Urgency
from amanat.node.tls import LIFETIME, RENEW_AFTER, NodeCertificate
from tests.certificates import Authority, authority
from tests.ledger.world import key

BEGIN: Final = datetime(2026, 6, 1, tzinfo=UTC)
YEAR: Final = timedelta(days=365)


class Module:
    """A signer that can be taken away."""

    def __init__(self) -> None:
        self._signer = Signer(key("authority mof"))
        self.public_key = self._signer.public_key
        self.is_there = True
        self.asked = 0

    def sign(self, message: bytes) -> bytes:
        """Return the signature."""
        self.asked += 1
        if not self.is_there:
            raise SigningFailed("the module does not answer")
        return self._signer.sign(message)


@pytest.fixture
def ministry(tmp_path: Path) -> Authority:
    return authority(tmp_path)


@pytest.fixture
def module() -> Module:
    return Module()


@pytest.fixture
def certificates(ministry: Authority, module: Module, tmp_path: Path) -> Certificates:
    """Those of a node whose API has a certificate for a year, on its first day."""
    files = ministry.issue("node", begins=BEGIN, lasts=YEAR)
    api = ApiListener(
        "127.0.0.1:8101",
        "https://localhost:8101",
        tls_certificate=str(files.certificate),
        tls_key=str(files.key),
    )
    settings = NodeSettings("mof", "", "", "", PeerListener("127.0.0.1:7101"), api, {})
    (tmp_path / "tls").mkdir()
    own = NodeCertificate(tmp_path / "tls", "mof", module)
    own.renew(BEGIN)
    made = Certificates(settings, own)
    made.open(BEGIN)
    return made


def logged(act: Callable[[], None]) -> list[Mapping[str, Any]]:
    """Return what was logged meanwhile."""
    with structlog.testing.capture_logs() as lines:
        act()
    return list(lines)


def ticking(
    certificates: Certificates, first: datetime, last: datetime, step: timedelta
) -> list[Mapping[str, Any]]:
    def tick() -> None:
        now = first
        while now <= last:
            certificates.tick(now)
            now += step

    return logged(tick)


def test_both_are_shown_with_how_long_they_last(certificates: Certificates) -> None:
    assert certificates.shown(BEGIN) == [
        Shown("peers", BEGIN + LIFETIME, Urgency.NONE),
        Shown("api", BEGIN + YEAR, Urgency.NONE),
    ]
    late = BEGIN + YEAR - timedelta(days=20)
    assert [each.urgency for each in certificates.shown(late)] == [Urgency.NOW, Urgency.NEAR]


def test_the_one_for_peers_is_renewed_and_nobody_is_bothered(certificates: Certificates) -> None:
    lines = ticking(certificates, BEGIN, BEGIN + timedelta(days=14), timedelta(minutes=30))
    assert [line["event"] for line in lines] == ["certificate.renewed"] * 4
    assert {line["log_level"] for line in lines} == {"info"}


def test_a_renewal_that_fails_is_told_with_the_end_and_tried_again_every_hour(
    certificates: Certificates, module: Module
) -> None:
    module.is_there, asked = False, module.asked
    due = BEGIN + RENEW_AFTER
    lines = ticking(certificates, due, due + timedelta(hours=3), timedelta(seconds=10))
    assert [line["event"] for line in lines] == ["certificate.not_renewed"] * 4
    assert {line["log_level"] for line in lines} == {"error"}
    assert lines[0]["reason"] == "the module does not answer"
    assert lines[0]["expires"] == (BEGIN + LIFETIME).isoformat()
    assert module.asked - asked == 4
    module.is_there = True
    again = due + timedelta(hours=3) + LOOK_EVERY
    (line,) = logged(lambda: certificates.tick(again))
    assert line["event"] == "certificate.renewed"
    assert certificates.shown(again)[0].expires == again + LIFETIME


def test_a_disk_that_takes_no_new_one_ends_nothing(
    certificates: Certificates, tmp_path: Path
) -> None:
    place = tmp_path / "tls"
    before = {file.name: file.read_bytes() for file in place.iterdir()}
    (place / "certificate.pem.new").mkdir()  # nothing can be written in its place
    (line,) = logged(lambda: certificates.tick(BEGIN + RENEW_AFTER))
    assert line["event"] == "certificate.not_renewed"
    # The key on disk is still that of the certificate on disk.
    assert {name: (place / name).read_bytes() for name in before} == before
    (place / "certificate.pem.new").rmdir()
    (line,) = logged(lambda: certificates.tick(BEGIN + RENEW_AFTER + LOOK_EVERY))
    assert line["event"] == "certificate.renewed"


def test_the_end_of_an_operators_is_told_at_30_14_and_7_days_and_then_daily(
    certificates: Certificates,
) -> None:
    end = BEGIN + YEAR
    lines = ticking(certificates, end - timedelta(days=60), end, timedelta(minutes=30))
    ends = [line for line in lines if line["event"] == "certificate.ends"]
    assert [line["days"] for line in ends] == [29, 13, 6, 5, 4, 3, 2, 1, 0]
    assert [line["log_level"] for line in ends] == ["warning"] * 2 + ["error"] * 7
    assert {(line["use"], line["expires"]) for line in ends} == {("api", end.isoformat())}


def test_files_that_were_replaced_are_taken_within_the_hour_without_a_signal(
    certificates: Certificates, ministry: Authority
) -> None:
    later = BEGIN + timedelta(days=340)
    certificates.tick(later)
    ministry.issue("node", begins=later, lasts=YEAR)
    at_once = logged(lambda: certificates.tick(later + LOOK_EVERY - timedelta(seconds=1)))
    assert "certificate.loaded" not in [line["event"] for line in at_once]
    assert certificates.expires("api") == BEGIN + YEAR
    lines = logged(lambda: certificates.tick(later + LOOK_EVERY))
    assert [line["event"] for line in lines] == ["certificate.loaded"]
    assert certificates.expires("api") == later + YEAR


def test_half_of_a_new_pair_is_refused_until_it_is_whole(
    certificates: Certificates, ministry: Authority, tmp_path: Path
) -> None:
    first, second = (BEGIN + LOOK_EVERY * n for n in (1, 2))
    old_key = (tmp_path / "node.key").read_bytes()
    files = ministry.issue("node", begins=BEGIN, lasts=2 * YEAR)
    new_key = files.key.read_bytes()
    files.key.write_bytes(old_key)
    for look in (first, second):
        (line,) = logged(lambda look=look: certificates.tick(look))  # type: ignore[misc]
        assert (line["event"], line["use"]) == ("certificate.refused", "api")
    files.key.write_bytes(new_key)
    (line,) = logged(lambda: certificates.tick(second + LOOK_EVERY))
    assert line["event"] == "certificate.loaded"


def test_one_that_comes_too_early_is_taken_once_it_is_valid(
    certificates: Certificates, ministry: Authority
) -> None:
    begins = BEGIN + 3 * LOOK_EVERY
    ministry.issue("node", begins=begins, lasts=YEAR)
    lines = ticking(certificates, BEGIN + LOOK_EVERY, begins + LOOK_EVERY, LOOK_EVERY)
    events = [line["event"] for line in lines]
    assert events == ["certificate.refused"] * 2 + ["certificate.loaded"]
    assert certificates.expires("api") == begins + YEAR


def test_files_that_are_gone_change_nothing(certificates: Certificates, tmp_path: Path) -> None:
    (tmp_path / "node.key").unlink()
    (line,) = logged(lambda: certificates.tick(BEGIN + LOOK_EVERY))
    assert "node.key cannot be read: No such file or directory" in line["reason"]
    assert certificates.expires("api") == BEGIN + YEAR
