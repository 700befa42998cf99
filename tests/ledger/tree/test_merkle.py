"""RFC 6962 trees: published vectors, a slow reference for every small size, and mutations."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amanat.ledger.tree import merkle

# The test data of Certificate Transparency's own implementations: eight leaves, and the root
# over the first 0, 1, ... 8 of them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZE_MAX = 130


def numbered(size: int) -> list[bytes]:
    return [n.to_bytes(2, "big") for n in range(size)]


def split(size: int) -> int:
    """The largest power of two below `size`, from the RFC's definition."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def reference_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    at = split(len(leaves))
    pair = reference_root(leaves[:at]) + reference_root(leaves[at:])
    return sha256(b"\x01" + pair).digest()


def reference_path(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    at = split(len(leaves))
    if index < at:
        return [*reference_path(leaves[:at], index), reference_root(leaves[at:])]
    return [*reference_path(leaves[at:], index - at), reference_root(leaves[:at])]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_are_met(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


def test_every_root_and_path_up_to_130_leaves_is_the_one_of_the_definition() -> None:
    for size in range(SIZE_MAX + 1):
        leaves = numbered(size)
        root = merkle.root(leaves)
        assert root == reference_root(leaves)
        # The reference is quadratic: all indices of small trees, the edges of large ones.
        indices = range(size) if size <= 34 else (0, 1, size // 2, split(size), size - 2, size - 1)
        for index in indices:
            assert list(merkle.prove(leaves, index)) == reference_path(leaves, index)


def test_every_path_up_to_130_leaves_is_accepted_at_its_own_place_alone() -> None:
    for size in (*range(1, 40), 63, 64, 65, 127, 128, 129, SIZE_MAX):
        leaves = numbered(size)
        root = merkle.root(leaves)
        for index in range(size):
            path = merkle.prove(leaves, index)
            assert merkle.check(leaves[index], index, size, path, root)
            for wrong in {index - 1, index + 1, index ^ 1, size - 1 - index} - {index}:
                assert not merkle.check(leaves[index], wrong, size, path, root)


@given(st.integers(1, 300), st.data())
def test_every_mutation_of_a_path_is_refused(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    root, path = merkle.root(leaves), merkle.prove(leaves, index)
    leaf = leaves[index]
    assert not merkle.check(leaf + b"\x00", index, size, path, root)
    assert not merkle.check(leaf, index, size, (*path, bytes(32)), root)
    assert not merkle.check(leaf, index, size, (*path, root), root)
    for at, beside in enumerate(path):
        flipped = bytes([beside[0] ^ 0x80]) + beside[1:]
        rest = path[at + 1 :]
        assert not merkle.check(leaf, index, size, (*path[:at], flipped, *rest), root)
        assert not merkle.check(leaf, index, size, (*path[:at], beside[:-1], *rest), root)
        assert not merkle.check(leaf, index, size, (*path[:at], *rest), root)


def test_the_root_alone_does_not_fix_the_size() -> None:
    leaves = numbered(4)
    root, path = merkle.root(leaves), merkle.prove(leaves, 0)
    assert [merkle.check(leaves[0], 0, size, path, root) for size in (2, 3, 4, 5)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (5, 2), (0, -1)])
def test_an_index_outside_the_tree_is_refused(index: int, size: int) -> None:
    leaves = numbered(3)
    assert not merkle.check(leaves[0], index, size, merkle.prove(leaves, 0), merkle.root(leaves))


@pytest.mark.parametrize("index", [-1, 3])
def test_a_path_for_no_leaf_is_not_made(index: int) -> None:
    with pytest.raises(IndexError):
        merkle.prove(numbered(3), index)


def test_a_node_does_not_pass_for_a_leaf() -> None:
    leaves = numbered(4)
    left = merkle.root(leaves[:2])
    inner = sha256(b"\x00" + leaves[0]).digest() + sha256(b"\x00" + leaves[1]).digest()
    assert sha256(b"\x01" + inner).digest() == left
    path = merkle.prove(leaves, 0)[1:]
    assert not merkle.check(inner, 0, 2, path, merkle.root(leaves))


def test_a_list_and_the_same_list_with_its_last_leaf_doubled_have_different_roots() -> None:
    for size in range(1, 20):
        leaves = numbered(size)
        assert merkle.root(leaves) != merkle.root([*leaves, leaves[-1]])
