"""The state tree against a slow reference that follows the definition word for word."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.encoding import decode, encode
from amanat.ledger.identifiers import EMPTY_DIGEST
from amanat.ledger.tree.state_tree import (
    CorruptNode,
    MissingNode,
    NodeRef,
    StateProof,
    StateTree,
    TreeUpdate,
)


class Records(dict[bytes, bytes]):
    """Node records in memory; `reads` counts what was asked for."""

    reads = 0

    def load(self, key: bytes) -> bytes:
        self.reads += 1
        if key not in self:
            raise MissingNode(key.hex())
        return self[key]

    def store(self, update: TreeUpdate) -> StateTree:
        assert not {key for key, _ in update.written} & self.keys(), "a record is overwritten"
        self.update(update.written)
        for key in update.replaced:
            del self[key]
        return update.tree


def bits_of(key: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in sha256(key).digest())


def reference_root(content: Mapping[bytes, bytes], depth: int = 0) -> bytes:
    if not content:
        return bytes(32)
    if len(content) == 1:
        ((key, value),) = content.items()
        return sha256(b"\x00" + sha256(key).digest() + sha256(value).digest()).digest()
    sides = [{k: v for k, v in content.items() if bits_of(k)[depth] == side} for side in "01"]
    left, right = (reference_root(side, depth + 1) for side in sides)
    return sha256(b"\x01" + left + right).digest()


def reference_size(content: Mapping[bytes, bytes], depth: int = 0) -> int:
    if len(content) <= 1:
        return len(content)
    sides = [{k: v for k, v in content.items() if bits_of(k)[depth] == side} for side in "01"]
    return 1 + sum(reference_size(side, depth + 1) for side in sides)


def grown(records: Records, content: Mapping[bytes, bytes]) -> StateTree:
    return records.store(StateTree.empty(records).update(content, 0))


def numbered(count: int) -> dict[bytes, bytes]:
    return {b"key %d" % n: b"value %d" % n for n in range(count)}


def keys_sharing(bits: int) -> tuple[bytes, bytes]:
    """Two keys whose paths are the same for at least so many bits."""
    seen: dict[str, bytes] = {}
    for key in numbered(20_000):
        other = seen.setdefault(bits_of(key)[:bits], key)
        if other != key:
            return other, key
    raise AssertionError("widen the search")


KEYS = st.integers(0, 40).map(lambda n: b"key %d" % n)
CHANGES = st.dictionaries(KEYS, st.none() | st.sampled_from([b"", b"one", b"two"]), max_size=12)


@given(st.lists(CHANGES, max_size=8), st.sets(st.integers(0, 7)))
def test_any_history_of_updates_gives_the_root_of_its_content(
    history: list[dict[bytes, bytes | None]], sheds: set[int]
) -> None:
    records = Records()
    tree = StateTree.empty(records)
    content: dict[bytes, bytes] = {}
    for version, changes in enumerate(history):
        before = dict(content)
        old = tree
        update = old.update(changes, version)
        for key, value in changes.items():
            if value is None:
                content.pop(key, None)
            else:
                content[key] = value
        assert update.tree.root == reference_root(content)
        assert dict(old.items()) == before, "the old tree stays valid"
        tree = records.store(update)
        assert len(records) == reference_size(content), "exactly the nodes in use are kept"
        if version in sheds:
            tree = tree.shed()
        assert dict(tree.items()) == content
        for key in changes:
            assert tree.get(key) == content.get(key)


@given(st.dictionaries(KEYS, st.binary(max_size=3), max_size=30), st.randoms(use_true_random=False))
def test_the_root_does_not_depend_on_the_order_of_insertion(
    content: dict[bytes, bytes], shuffler: object
) -> None:
    order = list(content)
    shuffler.shuffle(order)  # type: ignore[attr-defined]  # hypothesis hands in a random.Random
    tree = StateTree.empty(Records())
    for version, key in enumerate(order):
        tree = tree.update({key: content[key]}, version).tree
    assert tree.root == StateTree.empty(Records()).update(content, 0).tree.root


def test_the_empty_tree_has_the_empty_root_and_no_reference() -> None:
    tree = StateTree.empty(Records())
    assert (tree.root, tree.ref, tree.get(b"key")) == (EMPTY_DIGEST, None, None)
    assert StateTree.open(None, Records()).root == EMPTY_DIGEST
    assert list(tree.items()) == []


def test_deleting_all_gives_the_empty_tree_again() -> None:
    records = Records()
    tree = grown(records, numbered(50))
    tree = records.store(tree.update(dict.fromkeys(numbered(50)), 1))
    assert tree.ref is None
    assert records == {}


def test_a_leaf_rises_when_the_stored_leaf_beside_it_is_deleted() -> None:
    stays, goes = keys_sharing(12)
    for first, second in ((stays, goes), (goes, stays)):
        records = Records()
        ref = grown(records, {first: b"1", second: b"2"}).ref
        tree = StateTree.open(ref, records)
        tree = records.store(tree.update({second: None}, 1))
        assert tree.root == reference_root({first: b"1"})
        assert StateTree.open(tree.ref, records).get(first) == b"1"
        assert len(records) == 1


def test_keys_that_share_a_long_way_lie_below_a_chain_of_branches() -> None:
    pair = keys_sharing(16)
    content = {key: b"value of " + key for key in pair}
    records = Records()
    tree = grown(records, content)
    assert len(records) >= 16 + 2
    assert tree.root == reference_root(content)
    assert [tree.prove(key).is_valid(tree.root) for key in pair] == [True, True]


def test_a_stored_tree_opens_by_its_reference_and_serves_the_same() -> None:
    content = numbered(300)
    records = Records()
    tree = grown(records, content)
    assert tree.ref == NodeRef(0, tree.root)
    opened = StateTree.open(tree.ref, records)
    assert opened.root == tree.root
    assert records.reads == 0, "opening loads nothing"
    assert all(opened.get(key) == value for key, value in content.items())
    assert opened.get(b"never set") is None


def test_what_was_loaded_once_is_not_loaded_again() -> None:
    records = Records()
    opened = StateTree.open(grown(records, numbered(300)).ref, records)
    opened.get(b"key 7")
    reads = records.reads
    opened.get(b"key 7")
    opened.prove(b"key 7")
    assert records.reads == reads


def test_shedding_frees_memory_and_keeps_the_root() -> None:
    records = Records()
    tree = grown(records, numbered(100))
    assert tree.resident == len(records)
    shed = tree.shed()
    assert (shed.root, shed.resident) == (tree.root, 0)
    assert shed.get(b"key 1") == b"value 1"
    assert 0 < shed.resident < 30


def test_setting_what_is_there_already_writes_nothing() -> None:
    records = Records()
    tree = grown(records, numbered(100))
    update = tree.update({**numbered(20), b"never set": None}, 1)
    assert (update.written, update.replaced) == ([], [])
    assert update.tree.ref == tree.ref


def test_deleting_what_is_not_there_writes_nothing() -> None:
    tree = grown(Records(), numbered(100))
    absent: list[bytes] = [b"absent %d" % n for n in range(200)]
    for keys in (absent, *([key] for key in absent)):
        update = tree.update(dict.fromkeys(keys), 1)
        assert (update.written, update.replaced) == ([], [])


def test_an_update_costs_what_it_touches_and_not_what_the_state_holds() -> None:
    sizes = []
    for count in (1_000, 10_000):
        records = Records()
        opened = StateTree.open(grown(records, numbered(count)).ref, records)
        update = opened.update({b"key 5": b"new"}, 1)
        assert records.reads == len(update.written) == len(update.replaced)
        sizes.append(len(update.written))
    assert sizes[1] <= sizes[0] + 12


@pytest.mark.parametrize("version", [0, 4, 5])
def test_a_version_that_would_write_over_stored_nodes_is_refused(version: int) -> None:
    tree = StateTree.empty(Records()).update(numbered(3), 5).tree
    with pytest.raises(ValueError, match="does not follow"):
        tree.update({b"key 1": b"new"}, version)


def test_a_missing_record_is_named_and_nothing_is_guessed() -> None:
    records = Records()
    ref = grown(records, numbered(40)).ref
    for key in list(records):
        damaged = Records(records)
        del damaged[key]
        with pytest.raises(MissingNode, match=key.hex()):
            dict(StateTree.open(ref, damaged).items())


def test_no_damaged_byte_of_any_record_is_ever_served() -> None:
    content = numbered(12)
    records = Records()
    ref = grown(records, content).ref
    for key, record in records.items():
        for at in range(len(record)):
            damaged = Records(records)
            damaged[key] = record[:at] + bytes([record[at] ^ 0x10]) + record[at + 1 :]
            try:
                served = dict(StateTree.open(ref, damaged).items())
            except (CorruptNode, MissingNode):
                continue
            # What is left is the version of an empty place, which means nothing.
            assert served == content
            assert record[0] == 1
            assert at >= 65


def test_a_record_that_is_cut_short_or_longer_is_refused() -> None:
    records = Records()
    ref = grown(records, numbered(12)).ref
    for key, record in records.items():
        for wrong in (*(record[:end] for end in range(len(record))), record + b"\x00"):
            damaged = Records({**records, key: wrong})
            with pytest.raises(CorruptNode):
                dict(StateTree.open(ref, damaged).items())


def test_leaves_with_records_as_long_as_those_of_branches_are_read_back() -> None:
    content = {b"k%d" % n: b"v" * size for n, size in enumerate(range(60, 90))}
    records = Records()
    opened = StateTree.open(grown(records, content).ref, records)
    assert {len(record) for record in records.values()} > {80, 81, 82}
    assert dict(opened.items()) == content


@pytest.mark.parametrize("record", [b"", b"\x00", b"\x00\xff\xff\xff\xff", b"\x01", b"\x02" * 81])
def test_a_record_of_no_known_form_is_refused(record: bytes) -> None:
    records = Records()
    ref = grown(records, numbered(1)).ref
    (key,) = records
    records[key] = record
    with pytest.raises(CorruptNode):
        StateTree.open(ref, records).get(b"key 0")


CONTENT = st.dictionaries(KEYS, st.sampled_from([b"", b"one", b"two"]), max_size=30)


@given(CONTENT, KEYS)
def test_every_key_has_a_proof_of_what_it_holds_or_that_it_holds_nothing(
    content: dict[bytes, bytes], key: bytes
) -> None:
    tree = StateTree.empty(Records()).update(content, 0).tree
    proof = tree.prove(key)
    assert (proof.key, proof.value) == (key, content.get(key))
    assert proof.is_valid(tree.root)
    assert decode(encode(proof), StateProof) == proof


@given(CONTENT, KEYS, st.none() | st.sampled_from([b"", b"one", b"two", b"three"]))
def test_no_other_value_passes_with_the_same_proof(
    content: dict[bytes, bytes], key: bytes, claimed: bytes | None
) -> None:
    tree = StateTree.empty(Records()).update(content, 0).tree
    proof = tree.prove(key)
    forged = StateProof(key, claimed, proof.siblings, proof.other)
    assert forged.is_valid(tree.root) is (claimed == content.get(key))


def flips(data: bytes) -> Iterator[bytes]:
    for at in range(len(data)):
        yield data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def proofs_of_each_shape() -> list[tuple[bytes, StateProof]]:
    tree = StateTree.empty(Records()).update(numbered(20), 0).tree
    absent = [tree.prove(b"absent %d" % n) for n in range(50)]
    empty = next(proof for proof in absent if proof.other is None)
    occupied = next(proof for proof in absent if proof.other is not None)
    return [(tree.root, proof) for proof in (tree.prove(b"key 3"), empty, occupied)]


@pytest.mark.parametrize("shape", [0, 1, 2])
def test_every_mutation_of_a_proof_is_refused(shape: int) -> None:
    root, proof = proofs_of_each_shape()[shape]
    key, value, siblings, other = proof.key, proof.value, proof.siblings, proof.other
    assert proof.is_valid(root)
    assert not any(proof.is_valid(wrong) for wrong in flips(root))
    mutants = [StateProof(wrong, value, siblings, other) for wrong in flips(key)]
    for at, sibling in enumerate(siblings):
        mutants += [
            StateProof(key, value, (*siblings[:at], wrong, *siblings[at + 1 :]), other)
            for wrong in (*flips(sibling), sibling[:-1], sibling + b"\x00", b"")
        ]
        mutants.append(StateProof(key, value, siblings[:at] + siblings[at + 1 :], other))
    mutants.append(StateProof(key, value, siblings[::-1], other))
    mutants += [
        StateProof(key, value, extra, other)
        for extra in ((*siblings, bytes(32)), (bytes(32), *siblings), (bytes(32),) * 257)
    ]
    if other is not None:
        mutants += [
            StateProof(key, value, siblings, (wrong, other[1])) for wrong in flips(other[0])
        ]
        mutants += [
            StateProof(key, value, siblings, (other[0], wrong)) for wrong in flips(other[1])
        ]
        mutants.append(StateProof(key, value, siblings, None))
    assert not any(mutant.is_valid(root) for mutant in mutants)


def test_a_leaf_cannot_be_cut_elsewhere_to_deny_the_key_that_it_holds() -> None:
    root, proof = proofs_of_each_shape()[0]
    assert proof.value is not None
    path, value = sha256(proof.key).digest(), sha256(proof.value).digest()
    shifted = [(path[:31], path[31:] + value), (path + value[:1], value[1:])]
    for other in ((path, value), *shifted):
        assert not StateProof(proof.key, None, proof.siblings, other).is_valid(root)


def test_a_value_and_another_leaf_together_are_refused() -> None:
    root, proof = proofs_of_each_shape()[0]
    other = (bytes(32), bytes(32))
    assert not StateProof(proof.key, proof.value, proof.siblings, other).is_valid(root)


def test_a_leaf_from_another_place_does_not_prove_absence() -> None:
    content = numbered(20)
    tree = StateTree.empty(Records()).update(content, 0).tree
    for key, value in content.items():
        neighbour = tree.prove(key)
        other = (sha256(key).digest(), sha256(value).digest())
        for denied in content.keys() - {key}:
            forged = StateProof(denied, None, neighbour.siblings, other)
            assert not forged.is_valid(tree.root)
