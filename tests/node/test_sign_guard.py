"""The promise file: whatever a crash leaves of it, no promise is forgotten and none is broken."""

import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.consensus.interface import Promise
from amanat.consensus.statements import BlockId, Vote
from amanat.node.sign_guard import (
    PAGE_BYTES,
    PAGES,
    GuardError,
    PromiseBroken,
    SignGuard,
    check_promise,
)
from tests.node.full_disk import fill_up

CHAIN: Final = sha256(b"the chain of the guard's tests").digest()
NOTHING: Final = Promise(term=0, vote=None, acked=None)


def block(term: int, height: int, payload: str = "a block") -> BlockId:
    return BlockId(term, height, sha256(f"{payload} {term} {height}".encode()).digest())


def vote(term: int, candidate: str = "mof", last: BlockId | None = None) -> Vote:
    return Vote(CHAIN, term, candidate, last or block(0, 0))


IN_ORDER: Final = [
    Promise(1, vote(1), None),
    Promise(1, vote(1), block(1, 1)),
    Promise(1, vote(1), block(1, 2)),
    Promise(2, None, block(1, 2)),
    Promise(2, vote(2, "sbp", block(1, 2)), block(1, 2)),
    Promise(2, vote(2, "sbp", block(1, 2)), block(2, 3)),
]
"""A history of promises; their encodings grow and shrink."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    SignGuard.create(tmp_path / "sign-guard")
    return tmp_path / "sign-guard"


@pytest.fixture
def guard(path: Path) -> Iterator[SignGuard]:
    guard = SignGuard.open(path)
    yield guard
    guard.close()


def promised(path: Path) -> Promise:
    """Return what a node that starts now is bound to."""
    guard = SignGuard.open(path)
    guard.close()
    return guard.promise


def written(path: Path, promises: list[Promise]) -> list[bytes]:
    """Write the promises; return the file before the first and after each of them."""
    guard = SignGuard.open(path)
    files = [path.read_bytes()]
    for promise in promises:
        guard.write(promise)
        files.append(path.read_bytes())
    guard.close()
    return files


def pages(file: bytes) -> list[bytes]:
    return [file[at : at + PAGE_BYTES] for at in range(0, len(file), PAGE_BYTES)]


def differing(one: bytes, other: bytes) -> list[int]:
    """Return the pages in which two files differ."""
    pairs = zip(pages(one), pages(other), strict=True)
    return [page for page, (a, b) in enumerate(pairs) if a != b]


def replaced(file: bytes, page: int, content: bytes) -> bytes:
    """Return the file with another content of one page."""
    begin = page * PAGE_BYTES
    return file[:begin] + content.ljust(PAGE_BYTES, b"\x00") + file[begin + PAGE_BYTES :]


# Creating and opening.


def test_a_new_authority_has_promised_nothing(path: Path) -> None:
    assert promised(path) == NOTHING
    assert path.stat().st_mode & 0o777 == 0o600


def test_creating_never_overwrites(path: Path) -> None:
    written(path, IN_ORDER)
    with pytest.raises(GuardError, match="init never overwrites a sign guard"):
        SignGuard.create(path)
    assert promised(path) == IN_ORDER[-1]


def test_a_missing_guard_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(GuardError, match=r"is missing: .* restore it"):
        SignGuard.open(tmp_path / "sign-guard")
    assert list(tmp_path.iterdir()) == []


def test_each_promise_is_the_one_found_after_reopening(path: Path) -> None:
    for promise in IN_ORDER:
        guard = SignGuard.open(path)
        guard.write(promise)
        guard.close()
        assert guard.promise == promise
        assert promised(path) == promise


def test_the_slots_are_written_in_turn_and_each_in_two_pages(path: Path) -> None:
    files = written(path, IN_ORDER)
    assert {len(file) for file in files} == {PAGES * PAGE_BYTES}
    assert [differing(*pair) for pair in pairwise(files)] == [[1, 3], [0, 2]] * 3


def test_renewing_writes_the_promise_anew(path: Path) -> None:
    """After a failed sync a process may be shown what is not on disk; it must not rely on that."""
    *_, before = written(path, IN_ORDER[:3])
    synced: list[bytes] = []
    guard = SignGuard.open(
        path, sync=lambda descriptor: synced.append(os.pread(descriptor, 2**14, 0))
    )
    guard.renew()
    guard.close()
    (content,) = synced
    assert differing(before, content) == [0, 2]
    assert guard.promise == promised(path) == IN_ORDER[2]


def test_a_guard_with_one_copy_of_each_slot_is_read_and_gets_the_second(path: Path) -> None:
    *_, content = written(path, IN_ORDER[:4])
    path.write_bytes(content[: 2 * PAGE_BYTES])
    assert promised(path) == IN_ORDER[3]
    *_, content = written(path, IN_ORDER[4:])
    for page in range(PAGES):
        path.write_bytes(replaced(content, page, b""))
        assert promised(path) == IN_ORDER[-1]


def test_the_longest_promise_fits_into_a_slot(path: Path) -> None:
    far = 2**63 - 1
    longest = Promise(far, vote(far, "a" * 64, block(far, far)), block(far, far))
    written(path, [longest])
    assert promised(path) == longest


# Crashes and damage.


@pytest.mark.parametrize("number", range(len(IN_ORDER)))
def test_a_write_that_is_cut_short_leaves_the_promise_before_it(path: Path, number: int) -> None:
    files = written(path, IN_ORDER[: number + 1])
    before, whole = files[-2], files[-1]
    older = IN_ORDER[number - 1] if number else NOTHING
    first, second = differing(before, whole)
    new, old = (pages(file)[first] for file in (whole, before))
    end = 1 + max(place for place in range(PAGE_BYTES) if new[place] != old[place])
    for done in range(end + 1):
        # The disk may have taken the beginning, or the end: sectors are written in any order.
        for torn in (new[:done] + old[done:], old[:done] + new[done:]):
            # The second page may be as it was, just as torn, or whole.
            path.write_bytes(replaced(before, first, torn))
            assert promised(path) == (IN_ORDER[number] if torn == new else older), done
            path.write_bytes(replaced(replaced(before, first, torn), second, torn))
            assert promised(path) == (IN_ORDER[number] if torn == new else older), done
    path.write_bytes(replaced(before, second, new))
    assert promised(path) == IN_ORDER[number]


@pytest.mark.parametrize("number", range(len(IN_ORDER)))
def test_after_a_torn_write_the_next_promise_takes_its_place(path: Path, number: int) -> None:
    before, whole = written(path, IN_ORDER[: number + 1])[-2:]
    for page in differing(before, whole):
        half = len(pages(whole)[page].rstrip(b"\x00")) // 2
        before = replaced(before, page, pages(whole)[page][:half] + pages(before)[page][half:])
    path.write_bytes(before)
    written(path, [IN_ORDER[number]])
    assert promised(path) == IN_ORDER[number]


@pytest.mark.parametrize("page", range(PAGES))
def test_garbage_in_any_page_costs_no_promise(path: Path, page: int) -> None:
    for number, promise in enumerate(IN_ORDER):
        *_, whole = written(path, [promise])
        path.write_bytes(replaced(whole, page, b"\xff" * PAGE_BYTES))
        assert promised(path) == promise, number


def test_any_flipped_byte_costs_no_promise(path: Path) -> None:
    *_, before, whole = written(path, IN_ORDER)
    for page in differing(before, whole):
        for place in range(len(pages(whole)[page].rstrip(b"\x00"))):
            damaged = bytearray(whole)
            damaged[page * PAGE_BYTES + place] ^= 0x01
            path.write_bytes(damaged)
            assert promised(path) == IN_ORDER[-1], (page, place)


@pytest.mark.parametrize("content", [b"", bytes(16_384), b"\xff" * 16_384])
def test_a_guard_without_a_whole_copy_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(GuardError, match="every copy fails its checksum; restore it"):
        SignGuard.open(path)
    assert path.read_bytes() == content


def test_a_whole_page_that_holds_no_promise_is_not_read(path: Path) -> None:
    *_, whole = written(path, IN_ORDER[:1])
    content = (99).to_bytes(8, "big") + (3).to_bytes(2, "big") + b"\x01\x02\x03"
    forged = sha256(content).digest() + content
    path.write_bytes(replaced(whole, 0, forged))
    assert promised(path) == IN_ORDER[0]


# Writes that fail.


def test_a_promise_whose_sync_failed_is_not_believed_to_be_on_disk(path: Path) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    written(path, IN_ORDER[:1])
    guard = SignGuard.open(path, sync=fails)
    with pytest.raises(OSError, match="the disk is gone"):
        guard.write(IN_ORDER[1])
    guard.close()
    assert guard.promise == IN_ORDER[0]
    assert promised(path) in IN_ORDER[:2]  # nobody knows which


def test_a_full_disk_is_noticed(guard: SignGuard, path: Path) -> None:
    guard.write(IN_ORDER[0])
    fill_up(path)
    with pytest.raises(OSError, match="No space left"):
        guard.write(IN_ORDER[1])
    assert guard.promise == IN_ORDER[0]
    assert promised(path) == IN_ORDER[0]


def test_a_promise_is_synced_after_it_was_written(path: Path) -> None:
    synced: list[bytes] = []
    guard = SignGuard.open(
        path, sync=lambda descriptor: synced.append(os.pread(descriptor, 2**14, 0))
    )
    for promise in IN_ORDER:
        guard.write(promise)
        assert synced.pop() == path.read_bytes()
        assert synced == []
    guard.close()


# Promises that contradict each other.

ACKED = Promise(3, vote(3), block(3, 7))
BROKEN = {
    "an earlier term": (ACKED, Promise(2, None, block(3, 7))),
    "another candidate": (ACKED, Promise(3, vote(3, "sbp"), block(3, 7))),
    "the same candidate with another log": (
        ACKED,
        Promise(3, vote(3, "mof", block(2, 6)), block(3, 7)),
    ),
    "no vote any more": (ACKED, Promise(3, None, block(3, 7))),
    "a lower ack": (ACKED, Promise(3, vote(3), block(3, 6))),
    "an ack of an earlier term": (ACKED, Promise(3, vote(3), block(2, 9))),
    "no ack any more": (ACKED, Promise(3, vote(3), None)),
    "another ack at the same place": (ACKED, Promise(3, vote(3), block(3, 7, "another"))),
    "another ack at the same place, in a later term": (
        ACKED,
        Promise(4, None, block(3, 7, "another")),
    ),
}
KEPT = {
    "the same again": (ACKED, ACKED),
    "a vote where there was none": (Promise(3, None, None), Promise(3, vote(3), None)),
    "another vote in another term": (ACKED, Promise(4, vote(4, "sbp"), block(3, 7))),
    "no vote yet in another term": (ACKED, Promise(4, None, block(3, 7))),
    "a first ack": (Promise(3, None, None), Promise(3, None, block(3, 1))),
    "a higher ack": (ACKED, Promise(3, vote(3), block(3, 8))),
    "a lower ack in a later term": (ACKED, Promise(4, None, block(2, 6))),
    "a lower height acked in a later term": (ACKED, Promise(4, None, block(4, 2))),
    "no ack any more in a later term": (ACKED, Promise(4, None, None)),
    "a release within the term that came after the ack's": (
        Promise(4, vote(4), block(3, 7)),
        Promise(4, vote(4), block(2, 6)),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_promise_that_contradicts_the_one_before_is_not_written(path: Path, case: str) -> None:
    before, after = BROKEN[case]
    written(path, [before])
    content = path.read_bytes()
    guard = SignGuard.open(path)
    with pytest.raises(PromiseBroken):
        guard.write(after)
    guard.close()
    assert guard.promise == before
    assert path.read_bytes() == content


@pytest.mark.parametrize("case", KEPT)
def test_a_promise_that_only_adds_or_may_release_is_written(path: Path, case: str) -> None:
    before, after = KEPT[case]
    written(path, [before, after])
    assert promised(path) == after


blocks = st.builds(block, st.integers(0, 4), st.integers(1, 4), st.sampled_from(["a", "b"]))


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    term = draw(st.integers(0, 4))
    candidate = draw(st.sampled_from([None, "mof", "sbp"]))
    acked = draw(st.none() | blocks)
    return Promise(term, vote(term, candidate) if candidate else None, acked)


@given(st.lists(promises(), max_size=12))
def test_no_sequence_of_promises_lets_anybody_sign_twice(attempts: list[Promise]) -> None:
    current = NOTHING
    votes: dict[int, Vote] = {}
    highest: dict[int, BlockId] = {}  # acked by the term in which that was promised
    for attempt in attempts:
        try:
            check_promise(current, attempt)
        except PromiseBroken:
            continue
        assert attempt.term >= current.term
        current = attempt
        if attempt.vote is not None:
            assert votes.setdefault(attempt.term, attempt.vote) == attempt.vote
        if attempt.acked is not None and attempt.acked.term == attempt.term:
            earlier = highest.setdefault(attempt.term, attempt.acked)
            assert earlier == attempt.acked or earlier.position < attempt.acked.position
            highest[attempt.term] = attempt.acked
