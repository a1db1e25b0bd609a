"""The Merkle tree against RFC 6962's own recursion and the known roots of Certificate Transparency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from field.ledger import merkle

KNOWN_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Shelf:
    """Tiles in memory that count what is read and written."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.read_count = self.written_count = 0

    def read(self, level: int, index: int) -> bytes:
        self.read_count += 1
        return self.tiles[level, index]

    def write(self, level: int, index: int, hashes: bytes) -> None:
        self.written_count += 1
        self.tiles[level, index] = hashes


def some_leaves(count: int) -> list[bytes]:
    return [merkle.leaf(number.to_bytes(4, "big")) for number in range(count)]


def grown(leaves: list[bytes], *cuts: int) -> Shelf:
    """A shelf to which the leaves were appended in pieces."""
    shelf, size = Shelf(), 0
    for cut in (*sorted(cuts), len(leaves)):
        size = merkle.extend(shelf, size, b"".join(leaves[size:cut]))
    assert size == len(leaves)
    return shelf


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node(naive_root(leaves[:k]), naive_root(leaves[k:])) if leaves else merkle.EMPTY


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


@pytest.mark.parametrize(("size", "known"), list(enumerate(KNOWN_ROOTS, 1)))
def test_the_known_roots_come_out(size: int, known: str) -> None:
    shelf = grown([merkle.leaf(data) for data in KNOWN_LEAVES])
    assert merkle.root(shelf, size).hex() == known


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.root(Shelf(), 0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.integers(1, 1400), st.lists(st.integers(0, 1400), max_size=6), st.data())
def test_any_way_of_growing_gives_the_roots_and_proofs_of_the_rfc(
    count: int, cuts: list[int], data: st.DataObject
) -> None:
    leaves = some_leaves(count)
    shelf = grown(leaves, *(cut for cut in cuts if cut <= count))
    size = data.draw(st.integers(1, count))
    index = data.draw(st.integers(0, size - 1))
    root = naive_root(leaves[:size])
    assert merkle.root(shelf, size) == root
    path = merkle.inclusion(shelf, index, size)
    assert path == naive_path(index, leaves[:size])
    prover = merkle.Prover(shelf, size)
    assert [prover.inclusion(one) for one in (index, size - 1, index)][::2] == [path, path]
    assert merkle.includes(leaves[index], index, size, path, root)


@given(st.integers(1, 300), st.data())
def test_a_changed_inclusion_proof_proves_nothing(count: int, data: st.DataObject) -> None:
    leaves = some_leaves(count)
    shelf = grown(leaves)
    index = data.draw(st.integers(0, count - 1))
    path, root = merkle.inclusion(shelf, index, count), merkle.root(shelf, count)
    wrong = bytes(32)
    assert not merkle.includes(wrong, index, count, path, root)
    assert not merkle.includes(leaves[index], index, count, path, wrong)
    assert not merkle.includes(leaves[index], index, count, [*path, wrong], root)
    assert not merkle.includes(leaves[index], count, count, path, root)
    for place in range(len(path)):
        assert not merkle.includes(leaves[index], index, count, path[:place] + path[place + 1 :], root)
        changed = [*path[:place], wrong, *path[place + 1 :]]
        assert not merkle.includes(leaves[index], index, count, changed, root)
    other = data.draw(st.integers(0, count - 1).filter(lambda place: place != index) | st.just(count))
    assert not merkle.includes(leaves[index], other, count, path, root)


def test_growing_and_proving_touch_few_tiles() -> None:
    leaves = some_leaves(70_000)
    shelf = grown(leaves[:66_000])
    shelf.read_count = shelf.written_count = 0
    merkle.extend(shelf, 66_000, b"".join(leaves[66_000:66_300]))
    assert shelf.read_count <= 3
    assert shelf.written_count <= 5
    shelf.read_count = 0
    merkle.inclusion(shelf, 12_345, 66_300)
    assert shelf.read_count <= 2 * 17


def test_many_proofs_of_one_tree_fold_what_they_share_once() -> None:
    shelf = grown(some_leaves(5_000))
    prover = merkle.Prover(shelf, 5_000)
    prover.inclusion(1_000)
    shelf.read_count = 0
    prover.inclusion(1_001)
    assert shelf.read_count <= 4, "the leaf beside it and the small subtrees alone"
