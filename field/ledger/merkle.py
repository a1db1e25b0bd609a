"""默克尔树 of RFC 6962 over SHA-256, grown and proved from tiles of 256 hashes (layout of C2SP tlog-tiles).

A tile (0, i) holds leaf hashes 256·i …; a tile (level, i) holds the roots of full tiles of the level below.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from hashlib import sha256
from typing import Protocol

WIDTH, HASH = 256, 32
SHARED, KEPT = 16, 1 << 17  # leaves of a subtree that several proofs need, and how many such roots are kept
EMPTY = sha256(b"").digest()

Span = tuple[int, int]


class Tiles(Protocol):
    """Where tiles are kept: the hashes of one tile stand one after the other, 32 bytes each, at most 256."""

    def read(self, level: int, index: int, /) -> bytes: ...
    def write(self, level: int, index: int, hashes: bytes, /) -> None: ...


def leaf(data: bytes) -> bytes:
    """The hash of one leaf (RFC 6962 §2.1)."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: bytes) -> bytes:
    """The root of a full subtree, from its 2ⁿ hashes in a row."""
    while len(hashes) > HASH:
        pairs = range(0, len(hashes), 2 * HASH)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * HASH]).digest() for at in pairs])
    return hashes


def extend(tiles: Tiles, size: int, leaves: bytes) -> int:
    """Append leaf hashes in a row to a tree of `size` leaves and tell its new size; O(new + log size)."""
    grown, level, held = leaves, 0, size
    while grown:
        index, left = divmod(held, WIDTH)
        row = (tiles.read(level, index)[: left * HASH] if left else b"") + grown
        cut = [row[at : at + WIDTH * HASH] for at in range(0, len(row), WIDTH * HASH)]
        for place, tile in enumerate(cut, index):
            tiles.write(level, place, tile)
        grown = b"".join([fold(tile) for tile in cut if len(tile) == WIDTH * HASH])
        level, held = level + 1, index
    return size + len(leaves) // HASH


def root(tiles: Tiles, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _range(tiles, 0, size) if size else EMPTY


def inclusion(tiles: Tiles, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of `size` leaves, lowest sibling first (§2.1.1)."""
    return [_range(tiles, *beside) for _, beside in reversed(_way(index, size))]


class Prover:
    """证明: many proofs of one tree; the roots of subtrees that they share are folded once."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        self.size = size
        self._small = partial(_range, tiles)
        self._large = lru_cache(KEPT)(self._small)

    def inclusion(self, index: int) -> list[bytes]:
        """The same as `inclusion`."""
        return [self._root(*beside) for _, beside in reversed(_way(index, self.size))]

    def _root(self, low: int, high: int) -> bytes:
        return (self._large if high - low >= SHARED else self._small)(low, high)


def includes(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], tree: bytes) -> bool:
    """Whether the proof leads from the leaf to the root `tree` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(sibling, found)
            at, last = _climb(at, last)
        else:
            found = node(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == tree


def _climb(at: int, last: int) -> tuple[int, int]:
    """Skip the levels where the subtree on the right edge has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _way(index: int, size: int) -> list[tuple[Span, Span]]:
    """The subtrees on the way from the root down to a leaf, each with the one beside it."""
    low, high, way = 0, size, list[tuple[Span, Span]]()
    while high - low > 1:
        middle = low + _split(high - low)
        left, right = (low, middle), (middle, high)
        way.append((left, right) if index < middle else (right, left))
        low, high = way[-1][0]
    return way


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range(tiles: Tiles, low: int, high: int) -> bytes:
    """The root of leaves low … high - 1; `low` divides by the first power of two not below their number."""
    if (high - low).bit_count() > 1:
        middle = low + _split(high - low)
        return node(_range(tiles, low, middle), _range(tiles, middle, high))
    level, rest = divmod((high - low).bit_length() - 1, 8)
    index, at = divmod(low >> 8 * level, WIDTH)
    return fold(tiles.read(level, index)[at * HASH : (at + (1 << rest)) * HASH])
